"""The sandbox's synthetic people: a clinic, its patients, and everything on record about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sandbox.people.clinic import clinic
from sandbox.people.dates import Days
from sandbox.people.forms import before_your_visit
from sandbox.people.lives import (
    aisha_rahman,
    bennett_family,
    carol_whitman,
    daniel_nguyen,
    dorothy_hayes,
    james_carter,
    maria_lopez,
    nguyen_family,
    priya_raman,
    quiet_records,
    robert_kowalski,
    ruth_abernathy,
    thordis_olafsdottir,
    walter_brooks,
)
from sandbox.people.logins import Login, logins
from sandbox.people.shapes import Json

__all__ = ["Login", "logins", "resources"]

LIVES: tuple[Callable[[Days], list[Json]], ...] = (
    maria_lopez.life,
    james_carter.life,
    dorothy_hayes.life,
    nguyen_family.life,
    bennett_family.life,
    walter_brooks.life,
    aisha_rahman.life,
    priya_raman.life,
    robert_kowalski.life,
    thordis_olafsdottir.life,
    quiet_records.life,
    carol_whitman.life,
    ruth_abernathy.life,
    daniel_nguyen.life,
)


def resources(today: date) -> list[Json]:
    """Everything in the sandbox's record as of that day: the same for the same day, and with the
    same ids on every day."""
    days = Days(today)
    return [*clinic(days), before_your_visit(), *(each for life in LIVES for each in life(days))]
