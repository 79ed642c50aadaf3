"""The patient's pages: start, medicines, the list of requests."""

from __future__ import annotations

from flask import Blueprint, jsonify, request

from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages.menu import menu_page
from smartapp.pages.requests import requests_page
from smartapp.pages.words_page import words_page
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.home import todo_in, todos_in
from smartapp.views.reading import sure_of_patient
from smartapp.views.show import patient_shell, show
from smartapp.views.unread import unread
from smartapp.workflow.forms import typed
from smartapp.workflow.loading import as_found
from smartapp.workflow.requests import Request

LONGEST_SEARCH = 100

bp = Blueprint("patient", __name__, url_prefix="/l/<lid>")


@bp.get("/all")
@requires_launch(Role.PATIENT)
def all_pages(here: Here) -> View:
    """What this EHR offers, and for all else why not and what to do instead."""
    patient = here.loader().patient()
    record.viewed(here, patient.id)
    shell = patient_shell(here, here.words("All pages"), patient)
    phone = here.services.policy.phones.clinic
    return show("all", menu_page(here.words, shell, here.paths, here.gate, phone))


@bp.get("/words")
@requires_launch(Role.PATIENT)
def medical_words(here: Here) -> View:
    """The clinic's whole glossary. Nothing of the record decides what is in it."""
    patient = here.loader().patient()
    record.viewed(here, patient.id)
    shell = patient_shell(here, here.words("Medical words"), patient)
    return show("words", words_page(here.words, shell, here.services.policy.glossary))


@bp.get("/requests")
@bp.post("/requests")
@requires_launch(Role.PATIENT)
def all_requests(here: Here) -> View:
    patient, requests = load_requests(here)
    todos = todos_in(requests)
    record.viewed(here, patient.id, **record.in_requests(requests.items, todos))
    shell = patient_shell(here, here.words("Your requests"), patient)
    page = requests_page(
        here.words,
        shell,
        here.paths,
        requests=requests,
        submissions=here.services.outbox.of(here.active.person),
        topics=here.services.policy.topics,
        now=here.now,
        unread=unread(here, requests.items),
        find=typed(request.form.get("find", ""))[:LONGEST_SEARCH],
        state=request.form.get("state", ""),
        searching=request.method == "POST",
        todo=todo_in(here, requests),
    )
    return show("requests", page)


@bp.get("/requests/unread")
@requires_launch(Role.PATIENT, prolongs=False)
def count_unread(here: Here) -> View:
    """What the page's script asks for while somebody only looks: that keeps nobody signed in. It is
    put on record whenever it says something new: a line for each minute would bury the others.
    """
    patient, requests = load_requests(here)
    new = unread(here, requests.items)
    number = len(new)
    if here.services.seen.is_first(here.active.lid, " ".join(sorted(new))):
        record.viewed(here, patient.id, **record.in_requests(requests.items))
    text = here.words.plural("1 new answer", "{n} new answers", number) if number else ""
    return jsonify({"count": number, "text": text})


def load_requests(here: Here) -> tuple[Patient, Section[Request]]:
    loader = here.loader()
    got = loader.all_of(
        patient=loader.patient,
        messages=loader.messages,
        tasks=loader.tasks,
        forms=loader.forms_asked,
    )
    requests = loader.read_requests(*map(as_found, (got["messages"], got["tasks"], got["forms"])))
    return sure_of_patient(got["patient"]), requests
