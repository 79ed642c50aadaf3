"""Dates in words, no more exact than the record states them: a year stays a year."""

from __future__ import annotations

from smartapp.fhir.dates import FhirDate
from smartapp.words import Words


def day_words(words: Words, when: FhirDate) -> str:
    """A moment by the clinic's calendar, a plain day as it is written."""
    if when.precision == "year":
        return str(when.day.year)
    if when.precision == "month":
        return words.month(when.day)
    return words.date(when.earliest if when.precision == "time" else when.day)


def moment_words(words: Words, when: FhirDate) -> str:
    return words.date_time(when.earliest) if when.precision == "time" else day_words(words, when)
