"""What the EHR holds is compared with what was sent: as sent, however it is written."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from smartapp.fhir.likeness import holds
from tests.fhir import writing

Spoil = Callable[[dict[str, Any]], object]


def changed(make: Callable[[], dict[str, Any]], spoil: Spoil) -> tuple[Any, Any]:
    stored = copy.deepcopy(make())
    spoil(stored)
    return stored, make()


@pytest.mark.parametrize("make", [writing.message, writing.task, writing.response])
def test_what_was_sent_is_held(make: Callable[[], dict[str, Any]]) -> None:
    assert holds(make() | {"id": "5", "meta": {"versionId": "1"}, "text": {"div": "..."}}, make())


@pytest.mark.parametrize(
    ("make", "spoil"),
    [
        (
            writing.task,
            lambda t: t["restriction"]["period"].update(end="2026-11-24T17:00:00-05:00"),
        ),
        (writing.task, lambda t: t["restriction"]["period"].update(end="2026-11-24T22:00:00.000Z")),
        (writing.task, lambda t: t["focus"].update(reference="Communication/other-name")),
        (writing.task, lambda t: t["input"].insert(0, {"type": {"text": "theirs"}})),
        (writing.task, lambda t: t["performerType"][0]["coding"].insert(0, {"code": "theirs"})),
        (writing.message, lambda m: m["identifier"].insert(0, {"value": "theirs"})),
        (writing.message, lambda m: m["extension"].append({"url": "urn:theirs"})),
        (writing.message, lambda m: m["extension"][0]["extension"][-1].update(id="x")),
        (writing.message, lambda m: m["category"][0].update(id="x")),
        (writing.response, lambda r: r.update(author={"display": "somebody"})),
    ],
)
def test_an_ehr_may_add_and_write_it_another_way(
    make: Callable[[], dict[str, Any]], spoil: Spoil
) -> None:
    assert holds(*changed(make, spoil))


@pytest.mark.parametrize(
    ("make", "spoil"),
    [
        (writing.message, lambda m: m["payload"][0].update(contentString="I have 3 tablets")),
        (writing.message, lambda m: m.pop("payload")),
        (writing.message, lambda m: m.update(status="in-progress")),
        (writing.message, lambda m: m.pop("extension")),
        (writing.message, lambda m: m.pop("identifier")),
        (writing.message, lambda m: m.pop("about")),
        (writing.message, lambda m: m.update(priority="routine")),
        (writing.message, lambda m: m["extension"][0]["extension"].pop(0)),
        (writing.task, lambda t: t["restriction"]["period"].update(end="2026-11-24T17:00:00Z")),
        (writing.task, lambda t: t["restriction"]["period"].update(end="2026-11-24")),
        (writing.task, lambda t: t.pop("focus")),
        (writing.task, lambda t: t.update(focus={"display": "a message"})),
        (writing.task, lambda t: t["input"].pop()),
        (writing.task, lambda t: t["input"].reverse()),
        (writing.response, lambda r: r["item"][0]["answer"][0]["valueCoding"].update(code="some")),
        (writing.response, lambda r: r["item"].pop()),
        (writing.response, lambda r: r.update(item="none")),
        (writing.response, lambda r: r.update(questionnaire="urn:other|1")),
    ],
)
def test_what_was_changed_or_dropped_is_noticed(
    make: Callable[[], dict[str, Any]], spoil: Spoil
) -> None:
    assert not holds(*changed(make, spoil))


@pytest.mark.parametrize(
    ("stored", "sent", "same"),
    [
        ("one\r\ntwo", "one\ntwo", True),
        ("caf\u00e9", "cafe\u0301", True),
        (" words ", "words", True),
        ("words", "Words", False),
        (Decimal("1.50"), Decimal("1.5"), True),
        (1, Decimal("1.0"), True),
        (True, 1, False),
        (1, True, False),
        ("1", 1, False),
        (None, "words", False),
        (["a"], ["a", "a"], False),
        (["a", "b", "a"], ["a", "a"], True),
    ],
)
def test_values_are_compared_as_people_read_them(stored: object, sent: object, same: bool) -> None:
    task = {"resourceType": "Task"}

    assert holds(task | {"input": [{"value": stored}]}, task | {"input": [{"value": sent}]}) is same
