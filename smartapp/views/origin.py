"""Where one entry of the record comes from: asked for only when somebody wants to know."""

from __future__ import annotations

from functools import partial

from flask import Blueprint

from smartapp.errors import NotFound, SmartappError
from smartapp.fhir.element import Json
from smartapp.fhir.haul import Found
from smartapp.fhir.origin import Origin
from smartapp.launch import Role
from smartapp.pages.health import BlocksPage
from smartapp.pages.origin import said_block, way_block
from smartapp.pages.shell import Link
from smartapp.views import record
from smartapp.views.documents import papers_of
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import arrived, showing, sure_of_patient
from smartapp.views.show import patient_shell, show
from smartapp.words import Words
from smartapp.workflow.export import is_withdrawn
from smartapp.workflow.record import read_part
from smartapp.workflow.record.care import provenance_of
from smartapp.workflow.record.names import with_names

bp = Blueprint("origin", __name__, url_prefix="/l/<lid>/origin")

PAGES = {
    "Observation": "results",
    "MedicationRequest": "medicines",
    "DocumentReference": "documents",
}


@bp.get("/<handle>")
@requires_launch(Role.PATIENT)
def origin(here: Here, handle: str) -> View:
    reference = here.named(handle, *PAGES)
    kind = reference.partition("/")[0]
    if kind in here.hidden.kinds:
        raise NotFound("not for who reads")
    if kind == "DocumentReference":
        papers_of(here).checked(reference)
    loader, words, at = here.loader(), here.words, showing(here, "origin")
    part = provenance_of(reference, loader.client.patient_id or "")
    got = loader.all_of(
        patient=loader.patient,
        acting=lambda: here.acting,
        entry=partial(_entry, here, reference),
        way=partial(read_part, loader, part),
    )
    patient, entry = sure_of_patient(got["patient"]), got["entry"]
    if not isinstance(entry, Origin):
        raise entry if isinstance(entry, SmartappError) else TypeError(type(entry).__name__)
    way = arrived(here, got["way"])
    record.viewed(here, patient.id, **{kind: 1}, Provenance=len(way.items))
    back = Link(_name(words, kind), here.paths.page(PAGES[kind]))
    shell = patient_shell(here, words("Where this comes from"), patient, back=back)
    blocks = (said_block(at, entry), way_block(at, way))
    heading = words("Where this comes from")
    return show("blocks", BlocksPage(shell, heading, blocks, entry.what))


def _name(words: Words, kind: str) -> str:
    table = {
        "Observation": words("All your test results"),
        "MedicationRequest": words("All your medicines"),
        "DocumentReference": words("All documents"),
    }
    return table[kind]


def _entry(here: Here, reference: str) -> Origin:
    loader = here.loader()
    json: Json = loader.client.read(reference)
    if is_withdrawn(json):
        raise NotFound("withdrawn")
    return Origin.from_fhir(with_names(loader, Found((json,))).matches[0])
