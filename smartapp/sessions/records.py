"""Frozen values to JSON and back, for what is sealed in the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

Reader = Callable[[Any], Any]

_READERS: dict[Any, Reader] = {}


def to_json(value: Any) -> bytes:
    text = json.dumps(asdict(value), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def from_json(kind: type[T], data: bytes) -> T | None:
    """None for a record of another shape: one that a former or a later version wrote."""
    try:
        read: T = _of_class(kind)(json.loads(data.decode("utf-8", "surrogatepass")))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return read


def _of_class(kind: Any) -> Reader:
    """Every page reads a session: what its class looks like is found out once."""
    read = _READERS.get(kind)
    if read is None:
        read = _READERS[kind] = _made_for(kind)
    return read


def _made_for(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    readers = [(each.name, _reader(hints[each.name])) for each in fields(kind)]

    def instance(raw: dict[str, Any]) -> Any:
        return kind(
            **{
                name: raw[name] if read is None else read(raw[name])
                for name, read in readers
                if name in raw
            }
        )

    return instance


def _reader(hint: Any) -> Reader | None:
    """None for what JSON holds as it is. Only shapes are rebuilt: the seal has already shown that
    we wrote the record ourselves.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        stated = _reader(_stated(inner))
        return stated and (lambda raw: None if raw is None else stated(raw))
    if origin in (tuple, list):
        item = _reader(inner[0]) or _same
        return lambda raw: origin(item(each) for each in raw)
    if origin in (dict, Mapping):
        value = _reader(inner[1]) or _same
        return lambda raw: {name: value(each) for name, each in raw.items()}
    if is_dataclass(hint):
        return lambda raw: _of_class(hint)(raw)  # not yet: a class may hold others of its kind
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return None


def _same(raw: Any) -> Any:
    return raw


def _stated(inner: tuple[Any, ...]) -> Any:
    return next(each for each in inner if each is not NoneType)
