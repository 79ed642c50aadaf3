"""What a search brings, page by page: only what may be shown, each resource once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Json
from smartapp.fhir.searchset import Page

Withheld = Callable[[str], None]
KeepsBack = Callable[[Json], bool]


@dataclass(frozen=True)
class Found:
    """What a search brought: whole, or flagged as not whole."""

    matches: tuple[Json, ...]
    included: Mapping[str, Json] = field(default_factory=dict)
    complete: bool = True
    withheld: int = 0
    following: str | None = None  # where it goes on, if all up to there came whole
    applied: frozenset[str] | None = None  # the parameters that the EHR says it understood
    total: int | None = None  # of all pages, as the EHR counts

    @property
    def sorted(self) -> bool:
        """Only then the first page of a sorted search is the beginning."""
        return self.applied is None or "_sort" in self.applied


class Haul:
    """What the pages of one search bring, each resource once."""

    def __init__(
        self,
        may_show: Callable[[Json], bool],
        on_withheld: Withheld,
        keeps_back: KeepsBack,
        *,
        from_start: bool = True,
    ) -> None:
        self._from_start = from_start
        self.matches: dict[str, Json] = {}
        self.complete = True
        self.following: str | None = None
        self._applied: frozenset[str] | None = None
        self._included: dict[str, Json] = {}
        self._withheld = 0
        self._counted = 0
        self._total: int | None = None
        self._may_show = may_show
        self._on_withheld = on_withheld
        self._keeps_back = keeps_back

    def take(self, page: Page) -> None:
        self.complete = self.complete and page.whole
        self._counted += len(page.matches)
        self._total = page.total if self._total is None else self._total
        self._applied = self._applied or page.applied
        for resource in page.matches:
            self._keep(resource, self.matches)
        for resource in page.included:
            self._keep(resource, self._included)

    def _keep(self, resource: Json, kept: dict[str, Json]) -> None:
        if not self._may_show(resource):
            self._withheld += 1
            self._on_withheld(resource["resourceType"])
            return
        try:
            kept_back = self._keeps_back(resource)
        except MalformedAnswer:  # whom it is for cannot be read
            self.complete = False
            return
        if not kept_back:
            kept.setdefault(f"{resource['resourceType']}/{resource['id']}", resource)

    def stop_before(self, url: str | None) -> None:
        self.following = url if self.complete else None
        self.complete = False

    def found(self) -> Found:
        """An EHR that counts more matches than it sends has kept some back."""
        return Found(
            matches=tuple(self.matches.values()),
            included=self._included,
            complete=self.complete
            and (not self._from_start or (self._total or 0) <= self._counted),
            withheld=self._withheld,
            following=self.following,
            applied=self._applied,
            total=self._total if self._from_start else None,
        )
