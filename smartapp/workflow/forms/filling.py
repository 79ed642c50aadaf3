"""A form in which each question is there once: its answers, and what is still wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from smartapp.fhir.questionnaire import Answers, Item, Questionnaire
from smartapp.workflow.forms.posted import Fault, FieldFault, Fields, Reading, posted, read_posted
from smartapp.workflow.policy.questionnaires import NOT_QUESTIONS, WRITTEN, questions_in

NOTHING_ELSE = Reading()


@dataclass(frozen=True)
class Filled:
    answers: Answers  # only what is asked and understood
    faults: tuple[FieldFault, ...]


def fill(questionnaire: Questionnaire, fields: Fields, reading: Reading = NOTHING_ELSE) -> Filled:
    """The server decides what was asked, whatever the page showed."""
    items = _offered(questionnaire.items)
    questions = questions_in(replace(questionnaire, items=items))
    read = {item.link_id: read_posted(item, item.link_id, fields, reading) for item in questions}
    answers = _asked(items, {link: got for link, (got, _) in read.items() if got})
    asked = _asked_in(items, answers)
    faults: list[FieldFault] = []
    for item in questions:
        got, fault = read[item.link_id]
        if item.link_id not in asked:
            if item.type in WRITTEN and posted(item, item.link_id, fields):
                faults.append(FieldFault(item.link_id, Fault.NOT_ASKED))
        elif fault is not None:
            faults.append(fault)
        elif item.required and not got:
            faults.append(FieldFault(item.link_id, Fault.MISSING))
    return Filled(answers, tuple(faults))


def _offered(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """What a person can fill in: what is hidden, and all below it, is not accepted from outside."""
    return tuple(
        replace(i, items=_offered(i.items))
        for i in items
        if not (i.hidden or i.read_only or i.type == "reference")
    )


def _asked(items: tuple[Item, ...], given: Answers) -> Answers:
    """Drops answers to what is not asked, until nothing more falls away."""
    asked = _asked_in(items, given)
    kept = {link: got for link, got in given.items() if link in asked}
    return kept if len(kept) == len(given) else _asked(items, kept)


def _asked_in(items: tuple[Item, ...], answers: Answers) -> frozenset[str]:
    """What lies below a question is asked once that question is answered."""
    asked: set[str] = set()
    for item in items:
        if item.is_asked(answers):
            asked.add(item.link_id)
            if item.type in NOT_QUESTIONS or answers.get(item.link_id):
                asked |= _asked_in(item.items, answers)
    return frozenset(asked)
