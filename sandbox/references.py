"""How resources name each other: `Type/id`, wherever in a resource it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Resource = Mapping[str, Any]  # as stored: never changed, replaced by its next version

_LOCAL = re.compile(
    r"(?P<key>[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)


def key_of(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def local_key(text: object) -> str | None:
    """`Type/id` without its version, or None for anything that is not on this server."""
    found = _LOCAL.fullmatch(text) if isinstance(text, str) else None
    return found["key"] if found else None


def pointers(node: object) -> Iterator[str]:
    """Every text by which this resource points at something, whatever it points at."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if isinstance(value, str):
                if _is_pointer(name, value):
                    yield value
            else:
                yield from pointers(value)
    elif isinstance(node, list):
        for value in node:
            yield from pointers(value)


def mentions(resource: Resource) -> set[str]:
    return {key for text in pointers(resource) if (key := local_key(text))}


def repointed(node: Any, change: Callable[[str], str]) -> Any:
    """A copy in which every pointer went through `change`."""
    if isinstance(node, Mapping):
        return {name: _repointed_element(name, value, change) for name, value in node.items()}
    if isinstance(node, list):
        return [repointed(value, change) for value in node]
    return node


def _repointed_element(name: str, value: Any, change: Callable[[str], str]) -> Any:
    if not isinstance(value, str):
        return repointed(value, change)
    changed = change(value) if name in ("reference", "url") else value
    return changed if _is_pointer(name, changed) else value


def _is_pointer(name: str, text: str) -> bool:
    """Attachments point by `url`; so do many things that name no resource, but never a Binary."""
    return name == "reference" or (name == "url" and text.startswith("Binary/"))
