"""Whether an EHR holds anything newer than what was looked at, by small searches instead of all.

An EHR dates each change (`meta.lastUpdated`), and by its own clock. So a mark is the last date that
there is of each type, with the names and versions of whatever changed in the minute before it: what
the EHR's index shows a little late lies within that minute. Where any of it is not as it was,
or cannot be told, everything is read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256

from smartapp.errors import SmartappError
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Json
from smartapp.fhir.haul import Found
from smartapp.workflow.loading import PAGE_SECONDS, Loader

KINDS = ("Task", "Communication", "QuestionnaireResponse")
UPDATED = "_lastUpdated"
BEFORE = timedelta(seconds=60)
MOST = 50  # that changed in that time; of more, all is read
NEVER = datetime(1900, 1, 1, tzinfo=UTC)  # before whatever there may be, where there is nothing


@dataclass(frozen=True)
class Mark:
    """What was the last to change, and from when on that was looked for, by type."""

    since: Mapping[str, str]
    seen: str


def mark_of(loader: Loader) -> Mark | None:
    """To be set before the queue is read: what changes meanwhile is then found to be new. None
    where this EHR cannot be asked so.
    """
    kinds = _kinds(loader)
    if not kinds:
        return None
    newest = (("_sort", f"-{UPDATED}"), ("_count", "1"))
    found = _searches(loader, dict.fromkeys(kinds, newest), pages=1)
    since = {kind: _since(each) for kind, each in found.items()}
    if None in since.values():
        return None
    told = {kind: each for kind, each in since.items() if each is not None}
    seen = _seen(loader, told)
    return Mark(told, seen) if seen is not None else None


def is_unchanged(loader: Loader, mark: Mark) -> bool:
    return set(mark.since) == set(_kinds(loader)) and _seen(loader, mark.since) == mark.seen


def _kinds(loader: Loader) -> tuple[str, ...]:
    """All of which a queue is made here; none where one of them cannot be asked for changes."""
    kinds = [each for each in KINDS if loader.gate.may(each, "search-type")]
    can = all(loader.gate.capability.searches_by(each, UPDATED) for each in kinds)
    return tuple(kinds) if can else ()


def _seen(loader: Loader, since: Mapping[str, str]) -> str | None:
    wanted = {
        kind: ((UPDATED, f"ge{start}"), ("_count", str(MOST))) for kind, start in since.items()
    }
    found = _searches(loader, wanted, pages=1)
    told = []
    for kind, each in found.items():
        if not isinstance(each, Found) or not each.complete or each.withheld:
            return None
        if each.applied is not None and UPDATED not in each.applied:
            return None
        told += sorted(f"{kind} {json['id']} {_version(json)}" for json in each.matches)
    return sha256("\n".join(told).encode()).hexdigest()[:32]


def _searches(
    loader: Loader, wanted: Mapping[str, Sequence[tuple[str, str]]], *, pages: int
) -> dict[str, Found | SmartappError]:
    calls = [
        partial(loader.search, kind, *asked, fresh=True, pages=pages)
        for kind, asked in wanted.items()
    ]
    return dict(zip(wanted, loader.together(calls, within=PAGE_SECONDS), strict=True))


def _since(found: Found | SmartappError) -> str | None:
    if isinstance(found, SmartappError) or found.withheld:
        return None
    moments = [_updated(json) for json in found.matches]
    known = [each for each in moments if each is not None]
    if len(known) < len(moments):
        return None
    start = max(known) - BEFORE if known else NEVER
    return start.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _updated(json: Json) -> datetime | None:
    said = FhirDate.parse(_meta(json).get("lastUpdated"))
    return said.earliest if said is not None and said.precision == "time" else None


def _version(json: Json) -> str:
    meta = _meta(json)
    return f"{meta.get('versionId')} {meta.get('lastUpdated')}"


def _meta(json: Json) -> Mapping[str, str]:
    meta = json.get("meta")
    return meta if isinstance(meta, Mapping) else {}
