"""What was found, in words: the value as the record states it, and what it means in plain terms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from smartapp.fhir.amounts import Period, Quantity, Range, Ratio, Sampled
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept
from smartapp.fhir.observation import Measured, Observation, UsualRange, Value
from smartapp.pages.block import Badge
from smartapp.pages.when import moment_words
from smartapp.words import Words

COMPARATORS = {"<": "<", "<=": "≤", ">=": "≥", ">": ">"}


def value_words(words: Words, measured: Measured) -> str:
    """Never empty: where there is no value, that is said, with the reason where it is known."""
    if measured.value is None:
        return absent_words(words, measured.absent)
    return _value(words, measured.value)


def _value(words: Words, value: Value) -> str:
    match value:
        case bool():
            return words("Yes") if value else words("No")
        case Quantity():
            return quantity_words(words, value)
        case Concept():
            return value.label
        case Range():
            return range_words(words, value)
        case Ratio():
            return _ratio(words, value)
        case FhirDate():
            return moment_words(words, value)
        case Period():
            ends = [moment_words(words, each) if each else "…" for each in (value.start, value.end)]
            return " – ".join(ends)
        case Sampled():
            return words("A recorded curve. This app cannot draw it. Ask the clinic to show you.")
        case _:
            return str(value)


def quantity_words(_words: Words, quantity: Quantity) -> str:
    sign = COMPARATORS.get(quantity.comparator, quantity.comparator)
    return f"{sign} {quantity.number} {quantity.unit}".strip()


def range_words(words: Words, span: Range) -> str:
    low, high = span.low, span.high
    if low and high:
        return words("{low} to {high}", low=low.number, high=quantity_words(words, high))
    if low:
        return words("{low} or more", low=quantity_words(words, low))
    return words("{high} or less", high=quantity_words(words, high)) if high else ""


def _ratio(words: Words, ratio: Ratio) -> str:
    over, under = ratio.numerator, ratio.denominator
    if not over.unit and not under.unit:
        return f"{over.number}:{under.number}"
    return f"{quantity_words(words, over)} / {quantity_words(words, under)}"


def absent_words(words: Words, reason: str) -> str:
    table = {
        "not-performed": words("Not done"),
        "masked": words("Not shown, to keep it private"),
        "asked-declined": words("You were asked and did not say"),
        "asked-unknown": words("You were asked and did not know"),
        "not-asked": words("Nobody asked"),
        "error": words("The value was lost by a fault"),
        "temp-unknown": words("Not known yet"),
    }
    return table.get(reason) or words("No value in the record")


def usual_words(words: Words, measured: Measured) -> str:
    """The range that the laboratory calls usual; "" where it gives none."""
    texts = [_usual(words, each) for each in measured.usual if each.kind in {"", "normal"}]
    found = [each for each in texts if each]
    return words("Usual: {range}", range="; ".join(found)) if found else ""


def _usual(words: Words, usual: UsualRange) -> str:
    span = range_words(words, Range(usual.low, usual.high)) or usual.text
    return f"{span} ({', '.join(usual.applies_to)})" if span and usual.applies_to else span


# --- what the laboratory says of it ---------------------------------------------------------------


def flag_badges(words: Words, measured: Measured) -> tuple[Badge, ...]:
    """In words, not by colour alone; what nobody here knows is shown as the record words it."""
    known = _known_flags(words)
    found = [known[flag] for flag in sorted(measured.flags) if flag in known]
    if found or not measured.interpretation:
        return tuple(dict.fromkeys(found))
    labels = dict.fromkeys(each.label for each in measured.interpretation if each.label)
    return tuple(Badge(label, "soon") for label in labels)


@lru_cache(maxsize=8)
def _known_flags(words: Words) -> Mapping[str, Badge]:
    """Once for each language: every row of results looks here."""
    return {
        "HH": Badge(words("Very high"), "urgent"),
        "LL": Badge(words("Very low"), "urgent"),
        "AA": Badge(words("Very unusual"), "urgent"),
        "HU": Badge(words("Very high"), "urgent"),
        "LU": Badge(words("Very low"), "urgent"),
        "H": Badge(words("High"), "soon"),
        "L": Badge(words("Low"), "soon"),
        "A": Badge(words("Not usual"), "soon"),
        "N": Badge(words("Usual"), "done"),
        "POS": Badge(words("Found (positive)"), "soon"),
        "NEG": Badge(words("Not found (negative)"), "done"),
        "DET": Badge(words("Found"), "soon"),
        "ND": Badge(words("Not found"), "done"),
        "IND": Badge(words("Not clear"), "soon"),
        "R": Badge(words("Resistant"), "soon"),
        "S": Badge(words("The medicine works against it"), "done"),
    }


def status_badges(words: Words, observation: Observation) -> tuple[Badge, ...]:
    if observation.is_preliminary:
        return (Badge(words("Not final: may still change"), "soon"),)
    if observation.was_changed:
        return (Badge(words("Changed by the laboratory"), "soon"),)
    if observation.status == "cancelled":
        return (Badge(words("Called off"), "quiet"),)
    return ()
