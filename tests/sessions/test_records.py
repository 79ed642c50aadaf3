"""Frozen values survive the store, also between two versions of the app."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from smartapp.launch import Launched, PendingLaunch, Role
from smartapp.sessions import Submission
from smartapp.sessions.records import from_json, to_json
from tests.sessions.people import launched, pending, refill


def test_launches_and_submissions_come_back_as_they_were() -> None:
    staff = replace(launched(role=Role.STAFF, patient=None), fhir_context=())

    assert from_json(Launched, to_json(launched())) == launched()
    assert from_json(Launched, to_json(staff)) == staff
    assert from_json(PendingLaunch, to_json(pending())) == pending()
    submission = refill()
    assert from_json(Submission, to_json(submission)) == submission


def test_what_people_type_comes_back_letter_by_letter() -> None:
    for words in ("", "ñandú – «sí»", "👩‍⚕️", "\ud800 half a character", "a\x00b\r\n"):
        assert (read := from_json(Submission, to_json(refill(words=words)))) is not None
        assert words in read.steps[0].body


def test_a_field_that_is_new_since_then_has_its_default() -> None:
    raw = asdict(launched())
    del raw["tenant"]

    assert from_json(Launched, json.dumps(raw).encode()) == launched()


def test_a_field_of_a_later_version_is_passed_over() -> None:
    raw = asdict(launched()) | {"mood": "sunny"}

    assert from_json(Launched, json.dumps(raw).encode()) == launched()


def test_another_shape_is_no_record() -> None:
    raw = asdict(launched())
    del raw["user"]
    for data in (b"", b"[]", b"7", b"null", b"\xff", b'"x"', json.dumps(raw).encode()):
        assert from_json(Launched, data) is None


@dataclass(frozen=True)
class Leaf:
    size: int | None
    veins: dict[str, list[str]]


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    best: Leaf | None = None


def test_values_within_values_come_back_too() -> None:
    tree = Tree((Leaf(1, {"a": ["b", "c"]}), Leaf(None, {})), best=Leaf(2, {}))

    assert from_json(Tree, to_json(tree)) == tree
