"""Which groups are too small to be shown, and which must be hidden with them.

A count of a few people can name them. A hidden count is no secret where it is what is left of the
total when all others are taken away: so what is hidden is never one group alone, and never so few
people together that their sum says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

FEWEST = 11

K = TypeVar("K")


def hidden(counts: Mapping[K, int], fewest: int = FEWEST) -> frozenset[K]:
    """By how many people are in each group. A group without anybody is not hidden: it is not there.

    The next smallest is hidden as well until what is hidden cannot be told from the total.
    """
    there = sorted(
        (count, place, key) for place, (key, count) in enumerate(counts.items()) if count
    )
    small = [key for count, _, key in there if count < fewest]
    rest = [key for count, _, key in there if count >= fewest]
    while small and rest and (len(small) < 2 or sum(counts[key] for key in small) < fewest):
        small.append(rest.pop(0))
    return frozenset(small)


def hidden_shares(
    parts: Mapping[K, tuple[int, int]], gone: frozenset[K], fewest: int = FEWEST
) -> frozenset[K]:
    """Groups of which a share cannot be shown, by the people in it and those out of it.

    `gone` are groups that are hidden already. A share gives away both sides, so each must be none
    or many; and what is hidden must not follow from the shares of the others and of all.
    """
    small = set(gone)
    for key, (inside, outside) in parts.items():
        if 0 < inside < fewest or 0 < outside < fewest:
            small.add(key)
    rest = sorted((key for key in parts if key not in small), key=lambda key: sum(parts[key]))
    while (
        small
        and rest
        and (len(small) < 2 or any(0 < total < fewest for total in _sums(parts, frozenset(small))))
    ):
        small.add(rest.pop(0))
    return frozenset(small)


def _sums(parts: Mapping[K, tuple[int, int]], keys: frozenset[K]) -> tuple[int, int]:
    chosen = [parts[key] for key in keys if key in parts]
    return sum(inside for inside, _ in chosen), sum(outside for _, outside in chosen)
