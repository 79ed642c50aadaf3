"""Rules that say when a fault strikes, read from JSON and counted as they are used."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sandbox.faults.exchange import Fault
from sandbox.faults.kinds import KINDS
from sandbox.reading import Unclear, read

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What of a request a rule can go by."""

    method: str
    path: str
    grant: str | None = None  # the `grant_type` of a token request
    types: frozenset[str] = frozenset()  # of resources in a Bundle


@dataclass(frozen=True)
class Match:
    """Which requests, and which of those: a rule without any part strikes at every request."""

    method: str | None = None
    type: str | None = None  # of resource, as in /fhir/Task/1, or in a transaction
    path: str | None = None  # contained in the path
    grant: str | None = None  # of a token request: "authorization_code" or "refresh_token"
    nth: int | None = None  # only the nth request that matches, from 1
    times: int | None = None  # off after so many hits
    probability: float | None = None
    seed: int | None = None  # makes the dice fall the same way each time

    def fits(self, asked: Asked) -> bool:
        return (
            (self.method is None or self.method.upper() == asked.method)
            and (self.type is None or self.type in {*asked.path.split("/"), *asked.types})
            and (self.path is None or self.path in asked.path)
            and (self.grant is None or self.grant == asked.grant)
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
            raise Unclear("A rule looks like {match: {...}, fault: {kind: ..., ...}}")
        if unknown := set(json) - {"id", "match", "fault"}:
            raise Unclear(f"A rule has no {', '.join(sorted(unknown))}")
        kind = json["fault"].get("kind")
        if kind not in KINDS:
            raise Unclear(f"fault.kind is one of {', '.join(KINDS)}")
        match = read(Match, json.get("match", {}), "match")
        settings = {name: value for name, value in json["fault"].items() if name != "kind"}
        fault = read(KINDS[kind], settings, "fault")
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

    def strikes(self, asked: Asked) -> bool:
        """Whether this request is hit; counts it."""
        if not self.match.fits(asked) or self._is_spent():
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
