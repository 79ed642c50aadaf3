"""What staff can do with an item beyond answering it: one small form for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from smartapp.fhir.change import Kind
from smartapp.fhir.questionnaire import Item, Option, Questionnaire
from smartapp.fhir.section import Section
from smartapp.pages.form import FaultLine, Field, fault_lines, fields_of
from smartapp.words import LocalText, Words, in_locale
from smartapp.workflow.forms import FieldFault, Fields
from smartapp.workflow.policy.desk import Choice
from smartapp.workflow.policy.model import Policy, Priority
from smartapp.workflow.submission import Named

LONGEST_NOTE = 1000
LONGEST_MINUTES = Decimal(600)
REASSIGN, REROUTE, ESCALATE, PRIORITY = "reassign", "reroute", "escalate", "priority"
NOTE, VISIT, REOPEN, FORM, PAPER = "note", "visit", "reopen", "form", "paper"
FORM_DAYS = (3, 7, 14, 30)


@dataclass(frozen=True)
class ActionForm:
    key: str
    summary: str  # what opens it
    action: str
    help: str
    warning: str
    fields: tuple[Field, ...]
    fault_heading: str
    faults: tuple[FaultLine, ...]
    button: str
    sending: str
    is_open: bool


@dataclass(frozen=True)
class Acting:
    """What the forms of one item are made from."""

    policy: Policy
    queue: str
    priority: str
    people: Section[Named]  # who else works this queue
    open_beside: str = ""  # that other work of the same thread is open already


def priority_words(words: Words, priority: str) -> str:
    return {
        Priority.ROUTINE: words("Routine"),
        Priority.URGENT: words("Urgent: within a working day"),
        Priority.ASAP: words("Today, as soon as possible"),
        Priority.STAT: words("At once"),
    }.get(Priority(priority) if priority in set(Priority) else Priority.STAT, priority)


def reason_words(words: Words, policy: Policy, kind: str, code: str) -> str:
    """As the policy says it; what it no longer knows, by its code."""
    desk = policy.desk
    choices = desk.escalation_reasons if kind == Kind.ESCALATED else desk.handing_on
    known = next((each for each in choices if each.code == code), None)
    return in_locale(known.words, words.locale) if known else code


def questions_for(words: Words, key: str, acting: Acting) -> Questionnaire:
    """Of one action. What is chosen from is the clinic's; who else is there, the EHR's."""
    desk = acting.policy.desk
    own_words = _text(f"{key}-words", words("What should they know? (optional)"), words)
    why = _choice(f"{key}-reason", words("Why?"), _of(desk.handing_on), words)
    items: Mapping[str, tuple[Item, ...]] = {
        REASSIGN: (
            _choice("reassign-to", words("To whom?"), _people(acting.people), words, many=True),
            why,
            own_words,
        ),
        REROUTE: (
            _choice("reroute-to", words("To which queue?"), _queues(acting), words, many=True),
            why,
            own_words,
        ),
        ESCALATE: (
            _choice("escalate-reason", words("Why?"), _of(desk.escalation_reasons), words),
            _choice("escalate-ask", words("What do you need?"), _of(desk.escalation_asks), words),
            _text("escalate-words", words("What did you do or try so far?"), words, required=True),
        ),
        PRIORITY: (
            _choice("priority-to", words("How pressing is it?"), _priorities(words, acting), words),
            own_words,
        ),
        NOTE: (_text("note-words", words("Your note"), words, required=True),),
        VISIT: (
            _choice(
                "visit-kind",
                words("What kind of visit?"),
                {each.code: each.name for each in desk.visits},
                words,
            ),
            _text("visit-words", words("What is it for?"), words, required=True),
            minutes_item("visit-minutes", words),
        ),
        FORM: (
            _choice("form-which", words("Which form?"), _forms(acting), words, many=True),
            _choice("form-days", words("By when?"), _days(words), words),
        ),
        PAPER: (
            _choice("paper-which", words("Which paper?"), _papers(acting), words, many=True),
            _choice("paper-days", words("By when?"), _days(words), words),
        ),
        REOPEN: (_text("reopen-words", words("Why?"), words, required=True),),
    }
    return Questionnaire(url="", version="", title={"en": ""}, items=items[key])


def minutes_item(name: str, words: Words) -> Item:
    text = words("Minutes spent (optional)")
    label = {"en": text, words.locale: text}
    return Item(name, "integer", label, min_value=Decimal(0), max_value=LONGEST_MINUTES)


def action_form(
    words: Words,
    key: str,
    acting: Acting,
    *,
    action: str,
    posted: Fields,
    faults: Sequence[FieldFault] = (),
    is_open: bool = False,
) -> ActionForm:
    fields = fields_of(words, questions_for(words, key, acting), posted, faults)
    summary, button = _names(words)[key]
    return ActionForm(
        key=key,
        summary=summary,
        action=action,
        help=_help(words, key, acting),
        warning=acting.open_beside if key == REOPEN else "",
        fields=fields,
        fault_heading=words("There is a problem"),
        faults=fault_lines(fields),
        button=button,
        sending=words("Sending. This can take a few seconds. Please wait."),
        is_open=is_open or bool(faults),
    )


def _names(words: Words) -> Mapping[str, tuple[str, str]]:
    return {
        REASSIGN: (words("Give to a person"), words("Give it to them")),
        REROUTE: (words("Send to another team"), words("Send it there")),
        ESCALATE: (words("Escalate to the doctor"), words("Escalate")),
        PRIORITY: (words("Change how pressing it is"), words("Change it")),
        NOTE: (words("Write an internal note"), words("Keep the note")),
        VISIT: (words("Turn into a visit"), words("Ask for the visit and close this")),
        FORM: (words("Ask for a form"), words("Ask for it")),
        PAPER: (words("Ask for a paper"), words("Ask for it")),
        REOPEN: (words("Open it again"), words("Open it again")),
    }


def _help(words: Words, key: str, acting: Acting) -> str:
    if key == NOTE:
        return words(
            "Staff see this, and no page of this app shows it to the patient. Other apps may show "
            "it: write nothing that the patient must not read."
        )
    if key == VISIT:
        desk = acting.policy.desk
        named = (
            f"{in_locale(each.name, words.locale)}: {in_locale(each.billing, words.locale)}"
            for each in desk.visits
        )
        return words("Billing. {notes}", notes=" ".join(named))
    if key == PAPER:
        return words(
            "The patient finds it among what is to do, and sends a photo or a PDF of it. What they "
            "send comes to the queue as an item of its own."
        )
    if key == REASSIGN and not acting.people.whole:
        return words("Not all who work this queue could be loaded.")
    if key == PRIORITY:
        return words("The time that was promised to the patient stays.")
    return ""


def _text(name: str, label: str, words: Words, *, required: bool = False) -> Item:
    return Item(
        name,
        "text",
        {"en": label, words.locale: label},
        required=required,
        max_length=LONGEST_NOTE,
    )


def _choice(
    name: str, label: str, options: Mapping[str, LocalText], words: Words, *, many: bool = False
) -> Item:
    return Item(
        name,
        "choice",
        {"en": label, words.locale: label},
        required=True,
        options=tuple(Option(code, "", said) for code, said in options.items()),
        control="drop-down" if many else "radio-button",
    )


def _of(choices: tuple[Choice, ...]) -> Mapping[str, LocalText]:
    return {each.code: each.words for each in choices}


def _people(people: Section[Named]) -> Mapping[str, LocalText]:
    return {reference: {"en": name} for reference, name in people.items}


def _queues(acting: Acting) -> Mapping[str, LocalText]:
    """Not to where it is. To the doctors it goes by an escalation, with its reason."""
    doctors = acting.policy.desk.escalate_to.code
    return {
        queue.code: queue.name
        for queue in acting.policy.queues.values()
        if queue.code not in {acting.queue, doctors}
    }


def _forms(acting: Acting) -> Mapping[str, LocalText]:
    forms = acting.policy.forms.forms
    return {code: form.plan.form.title for code, form in forms.items() if not form.is_paper}


def _papers(acting: Acting) -> Mapping[str, LocalText]:
    forms = acting.policy.forms.forms
    return {code: form.plan.form.title for code, form in forms.items() if form.is_paper}


def _days(words: Words) -> Mapping[str, LocalText]:
    told = {str(days): words("In {days} days", days=days) for days in FORM_DAYS}
    return {code: {"en": said, words.locale: said} for code, said in told.items()}


def _priorities(words: Words, acting: Acting) -> Mapping[str, LocalText]:
    return {
        str(each): {"en": (said := priority_words(words, each)), words.locale: said}
        for each in Priority
        if each != acting.priority
    }
