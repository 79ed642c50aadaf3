"""Rules that say when a fault strikes, read from JSON and counted as they are used."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from sandbox.faults.kinds import KINDS, Fault

Json = Mapping[str, Any]
T = TypeVar("T")


class BadRule(ValueError):
    """Says which part of a rule cannot be followed."""


@dataclass(frozen=True)
class Match:
    """Which requests, and which of those: a rule without any part strikes at every request."""

    method: str | None = None
    type: str | None = None  # of resource, as in /fhir/Task/1
    path: str | None = None  # contained in the path
    nth: int | None = None  # only the nth request that matches, from 1
    times: int | None = None  # off after so many hits
    probability: float | None = None
    seed: int | None = None  # makes the dice fall the same way each time

    def fits(self, method: str, path: str) -> bool:
        return (
            (self.method is None or self.method.upper() == method)
            and (self.type is None or self.type in path.split("/"))
            and (self.path is None or self.path in path)
        )


@dataclass
class Rule:
    id: str
    kind: str
    match: Match
    fault: Fault
    seen: int = 0
    hits: int = 0
    _dice: random.Random = field(default_factory=random.Random, repr=False)

    @classmethod
    def from_json(cls, json: Any, default_id: str) -> Rule:
        if not isinstance(json, dict) or not isinstance(json.get("fault"), dict):
            raise BadRule("A rule looks like {match: {...}, fault: {kind: ..., ...}}")
        if unknown := set(json) - {"id", "match", "fault"}:
            raise BadRule(f"A rule has no {', '.join(sorted(unknown))}")
        kind = json["fault"].get("kind")
        if kind not in KINDS:
            raise BadRule(f"fault.kind is one of {', '.join(KINDS)}")
        match = _read(Match, json.get("match", {}), "match")
        settings = {name: value for name, value in json["fault"].items() if name != "kind"}
        fault = _read(KINDS[kind], settings, "fault")
        return cls(
            str(json.get("id", default_id)), kind, match, fault, _dice=random.Random(match.seed)
        )

    def as_json(self) -> Json:
        match = {name: value for name, value in asdict(self.match).items() if value is not None}
        settings = {f.name: getattr(self.fault, f.name) for f in fields(self.fault)}  # type: ignore[arg-type]  # every kind is a dataclass
        return {
            "id": self.id,
            "match": match,
            "fault": {"kind": self.kind, **settings},
            "seen": self.seen,
            "hits": self.hits,
        }

    def strikes(self, method: str, path: str) -> bool:
        """Whether this request is hit; counts it."""
        if not self.match.fits(method, path) or self._is_spent():
            return False
        self.seen += 1
        if self.match.nth is not None and self.seen != self.match.nth:
            return False
        chance = self.match.probability
        if chance is not None and self._dice.random() >= chance:
            return False
        self.hits += 1
        return True

    def _is_spent(self) -> bool:
        return self.match.times is not None and self.hits >= self.match.times


def _read(kind: type[T], json: Any, place: str) -> T:
    """A dataclass from its JSON: no field that it has not, none missing, all of their type."""
    if not isinstance(json, dict):
        raise BadRule(f"{place} is an object")
    hints = get_type_hints(kind)
    if unknown := set(json) - set(hints):
        raise BadRule(f"{place} has no {', '.join(sorted(unknown))}")
    for part in fields(kind):  # type: ignore[arg-type]  # every kind is a dataclass
        if part.name not in json and part.default is MISSING:
            raise BadRule(f"{place}.{part.name} is missing")
        if part.name in json and not _fits(json[part.name], hints[part.name]):
            raise BadRule(f"{place}.{part.name} cannot be {json[part.name]!r}")
    return kind(**json)


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is UnionType:
        return any(_fits(value, part) for part in get_args(hint))
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if isinstance(value, bool):
        return hint is bool
    if hint is float:
        return isinstance(value, int | float)
    return isinstance(value, hint)
