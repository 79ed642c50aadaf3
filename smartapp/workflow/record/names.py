"""Names of people and places that a resource only points to: asked for at once, within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from smartapp.errors import MalformedAnswer, SmartappError
from smartapp.fhir.element import Element, Json, Reference
from smartapp.fhir.haul import Found
from smartapp.fhir.people import PractitionerRole, name_of
from smartapp.fhir.plain import tidy
from smartapp.workflow.loading import Loader

# None of these is about a patient: to ask for one brings nobody's record.
KINDS = ("Practitioner", "PractitionerRole", "Organization", "Location")
MOST_NAMES = 30  # of one kind, for one part of a page
NAME_SECONDS = 3.0  # a part can be shown without them

Names = Mapping[str, str]  # "Type/id" to what it is called


def with_names(loader: Loader, found: Found) -> Found:
    """The same, with a name beside each pointer that came without one. What cannot be found out in
    a short time stays without.
    """
    nameless = set(_nameless(found.matches))
    if not nameless:
        return found
    names = names_of(loader, nameless)
    if not names:
        return found
    return replace(found, matches=tuple(_copied(each, names) for each in found.matches))


def names_of(loader: Loader, references: Iterable[str]) -> Names:
    """A role is called by who holds it, which may take a second look."""
    names, holders = _read(loader, references)
    behind, _ = _read(loader, set(holders.values()) - names.keys())
    known = {**names, **behind}
    return {**known, **{role: known[who] for role, who in holders.items() if who in known}}


def _read(loader: Loader, references: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    wanted: dict[str, list[str]] = {}
    for each in sorted(references):
        wanted.setdefault(each.partition("/")[0], []).append(each)
    calls = [
        call for kind in KINDS for call in _calls(loader, kind, wanted.get(kind, [])[:MOST_NAMES])
    ]
    names: dict[str, str] = {}
    holders: dict[str, str] = {}
    for came in loader.together(calls, within=NAME_SECONDS) if calls else ():
        for resource in () if isinstance(came, SmartappError) else came:
            reference = f"{resource['resourceType']}/{resource['id']}"
            if reference not in wanted.get(resource["resourceType"], ()):
                continue  # an EHR that passes over `_id` sends everybody
            name, holder = _called(resource)
            names |= {reference: name} if name else {}
            holders |= {reference: holder} if holder and not name else {}
    return names, holders


def _calls(loader: Loader, kind: str, wanted: list[str]) -> Iterator[partial[tuple[Json, ...]]]:
    """One search where that is allowed, else one read for each."""
    if not wanted:
        return
    if loader.gate.may(kind, "search-type"):
        yield partial(_searched, loader, kind, wanted)
    elif loader.gate.may(kind, "read"):
        yield from (partial(_one, loader, each) for each in wanted)


def _searched(loader: Loader, kind: str, wanted: list[str]) -> tuple[Json, ...]:
    ids = ",".join(each.partition("/")[2] for each in wanted)
    asked = [("_id", ids), ("_count", str(MOST_NAMES))]
    return loader.client.search(kind, asked, most=MOST_NAMES, pages=1).matches


def _one(loader: Loader, reference: str) -> tuple[Json, ...]:
    return (loader.client.read(reference),)


def _called(resource: Json) -> tuple[str, str]:
    """A name, or else of whom it is the role."""
    kind = str(resource["resourceType"])
    try:
        if kind == "Practitioner":
            return name_of(Element.resource(resource, kind)) or "", ""
        if kind == "PractitionerRole":
            role = PractitionerRole.from_fhir(resource)
            return role.practitioner_name, role.practitioner or ""
        return tidy(Element.resource(resource, kind).text("name") or ""), ""
    except MalformedAnswer:
        return "", ""


def _nameless(value: object) -> Iterator[str]:
    left = [value]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            target = _target(node)
            if target is not None:
                yield target
            left.extend(node.values())
        elif isinstance(node, list | tuple):
            left.extend(node)


def _target(node: Json) -> str | None:
    """Where a pointer leads that has no words beside it, if that is to one of these kinds."""
    pointer = node.get("reference")
    if not isinstance(pointer, str) or node.get("display"):
        return None
    reference = Reference(pointer, "")
    return reference.target if reference.kind in KINDS else None


def _copied(value: Any, names: Names) -> Any:
    if isinstance(value, list):
        return [_copied(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    made = {name: _copied(each, names) for name, each in value.items()}
    target = _target(value)
    name = names.get(target or "")
    return {**made, "display": name} if name else made
