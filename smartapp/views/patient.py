"""The patient's pages: start, medicines, the list of requests."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint

from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages.home import home_page
from smartapp.pages.medicines import medicines_page
from smartapp.pages.menu import menu_page
from smartapp.pages.requests import requests_page
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import sure_of_patient
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale
from smartapp.workflow.loading import as_found, read_dispenses, read_orders, read_visits
from smartapp.workflow.medicines import Offer, offers
from smartapp.workflow.person_facts import person_facts
from smartapp.workflow.policy.facts import Facts
from smartapp.workflow.policy.model import Exclusion
from smartapp.workflow.requests import Request
from smartapp.workflow.routing import exclusion_for

bp = Blueprint("patient", __name__, url_prefix="/l/<lid>")


@bp.get("/start")
@requires_launch(Role.PATIENT)
def home(here: Here) -> View:
    patient, requests = load_requests(here)
    record.viewed(here, patient.id, **record.in_requests(requests.items))
    policy = here.services.policy
    page = home_page(
        here.words,
        patient_shell(here, here.words("Start"), patient),
        here.paths,
        name=patient.name or "",
        requests=requests,
        submissions=here.services.outbox.of(here.active.person),
        topics=here.services.policy.topics,
        urgent=in_locale(policy.urgent, here.words.locale),
        now=here.now,
    )
    return show("home", page)


@bp.get("/all")
@requires_launch(Role.PATIENT)
def all_pages(here: Here) -> View:
    """What this EHR offers, and for all else why not and what to do instead."""
    patient = here.loader().patient()
    record.viewed(here, patient.id)
    shell = patient_shell(here, here.words("All pages"), patient)
    phone = here.services.policy.phones.clinic
    return show("all", menu_page(here.words, shell, here.paths, here.gate, phone))


@bp.get("/requests")
@requires_launch(Role.PATIENT)
def all_requests(here: Here) -> View:
    patient, requests = load_requests(here)
    record.viewed(here, patient.id, **record.in_requests(requests.items))
    shell = patient_shell(here, here.words("Your requests"), patient)
    page = requests_page(
        here.words,
        shell,
        here.paths,
        requests=requests,
        submissions=here.services.outbox.of(here.active.person),
        topics=here.services.policy.topics,
        now=here.now,
    )
    return show("requests", page)


@bp.get("/medicines")
@requires_launch(Role.PATIENT)
def medicines(here: Here) -> View:
    loaded = load_medicines(here)
    record.viewed(
        here,
        loaded.patient.id,
        MedicationRequest=len(loaded.offers.items),
        **record.in_requests(loaded.requests.items),
    )
    page = medicines_page(
        here.words,
        patient_shell(here, here.words("Your medicines"), loaded.patient),
        here.paths,
        offers=loaded.offers,
        requests_known=not loaded.requests.failed and loaded.requests.whole,
        instead=_instead(here, loaded),
        topic=here.services.policy.topic("refill"),
        read_at=here.words.date_time(here.now),
        clinic_phone=here.services.policy.phones.clinic,
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


def load_requests(here: Here) -> tuple[Patient, Section[Request]]:
    loader = here.loader()
    got = loader.all_of(patient=loader.patient, messages=loader.messages, tasks=loader.tasks)
    requests = loader.read_requests(as_found(got["messages"]), as_found(got["tasks"]))
    return sure_of_patient(got["patient"]), requests


@dataclass(frozen=True)
class Medicines:
    """What the record says about asking for refills."""

    patient: Patient
    offers: Section[Offer]
    requests: Section[Request]
    person: Facts
    exclusion: Exclusion | None  # why this person cannot ask here, and what to do instead


def load_medicines(here: Here) -> Medicines:
    loader = here.loader()
    got = loader.all_of(
        patient=loader.patient,
        orders=loader.orders,
        dispenses=loader.dispenses,
        visits=loader.visits,
        messages=loader.messages,
        tasks=loader.tasks,
    )
    requests = loader.read_requests(as_found(got["messages"]), as_found(got["tasks"]))
    patient = sure_of_patient(got["patient"])
    policy = here.services.policy
    topic, today = policy.topic("refill"), policy.calendar.local(here.now).date()
    visits = read_visits(as_found(got["visits"]))
    person = person_facts(patient, visits, here.words.locale, today)
    dispenses = read_dispenses(as_found(got["dispenses"]))
    orders = read_orders(as_found(got["orders"]))
    return Medicines(
        patient=patient,
        offers=offers(orders, dispenses, requests, topic.limits, today),
        requests=requests,
        person=person,
        exclusion=exclusion_for(topic, person, here.now, policy.calendar),
    )
