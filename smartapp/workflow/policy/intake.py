"""What a topic says about asking: about what, with which notices, and what may help first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from smartapp.words import LocalText
from smartapp.workflow.policy.conditions import Condition


class AskedAbout(StrEnum):
    """The kind of thing in the record that a request can be about."""

    NOTHING = "nothing"
    ORDER = "order"
    APPOINTMENT = "appointment"
    RESULT = "result"
    DOCUMENT = "document"
    VISIT = "visit"


@dataclass(frozen=True)
class About:
    kind: AskedAbout = AskedAbout.NOTHING
    required: bool = False  # False: it can also be asked about nothing in particular


class Page(StrEnum):
    """Where in the app something that helps at once is found."""

    MEDICINES = "medicines"
    RESULTS = "results"
    APPOINTMENTS = "appointments"
    DOCUMENTS = "documents"
    VISITS = "visits"
    COVERAGE = "coverage"
    REQUESTS = "requests"
    CARE_TEAM = "care-team"
    VACCINES = "vaccines"
    SETTINGS = "settings"
    HELP = "help"


@dataclass(frozen=True)
class SelfService:
    """What may answer the question at once: offered before sending, and never instead of it."""

    name: str
    when: Condition  # over answers and facts, as rules are
    title: LocalText
    text: LocalText
    page: Page | None


@dataclass(frozen=True)
class FeeNotice:
    """What an answer may cost. It is acknowledged with a tick before anything is sent."""

    text: LocalText
    acknowledge: LocalText


@dataclass(frozen=True)
class Confidentiality:
    """For patients between these ages: who else can read this, said to them and to their proxy."""

    from_age: int
    to_age: int  # the last year it is for
    patient: LocalText
    proxy: LocalText
    proxy_may_ask: bool

    def covers(self, age: int | None) -> bool:
        """Where the age is not known it is said anyway: that harms nobody."""
        return age is None or self.from_age <= age <= self.to_age


class Prefill(StrEnum):
    """What the record knows already: shown in the field, for the patient to confirm or change."""

    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    LANGUAGE = "language"


Prefills = Mapping[str, Prefill]  # by linkId


@dataclass(frozen=True)
class FreeTimes:
    """Times that the EHR shows as free: how far ahead, and what asking for one answers already."""

    days: int
    answers: Mapping[str, str]  # by linkId
    part_of_day: str  # the linkId of a question whose answers are "morning" and "afternoon"
    weekday: str  # as above, "monday" and so on
    form: str  # the file of the form that goes with a new appointment; empty where there is none


@dataclass(frozen=True)
class TopicGroup:
    """Topics that stand together in the list that patients choose from."""

    code: str
    name: LocalText
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """A step of the work that has a name of its own, where the plain tracker is not enough."""

    code: str
    system: str
    words: LocalText
    ends: bool  # nothing follows it


@dataclass(frozen=True)
class FirstUse:
    """The rules of writing to the clinic: acknowledged once, and in Help from then on."""

    title: LocalText
    rules: tuple[LocalText, ...]
    acknowledge: LocalText
