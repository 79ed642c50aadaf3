"""What a resource says of others that are not for who reads: taken out before anything sees it."""

from __future__ import annotations

import re
from typing import Any

from smartapp.fhir.element import Json

_APART = re.compile(r"[/?#|]")  # what a pointer may be made of, however it is written


def without_private(body: Json, kinds: frozenset[str]) -> Json:
    """The same, but for the words beside pointers to these types, and what is contained of them."""
    made = _copied(body, kinds, frozenset())
    return made if isinstance(made, dict) else {}


def _copied(value: Any, kinds: frozenset[str], gone: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_copied(each, kinds, gone) for each in value]
    if not isinstance(value, dict):
        return value
    contained = value.get("contained")
    if isinstance(contained, list):
        hidden = [each for each in contained if _kind(each) in kinds]
        gone = frozenset(f"#{each.get('id')}" for each in hidden)
        value = {**value, "contained": [each for each in contained if each not in hidden]}
    dropped = "display" if _leads_to(value, kinds, gone) else None
    return {name: _copied(each, kinds, gone) for name, each in value.items() if name != dropped}


def _kind(resource: object) -> object:
    return resource.get("resourceType") if isinstance(resource, dict) else None


def _leads_to(node: Json, kinds: frozenset[str], gone: frozenset[str]) -> bool:
    pointer, said = node.get("reference"), node.get("type")
    if isinstance(said, str) and said.rpartition("/")[2] in kinds:
        return True
    if not isinstance(pointer, str):
        return False
    return pointer in gone or not kinds.isdisjoint(_APART.split(pointer))
