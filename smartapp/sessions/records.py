"""Frozen values to JSON and back, for what is sealed in the store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> bytes:
    text = json.dumps(asdict(value), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def from_json(kind: type[T], data: bytes) -> T | None:
    """None for a record of another shape: one that a former or a later version wrote."""
    try:
        read: T = _value(kind, json.loads(data.decode("utf-8", "surrogatepass")))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return read


def _value(hint: Any, raw: Any) -> Any:
    """Only shapes are rebuilt: the seal has already shown that we wrote the record ourselves."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return None if raw is None else _value(_stated(inner), raw)
    if origin in (tuple, list):
        return origin(_value(inner[0], item) for item in raw)
    if origin in (dict, Mapping):
        return {name: _value(inner[1], item) for name, item in raw.items()}
    if is_dataclass(hint):
        return _instance(hint, raw)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(raw)
    return raw


def _instance(kind: Any, raw: dict[str, Any]) -> Any:
    hints = _hints(kind)
    return kind(
        **{
            each.name: _value(hints[each.name], raw[each.name])
            for each in fields(kind)
            if each.name in raw
        }
    )


def _stated(inner: tuple[Any, ...]) -> Any:
    return next(each for each in inner if each is not NoneType)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
