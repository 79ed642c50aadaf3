"""The pages of one form: filling it in, looking at all answers before they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

from smartapp.pages.form import FaultLine, Field, answer_words, fault_lines
from smartapp.pages.form.shelf import Shelf, ShownFile
from smartapp.pages.form.tree import FormFields
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words, in_locale
from smartapp.workflow.forms import Fields
from smartapp.workflow.forms.parts import Part
from smartapp.workflow.forms.tree import FilledForm, Slot
from smartapp.workflow.forms.working_out import is_score
from smartapp.workflow.policy.model import RedFlag


@dataclass(frozen=True)
class Danger:
    """What to do now, before anything else."""

    heading: str
    text: str


@dataclass(frozen=True)
class FormPage:
    shell: Shell
    heading: str
    progress: str
    part: str
    part_heading: str
    dangers: tuple[Danger, ...]
    notes: tuple[str, ...]
    saved: str
    kept: str  # what the page's script says when it has kept what was typed, and when it could not
    not_kept: str
    fault_heading: str
    faults: tuple[FaultLine, ...]
    action: str
    fields: tuple[Field, ...]
    next_button: str
    back_button: str
    save_button: str
    copyright: str


def form_page(
    words: Words,
    shell: Shell,
    *,
    filled: FilledForm,
    fields: Fields,
    zone: tzinfo,
    parts: Sequence[Part],
    part: Part,
    dangers: Sequence[RedFlag],
    notes: Sequence[str],
    saved_until: str,
    action: str,
    complain: bool,
    shelf: Shelf | None = None,
) -> FormPage:
    form = filled.plan.form
    made = FormFields(words, filled, fields, zone, complain=complain, shelf=shelf).of(part.items)
    asked = [each for each in parts if each.is_asked(filled)]
    place = asked.index(part) if part in asked else 0
    heading = ""
    if len(made) == 1 and made[0].kind == "group":
        heading, made = made[0].label, made[0].fields
    return FormPage(
        shell=shell,
        heading=title_of(words, filled),
        progress=words("Part {n} of {all}", n=place + 1, all=len(asked)) if len(asked) > 1 else "",
        part=str(part.number),
        part_heading=heading,
        dangers=dangers_in(words, dangers),
        notes=tuple(notes),
        saved=words("Your answers are kept until {time}. Nothing is sent yet.", time=saved_until)
        if saved_until
        else "",
        kept=words("What you typed is kept. Nothing is sent yet."),
        not_kept=words("What you typed could not be kept just now. Do not close this page."),
        fault_heading=words("There is a problem"),
        faults=fault_lines(made) if complain else (),
        action=action,
        fields=made,
        next_button=words("Check your answers") if part in asked[-1:] else words("Next part"),
        back_button=words("Back") if place else "",
        save_button=words("Save and finish later"),
        copyright=form.copyright,
    )


def title_of(words: Words, filled: FilledForm) -> str:
    return in_locale(filled.plan.form.title, words.locale) or words("A form")


def dangers_in(words: Words, flags: Iterable[RedFlag]) -> tuple[Danger, ...]:
    return tuple(
        Danger(in_locale(flag.do_now, words.locale), in_locale(flag.message, words.locale))
        for flag in flags
    )


@dataclass(frozen=True)
class Answered:
    question: str
    answer: str
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True)
class Section:
    heading: str
    lines: tuple[Answered, ...]
    change: Link | None = None


@dataclass(frozen=True)
class ReviewPage:
    shell: Shell
    heading: str
    intro: str
    dangers: tuple[Danger, ...]
    fault_heading: str
    faults: tuple[FaultLine, ...]
    sections: tuple[Section, ...]
    given: Section
    given_note: str
    dropped: Section
    dropped_note: str
    goes_to: str
    answered_by: str
    notes: tuple[str, ...]
    action: str  # empty where it cannot be sent yet
    submission: str
    checked: str  # what was looked at: it is not sent if it is not the same any more
    button: str
    sending: str


def review_page(
    words: Words,
    shell: Shell,
    *,
    filled: FilledForm,
    parts: Sequence[Part],
    fill_address: str,
    dangers: Sequence[RedFlag],
    team: str,
    due: str,
    notes: Sequence[str],
    action: str,
    submission: str,
    checked: str,
    fields: Fields,
    shelf: Shelf,
) -> ReviewPage:
    shown = [part for part in parts if part.is_asked(filled)]
    line = partial(_line, words, filled, fields, shelf)
    return ReviewPage(
        shell=shell,
        heading=words("Check your answers"),
        intro=words("Nothing is sent yet. Look at your answers, then send them."),
        dangers=dangers_in(words, dangers),
        fault_heading=words("There is a problem"),
        faults=tuple(_faults(words, filled, shown, fill_address)),
        sections=tuple(
            Section(
                in_locale(part.title, words.locale),
                tuple(map(line, _answerable(filled, part.slots(filled)))),
                Link(words("Change"), f"{fill_address}?part={part.number}"),
            )
            for part in shown
        ),
        given=Section(words("Also sent"), tuple(map(line, _given(filled)))),
        given_note=words(
            "The form brings these with it, from your record or worked out from your answers."
        ),
        dropped=Section(
            words("Not sent"),
            tuple(map(line, filled.dropped())),
        ),
        dropped_note=words("Another answer says that these are not needed. They are not sent."),
        goes_to=words("It goes to {team}.", team=team) if team else "",
        answered_by=words("They look at it by {time}.", time=due) if due else "",
        notes=tuple(notes),
        action=action,
        submission=submission,
        checked=checked,
        button=words("Send this form"),
        sending=words("Sending. This can take a few seconds. Please wait."),
    )


def _answerable(filled: FilledForm, slots: Iterable[Slot]) -> Iterable[Slot]:
    for slot in slots:
        item = slot.item
        fixed = item.link_id in filled.plan.given or is_score(item)
        if slot.key not in filled.asked or not item.is_question or fixed:
            continue
        yield slot


def _given(filled: FilledForm) -> Iterable[Slot]:
    """What nobody could see or change while filling in is looked at before it goes."""
    for key, slot in filled.slots.items():
        fixed = slot.item.link_id in filled.plan.given or is_score(slot.item)
        if fixed and key in filled.asked and filled.values.get(key):
            yield slot


def _line(words: Words, filled: FilledForm, fields: Fields, shelf: Shelf, slot: Slot) -> Answered:
    files = slot.item.type == "attachment"
    said = "" if files else answer_words(words, slot.item, filled.values.get(slot.key, ()))
    shown = shelf.shown(words, fields.get(slot.name, ())) if files else ()
    label = in_locale(slot.item.text, words.locale) or slot.item.link_id
    label = f"{slot.item.prefix} {label}".strip()
    if _is_one_of_several(filled, slot):
        number = ".".join(map(str, slot.path))
        label = words("{question} (number {n})", question=label, n=number)
    return Answered(label, said or ("" if shown else words("Not answered")), shown)


def _is_one_of_several(filled: FilledForm, slot: Slot) -> bool:
    """A number says something where there is a second row."""
    around = filled.plan.repeating[slot.item.link_id]
    places = ((link, slot.path[:depth]) for depth, link in enumerate(around))
    return any(len(filled.rows.get(place, ())) > 1 for place in places)


def _faults(
    words: Words, filled: FilledForm, parts: Sequence[Part], fill_address: str
) -> Iterable[FaultLine]:
    for part in parts:
        wrong = [slot for slot in part.slots(filled) if slot.key in filled.faults]
        if wrong:
            questions = ", ".join(in_locale(each.item.text, words.locale) for each in wrong)
            yield FaultLine(
                words("Still to answer or to mend: {questions}", questions=questions),
                f"{fill_address}?part={part.number}&check=1",
            )
