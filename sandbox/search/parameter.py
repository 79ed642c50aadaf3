"""One search parameter: of what kind it is, and where in a resource it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["token", "reference", "date", "string", "uri"]


@dataclass(frozen=True)
class Parameter:
    kind: Kind
    paths: tuple[tuple[str, ...], ...]
    only: str = ""  # a reference that counts only where it points at this type


def _parameter(kind: Kind, paths: tuple[str, ...], only: str = "") -> Parameter:
    return Parameter(kind, tuple(tuple(path.split(".")) for path in paths), only)


def token(*paths: str) -> Parameter:
    return _parameter("token", paths)


def reference(*paths: str, only: str = "") -> Parameter:
    return _parameter("reference", paths, only)


def date(*paths: str) -> Parameter:
    return _parameter("date", paths)


def string(*paths: str) -> Parameter:
    return _parameter("string", paths)


def uri(*paths: str) -> Parameter:
    return _parameter("uri", paths)


def patient(path: str) -> Parameter:
    return reference(path, only="Patient")
