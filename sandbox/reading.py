"""Dataclasses from the JSON that a tester sends, or a word on what is wrong with it."""

from __future__ import annotations

from dataclasses import MISSING, fields
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Unclear(ValueError):
    """Says which part of what was sent cannot be followed."""


def read(kind: type[T], json: Any, place: str) -> T:
    """No field that the dataclass has not, none missing, all of their type."""
    if not isinstance(json, dict):
        raise Unclear(f"{place} is an object")
    hints = get_type_hints(kind)
    if unknown := set(json) - set(hints):
        raise Unclear(f"{place} has no {', '.join(sorted(unknown))}")
    for part in fields(kind):  # type: ignore[arg-type]  # every kind is a dataclass
        if part.name not in json and part.default is part.default_factory is MISSING:
            raise Unclear(f"{place}.{part.name} is missing")
        if part.name in json and not _fits(json[part.name], hints[part.name]):
            raise Unclear(f"{place}.{part.name} cannot be {json[part.name]!r}")
    return kind(**json)


def _fits(value: object, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return any(_fits(value, each) for each in arguments)
    if origin is Literal:
        return value in arguments
    if origin is list:
        return isinstance(value, list) and all(_fits(each, arguments[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(each, arguments[1]) for each in value.values())
    if hint is Any:
        return True
    if isinstance(value, bool):
        return hint is bool
    if hint is float:
        return isinstance(value, int | float)
    return isinstance(value, hint)
