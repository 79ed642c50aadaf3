"""A patient's care: what happens next, the plan and its goals, the team."""

from __future__ import annotations

from flask import Blueprint

from smartapp.errors import NotFound, SmartappError
from smartapp.fhir.plan import CarePlan
from smartapp.fhir.profile import Profile
from smartapp.launch import Role
from smartapp.pages import care as pages
from smartapp.pages.health import BlocksPage
from smartapp.pages.shell import Link
from smartapp.views import files, record
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import read, showing
from smartapp.views.show import patient_shell, show
from smartapp.views.visits import read_one
from smartapp.workflow.loading import Loader
from smartapp.workflow.record.care import APPOINTMENTS, GOALS, PLANS, REFERRALS, TEAMS
from smartapp.workflow.record.parts import PROCEDURES

bp = Blueprint("care", __name__, url_prefix="/l/<lid>")

MOST_ROLES = 10


@bp.get("/next")
@requires_launch(Role.PATIENT)
@kept_from_proxies("plan")
def what_happens_next(here: Here) -> View:
    visits = () if APPOINTMENTS.kind in here.hidden.kinds else (APPOINTMENTS,)
    got, at = read(here, REFERRALS, PROCEDURES, *visits), showing(here, "next")
    title = here.words("What happens next")
    blocks = (
        *(pages.next_visits_block(at, got[each], here.now) for each in visits),
        pages.open_orders_block(at, got[REFERRALS]),
        pages.referrals_block(at, got[REFERRALS]),
        pages.follow_ups_block(at, got[PROCEDURES]),
    )
    lead = here.words("All of this is from your record. What your doctor told you may be more.")
    return show("blocks", BlocksPage(patient_shell(here, title, got.patient), title, blocks, lead))


@bp.get("/plan")
@requires_launch(Role.PATIENT)
@kept_from_proxies("plan")
def plan(here: Here) -> View:
    got, at = read(here, PLANS, GOALS), showing(here, "plan")
    files.frames_ours()
    shell = patient_shell(here, here.words("Your care plan"), got.patient)
    return show("plan", pages.plan_page(at, shell, got[PLANS], got[GOALS]))


@bp.get("/plan/<handle>/text")
@requires_launch(Role.PATIENT)
@kept_from_proxies("plan")
def words_of_plan(here: Here, handle: str) -> View:
    """The clinic's own words, for the frame on the page of the plan."""
    files.lock()
    found = read_one(here, here.named(handle, "CarePlan"), CarePlan.from_fhir)
    if not found.narrative:
        raise NotFound("a plan without words")
    record.viewed(here, here.active.launched.patient_id or "", CarePlan=1)
    return files.cleaned(found.narrative, found.title, found.language)


@bp.get("/team")
@requires_launch(Role.PATIENT)
@kept_from_proxies("team")
def team(here: Here) -> View:
    got, at = read(here, TEAMS), showing(here, "team")
    title = here.words("Your care team")
    block = pages.team_block(
        at, got[TEAMS], profiles=here.gate.may("Practitioner", "read"), now=here.now
    )
    return show("blocks", BlocksPage(patient_shell(here, title, got.patient), title, (block,)))


@bp.get("/team/<handle>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("team")
def profile(here: Here, handle: str) -> View:
    reference = here.named(handle, "Practitioner")
    loader, words, paths = here.loader(), here.words, here.paths
    got = loader.all_of(
        patient=loader.patient,
        person=lambda: loader.client.read(reference),
        roles=lambda: _roles(loader, reference),
    )
    patient = got["patient"]
    for each in (patient, got["person"]):
        if isinstance(each, SmartappError):
            raise each
    roles = got["roles"]
    found = Profile.of(
        got["person"],  # type: ignore[arg-type]  # a failure was raised just now
        roles if isinstance(roles, tuple) else (),
    )
    record.viewed(here, here.active.launched.patient_id or "")
    back = Link(words("Your care team"), paths.page("team"))
    page = pages.profile_page(
        words,
        patient_shell(here, found.name or words("Your care team"), patient, back=back),  # type: ignore[arg-type]  # as above
        found,
        ask=paths.ask if here.can_ask else "",
        phone=here.services.policy.phones.clinic,
    )
    return show("profile", page)


def _roles(loader: Loader, reference: str) -> tuple[object, ...]:
    """Not every EHR has them; the name alone is worth a page."""
    if not loader.gate.may("PractitionerRole", "search-type"):
        return ()
    asked = [("practitioner", reference)]
    found = loader.client.search("PractitionerRole", asked, most=MOST_ROLES, pages=1)
    return tuple(each for each in found.matches if _is_of(each, reference))


def _is_of(role: object, reference: str) -> bool:
    """Who does not know the parameter sends the roles of everybody."""
    held = role.get("practitioner") if isinstance(role, dict) else None
    return isinstance(held, dict) and held.get("reference") == reference
