"""What was granted, in SMART v1 and v2 syntax alike, and what to ask for."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

# Where an EHR insists on URIs, scopes carry these prefixes (SMART App Launch, scopes as URIs).
_URI_PREFIXES = (
    "http://smarthealthit.org/fhir/scopes/",
    "http://openid.net/specs/openid-connect-core-1_0#",
)
_ACCESS = re.compile(
    r"(?P<level>patient|user|system)/(?P<resource>\*|[A-Z][A-Za-z]*)"
    r"\.(?P<rights>read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?(?P<query>\S+))?",
    re.ASCII,
)
_V1_RIGHTS = {"read": "rs", "write": "cud", "*": "cruds"}
_READING = frozenset("rs")


@dataclass(frozen=True)
class Access:
    """One scope that opens resources: `patient/Observation.rs?category=laboratory`."""

    level: str
    resource: str
    letters: frozenset[str]
    query: str | None = None

    @classmethod
    def parse(cls, text: str) -> Access | None:
        found = _ACCESS.fullmatch(_plain(text))
        if found is None:
            return None
        letters = _V1_RIGHTS.get(found["rights"], found["rights"])
        return cls(found["level"], found["resource"], frozenset(letters), found["query"])

    def allows(self, level: str, resource: str, letter: str) -> bool:
        """A scope narrowed by a query lets a part be read; whether one write fits, none can say."""
        return (
            self.level == level
            and self.resource in ("*", resource)
            and letter in self.letters
            and (self.query is None or letter in _READING)
        )

    def v2(self) -> str:
        letters = "".join(letter for letter in "cruds" if letter in self.letters)
        query = "" if self.query is None else f"?{self.query}"
        return f"{self.level}/{self.resource}.{letters}{query}"

    def v1(self) -> tuple[str, ...]:
        """The narrowest v1 scopes that include this one."""
        rights = []
        if self.letters & _READING:
            rights.append("read")
        if self.letters - _READING:
            rights.append("write")
        return tuple(f"{self.level}/{self.resource}.{right}" for right in rights)

    def without(self, letter: str) -> Access | None:
        letters = self.letters - {letter}
        return Access(self.level, self.resource, letters, self.query) if letters else None


@dataclass(frozen=True)
class Scopes:
    """Scopes that nobody here knows are kept by name and open nothing."""

    accesses: frozenset[Access]
    names: frozenset[str]  # openid, fhirUser, launch/patient, offline_access, ...

    @classmethod
    def parse(cls, text: str) -> Scopes:
        accesses = {part: Access.parse(part) for part in text.split()}
        return cls(
            frozenset(access for access in accesses.values() if access is not None),
            frozenset(_plain(part) for part, access in accesses.items() if access is None),
        )

    def allows(self, level: str, resource: str, letter: str) -> bool:
        return any(access.allows(level, resource, letter) for access in self.accesses)

    def __contains__(self, name: object) -> bool:
        return name in self.names


def ask(
    configured: str,
    *,
    capabilities: Container[str],
    declared_create: Container[str],
    version: str | None = None,
) -> str:
    """The configured set as this EHR understands it. `version` is "v1" or "v2" where the
    registration knows better than what the EHR declares.
    """
    if version is None:
        version = "v2" if "permission-v2" in capabilities else "v1"
    asked: list[str] = []
    for part in configured.split():
        asked += _asked(part, version, may_create_task="Task" in declared_create)
    return " ".join(dict.fromkeys(asked))


def _asked(part: str, version: str, *, may_create_task: bool) -> Iterable[str]:
    access = Access.parse(part)
    if access is None or part.startswith(_URI_PREFIXES):
        return (part,)
    if access.resource == "Task" and not may_create_task:
        # Some EHRs refuse a whole login for one scope that they do not know.
        kept = access.without("c")
        return () if kept is None else _written(kept, version)
    return _written(access, version)


def _written(access: Access, version: str) -> Iterable[str]:
    return access.v1() if version == "v1" else (access.v2(),)


def _plain(text: str) -> str:
    for prefix in _URI_PREFIXES:
        text = text.removeprefix(prefix)
    return text
