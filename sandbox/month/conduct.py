"""What staff do with a request: most of it well, some late, some the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sandbox.month.events import Event, Placed
from sandbox.month.hours import Shifts
from sandbox.month.people import Person
from sandbox.people.cast import (
    BILLING_SHAW,
    DR_LINDQVIST,
    DR_OSMAN,
    DR_PATEL,
    FRONTDESK_KIM,
    MANAGER_LEE,
    NURSE_BERG,
    NURSE_OKAFOR,
    PHARM_RUIZ,
)
from sandbox.people.shapes import Ref

PHYSICIAN = "physician"
TEAMS = {
    "nurse-triage": (NURSE_OKAFOR, NURSE_OKAFOR, NURSE_BERG),
    "refills": (NURSE_BERG, NURSE_BERG, NURSE_OKAFOR),
    "pharmacy": (PHARM_RUIZ,),
    PHYSICIAN: (DR_PATEL, DR_PATEL, DR_LINDQVIST, DR_OSMAN),
    "front-desk": (FRONTDESK_KIM,),
    "billing": (BILLING_SHAW,),
    "records": (FRONTDESK_KIM, MANAGER_LEE),
    "management": (MANAGER_LEE,),
    "review": (NURSE_OKAFOR, MANAGER_LEE),
}
MINUTES = {PHYSICIAN: (3, 12), "nurse-triage": (3, 11), "refills": (1, 5)}
USUAL_MINUTES = (2, 7)

# Where a rule is wrong more often than others, somebody has to look at the rule.
MISROUTED = {"medical-question": 0.13, "test-result": 0.09, "billing": 0.02, "refill": 0.04}
MISROUTED_ELSE = 0.05
ELSEWHERE = {
    "nurse-triage": "front-desk",
    "front-desk": "nurse-triage",
    "refills": "nurse-triage",
    "billing": "front-desk",
    "records": "front-desk",
    "review": "nurse-triage",
    "pharmacy": "refills",
    PHYSICIAN: "nurse-triage",
}
ESCALATED = {"nurse-triage": 0.19, "refills": 0.08, "review": 0.15, "pharmacy": 0.08}

ESCALATED_FOR = ("outside-protocol", "prescriber", "worse")

SAID = {
    "asked-patient": "Thank you for your message. Could you tell us a little more, please?",
    "replied": "Thank you for writing. We have looked at it, and this is our answer.",
    "wrote": "Here is what you asked me for.",
    "note": "Called the pharmacy, they will ring back.",
}


@dataclass(frozen=True)
class Conduct:
    dice: Random
    shifts: Shifts
    end: datetime

    def of(
        self, sid: str, person: Person, at: datetime, placed: Placed, *, has_task: bool
    ) -> Iterator[Event]:
        """On and on: what has not happened yet is cut off by who asks."""
        if self._one_in(50):
            return  # nobody ever looks at it
        told = _Telling(self, sid, placed.queue, placed.rule)
        # Most are answered well before it was promised, and now and then one lies too long.
        promised = max(placed.due - at, timedelta(hours=1))
        pace = 1.4 if self._one_in(22) else self.dice.lognormvariate(-1.5, 0.7)
        if placed.priority != "routine":
            pace *= 0.6  # what presses is looked at first
        now = self._at_work(at, promised, pace)
        if not has_task:
            if self.dice.random() < 0.5:
                yield told.event("replied", now, told.somebody(), words=SAID["replied"])
            return
        yield from self._brought_home(told, person, now, placed)

    def _brought_home(
        self, told: _Telling, person: Person, now: datetime, placed: Placed
    ) -> Iterator[Event]:
        wrong = MISROUTED.get(placed.topic, MISROUTED_ELSE)
        if self.dice.random() < wrong and placed.queue in ELSEWHERE:
            reason = "load" if self._one_in(8) else "wrong-team"
            yield told.moved("rerouted", now, ELSEWHERE[placed.queue], reason)
            now = self.shifts.after(now, self.dice.uniform(0.3, 4.0))
        who = told.somebody()
        yield told.event("claimed", now, who)
        now += timedelta(minutes=self.dice.randint(1, 9))
        if self.dice.random() < ESCALATED.get(told.queue, 0.0):
            yield told.moved("escalated", now, PHYSICIAN, self.dice.choice(ESCALATED_FOR), who)
            now = self.shifts.after(now, self.dice.uniform(0.5, 7.0))
            who = told.somebody()
            yield told.event("claimed", now, who)
            now += timedelta(minutes=self.dice.randint(2, 15))
        if self.dice.random() < 0.11:
            yield told.event("asked-patient", now, who, words=SAID["asked-patient"])
            now += timedelta(hours=self.dice.uniform(0.5, 30.0))
            if self._one_in(5):
                return  # and nothing comes back
            yield told.event("wrote", now, person.writer, words=SAID["wrote"])
            now = self.shifts.after(now, self.dice.uniform(0.2, 4.0))
        elif self._one_in(12):
            yield told.event("note", now, who, words=SAID["note"])
            now = self.shifts.after(now, self.dice.uniform(0.2, 2.0))
        yield from self._ended(told, person, now, who, placed)

    def _ended(
        self, told: _Telling, person: Person, now: datetime, who: Ref, placed: Placed
    ) -> Iterator[Event]:
        low, high = MINUTES.get(told.queue, USUAL_MINUTES)
        minutes = None if self._one_in(6) else self.dice.randint(low, high)
        usual = placed.outcomes[0]
        outcome = usual if self.dice.random() < 0.7 else self.dice.choice(placed.outcomes)
        yield told.event("replied", now, who, words=SAID["replied"])
        now += timedelta(seconds=self.dice.randint(20, 200))
        yield told.event("closed", now, who, outcome=outcome, minutes=minutes)
        if self._one_in(28):
            now = self.shifts.after(now, self.dice.uniform(3.0, 20.0))
            yield told.event("reopened", now, who, reason="new-information")
            now += timedelta(minutes=self.dice.randint(2, 30))
            yield told.event("closed", now, who, outcome=outcome, minutes=self.dice.randint(1, 6))
        if self.dice.random() < 0.36:
            rated = now + timedelta(hours=self.dice.uniform(0.2, 40.0))
            (score,) = self.dice.choices((5, 4, 3, 2, 1), weights=(46, 31, 13, 6, 4))
            yield told.event("rated", rated, person.writer, score=score)

    def _at_work(self, at: datetime, promised: timedelta, pace: float) -> datetime:
        """Now and then somebody catches up in the evening, after the doors are closed."""
        open_hours = max(0.1, self.shifts.hours_between(at, at + promised) * pace)
        moment = self.shifts.after(at, open_hours)
        if self._one_in(16) and moment.hour >= 14:
            return self.shifts.evening_of(moment, self.dice.randint(0, 150))
        return moment

    def _one_in(self, number: int) -> bool:
        return self.dice.randrange(number) == 0


class _Telling:
    """Keeps in mind where a request is while it is told what happens to it."""

    def __init__(self, conduct: Conduct, sid: str, queue: str, rule: str) -> None:
        self.queue = queue
        self._conduct = conduct
        self._sid = sid
        self._rule = rule

    def somebody(self) -> Ref:
        return self._conduct.dice.choice(TEAMS[self.queue])

    def event(self, what: str, at: datetime, by: Ref, **more: Any) -> Event:
        when, who = at.replace(microsecond=0), f"{by.kind}/{by.id}"
        return Event(self._sid, when, what, who, by.display, self.queue, **more)

    def moved(
        self, what: str, at: datetime, queue: str, reason: str, by: Ref | None = None
    ) -> Event:
        who, was = by or self.somebody(), self.queue
        self.queue = queue
        rule = self._rule if what == "rerouted" else ""
        return self.event(what, at, who, was=was, rule=rule, reason=reason)
