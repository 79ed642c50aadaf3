"""The clinic's glossary: plain words that stand beside a medical term, never instead of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from smartapp.fhir.codes import CVX, ICD_10_CM, LOINC, RXNORM, SNOMED
from smartapp.words import LocalText
from smartapp.workflow.policy.reading import Reading, Table

Key = TypeVar("Key")

FILE = "glossary.toml"
KINDS = ("tests", "conditions", "vaccines", "medicines", "units", "words")
SYSTEMS: Mapping[str, str] = MappingProxyType(
    {"loinc": LOINC, "snomed": SNOMED, "rxnorm": RXNORM, "cvx": CVX, "icd10": ICD_10_CM}
)

_CODE = re.compile(r"(?P<system>[a-z0-9]+):(?P<code>[A-Za-z0-9.-]+)")
_SPLIT = re.compile(r"[^\w%/.-]+")


@dataclass(frozen=True)
class Term:
    name: str  # as people look it up
    kind: str
    meaning: LocalText


@dataclass(frozen=True)
class Glossary:
    terms: tuple[Term, ...] = ()
    by_code: Mapping[tuple[str, str], Term] = field(default_factory=dict)
    by_name: Mapping[str, Term] = field(default_factory=dict)

    def find(self, name: str, codings: Iterable[tuple[str, str]] = ()) -> LocalText | None:
        """A code says exactly what is meant; without one the whole name has to fit."""
        for coding in codings:
            if coding in self.by_code:
                return self.by_code[coding].meaning
        term = self.by_name.get(_key(name))
        return term.meaning if term else None


def read_glossary(reading: Reading) -> Glossary:
    file = reading.toml(FILE)
    terms: list[Term] = []
    codes: dict[tuple[str, str], Term] = {}
    names: dict[str, Term] = {}
    for kind in KINDS:
        for table in file.tables(kind):
            term = _term(table, kind)
            terms.append(term)
            _note(table, "codes", codes, _codes(table), term)
            _note(table, "names", names, _names(table), term)
    file.check_nothing_else()
    return Glossary(tuple(terms), MappingProxyType(codes), MappingProxyType(names))


def _term(table: Table, kind: str) -> Term:
    names = table.texts("names")
    return Term(names[0] if names else "", kind, table.local("means"))


def _names(table: Table) -> list[str]:
    return [_key(name) for name in table.texts("names")]


def _codes(table: Table) -> list[tuple[str, str]]:
    found = []
    for code in table.texts("codes", may_be_empty=True) if "codes" in table else ():
        match = _CODE.fullmatch(code)
        if match is None:
            table.wrong("codes", f"{code!r} is not a code such as 'loinc:4548-4'")
        elif table.is_known("codes", match["system"], SYSTEMS, "a code system"):
            found.append((SYSTEMS[match["system"]], match["code"]))
    return found


def _note(table: Table, what: str, into: dict[Key, Term], keys: Iterable[Key], term: Term) -> None:
    for key in keys:
        if key in into:
            table.wrong(what, f"{key!r} is explained twice, here and under {into[key].name!r}")
        into[key] = term


def _key(name: str) -> str:
    return " ".join(part for part in _SPLIT.split(name.casefold()) if part)
