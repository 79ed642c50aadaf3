"""Scopes that are granted otherwise than they were asked for: fewer, more, or in other words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from werkzeug.wrappers import Response

from sandbox.faults.exchange import Exchange, object_in
from sandbox.faults.notes import notes_of

Forms = Literal["v1", "v2", "split", "uri"]

_RECORD = re.compile(
    r"(?P<place>(?:patient|user)/[A-Za-z*]+)\.(?P<rights>read|write|\*|[cruds]+)(?P<filter>\?.+)?"
)
_LETTERS = {"read": "rs", "write": "cud", "*": "cruds"}
_SMART_URI = "http://smarthealthit.org/fhir/scopes/"
_OPENID_URI = "http://openid.net/specs/openid-connect-core-1_0#"
_OF_OPENID = ("openid", "profile", "offline_access")


@dataclass(frozen=True)
class Scopes:
    """`deny` takes whole scopes (`openid`, `patient/Task`) or letters of them (`patient/Task.c`),
    `extra` adds some, and both are really so; `written` only says it in other words."""

    deny: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    written: Forms | None = None

    def answer(self, exchange: Exchange) -> Response:
        notes_of(exchange.environ).orders.append(self)
        response = exchange.proceed()
        content = object_in(response)
        if self.written and content is not None and "scope" in content:
            scopes = content["scope"].split()
            said = " ".join(dict.fromkeys(_in_words(scopes, _FORMS[self.written])))
            response.set_data(json.dumps({**content, "scope": said}))
        return response

    def granted(self, scope: str) -> str:
        left = (self._left_of(each) for each in scope.split())
        return " ".join(dict.fromkeys((*filter(None, left), *self.extra)))

    def _left_of(self, scope: str) -> str:
        for denied in self.deny:
            scope = _without(scope, denied) if scope else ""
        return scope


def _without(scope: str, denied: str) -> str:
    place, _, letters = denied.partition(".")
    found = _RECORD.fullmatch(scope)
    if found is None:
        return "" if scope == denied else scope
    if found["place"] != place:
        return scope
    taken = _LETTERS.get(letters, letters) or "cruds"
    left = "".join(letter for letter in _letters_of(found) if letter not in taken)
    return f"{place}.{left}{found['filter'] or ''}" if left else ""


def _letters_of(found: re.Match[str]) -> str:
    return _LETTERS.get(found["rights"], found["rights"])


# --- other words ----------------------------------------------------------------------------


def _in_words(scopes: Iterable[str], form: Callable[[str], list[str]]) -> Iterable[str]:
    return (word for scope in scopes for word in form(scope))


def _version_1(scope: str) -> list[str]:
    """As an old server has it: where a letter is granted, so are those beside it."""
    found = _RECORD.fullmatch(scope)
    if found is None:
        return [scope]
    words = {"read": "rs", "write": "cud"}
    held = set(_letters_of(found))
    return [f"{found['place']}.{word}" for word, letters in words.items() if held & set(letters)]


def _version_2(scope: str) -> list[str]:
    found = _RECORD.fullmatch(scope)
    return [f"{found['place']}.{_letters_of(found)}{found['filter'] or ''}"] if found else [scope]


def _one_letter_each(scope: str) -> list[str]:
    found = _RECORD.fullmatch(scope)
    if found is None:
        return [scope]
    return [f"{found['place']}.{letter}{found['filter'] or ''}" for letter in _letters_of(found)]


def _uri(scope: str) -> list[str]:
    return [(_OPENID_URI if scope in _OF_OPENID else _SMART_URI) + scope]


_FORMS: Mapping[str, Callable[[str], list[str]]] = {
    "v1": _version_1,
    "v2": _version_2,
    "split": _one_letter_each,
    "uri": _uri,
}
