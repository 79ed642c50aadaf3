"""Bundles that are sent to the base: a batch one by one, a transaction all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from sandbox.references import key_of, repointed
from sandbox.rest.interactions import Caller, Reply
from sandbox.rest.outcome import Problem, outcome, problem
from sandbox.store import Store

Json = dict[str, Any]

_ORDER = {"POST": 1, "PUT": 2, "GET": 3}  # as R4 works through a transaction


@dataclass(frozen=True)
class Entry:
    position: int
    method: str
    url: str  # relative to the base
    full_url: str
    resource: Any
    if_none_exist: str | None
    if_match: str | None


def answer(caller: Caller, bundle: Any) -> Reply:
    match bundle:
        case {"resourceType": "Bundle", "type": "batch" | "transaction" as kind}:
            work = _batch if kind == "batch" else _transaction
        case _:
            why = "Send a Bundle of type batch or transaction"
            raise problem(400, "invalid", why, "Bundle.type")
    answers = work(caller, list(_entries(caller, bundle)))
    held = {"entry": answers} if answers else {}
    return Reply(200, {"resourceType": "Bundle", "type": f"{kind}-response", **held})


def _entries(caller: Caller, bundle: Any) -> Iterator[Entry]:
    for position, raw in enumerate(bundle.get("entry", ())):
        match raw:
            case {"request": {"method": str(method), "url": str(url)} as request}:
                yield Entry(
                    position,
                    method,
                    url.removeprefix(f"{caller.base}/").removeprefix("/"),
                    raw.get("fullUrl", ""),
                    raw.get("resource"),
                    request.get("ifNoneExist"),
                    request.get("ifMatch"),
                )
            case _:
                place = f"Bundle.entry[{position}].request"
                raise problem(400, "required", "An entry needs a method and a url", place)


def _batch(caller: Caller, entries: list[Entry]) -> list[Json]:
    answers = []
    for entry in entries:
        try:
            answers.append(_answered(caller, _done(caller, entry)))
        except Problem as wrong:
            status = _status_line(wrong.status)
            answers.append({"response": {"status": status, "outcome": outcome(wrong.issues)}})
    return answers


def _transaction(caller: Caller, entries: list[Entry]) -> list[Json]:
    with caller.store.transaction():
        replies = _already_there(caller, entries)
        new = {e.position: Store.new_id() for e in entries if e.position not in replies}
        keys = {e.full_url: _key(e, replies, new) for e in entries if e.method in ("POST", "PUT")}
        for entry in sorted(entries, key=lambda entry: _ORDER.get(entry.method, 0)):
            if entry.position not in replies:
                with _naming(entry):
                    resolved = replace(
                        entry,
                        resource=repointed(entry.resource, lambda text: keys.get(text, text)),
                        if_none_exist=None,
                    )
                    replies[entry.position] = _done(
                        caller, resolved, new[entry.position], frozenset(keys.values())
                    )
    return [_answered(caller, replies[entry.position]) for entry in entries]


def _already_there(caller: Caller, entries: list[Entry]) -> dict[int, Reply]:
    """The creates whose `ifNoneExist` finds what they would create."""
    asked = [(e.url, e.if_none_exist) for e in entries if e.if_none_exist is not None]
    if len(asked) != len(set(asked)):
        raise problem(400, "duplicate", "Two entries have the same ifNoneExist")
    replies = {}
    for entry in entries:
        if entry.if_none_exist is not None:
            with _naming(entry):
                existing = caller.existing(entry.url, entry.if_none_exist)
            if existing is not None:
                replies[entry.position] = Reply(200, existing, located=True)
    return replies


def _key(entry: Entry, replies: Mapping[int, Reply], new: Mapping[int, str]) -> str:
    """What the entry's resource will be called on this server."""
    if entry.method == "PUT":
        return entry.url
    if entry.position in replies:
        return key_of(replies[entry.position].resource)
    return f"{entry.url}/{new[entry.position]}"


@contextmanager
def _naming(entry: Entry) -> Iterator[None]:
    """Says of which entry a problem is: the answer to a transaction is one outcome for all."""
    try:
        yield
    except Problem as wrong:
        said = f"Entry {entry.position}: "
        issues = (replace(i, diagnostics=said + i.diagnostics) for i in wrong.issues)
        raise Problem(wrong.status, tuple(issues), wrong.headers) from None


def _done(
    caller: Caller, entry: Entry, new_id: str | None = None, coming: frozenset[str] = frozenset()
) -> Reply:
    path, _, query = entry.url.partition("?")
    match entry.method, path.split("/"):
        case "POST", [type_] if not query:
            return caller.create(
                entry.resource, type_, if_none_exist=entry.if_none_exist, id_=new_id, coming=coming
            )
        case "PUT", [type_, id_] if not query:
            return caller.update(entry.resource, type_, id_, if_match=entry.if_match, coming=coming)
        case "GET", [type_]:
            return caller.search(type_, parse_qsl(query))
        case "GET", [type_, id_]:
            return caller.read(type_, id_)
        case "GET", [type_, id_, "_history", version]:
            return caller.vread(type_, id_, version)
    raise problem(400, "not-supported", f"A Bundle cannot ask for {entry.method} {path}")


def _answered(caller: Caller, reply: Reply) -> Json:
    headers = reply.headers(caller.base)
    response = {"status": _status_line(reply.status)}
    if headers:
        response |= {
            "location": headers["Location"],
            "etag": headers["ETag"],
            "lastModified": reply.resource["meta"]["lastUpdated"],
        }
    return {"resource": reply.resource, "response": response}


def _status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
