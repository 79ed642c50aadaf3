"""Whether a resource answers one parameter: how each kind reads values and compares them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sandbox.references import Resource, local_key
from sandbox.search.dates import COMPARISONS, Span, span_between, span_of
from sandbox.search.parameter import Kind, Parameter
from sandbox.search.parameters import PARAMETERS

Test = Callable[[Any], bool]  # of one value in the resource


class SearchProblem(ValueError):
    """A search that this server must not answer by guessing."""


@dataclass(frozen=True)
class Lookup:
    """Every match is under one of these keys of an index of the store."""

    index: Literal["id", "identifier", "target"]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Criterion:
    """One parameter of a search. Alternatives within it are joined by "or"."""

    parameter: Parameter
    tests: tuple[Test, ...]
    wanted: bool = True  # False for `:not`, which also finds resources that hold no value
    lookup: Lookup | None = None

    def matches(self, resource: Resource) -> bool:
        values = values_at(resource, self.parameter)
        return any(test(value) for value in values for test in self.tests) == self.wanted


def criterion(type_: str, asked: str, text: str, *, base: str) -> Criterion | None:
    """What `name:modifier=text` asks of a resource, or None if the name is not known here."""
    name, _, modifier = asked.partition(":")
    parameter = PARAMETERS[type_].get(name)
    if parameter is None:
        return None
    if modifier == "missing":
        if text not in ("true", "false"):
            raise SearchProblem(f"{asked} takes true or false")
        return Criterion(parameter, (lambda _: True,), wanted=text == "false")
    if modifier not in _MODIFIERS[parameter.kind] and not _names_a_type(parameter, modifier):
        raise SearchProblem(f"{name} does not know the modifier :{modifier}")
    alternatives = _split(text)
    if parameter.kind == "reference":
        return _pointing(parameter, modifier, alternatives, base)
    tests = tuple(_TESTS[parameter.kind](modifier, said) for said in alternatives)
    lookup = _token_lookup(parameter, alternatives) if not modifier else None
    return Criterion(parameter, tests, wanted=modifier != "not", lookup=lookup)


def values_at(resource: Resource, parameter: Parameter) -> Iterator[Any]:
    for path in parameter.paths:
        for value in _walk(resource, path):
            if not parameter.only or _points_at(value, parameter.only):
                yield value


def _walk(node: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, path)
    elif not path:
        yield node
    elif isinstance(node, Mapping) and path[0] in node:
        yield from _walk(node[path[0]], path[1:])


# --- tokens -------------------------------------------------------------------------------


def _token(modifier: str, text: str) -> Test:
    if modifier == "text":
        start = folded(_plain(text))
        return lambda value: any(folded(said).startswith(start) for said in _said_by(value))
    before, bar, after = _partition(text)
    system, code = (_plain(before), _plain(after)) if bar else ("", _plain(before))
    if not bar:
        return lambda value: any(code == held for _, held in codes_of(value))
    if not code:
        return lambda value: any(system == held for held, _ in codes_of(value))
    # A plain `code` element has its system from its definition, so it answers to any.
    return lambda value: any(
        code == held and (within == system or isinstance(value, str))
        for within, held in codes_of(value)
    )


def codes_of(value: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of whatever can carry a code: an empty system is one that is not stated."""
    match value:
        case bool():
            yield "", str(value).lower()
        case str():
            yield "", value
        case {"coding": list(codings)}:
            for coding in codings:
                yield from codes_of(coding)
        case {"code": str(code)} | {"value": str(code)}:
            yield str(value.get("system", "")), code


def _said_by(value: Any) -> Iterator[str]:
    """The words that go with a code: of a concept, a coding or an identifier's type."""
    if not isinstance(value, Mapping):
        return
    for name in ("text", "display"):
        if isinstance(value.get(name), str):
            yield value[name]
    for coding in value.get("coding", ()):
        yield from _said_by(coding)
    yield from _said_by(value.get("type"))


def _token_lookup(parameter: Parameter, alternatives: tuple[str, ...]) -> Lookup | None:
    if parameter.paths == (("id",),):
        return Lookup("id", alternatives)
    codes = tuple(
        _plain(after if bar else before) for before, bar, after in map(_partition, alternatives)
    )
    if parameter.paths == (("identifier",),) and all(codes):
        return Lookup("identifier", codes)
    return None


# --- references ---------------------------------------------------------------------------


def _pointing(
    parameter: Parameter, modifier: str, alternatives: tuple[str, ...], base: str
) -> Criterion:
    wanted = [_wanted(_plain(text), modifier or parameter.only, base) for text in alternatives]
    lookup = Lookup("target", tuple(wanted)) if all(map(local_key, wanted)) else None
    return Criterion(parameter, tuple(_reference(text) for text in wanted), lookup=lookup)


def _wanted(text: str, type_: str, base: str) -> str:
    """`Type/id` as far as it can be said; anything else as it was asked."""
    relative = text.removeprefix(f"{base}/")
    if type_ and "/" not in relative:
        relative = f"{type_}/{relative}"
    return local_key(relative) or relative


def _reference(wanted: str) -> Test:
    def points_there(value: Any) -> bool:
        if isinstance(value, str):  # a canonical, which may carry a version
            return wanted in (value, value.partition("|")[0])
        held = _target(value)
        return held == wanted or ("/" not in wanted and held.endswith(f"/{wanted}"))

    return points_there


def _target(value: Any) -> str:
    text = value.get("reference", "") if isinstance(value, Mapping) else ""
    return local_key(text) or text


def _points_at(value: Any, type_: str) -> bool:
    return _target(value).startswith(f"{type_}/")


def _names_a_type(parameter: Parameter, modifier: str) -> bool:
    return parameter.kind == "reference" and modifier in PARAMETERS


# --- dates, strings, addresses -------------------------------------------------------------


def _date(_: str, text: str) -> Test:
    prefix = text[:2] if text[:2] in COMPARISONS else "eq"
    # An offset's "+" that nobody escaped arrives as a space.
    said = text.removeprefix(prefix).replace(" ", "+")
    try:
        asked = span_of(said)
    except ValueError:
        raise SearchProblem("a date is written like ge2026-10-12 or 2026-10-12T14:00:00Z") from None
    compare = COMPARISONS[prefix]

    def compares(value: Any) -> bool:
        held = span_at(value)
        return held is not None and compare(asked, held)

    return compares


def span_at(value: Any) -> Span | None:
    """A date or a Period; None for one that nobody can read."""
    try:
        if isinstance(value, str):
            return span_of(value)
        return span_between(value.get("start"), value.get("end"))
    except (ValueError, AttributeError):
        return None


def _string(modifier: str, text: str) -> Test:
    asked = _plain(text)
    if modifier == "exact":
        return lambda value: asked in words_in(value)
    part = folded(asked)
    if modifier == "contains":
        return lambda value: any(part in folded(words) for words in words_in(value))
    return lambda value: any(folded(words).startswith(part) for words in words_in(value))


def words_in(value: Any) -> Iterator[str]:
    """All that a person would read in a name, an address or a concept."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from words_in(item)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if name not in ("use", "type", "period", "system", "code", "extension"):
                yield from words_in(part)


def _uri(_: str, text: str) -> Test:
    asked = _plain(text)
    return lambda value: bool(value == asked)


@lru_cache(maxsize=100_000)
def folded(text: str) -> str:
    """Letters without case and accents, as a person means them who types a name."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


_MODIFIERS: Mapping[Kind, tuple[str, ...]] = {
    "token": ("", "not", "text"),
    "reference": ("",),
    "date": ("",),
    "string": ("", "exact", "contains"),
    "uri": ("",),
}
_TESTS: Mapping[str, Callable[[str, str], Test]] = {
    "token": _token,
    "date": _date,
    "string": _string,
    "uri": _uri,
}

# --- the escapes of R4: a backslash before a comma, a bar, a dollar or a backslash -----------


def _split(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"(?:[^\\,]|\\.|\\$)+", text))


def _partition(text: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"((?:[^\\|]|\\.)*)(\|?)(.*)", text, re.DOTALL)
    return (found[1], found[2], found[3]) if found else (text, "", "")


def _plain(text: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", text)
