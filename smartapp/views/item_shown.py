"""The page of one item: what the patient said, what the record says, what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from smartapp.fhir.section import Section
from smartapp.pages import acting as acts
from smartapp.pages.acting import Acting, ActionForm, action_form
from smartapp.pages.answering import (
    LETTER,
    Answered,
    AnswerForm,
    answer_form,
    template_words,
)
from smartapp.pages.beside import Beside, record_panels
from smartapp.pages.chart_summary import ChartSummary, Standing, summary_shown
from smartapp.pages.conflicts import conflicts_shown
from smartapp.pages.history import history_of
from smartapp.pages.item import item_page
from smartapp.pages.letters import known_of
from smartapp.pages.shell import Link, Notice, whose_record
from smartapp.pages.similar import earlier_panel, similar
from smartapp.pages.staff_menu import sees_rules
from smartapp.pages.thread_works import other_works, reopening_warning
from smartapp.views import record
from smartapp.views.here import Here, View
from smartapp.views.item_beside import Context, load_context
from smartapp.views.item_opened import OpenItem
from smartapp.views.show import show, staff_shell
from smartapp.views.staff import STAFF_SECONDS
from smartapp.views.summary import summary_of
from smartapp.workflow.answering import with_template
from smartapp.workflow.colleagues import colleagues
from smartapp.workflow.documenting import is_of_last_end
from smartapp.workflow.forms import FieldFault, Fields
from smartapp.workflow.submission import Named


@dataclass(frozen=True)
class Acted:
    """What was handed in for an action, and what is wrong with it."""

    key: str
    posted: Fields
    faults: tuple[FieldFault, ...]


@dataclass(frozen=True)
class Typed:
    """What was handed in as an answer and did not go out."""

    posted: Mapping[str, str]
    faults: tuple[tuple[str, str], ...] = ()
    template: str = ""  # to be added to the words
    preview: str = ""  # what the patient would read


def show_item(
    here: Here,
    opened: OpenItem,
    *,
    typed: Typed | None = None,
    said: Notice | None = None,
    acted: Acted | None = None,
    kept: str = "",
    status: int = 200,
) -> View:
    wants_letter = typed is not None and typed.template.startswith(LETTER)
    context = load_context(here, opened.loader, opened.request, for_letters=wants_letter)
    record.viewed(
        here,
        opened.patient.id,
        **context.counts,
        **record.in_requests([opened.request, *similar(opened.request, opened.others.items)]),
    )
    task = opened.request.work
    address = here.paths.item(opened.reference)
    can_claim = not opened.request.is_closed and (task is None or task.owner is None)
    may_change = here.gate.may("Task", "create" if task is None else "update")
    faulty = (typed is not None and bool(typed.faults)) or (acted is not None)
    page = item_page(
        here.words,
        staff_shell(
            here,
            here.words("An item of the queue"),
            person=opened.staff.name,
            whose=whose_record(here.words, opened.patient),
            failing=faulty,
            back=Link(here.words("Back to the queue"), here.paths.back_to_queue()),
            said=said,
        ),
        policy=here.services.policy,
        request=opened.request,
        trail=opened.trail,
        topic=opened.topic,
        answers=context.answers,
        answer_files=f"{address}/answers",
        panels=record_panels(here.words, here.services.policy.desk, context.beside),
        record_at=f"{address}/record",
        reader=opened.staff.reference,
        now=here.now,
        refresh=f"{address}/now",
        look_again=Link(here.words("Look again"), address),
        read_at=here.words.date_time(here.now),
        other_works=other_works(
            here.words, here.paths, here.services.policy, opened.request, opened.staff.works
        ),
        opens=lambda message, at: f"{address}/files/{here.paths.seal(message)}/{at}",
        claim_action=f"{address}/claim" if can_claim and may_change else "",
        release_action=f"{address}/release" if opened.is_mine else "",
        cannot_act=here.words(
            "This EHR does not let this app change work items. Answer in the EHR itself."
        )
        if not may_change
        else "",
        form=_form(here, opened, typed, context.beside, address) if opened.is_mine else None,
        actions=_actions(here, opened, acted, address) if may_change else (),
        history=history_of(here.words, here.services.policy, opened.trail)
        if opened.trail
        else None,
        summary=_summary(here, opened, context),
        conflicts=conflicts_shown(
            here.words,
            here.services.policy,
            opened.topic,
            context.conflicts,
            opened.trail,
            action=f"{address}/settle" if opened.is_mine else "",
        ),
        earlier=earlier_panel(here.words, opened.topic, opened.request, opened.others),
        kept=kept,
        etag=(task.etag or "") if task else "",
        way=here.paths.why(opened.reference)
        if sees_rules(opened.staff, here.services.policy)
        else "",
    )
    return show("item", page, status)


def _form(
    here: Here, opened: OpenItem, typed: Typed | None, beside: Beside, address: str
) -> AnswerForm | None:
    if opened.topic is None:
        return None
    draft = here.services.drafts.find(opened.person, opened.form)
    kept = {name: values[0] for name, values in draft.fields.items()} if draft else {}
    posted = {**kept, **(typed.posted if typed else {})}
    answered = Answered(
        policy=here.services.policy,
        topic=opened.topic,
        patient_language=opened.patient_language,
        known=known_of(
            here.services.policy,
            beside,
            language=posted.get("language") or opened.patient_language,
            about=opened.request.about,
            name=opened.patient.name or "",
            staff=opened.staff.name,
        ),
        posted=posted,
    )
    template = template_words(answered, typed.template) if typed and typed.template else None
    if template is not None:
        words, outcome = template
        posted["text"] = with_template(posted.get("text", ""), words)
        posted["outcome"] = outcome or posted.get("outcome", "")
    return answer_form(
        here.words,
        answered,
        action=f"{address}/answer",
        submission=posted.get("submission") or str(uuid4()),
        errors=typed.faults if typed else (),
        preview=typed.preview if typed else "",
    )


def _summary(here: Here, opened: OpenItem, context: Context) -> ChartSummary | None:
    """Of what is closed: as it is in the record, or to be copied. Of what is open again: what an
    earlier end has left in the record.
    """
    task, written = opened.request.task, opened.summary
    if task is None:
        return None
    there = "\n".join(written.words) if written is not None else ""
    if not opened.request.is_closed:
        return summary_shown(here.words, there, Standing.EARLIER) if there else None
    if there and written is not None and is_of_last_end(written, task):
        return summary_shown(here.words, there, Standing.THERE)
    text = summary_of(here, opened, task, context.answers)
    return summary_shown(here.words, text, Standing.MISSING)


# --- other actions than an answer -----------------------------------------------------------------


def actions_open(here: Here, opened: OpenItem) -> tuple[str, ...]:
    """Which actions there are at this moment, for this person. The desk decides again."""
    task, desk = opened.request.work, here.services.policy.desk
    if task is None:
        return ()
    if not task.is_open:
        return (acts.NOTE, acts.REOPEN)
    if task.owner is not None and not opened.is_mine:
        return (acts.NOTE, acts.REASSIGN)
    escalates = (acts.ESCALATE,) if task.routing.queue != desk.escalate_to.code else ()
    visits = (acts.VISIT,) if opened.is_mine and opened.topic and desk.visits else ()
    forms = _asks_open(here) if opened.is_mine and here.gate.may("Task", "create") else ()
    moves = (acts.REROUTE, acts.REASSIGN, acts.PRIORITY)
    return (acts.NOTE, *escalates, *moves, *forms, *visits)


def _asks_open(here: Here) -> tuple[str, ...]:
    forms = here.services.policy.forms.forms.values()
    return (acts.FORM, acts.PAPER) if any(each.is_paper for each in forms) else (acts.FORM,)


def acting_for(here: Here, opened: OpenItem) -> Acting:
    routing = opened.request.routing
    queue = routing.queue if routing else ""
    priority = str(routing.priority) if routing else ""
    policy = here.services.policy
    beside = reopening_warning(here.words, policy, opened.request)
    return Acting(policy, queue, priority, _people(here, opened, queue), beside)


def _people(here: Here, opened: OpenItem, queue: str) -> Section[Named]:
    """Kept for a minute, as is who works here: not read again for each item."""
    services, launched = here.services, here.active.launched
    found = services.transport.memory.recall(
        ("colleagues", launched.user.key, queue, launched.token.scope),
        STAFF_SECONDS,
        lambda: colleagues(here.directory(), services.policy.queue(queue), here.now),
    )
    task = opened.request.task
    has_it = task.owner.target if task and task.owner else None
    others = tuple(each for each in found.items if each[0] != has_it)
    return Section(others, found.whole, found.failure)


def _actions(
    here: Here, opened: OpenItem, acted: Acted | None, address: str
) -> tuple[ActionForm, ...]:
    keys = actions_open(here, opened)
    if not keys:
        return ()
    acting = acting_for(here, opened)
    draft = here.services.drafts.find(opened.person, opened.acting_form)
    kept: Fields = draft.fields if draft else {}
    return tuple(
        _action(here, key, acting, acted, kept, f"{address}/do/{key}")
        for key in keys
        if key != acts.REASSIGN or acting.people.items
    )


def _action(
    here: Here, key: str, acting: Acting, acted: Acted | None, kept: Fields, action: str
) -> ActionForm:
    mine = acted if acted and acted.key == key else None
    faults: Sequence[FieldFault] = mine.faults if mine else ()
    begun = any(name.startswith(f"{key}-") and any(values) for name, values in kept.items())
    return action_form(
        here.words,
        key,
        acting,
        action=action,
        posted=mine.posted if mine else kept,
        faults=faults,
        is_open=begun,
    )
