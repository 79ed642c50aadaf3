"""A patient's medicines: what to take when, refills, and what was taken before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint

from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.fhir.statement import MedicationStatement
from smartapp.launch import Role
from smartapp.pages.medicines import medicines_page
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import arrived, showing, sure_of_patient
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale
from smartapp.workflow.loading import as_found, read_dispenses, read_orders, read_visits
from smartapp.workflow.medicines import Offer, offers
from smartapp.workflow.person_facts import person_facts
from smartapp.workflow.policy.facts import Facts
from smartapp.workflow.policy.model import Exclusion
from smartapp.workflow.record import read_part
from smartapp.workflow.record.names import with_names
from smartapp.workflow.record.parts import STATEMENTS
from smartapp.workflow.requests import Request
from smartapp.workflow.routing import exclusion_for

bp = Blueprint("medicines", __name__, url_prefix="/l/<lid>")


@bp.get("/medicines")
@requires_launch(Role.PATIENT)
def medicines(here: Here) -> View:
    loaded = load_medicines(here)
    record.viewed(
        here,
        loaded.patient.id,
        MedicationRequest=len(loaded.offers.items),
        MedicationStatement=len(loaded.statements.items),
        **record.in_requests(loaded.requests.items),
    )
    page = medicines_page(
        patient_shell(here, here.words("Your medicines"), loaded.patient),
        offers=loaded.offers,
        requests_known=not loaded.requests.failed and loaded.requests.whole,
        instead=_instead(here, loaded),
        topic=here.services.policy.topic("refill"),
        at=showing(here, "medicines"),
        statements=loaded.statements,
    )
    return show("medicines", page)


def _instead(here: Here, loaded: Medicines) -> str:
    """Why nothing can be asked for, and what to do: before anything is typed."""
    words = here.words
    if not here.can_ask:
        sentences = (
            words("Your clinic’s system does not let you ask for a refill here."),
            words("Call the clinic at {phone}.", phone=here.services.policy.phones.clinic),
        )
        return " ".join(sentences)
    return in_locale(loaded.exclusion.instead, words.locale) if loaded.exclusion else ""


@dataclass(frozen=True)
class Medicines:
    """What the record says about asking for refills."""

    patient: Patient
    offers: Section[Offer]
    requests: Section[Request]
    person: Facts
    statements: Section[MedicationStatement]  # of what is taken, whoever ordered it
    exclusion: Exclusion | None  # why this person cannot ask here, and what to do instead


def load_medicines(here: Here) -> Medicines:
    loader = here.loader()
    got = loader.all_of(
        patient=loader.patient,
        orders=lambda: with_names(loader, loader.orders()),
        dispenses=lambda: with_names(loader, loader.dispenses()),
        visits=loader.visits,
        messages=loader.messages,
        tasks=loader.tasks,
        forms=loader.forms_asked,
        statements=partial(read_part, loader, replace(STATEMENTS, names=True)),
        acting=lambda: here.acting,
    )
    requests = loader.read_requests(*map(as_found, (got["messages"], got["tasks"], got["forms"])))
    patient = sure_of_patient(got["patient"])
    policy = here.services.policy
    topic, today = policy.topic("refill"), policy.calendar.local(here.now).date()
    visits = read_visits(as_found(got["visits"]))
    person = person_facts(patient, visits, here.words.locale, today)
    dispenses = read_dispenses(as_found(got["dispenses"]))
    orders = read_orders(as_found(got["orders"]))
    return Medicines(
        patient=patient,
        offers=replace(
            offers(orders, dispenses, requests, topic.limits, today), at=here.services.now()
        ),
        requests=requests,
        statements=arrived(here, got["statements"]),
        person=person,
        exclusion=exclusion_for(topic, person, here.now, policy.calendar),
    )
