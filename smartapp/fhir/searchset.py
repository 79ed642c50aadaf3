"""One page of a search: what it brought, whether that is all of it, and where it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Json, is_id


@dataclass(frozen=True)
class Page:
    matches: tuple[Json, ...]
    included: tuple[Json, ...]
    whole: bool  # False: something was left out by the EHR, or could not be read here
    total: int | None  # of all pages, as the EHR counts
    following: str | None
    applied: frozenset[str] | None  # the parameters that the EHR says it understood

    @classmethod
    def of(cls, bundle: Json, kind: str) -> Page:
        """One odd entry does not take the others with it, but it is noticed that it is missing."""
        if bundle.get("resourceType") != "Bundle":
            raise MalformedAnswer("Bundle: another type came back")
        matches, included, whole = [], [], True
        for entry in _list(bundle, "entry"):
            resource = _resource(entry)
            if resource is None:
                whole = False
            elif resource["resourceType"] == "OperationOutcome":
                whole = whole and not _warns(resource)
            elif resource["resourceType"] == kind and _mode(entry) != "include":
                matches.append(resource)
            else:
                included.append(resource)
        total = bundle.get("total")
        return cls(
            matches=tuple(matches),
            included=tuple(included),
            whole=whole,
            total=total if isinstance(total, int) else None,
            following=_link(bundle, "next"),
            applied=_applied(_link(bundle, "self")),
        )


def _resource(entry: object) -> Json | None:
    """None for what cannot be told from others: each resource has a type and an id."""
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return None
    if resource["resourceType"] == "OperationOutcome":
        return resource
    return resource if is_id(resource.get("id")) else None


def _mode(entry: object) -> object:
    search = entry.get("search") if isinstance(entry, dict) else None
    return search.get("mode") if isinstance(search, dict) else None


def _warns(outcome: Json) -> bool:
    """Or whatever else it is that cannot be read as good news."""
    issues = outcome.get("issue") or []
    if not isinstance(issues, list):
        return True
    return any(not isinstance(i, dict) or i.get("severity") != "information" for i in issues)


def _link(bundle: Json, relation: str) -> str | None:
    """The address of another page as the EHR gives it: nobody else knows how to make one."""
    for link in _list(bundle, "link"):
        if isinstance(link, dict) and link.get("relation") == relation:
            url = link.get("url")
            return url if isinstance(url, str) else ""
    return None


def _applied(address: str | None) -> frozenset[str] | None:
    """An EHR that does not understand a parameter passes over it; its self link says which. One
    that says nothing there, or only names a page, leaves it open.
    """
    try:
        asked = parse_qsl(urlsplit(address or "").query)
    except ValueError:
        return None
    return frozenset(name.split(":")[0] for name, _ in asked) or None


def _list(holder: Json, name: str) -> list[Any]:
    value = holder.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedAnswer(f"Bundle.{name}: not a list")
    return value
