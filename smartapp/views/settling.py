"""Settling what a patient says against the record: kept, changed or asked, and by whom."""

from __future__ import annotations

from flask import Blueprint, request

from smartapp.errors import ClaimLost, NotFound
from smartapp.fhir.change import Kind
from smartapp.launch import Role
from smartapp.pages.conflicts import held_words, said_words, title_of
from smartapp.pages.queue_line import WRITTEN
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item import lost_item, opened_to_change
from smartapp.views.item_beside import load_context
from smartapp.views.item_opened import OpenItem, desk_for
from smartapp.views.show import see_other
from smartapp.words import in_locale, words_for
from smartapp.workflow.conflicts import ASK, KEEP, SETTLED, UPDATE, Conflict

bp = Blueprint("settling", __name__, url_prefix="/l/<lid>/queue/<handle>/settle/<key>")


@bp.post("")
@requires_launch(Role.STAFF)
def settle(here: Here, handle: str, key: str) -> View:
    opened = opened_to_change(here, handle, "")
    if not isinstance(opened, OpenItem):
        return opened
    choice, task = request.form.get("choice", ""), opened.request.work
    if choice not in SETTLED:
        raise NotFound("no such choice")
    if task is None or not opened.is_mine:
        return lost_item(here, opened, handle, ClaimLost(None))
    context = load_context(here, opened.loader, opened.request)
    conflict = next((each for each in context.conflicts if each.key == key), None)
    if conflict is None:
        raise NotFound("nothing to settle")
    record.about_to_change(here, opened.patient.id, opened.reference, Kind.NOTE)
    try:
        after = desk_for(here, opened).note(
            task, _note(here, opened, conflict, choice), reason=choice, after=key
        )
    except ClaimLost as lost:
        return lost_item(here, opened, handle, lost)
    record.changed(here, opened.patient.id, after, task.status, how=choice)
    address = here.paths.item(opened.reference)
    if choice == ASK:
        return see_other(f"{address}?said=settled&ask={key}")
    return see_other(f"{address}?said={'settled' if choice == KEEP else 'settled-update'}")


def _note(here: Here, opened: OpenItem, conflict: Conflict, choice: str) -> str:
    """For all staff, in the language that they share."""
    words = words_for(WRITTEN, here.services.policy.calendar.zone)
    owner = in_locale(here.services.policy.desk.conflicts[conflict.about].name, WRITTEN)
    done = {
        KEEP: words("The record was kept."),
        UPDATE: words("To be changed in the EHR by: {team}.", team=owner),
        ASK: words("The patient was asked."),
    }[choice]
    says = words(
        "{what}. The patient says: {patient}. The record says: {record}.",
        what=title_of(words, conflict),
        patient=said_words(words, opened.topic, conflict),
        record=held_words(words, conflict),
    )
    return f"{says} {done}"
