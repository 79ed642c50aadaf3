"""A page names resources without showing their ids, and only for its own session."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from smartapp.sessions import open_handle, seal_handle

KEY, OTHER_KEY = b"k" * 64, b"o" * 64


def test_a_handle_opens_in_its_session_and_stays_the_same_there() -> None:
    handle = seal_handle(KEY, "lid-1", "MedicationRequest/17")

    assert open_handle(KEY, "lid-1", handle) == "MedicationRequest/17"
    assert handle == seal_handle(KEY, "lid-1", "MedicationRequest/17")
    assert re.fullmatch(r"[A-Za-z0-9_-]+", handle)
    assert "17" not in handle or "Medication" not in handle


def test_a_handle_opens_in_no_other_session() -> None:
    handle = seal_handle(KEY, "lid-1", "MedicationRequest/17")

    assert open_handle(KEY, "lid-2", handle) is None
    assert open_handle(OTHER_KEY, "lid-1", handle) is None
    assert handle != seal_handle(OTHER_KEY, "lid-1", "MedicationRequest/17")
    assert handle != seal_handle(KEY, "lid-2", "MedicationRequest/17")


def test_no_character_of_a_handle_can_be_changed_to_mean_something_else() -> None:
    handle = seal_handle(KEY, "lid-1", "Task/1")
    for at, character in enumerate(handle):
        for other in "Aa0_-":
            changed = handle[:at] + other + handle[at + 1 :]
            assert other == character or open_handle(KEY, "lid-1", changed) in (None, "Task/1")
        assert open_handle(KEY, "lid-1", handle[:at]) is None
        assert open_handle(KEY, "lid-1", f"{handle[:at]}!!!!{handle[at:]}") is None


def test_plain_references_and_junk_are_no_handles() -> None:
    for junk in ("", "Task/1", "a", "....", "ü" * 30, "\ud800", "A" * 10_000, "A B", "=" * 24):
        assert open_handle(KEY, "lid-1", junk) is None


@given(st.text(max_size=80))
def test_anything_that_is_no_handle_opens_to_nothing(text: str) -> None:
    assert open_handle(KEY, "lid-1", text) is None
