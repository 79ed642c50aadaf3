"""What the clinic gives names to, so that rules can speak of it: places, programs, medicines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from smartapp.words import LocalText
from smartapp.workflow.policy.reading import Reading, Table


@dataclass(frozen=True)
class Site:
    """A place of the clinic, and how the EHR names it."""

    code: str
    name: LocalText
    references: frozenset[str]  # "Location/id", "Organization/id"


@dataclass(frozen=True)
class Named:
    sites: tuple[Site, ...]
    care_programs: Mapping[str, tuple[str, ...]]  # words of a team's name
    medicine_groups: Mapping[str, tuple[str, ...]]  # words of a medicine's

    def codes_of(self, fact: str) -> tuple[str, ...]:
        """All that a fact whose codes the clinic names can be."""
        return {
            "site": tuple(site.code for site in self.sites),
            "care-programs": tuple(self.care_programs),
            "medicine-groups": tuple(self.medicine_groups),
        }[fact]

    def site_of(self, references: Iterable[str]) -> str | None:
        """The first of these places that the clinic names."""
        for reference in references:
            for site in self.sites:
                if reference in site.references:
                    return site.code
        return None


def named_in(names: Iterable[str], groups: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The groups that one of these names belongs to, by whole words of the name."""
    told = " | ".join(names).casefold()
    return frozenset(
        code
        for code, words in groups.items()
        if any(re.search(rf"\b{re.escape(word.casefold())}\b", told) for word in words)
    )


def read_named(reading: Reading) -> Named:
    file = reading.toml("facts.toml")
    named = Named(
        sites=tuple(_site(each) for each in file.tables("sites")),
        care_programs=_groups(file.table("care_programs")),
        medicine_groups=_groups(file.table("medicine_groups")),
    )
    file.check_nothing_else()
    return named


def _site(table: Table) -> Site:
    return Site(table.text("code"), table.local("name"), frozenset(table.texts("references")))


def _groups(table: Table) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({code: table.texts(code) for code in table})
