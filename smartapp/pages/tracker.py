"""Where a request is, in words for the patient."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.when import moment_words
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.requests import Request, Stage


def stage_words(words: Words, request: Request) -> str:
    return _stage_name(words, request.stage)


def title_of(words: Words, request: Request, topic: Topic | None) -> str:
    """By the clinic's own short name for it, in the language of who reads."""
    if request.is_reading:
        return words("Home readings")
    if topic is None:
        return request.root.subject_line or words("A message")
    name = in_locale(topic.words.short, words.locale)
    return f"{name}: {request.about}" if request.about else name


def _stage_name(words: Words, stage: Stage) -> str:
    return {
        Stage.RECEIVED: words("The clinic has it"),
        Stage.WITH_NURSE: words("A nurse is working on it"),
        Stage.WITH_DOCTOR: words("With the doctor"),
        Stage.ANSWERED: words("Answered"),
        Stage.CLOSED: words("Finished"),
    }[stage]


@dataclass(frozen=True)
class Step:
    text: str
    done: bool
    current: bool
    state: str  # the same in words, for who does not see the marks
    when: str = ""


def steps_of(words: Words, request: Request) -> tuple[Step, ...]:
    """The way of a request. The doctor is on it only where the request went to one."""
    now = request.stage
    way = [Stage.RECEIVED, Stage.WITH_NURSE, Stage.ANSWERED, Stage.CLOSED]
    if now is Stage.WITH_DOCTOR:
        way.insert(2, Stage.WITH_DOCTOR)
    here = way.index(now)
    when = _times(words, request)
    states = (words("done"), words("it is here now"), words("still to come"))
    return tuple(
        Step(
            text=_stage_name(words, stage),
            done=index < here,
            current=index == here,
            state=states[(index >= here) + (index > here)],
            when=when.get(stage, ""),
        )
        for index, stage in enumerate(way)
    )


def _times(words: Words, request: Request) -> dict[Stage, str]:
    times = {}
    if request.root.sent:
        times[Stage.RECEIVED] = moment_words(words, request.root.sent)
    answer = request.last_answer
    if answer and answer.sent:
        times[Stage.ANSWERED] = moment_words(words, answer.sent)
    return times
