"""What a token may do: SMART scopes of both versions, held against the record."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qsl

from sandbox.compartment import Compartment
from sandbox.references import Resource, key_of
from sandbox.search import Query, SearchProblem, parse
from sandbox.store import Store

Letter = Literal["c", "r", "u", "d", "s"]

_SCOPE = re.compile(
    r"(?:http://smarthealthit\.org/fhir/scopes/)?"
    r"(?P<level>patient|user)/(?P<type>[A-Z][A-Za-z]+|\*)"
    r"\.(?P<rights>read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?(?P<filter>.+))?"
)
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}


@dataclass(frozen=True)
class Grant:
    """One access token: who uses it, for which patient, and what was allowed."""

    token_id: str = field(repr=False)
    user: str
    patient: str | None
    scopes: tuple[str, ...]
    role: Literal["patient", "staff"]


@dataclass(frozen=True)
class Scope:
    level: str
    type: str
    letters: str
    filter: str = ""  # a search that a resource must answer to, as in `?category=laboratory`

    def covers(self, type_: str, letter: Letter) -> bool:
        return self.type in ("*", type_) and letter in self.letters


@lru_cache(maxsize=1000)
def scope_of(text: str) -> Scope | None:
    """None for a scope that says nothing about the record, like `openid`."""
    found = _SCOPE.fullmatch(text)
    if found is None:
        return None
    letters = _VERSION_1.get(found["rights"], found["rights"])
    return Scope(found["level"], found["type"], letters, found["filter"] or "")


class Rights:
    """What one grant may do with the record, as it is now."""

    def __init__(self, store: Store, grant: Grant) -> None:
        self._grant = grant
        self._compartment = Compartment(store, grant.patient) if grant.patient else None
        self._scopes = [s for text in grant.scopes if (s := scope_of(text)) and self._is_live(s)]

    def permits(self, type_: str, letter: Letter) -> bool:
        """Whether any resource of this type may be touched in this way."""
        return any(scope.covers(type_, letter) for scope in self._scopes) or (
            type_ == "Person" and self._may_read_themselves(letter)
        )

    def sees(self, resource: Resource, letter: Letter) -> bool:
        """Whether this resource may: to anybody else it does not exist."""
        return any(
            self._reaches(scope, resource) and _answers(scope, resource)
            for scope in self._scopes
            if scope.covers(resource["resourceType"], letter)
        ) or (key_of(resource) == self._grant.user and self._may_read_themselves(letter))

    def may_write(self, resource: Resource, letter: Letter) -> bool:
        """Under a patient's scope the resource must name that patient as its subject."""
        return any(
            (not self._is_limited(scope) or self._owns(resource)) and _answers(scope, resource)
            for scope in self._scopes
            if scope.covers(resource["resourceType"], letter)
        )

    def reaches(self, resource: Resource) -> bool:
        """Whether a reference may point here: never into the record of another patient."""
        return any(self._reaches(scope, resource) for scope in self._scopes)

    def keys(self, type_: str) -> frozenset[str] | None:
        """What all that is visible of this type points at, where the grant narrows it so far."""
        covering = [scope for scope in self._scopes if scope.covers(type_, "s")]
        if self._compartment and all(self._is_limited(scope) for scope in covering):
            return self._compartment.keys(type_)
        return None

    def _may_read_themselves(self, letter: Letter) -> bool:
        """A Person is in no compartment of those they act for: what they need is `fhirUser`."""
        by_name = "fhirUser" in self._grant.scopes and self._grant.user.startswith("Person/")
        return by_name and letter == "r"

    def _is_live(self, scope: Scope) -> bool:
        return self._compartment is not None or not self._is_limited(scope)

    def _is_limited(self, scope: Scope) -> bool:
        """Staff see the clinic by user-level scopes; a patient's own never reach further."""
        return scope.level == "patient" or self._grant.role == "patient"

    def _reaches(self, scope: Scope, resource: Resource) -> bool:
        if not self._is_limited(scope):
            return True
        return self._compartment is not None and self._compartment.holds(resource)

    def _owns(self, resource: Resource) -> bool:
        return self._compartment is not None and self._compartment.owns(resource)


def _answers(scope: Scope, resource: Resource) -> bool:
    if not scope.filter:
        return True
    tests = _filter_of(resource["resourceType"], scope.filter)
    return tests is not None and all(test(resource) for test in tests)


@lru_cache(maxsize=1000)
def _filter_of(type_: str, text: str) -> tuple[Callable[[Resource], bool], ...] | None:
    """None for a filter that cannot be applied to this type: it then lets nothing through."""
    try:
        query: Query = parse(type_, parse_qsl(text), strict=True)
    except SearchProblem:
        return None
    return tuple(criterion.matches for criterion in query.criteria) or None
