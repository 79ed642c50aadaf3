"""The start page of a patient."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from smartapp.fhir.app_task import AppTask
from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages.home import home_page, requests_block
from smartapp.pages.results import new_results_block
from smartapp.pages.shell import Link
from smartapp.pages.showing import Showing, first_of
from smartapp.pages.todo import ToDoList, todo_list
from smartapp.pages.visits import coming_block
from smartapp.views import record
from smartapp.views.here import Here, requires_launch
from smartapp.views.reading import showing
from smartapp.views.results import is_folded
from smartapp.views.stream import Piece, for_reader, piece, stream
from smartapp.views.unread import unread
from smartapp.words import in_locale
from smartapp.workflow.loading import PAGE_SECONDS, Loader, Requests
from smartapp.workflow.record import at_once
from smartapp.workflow.record.care import APPOINTMENTS
from smartapp.workflow.record.parts import RESULTS
from smartapp.workflow.requests import Request

bp = Blueprint("home", __name__, url_prefix="/l/<lid>")


@bp.get("/start")
@requires_launch(Role.PATIENT)
def home(here: Here) -> Response:
    """What matters now; a part that is slow holds up no other."""
    at, now, fold = showing(here, "start", in_short=True), here.now, is_folded()
    policy = here.services.policy
    coming = Link(here.words("All visits and appointments"), here.paths.page("visits"))
    pieces: tuple[Piece[Any], ...] = (
        requests_piece(here, at),
        piece(
            at_once(APPOINTMENTS),
            lambda section: first_of(
                coming_block(here.words, here.paths, section, at.source, now), 1, coming
            ),
        ),
        piece(RESULTS, lambda section: new_results_block(at, section, now=now, fold=fold)),
    )
    pieces = for_reader(here, pieces)
    return stream(
        here,
        "home",
        title=here.words("Start"),
        pieces=pieces,
        page=lambda shell, patient: home_page(
            at,
            shell,
            [each.key for each in pieces],
            patient=patient,
            topics=policy.topics,
            can_ask=here.can_ask,
            can_write=here.can_write,
            urgent=in_locale(policy.urgent, here.words.locale),
        ),
    )


def requests_piece(here: Here, at: Showing) -> Piece[Request]:
    return Piece(
        key="requests",
        kind="Communication",
        load=load_requests,
        look=lambda section: requests_block(
            at,
            section,
            submissions=here.services.outbox.of(here.active.person),
            topics=here.services.policy.topics,
            now=here.now,
            unread=unread(here, section.items),
            todo=todo_in(here, section),
        ),
        count=lambda section: record.in_requests(section.items, todos_in(section)),
    )


def todos_in(section: Section[Request]) -> tuple[AppTask, ...]:
    return section.todos if isinstance(section, Requests) else ()


def todo_in(here: Here, section: Section[Request]) -> ToDoList | None:
    return todo_list(
        here.words,
        here.paths,
        here.gate,
        todos_in(section),
        base_url=here.services.settings.base_url,
        phone=here.services.policy.phones.clinic,
    )


def load_requests(loader: Loader) -> Section[Request]:
    reads = [loader.messages, loader.tasks, loader.forms_asked]
    return loader.read_requests(*loader.together(reads, within=PAGE_SECONDS))
