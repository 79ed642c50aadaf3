"""Bundles that the server answers with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.references import Resource, key_of
from sandbox.rest.paging import Page

PAGE_PARAMETER = "_page"


def searchset(
    page: Page,
    found: Iterable[Resource],
    others: Iterable[Resource],
    *,
    base: str,
    self_: str,
    next_: str,
) -> dict[str, Any]:
    """`self_` and `next_` are page tokens; the first page says what was searched instead."""
    address = f"{base}/{page.query.type}"
    links = [{"relation": "self", "url": _page_url(address, self_) or _asked(address, page)}]
    if next_:
        links.append({"relation": "next", "url": _page_url(address, next_)})
    entries = [
        *(_entry(resource, "match", base) for resource in found),
        *(_entry(resource, "include", base) for resource in others),
    ]
    total = {"total": len(page.keys)} if page.query.with_total else {}
    return _bundle("searchset", {**total, "link": links}, entries)


def history_bundle(versions: list[Resource], base: str) -> dict[str, Any]:
    entries = [
        {
            "fullUrl": f"{base}/{key_of(version)}",
            "resource": version,
            "request": _made_by(version),
            "response": {
                "status": "201" if version["meta"]["versionId"] == "1" else "200",
                "etag": f'W/"{version["meta"]["versionId"]}"',
                "lastModified": version["meta"]["lastUpdated"],
            },
        }
        for version in versions
    ]
    return _bundle("history", {"total": len(versions)}, entries)


def _made_by(version: Resource) -> dict[str, str]:
    if version["meta"]["versionId"] == "1":
        return {"method": "POST", "url": version["resourceType"]}
    return {"method": "PUT", "url": key_of(version)}


def _bundle(type_: str, about: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    held = {"entry": entries} if entries else {}
    return {"resourceType": "Bundle", "type": type_, **about, **held}


def _entry(resource: Resource, mode: str, base: str) -> dict[str, Any]:
    return {
        "fullUrl": f"{base}/{key_of(resource)}",
        "resource": resource,
        "search": {"mode": mode},
    }


def _page_url(address: str, token: str) -> str:
    return f"{address}?{PAGE_PARAMETER}={token}" if token else ""


def _asked(address: str, page: Page) -> str:
    """Only what was applied: a client reads here what the server did not understand."""
    applied = urlencode(page.query.applied, quote_via=quote, safe=":/,|$")
    return f"{address}?{applied}" if applied else address
