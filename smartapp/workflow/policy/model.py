"""The clinic's policy as frozen values: what the files in the policy folder say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from smartapp.errors import NotOffered
from smartapp.fhir.questionnaire import Questionnaire
from smartapp.words import LocalText
from smartapp.workflow.calendar import Calendar, ResponseTime, Week
from smartapp.workflow.policy.conditions import Condition

RoleCode = tuple[str, str]  # system and code, as PractitionerRole.code has them


class Priority(StrEnum):
    """As FHIR names them, the least pressing first."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


@dataclass(frozen=True)
class Phones:
    clinic: str
    after_hours: str
    emergency: str
    crisis: str


@dataclass(frozen=True)
class Queue:
    """A pile of work, and who works it."""

    code: str
    name: LocalText  # for staff: "Refills"
    team: LocalText  # for patients: "the refill team"
    roles: frozenset[RoleCode]
    week: Week


@dataclass(frozen=True)
class Reason:
    """Why something goes where it goes: one sentence for each side."""

    patient: LocalText
    staff: LocalText


@dataclass(frozen=True)
class Route:
    """Who gets it, how pressing it is, and how soon a person answers."""

    queue: Queue
    priority: Priority
    respond_within: ResponseTime


@dataclass(frozen=True)
class Rule:
    name: str
    when: Condition
    route: Route
    reason: Reason


@dataclass(frozen=True)
class RedFlag:
    """A danger that is asked about. It wins over every rule, and the advice is shown at once."""

    name: str
    question: str
    answers: tuple[str, ...]
    do_now: LocalText  # a heading: "Call 911 now."
    message: LocalText
    route: Route
    reason: Reason


@dataclass(frozen=True)
class Exclusion:
    """Whom a topic is not for, and what they can do instead."""

    name: str
    when: Condition
    instead: LocalText


@dataclass(frozen=True)
class Reply:
    """Words that staff start an answer with. `{medicine}` is put in when it is used."""

    code: str
    name: LocalText
    text: LocalText
    outcome: str


@dataclass(frozen=True)
class Outcome:
    """How an item ends, as a code that can be counted."""

    code: str
    words: LocalText


@dataclass(frozen=True)
class SummaryPart:
    """What the answers to one question add to the summary: by code, "yes", "no" or "text"."""

    question: str
    says: Mapping[str, LocalText]


class RefillReason(StrEnum):
    """Why a refill can be asked for, or cannot."""

    READY = "ready"
    RENEWAL = "renewal"
    A_PERSON_CHECKS = "a-person-checks"
    TOO_EARLY = "too-early"
    CONTROLLED = "controlled"
    DO_NOT_TAKE = "do-not-take"
    NOT_ORDERED_HERE = "not-ordered-here"
    NOT_AN_ORDER = "not-an-order"
    NOT_ORDERED_YET = "not-ordered-yet"
    ON_HOLD = "on-hold"
    FINISHED = "finished"
    NO_LONGER_ORDERED = "no-longer-ordered"
    ENDED_LONG_AGO = "ended-long-ago"


@dataclass(frozen=True)
class RefillLimits:
    """When a refill can be asked for, and the words for each reason why or why not."""

    ask_when_days_left: int
    ask_when_days_left_controlled: int
    renew_until_days_after_end: int
    controlled_can_be_asked: bool
    controlled_substances: tuple[str, ...]
    words: Mapping[RefillReason, LocalText]

    def is_controlled(self, medicine: str) -> bool:
        """An order does not say so itself: the clinic's list does, by words of the name."""
        name = medicine.casefold()
        return any(
            re.search(rf"\b{re.escape(each.casefold())}\b", name)
            for each in self.controlled_substances
        )


@dataclass(frozen=True)
class TopicWords:
    """What a patient reads around the questions."""

    title: LocalText
    intro: LocalText
    scope: LocalText  # what this is for, and what it is not for
    next_steps: LocalText
    receipt: LocalText


@dataclass(frozen=True)
class Topic:
    """One thing that a patient can ask for."""

    code: str
    owner: str
    policy_version: str
    words: TopicWords
    message_length: int
    respond_within: ResponseTime
    questionnaire: Questionnaire
    exclusions: tuple[Exclusion, ...]
    red_flags: tuple[RedFlag, ...]
    rules: tuple[Rule, ...]
    unclassified: Rule  # for what the rules cannot decide
    replies: tuple[Reply, ...]
    outcomes: tuple[Outcome, ...]
    summary: tuple[SummaryPart, ...]
    refills: RefillLimits | None

    @property
    def limits(self) -> RefillLimits:
        if self.refills is None:
            raise NotOffered(self.code, "the policy sets no limits for refills")
        return self.refills

    def reply(self, code: str) -> Reply | None:
        return next((reply for reply in self.replies if reply.code == code), None)

    def outcome(self, code: str) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if outcome.code == code), None)


@dataclass(frozen=True)
class Policy:
    version: str
    owner: str
    code_system: str  # the address that local codes and identifiers live under
    languages: tuple[str, ...]
    urgent: LocalText  # the one definition, for patients and staff
    phones: Phones
    calendar: Calendar
    queues: Mapping[str, Queue]
    review: Queue  # for people to look at what nothing else covers
    topics: Mapping[str, Topic]

    def topic(self, code: str) -> Topic:
        topic = self.topics.get(code)
        if topic is None:
            raise NotOffered(code, "the clinic's policy has no such topic")
        return topic

    def queue(self, code: str) -> Queue:
        """A queue that was renamed does not lose its items: people look at them in review."""
        return self.queues.get(code, self.review)

    def queues_for(self, roles: frozenset[RoleCode]) -> tuple[Queue, ...]:
        """The queues that somebody with these roles sees and works, in the order of the file."""
        return tuple(queue for queue in self.queues.values() if queue.roles & roles)
