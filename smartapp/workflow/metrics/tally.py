"""All figures of one period, from all that was read for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.change import Change
from smartapp.fhir.message import Message
from smartapp.fhir.section import Section
from smartapp.fhir.task import WorkTask
from smartapp.workflow.calendar import Calendar
from smartapp.workflow.metrics.experience import Satisfaction
from smartapp.workflow.metrics.handled import Handled, Judging, all_handled
from smartapp.workflow.metrics.reading import Given, Period
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.policy.numbers import LongerSupply
from smartapp.workflow.rating import SCORE


@dataclass(frozen=True)
class Tally:
    """`asked` is what came in within the period; `open_before` came earlier and is not over."""

    policy: Policy
    period: Period
    asked: tuple[Handled, ...]
    open_before: tuple[Handled, ...]
    tasks_known: bool  # False: this EHR has no work items, and what they would say is not known
    whole: bool

    @classmethod
    def of(
        cls,
        policy: Policy,
        period: Period,
        tasks: Section[WorkTask],
        messages: Section[Message],
        is_ours: Callable[[WorkTask, Change], bool],
    ) -> Tally:
        judging = Judging(is_ours, policy.numbers.rule_was_wrong)
        every = all_handled(messages.items, tasks.items, judging)
        return cls(
            policy=policy,
            period=period,
            asked=tuple(each for each in every if period.holds(each.asked)),
            open_before=tuple(each for each in every if each.asked < period.start and each.is_open),
            tasks_known=not tasks.failed,
            whole=tasks.whole and messages.whole,
        )

    @property
    def now(self) -> datetime:
        return self.period.end

    @property
    def open_now(self) -> tuple[Handled, ...]:
        return (*self.open_before, *(each for each in self.asked if each.is_open))

    @property
    def patients(self) -> frozenset[str]:
        return frozenset(each.patient for each in self.asked)

    def hours_of(self, queue: str) -> Calendar:
        """The calendar of the team that works it."""
        return self.policy.calendar.with_week(self.policy.queue(queue).week)


def satisfaction(answers: Iterable[Given], form: str, period: Period) -> Satisfaction:
    """`form` is the address of the form by which patients say how it went."""
    told = [each for each in answers if each.questionnaire == form and period.holds(each.at)]
    scores = (str(value) for each in told for value in each.answers.get(SCORE, ()))
    return Satisfaction.of(int(score) for score in scores if score in {"1", "2", "3", "4", "5"})


@dataclass(frozen=True)
class Spared:
    """Refills that were given for longer, and how many requests they make needless."""

    given: int
    requests: int


def spared(asked: Sequence[Handled], answers: Iterable[Given], rule: LongerSupply) -> Spared:
    wanted = {
        each.submission
        for each in answers
        if rule.answer in (str(value) for value in each.answers.get(rule.question, ()))
    }
    given = sum(
        each.topic == rule.topic and each.outcome == rule.outcome and each.submission in wanted
        for each in asked
    )
    return Spared(given, given * rule.spares)
