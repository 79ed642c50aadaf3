"""Small groups are hidden, and cannot be worked out from what is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.workflow.metrics.cells import FEWEST, hidden, hidden_shares

COUNTS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 60), max_size=8
)
SIDES = st.tuples(st.integers(0, 40), st.integers(0, 40))


@pytest.mark.parametrize(
    ("counts", "gone"),
    [
        ({"en": 200, "es": 40}, set()),
        ({"en": 200, "es": 40, "pl": 10}, {"pl", "es"}),  # alone it would be the total less 240
        ({"en": 200, "es": 6, "pl": 5}, {"pl", "es"}),  # eleven together say nothing of each
        ({"en": 200, "es": 5, "pl": 5, "vi": 30}, {"pl", "es", "vi"}),  # ten together are too few
        ({"en": 9}, {"en"}),
        ({"en": 9, "es": 0}, {"en"}),
        ({}, set()),
    ],
)
def test_a_small_group_hides_another_with_it(counts: dict[str, int], gone: set[str]) -> None:
    assert hidden(counts) == gone


@given(COUNTS)
def test_what_is_hidden_never_follows_from_the_total(counts: dict[str, int]) -> None:
    gone = hidden(counts)
    shown = {key: count for key, count in counts.items() if key not in gone}

    assert all(count == 0 or count >= FEWEST for count in shown.values())
    if gone and any(shown.values()):
        assert len(gone) > 1
        assert sum(counts[key] for key in gone) >= FEWEST


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), SIDES, max_size=8))
def test_a_share_is_shown_only_where_both_its_sides_are_none_or_many(
    sides: dict[str, tuple[int, int]],
) -> None:
    gone = hidden_shares(sides, frozenset())
    shown = [side for key, pair in sides.items() if key not in gone for side in pair]
    rest = [pair for key, pair in sides.items() if key in gone]

    assert all(side == 0 or side >= FEWEST for side in shown)
    if rest and shown:
        assert len(rest) > 1
        assert all(total == 0 or total >= FEWEST for total in map(sum, zip(*rest, strict=True)))


def test_what_is_hidden_already_stays_so() -> None:
    sides = {"en": (40, 60), "es": (20, 20), "pl": (0, 3)}

    assert hidden_shares(sides, frozenset({"pl", "es"})) == {"pl", "es"}
