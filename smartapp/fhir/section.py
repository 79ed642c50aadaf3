"""A part of the record in one of three states: loaded, partial or failed, never falsely empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from smartapp.errors import MalformedAnswer, SmartappError
from smartapp.fhir.element import Json
from smartapp.fhir.haul import Found

T = TypeVar("T")


@dataclass(frozen=True)
class Section(Generic[T]):
    items: tuple[T, ...] = ()
    whole: bool = True  # False: there may be more than is shown
    failure: SmartappError | None = None  # nothing could be loaded, and this is why
    following: str | None = None  # the EHR's address of what comes after, where it was not read
    at: datetime | None = None  # when it was read

    @property
    def failed(self) -> bool:
        return self.failure is not None

    @property
    def is_known_empty(self) -> bool:
        """Only then may a page say that there is none."""
        return not self.items and self.whole and not self.failed and not self.following


def section_of(
    found: Found | SmartappError, read: Callable[[Json], T | None], *, paged: bool = False
) -> Section[T]:
    """Reads each match; one that cannot be understood makes the section partial, not broken.
    `paged`: only a part was wanted, and where it goes on is known.
    """
    if isinstance(found, SmartappError):
        return Section(whole=False, failure=found)
    items: list[T] = []
    following = found.following if paged else None
    whole = (found.complete or following is not None) and not found.withheld
    for match in found.matches:
        try:
            item = read(match)
        except MalformedAnswer:
            whole = False
            continue
        if item is not None:
            items.append(item)
    return Section(tuple(items), whole, following=following)
