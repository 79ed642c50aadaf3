"""Where work goes: to whom, how pressing it is, how soon a person answers, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from smartapp.words import LocalText
from smartapp.workflow.calendar import ResponseTime, Week

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
