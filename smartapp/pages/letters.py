"""What the record fills into letters and templates, in the language of the patient."""

from __future__ import annotations

from collections.abc import Mapping

from smartapp.pages.beside import Beside
from smartapp.pages.results import found_words, newest_of_each
from smartapp.pages.visits import coming, visit_when, when_words
from smartapp.words import Words, words_for
from smartapp.workflow.policy.model import Policy

RESULTS_TOLD = 5


def known_of(
    policy: Policy, beside: Beside, *, language: str, about: str, name: str, staff: str
) -> Mapping[str, str]:
    """Only what was loaded, and loaded whole: half a list of medicines is worse than a gap."""
    words = words_for(language, policy.calendar.zone)
    return {
        "about": about,
        "name": name,
        "staff": staff,
        "appointment": _appointment(words, beside),
        "results": _results(words, beside),
        "medicines": _medicines(beside),
        "visit": _visit(words, beside),
    }


def _appointment(words: Words, beside: Beside) -> str:
    next_one = next(iter(coming(beside.appointments, beside.now)), None)
    if next_one is None or next_one.start is None:
        return ""
    who = [person.name for person in next_one.people if person.name]
    where = [place.name for place in next_one.places if place.name]
    return ", ".join([when_words(words, next_one, beside.now), *who, *where])


def _results(words: Words, beside: Beside) -> str:
    newest = newest_of_each(beside.results.items)[:RESULTS_TOLD]
    return "; ".join(f"{each.name}: {found_words(words, each)}" for each in newest)


def _medicines(beside: Beside) -> str:
    if not beside.orders.whole:
        return ""
    active = [e for e in beside.orders.items if e.status == "active" and not e.do_not_take]
    return "; ".join(each.name for each in active if each.name)


def _visit(words: Words, beside: Beside) -> str:
    last = next((each for each in beside.visits.items if each.took_place), None)
    return visit_when(words, last) if last and last.began else ""
