"""How far work of a topic has come that has steps of its own, such as a correction of the record.

The codes are those of HL7's patient-correction guide, as the topic lists them. The clinic's system
may say itself which step was reached; otherwise what staff did in this app says it.
"""

from __future__ import annotations

from collections.abc import Mapping

from smartapp.workflow.policy.intake import Progress
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request, Stage

_BY_STAGE: Mapping[Stage, str] = {
    Stage.RECEIVED: "queued",
    Stage.WITH_NURSE: "in-review",
    Stage.WITH_DOCTOR: "in-review",
    Stage.WAITING: "waiting-for-information",
    Stage.ANSWERED: "in-review",
}
FIRST = ("queued", "in-review")  # that every one of them goes through


def step_reached(topic: Topic | None, request: Request) -> Progress | None:
    """None where the topic has no such steps, or nobody knows which was reached."""
    if topic is None or not topic.progress:
        return None
    return _said(topic, request) or _named(topic, _shown(request))


def way_of(topic: Topic, reached: Progress) -> tuple[Progress, ...]:
    """The steps up to the one that was reached: how it ends is nobody's to promise."""
    first = tuple(step for code in FIRST if (step := _named(topic, code)) is not None)
    return (*first[: first.index(reached)], reached) if reached in first else (*first, reached)


def _said(topic: Topic, request: Request) -> Progress | None:
    said = request.work.business_status if request.work else None
    if said is None:
        return None
    return next((each for each in topic.progress if said.has(each.system, each.code)), None)


def _shown(request: Request) -> str:
    outcome = request.task.outcome if request.task else None
    if not request.is_closed:
        return _BY_STAGE.get(request.stage, "")
    return next((each.code for each in outcome.codings), "") if outcome else ""


def _named(topic: Topic, code: str) -> Progress | None:
    return next((each for each in topic.progress if each.code == code), None)
