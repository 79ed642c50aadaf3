"""Where a request is, in words for the patient."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from smartapp.pages.when import moment_words
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.progress import step_reached, way_of
from smartapp.workflow.requests import NURSES, Request, Stage

WRITTEN_TIME = re.compile(
    r"(?P<who>(?:.*, )?)(?P<day>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d)", re.ASCII
)


def stage_words(words: Words, request: Request, topic: Topic | None = None) -> str:
    reached = step_reached(topic, request)
    if reached is not None:
        return in_locale(reached.words, words.locale)
    if request.is_bare_form:
        return words("In the clinic’s record")
    return _stage_name(words, request, request.stage)


def title_of(words: Words, request: Request, topic: Topic | None) -> str:
    """By the clinic's own short name for it, in the language of who reads."""
    if request.is_reading:
        return words("Home readings")
    if topic is None:
        return request.root.subject_line or words("A message")
    name = in_locale(topic.words.short, words.locale)
    about = _in_words(words, request.about)
    return f"{name}: {about}" if about else name


def _in_words(words: Words, about: str) -> str:
    """A time that was asked for stands in the record in a way that no language owns."""
    found = WRITTEN_TIME.fullmatch(about)
    if found is None:
        return about
    try:
        day = words.weekday(date.fromisoformat(found["day"]))
    except ValueError:
        return about
    return f"{found['who']}{day}, {words.clock(found['time'])}"


def _stage_name(words: Words, request: Request, stage: Stage) -> str:
    is_nurses = request.routing is not None and request.routing.queue == NURSES
    return {
        Stage.RECEIVED: words("The clinic has it"),
        Stage.WITH_NURSE: words("A nurse is working on it")
        if is_nurses
        else words("Somebody at the clinic is working on it"),
        Stage.WITH_DOCTOR: words("With the doctor"),
        Stage.WAITING: words("The clinic asked you something"),
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


def steps_of(words: Words, request: Request, topic: Topic | None = None) -> tuple[Step, ...]:
    """The way of a request. The doctor is on it only where the request went to one, and a question
    to the patient only as long as it waits for them.
    """
    reached = step_reached(topic, request)
    when = _times(words, request)
    if topic is not None and reached is not None:
        names = [in_locale(each.words, words.locale) for each in way_of(topic, reached)]
        ends = [] if reached.ends or request.is_closed else [words("Finished")]
        times = [when.get(Stage.RECEIVED, "")]
        return _steps(words, [*names, *ends], len(names) - 1, times)
    if request.is_bare_form:
        return _steps(words, [words("In the clinic’s record")], 0, [when.get(Stage.RECEIVED, "")])
    now = request.stage
    way = [Stage.RECEIVED, Stage.WITH_NURSE, Stage.ANSWERED, Stage.CLOSED]
    if now in {Stage.WITH_DOCTOR, Stage.WAITING}:
        way.insert(2, now)
    names = [_stage_name(words, request, stage) for stage in way]
    return _steps(words, names, way.index(now), [when.get(stage, "") for stage in way])


def _steps(words: Words, names: Sequence[str], here: int, times: Sequence[str]) -> tuple[Step, ...]:
    states = (words("done"), words("it is here now"), words("still to come"))
    return tuple(
        Step(
            text=name,
            done=index < here,
            current=index == here,
            state=states[(index >= here) + (index > here)],
            when=when if index <= here else "",
        )
        for index, (name, when) in enumerate(zip_longest(names, times, fillvalue=""))
    )


def _times(words: Words, request: Request) -> dict[Stage, str]:
    times = {}
    if request.root.sent:
        times[Stage.RECEIVED] = moment_words(words, request.root.sent)
    answer = request.last_answer
    if answer and answer.sent:
        times[Stage.ANSWERED] = moment_words(words, answer.sent)
    return times
