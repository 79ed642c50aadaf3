"""What a request is in the EHR, taken apart for a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.app.world import Json, World


def only(found: list[Json]) -> Json:
    (one,) = found
    return one


def messages_in(world: World) -> list[Json]:
    """What patient and clinic wrote to each other, the oldest first: no summaries for the chart."""
    system = world.vocabulary.message
    return [e for e in world.written("Communication") if e["identifier"][0]["system"] == system]


def details(task: Json, kind: str) -> list[Any]:
    """What a Task carries of one kind."""
    found = [each for each in task["input"] if each["type"]["coding"][0]["code"] == kind]
    return [value for each in found for name, value in each.items() if name.startswith("value")]


def routing_of(message: Json) -> dict[str, Any]:
    (extension,) = message["extension"]
    return {
        part["url"]: next(value for name, value in part.items() if name.startswith("value"))
        for part in extension["extension"]
    }


def answers_in(items: list[Json]) -> Iterator[tuple[str, Any]]:
    for item in items:
        yield from answers_in(item.get("item", []))
        for answer in item.get("answer", []):
            (value,) = answer.values()
            yield item["linkId"], value["code"] if isinstance(value, dict) else value


def current_step(html: str) -> str:
    (step,) = (part for part in html.split("<li") if 'aria-current="step"' in part)
    return step
