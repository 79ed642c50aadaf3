"""Whether a resource that somebody sends is one: its shape first, then what it points at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from sandbox.references import Resource, local_key, pointers
from sandbox.rest.outcome import Issue, Problem, problem

# Bound to these codes by R4 itself; the models in fhir.resources do not check codes.
_TASK_STATUS = (
    *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled"),
    *("in-progress", "on-hold", "failed", "completed", "entered-in-error"),
)
_PRIORITY = ("routine", "urgent", "asap", "stat")
_CODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Task": {
        "status": _TASK_STATUS,
        "priority": _PRIORITY,
        "intent": (
            *("unknown", "proposal", "plan", "order", "original-order", "reflex-order"),
            *("filler-order", "instance-order", "option"),
        ),
    },
    "Communication": {
        "status": (
            *("preparation", "in-progress", "not-done", "on-hold", "stopped", "completed"),
            *("entered-in-error", "unknown"),
        ),
        "priority": _PRIORITY,
    },
    "QuestionnaireResponse": {
        "status": ("in-progress", "completed", "amended", "entered-in-error", "stopped"),
    },
}


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise problem(400, "structure", "The body is not JSON") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def check_shape(resource: Any, type_: str) -> None:
    """Refuses what is not a resource of this type, naming each place that is wrong."""
    if not isinstance(resource, dict) or resource.get("resourceType") != type_:
        raise problem(400, "structure", f"The body must be a {type_}", f"{type_}.resourceType")
    issues = (*_empty_places(resource, type_), *_unknown_codes(resource, type_))
    issues = issues or tuple(_model_issues(resource, type_))
    if issues:
        raise Problem(400, issues)


def _empty_places(node: Any, place: str) -> Iterator[Issue]:
    """FHIR's JSON has no empty strings, arrays or objects, and null only beside an extension."""
    if node in ("", [], {}):
        yield Issue("structure", "An element may not be empty", place)
    elif isinstance(node, dict):
        for name, value in node.items():
            if value is None:
                yield Issue("structure", "An element may not be null", f"{place}.{name}")
            yield from _empty_places(value, f"{place}.{name}")
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _empty_places(value, f"{place}[{position}]")


def _unknown_codes(resource: Resource, type_: str) -> Iterator[Issue]:
    for name, codes in _CODES.get(type_, {}).items():
        if name in resource and resource[name] not in codes:
            yield Issue("code-invalid", f"Not one of {', '.join(codes)}", f"{type_}.{name}")


def _model_issues(resource: Resource, type_: str) -> Iterator[Issue]:
    from pydantic import ValidationError

    try:
        _model(type_).model_validate(resource)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False, include_input=False, include_context=False):
            code = "required" if error["type"].endswith("missing") else "structure"
            yield Issue(code, error["msg"], _expression(type_, error["loc"]))


@lru_cache
def _model(type_: str) -> Any:
    """Loaded when first needed: the models take longer to import than the server to start."""
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(type_)


def _expression(type_: str, place: tuple[int | str, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return type_ + "".join(parts)


def check_references(resource: Resource, exists: Callable[[str], bool]) -> None:
    """Refuses a reference to nothing. What lies on other servers cannot be known."""
    type_ = resource["resourceType"]
    contained = {f"#{inner.get('id')}" for inner in resource.get("contained", ())}
    issues = tuple(
        Issue("not-found", f"{text} is not on this server", f"{type_}")
        for text in sorted(set(pointers(resource)))
        if not _is_elsewhere(text) and text not in contained and not _leads(text, exists)
    )
    if issues:
        raise Problem(422, issues)


def _is_elsewhere(text: str) -> bool:
    return text.startswith(("http://", "https://", "urn:oid:")) or text == "#"


def _leads(text: str, exists: Callable[[str], bool]) -> bool:
    key = local_key(text)
    return key is not None and exists(key)
