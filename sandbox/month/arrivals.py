"""When requests come in, and what they are about: by weekday, by hour, by the mix of a clinic."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import date, datetime, time, timedelta
from math import exp
from random import Random

from sandbox.people.dates import CLINIC_TIME

# Mondays bring what the weekend has gathered; evenings bring what the day left no time for.
ON_WEEKDAY = (1.35, 1.12, 1.05, 1.0, 0.9, 0.32, 0.38)
ON_HOLIDAY = 0.35
IN_HOUR = (
    0.4, 0.2, 0.1, 0.1, 0.2, 0.6, 1.8, 3.6, 6.5, 7.6, 7.4, 6.6,
    6.0, 6.2, 6.0, 5.6, 5.2, 4.6, 4.4, 4.8, 5.0, 4.2, 2.6, 1.2,
)  # fmt: skip

# In hundredths of all requests.
TOPICS = {
    "refill": 27,
    "appointment": 20,
    "medical-question": 11,
    "test-result": 10,
    "new-symptom": 9,
    "visit-follow-up": 6,
    "billing": 6,
    "referral": 3,
    "side-effect": 3,
    "form-or-letter": 2,
    "update-details": 1,
    "record-correction": 1,
    "proxy-access": 1,
}


def arrivals(
    dice: Random, first: date, end: datetime, a_day: float, holidays: Set[date]
) -> Iterator[datetime]:
    """In order. `a_day` is how many come on an ordinary Thursday."""
    day = first
    while day <= end.astimezone(CLINIC_TIME).date():
        share = ON_HOLIDAY if day in holidays else ON_WEEKDAY[day.weekday()]
        moments = sorted(_moment(dice, day) for _ in range(_how_many(dice, a_day * share)))
        yield from (each for each in moments if each < end)
        day += timedelta(days=1)


def topic(dice: Random) -> str:
    return dice.choices(list(TOPICS), weights=list(TOPICS.values()))[0]


def _moment(dice: Random, day: date) -> datetime:
    (hour,) = dice.choices(range(24), weights=IN_HOUR)
    clock = time(hour, dice.randrange(60), dice.randrange(60), tzinfo=CLINIC_TIME)
    return datetime.combine(day, clock)


def _how_many(dice: Random, expected: float) -> int:
    """As many as a Poisson process brings in a day: so Knuth counts them."""
    limit, product, count = exp(-expected), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count
