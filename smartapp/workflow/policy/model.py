"""The clinic's policy as frozen values: what the files in the policy folder say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from smartapp.errors import NotOffered
from smartapp.fhir.questionnaire import Questionnaire
from smartapp.words import LocalText
from smartapp.workflow.calendar import Calendar, ResponseTime
from smartapp.workflow.policy.conditions import Condition
from smartapp.workflow.policy.costs import Costs
from smartapp.workflow.policy.disclosure import DocumentKind, Privacy
from smartapp.workflow.policy.glossary import Glossary
from smartapp.workflow.policy.intake import (
    About,
    Confidentiality,
    FeeNotice,
    FirstUse,
    FreeTimes,
    Prefills,
    Progress,
    SelfService,
    TopicGroup,
)
from smartapp.workflow.policy.named import Named
from smartapp.workflow.policy.numbers import Numbers
from smartapp.workflow.policy.readings import ReadingKind
from smartapp.workflow.policy.route import Priority as Priority
from smartapp.workflow.policy.route import Queue as Queue
from smartapp.workflow.policy.route import Reason as Reason
from smartapp.workflow.policy.route import RoleCode as RoleCode
from smartapp.workflow.policy.route import Route as Route

if TYPE_CHECKING:
    from smartapp.workflow.policy.clinic_forms import ClinicForms
    from smartapp.workflow.policy.desk import DeskPolicy


@dataclass(frozen=True)
class Phones:
    clinic: str
    after_hours: str
    emergency: str
    crisis: str


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
    """Words that staff start an answer with. `{about}` is put in when it is used."""

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
    supply_question: str  # its answers begin with a number of days, as "90-days"
    longest_supply_days: int
    longest_supply_days_controlled: int
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

    title: LocalText  # what a patient does: "Ask for a refill"
    short: LocalText  # what it is, in lists and subject lines: "Refill"
    hint: LocalText  # in the list of topics: when to choose this one
    intro: LocalText
    scope: LocalText  # what this is for, and what it is not for
    plain: LocalText  # the message of someone who wrote no words; "{about}" is what it is about
    next_steps: LocalText
    receipt: LocalText


@dataclass(frozen=True)
class Topic:
    """One thing that a patient can ask for."""

    code: str
    owner: str
    policy_version: str
    words: TopicWords
    about: About
    message_length: int
    attachments: int  # how many files can go with it
    respond_within: ResponseTime
    questionnaire: Questionnaire
    prefills: Prefills
    free_times: FreeTimes | None
    exclusions: tuple[Exclusion, ...]
    self_service: tuple[SelfService, ...]
    fee: FeeNotice | None
    confidentiality: Confidentiality | None
    red_flags: tuple[RedFlag, ...]
    rules: tuple[Rule, ...]
    unclassified: Rule  # for what the rules cannot decide
    replies: tuple[Reply, ...]
    outcomes: tuple[Outcome, ...]
    progress: tuple[Progress, ...]
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
    groups: tuple[TopicGroup, ...]  # the list of topics, as patients see it
    topics: Mapping[str, Topic]
    first_use: FirstUse
    forms: ClinicForms  # each of them is a topic, too
    readings: Mapping[str, ReadingKind]  # what patients measure at home, by code
    document_kinds: tuple[DocumentKind, ...]
    privacy: Privacy
    costs: Costs
    desk: DeskPolicy
    numbers: Numbers
    named: Named  # places, care programs and groups of medicines
    glossary: Glossary

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
