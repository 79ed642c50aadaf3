"""The start page of a patient."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages.home import home_page, requests_block
from smartapp.pages.results import new_results_block
from smartapp.pages.showing import Showing
from smartapp.views import record
from smartapp.views.here import Here, requires_launch
from smartapp.views.reading import showing
from smartapp.views.results import is_folded
from smartapp.views.stream import Piece, piece, stream
from smartapp.words import in_locale
from smartapp.workflow.loading import PAGE_SECONDS, Loader
from smartapp.workflow.record.parts import RESULTS
from smartapp.workflow.requests import Request

bp = Blueprint("home", __name__, url_prefix="/l/<lid>")


@bp.get("/start")
@requires_launch(Role.PATIENT)
def home(here: Here) -> Response:
    """What matters now; a part that is slow holds up no other."""
    at, now, fold = showing(here, "start", in_short=True), here.now, is_folded()
    policy = here.services.policy
    pieces = (
        requests_piece(here, at),
        piece(RESULTS, lambda section: new_results_block(at, section, now=now, fold=fold)),
    )
    return stream(
        here,
        "home",
        title=here.words("Start"),
        pieces=pieces,
        page=lambda shell, patient: home_page(
            at,
            shell,
            [each.key for each in pieces],
            name=patient.name or "",
            topics=policy.topics,
            can_ask=here.can_ask,
            urgent=in_locale(policy.urgent, here.words.locale),
        ),
    )


def requests_piece(here: Here, at: Showing) -> Piece[Request]:
    return Piece(
        key="requests",
        load=load_requests,
        look=lambda section: requests_block(
            at,
            section,
            submissions=here.services.outbox.of(here.active.person),
            topics=here.services.policy.topics,
            now=here.now,
        ),
        count=lambda section: record.in_requests(section.items),
    )


def load_requests(loader: Loader) -> Section[Request]:
    messages, tasks = loader.together([loader.messages, loader.tasks], within=PAGE_SECONDS)
    return loader.read_requests(messages, tasks)
