"""Open work for a queue as a busy month leaves it, and the order in which it should be shown."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import new_message
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import WorkTask, new_task
from smartapp.workflow.policy.model import Policy, Route
from smartapp.workflow.queue import QueueItem, from_task, order

PEOPLE = ("james-carter", "dorothy-hayes", "maria-lopez", "robert-kowalski", "priya-raman")
TOUCHED = ("received", "accepted", "in-progress", "on-hold")
Json = dict[str, Any]


def decisions(policy: Policy) -> list[tuple[str, Route]]:
    """All that the rules can decide, each as often as rules say so."""
    return [
        (topic.code, route)
        for topic in policy.topics.values()
        for route in (
            *(each.route for each in topic.rules),
            *(each.route for each in topic.red_flags),
        )
    ]


def work(
    policy: Policy, vocabulary: Vocabulary, count: int, now: datetime, seed: int = 7
) -> list[Json]:
    """Most as the rules make it; some taken, handed on, without a time, a priority or a topic."""
    dice = random.Random(seed)  # noqa: S311 - the same every time is what is wanted
    possible = decisions(policy)
    return [_one(policy, vocabulary, dice, possible, number, now) for number in range(count)]


def _one(
    policy: Policy,
    vocabulary: Vocabulary,
    dice: random.Random,
    possible: list[tuple[str, Route]],
    number: int,
    now: datetime,
) -> Json:
    topic, route = dice.choice(possible)
    asked = now - timedelta(minutes=dice.randrange(30 * 24 * 60))
    due = policy.calendar.with_week(route.queue.week).due_after(asked, route.respond_within)
    patient = dice.choice(PEOPLE)
    task = new_task(
        vocabulary=vocabulary,
        identifier=f"long-{number}",
        thread=f"long-{number}",
        topic=(topic, topic),
        description=f"Item {number:05}",
        patient=f"Patient/{patient}",
        requester=(f"Patient/{patient}", ""),
        focus=f"Communication/long-{number}",
        answers=None,
        about=(),
        routing=Routing(
            route.queue.code, str(route.priority), due, "rule", "Because", "1", "said this"
        ),
        queue_words=route.queue.code,
        authored=asked,
    )
    task["id"] = f"long-{number:05}"
    kind = dice.random()
    if kind < 0.06:  # staff changed it: it is due whenever they say, but not before it was asked
        task["status"] = dice.choice(TOUCHED)
        task["priority"] = dice.choice(["routine", "urgent", "asap"])
        changed = asked + timedelta(minutes=dice.randrange(96 * 60))
        task["restriction"] = {"period": {"end": changed.isoformat(timespec="seconds")}}
    elif kind < 0.07:
        del task["priority"]
    elif kind < 0.08:
        task["code"] = {"text": "Of a topic that is no more"}
    return task


def messages(tasks: list[Json], vocabulary: Vocabulary) -> list[Json]:
    """What the patients wrote: each of them made one of these."""
    return [_message(each, vocabulary) for each in tasks]


def _message(task: Json, vocabulary: Vocabulary) -> Json:
    identity = task["focus"]["reference"].removeprefix("Communication/")
    message = new_message(
        vocabulary=vocabulary,
        identifier=identity,
        topic=("refill", "Refill"),
        subject_line=task["description"],
        patient=task["for"]["reference"],
        sender=(task["for"]["reference"], ""),
        sent=datetime.fromisoformat(task["authoredOn"]),
        words="I need more of it. Thank you.",
    )
    return {**message, "id": identity}


def sorted_whole(tasks: list[Json], vocabulary: Vocabulary, works: Any) -> list[QueueItem]:
    """What a queue without any shortcut would show."""
    read = (WorkTask.from_fhir(each, vocabulary) for each in tasks)
    items = [from_task(each) for each in read if each is not None]
    return sorted((each for each in items if works(each.routing.queue)), key=order)
