"""Loading what stands beside an item: what its topic needs of the record, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from smartapp.fhir.contact import Contact
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.pages.beside import SOURCES, Beside, parts_shown
from smartapp.views.here import Here
from smartapp.views.reading import arrived
from smartapp.workflow.conflicts import Conflict, Recorded, conflicts_of
from smartapp.workflow.loading import Loader, as_found, read_dispenses, read_orders
from smartapp.workflow.record import read_part
from smartapp.workflow.record.care import APPOINTMENTS, VISITS
from smartapp.workflow.record.parts import ALLERGIES, CONDITIONS, RESULTS, VITALS
from smartapp.workflow.requests import Request

# What answers on a topic can contradict.
CONTRADICTED = {"form-health-history": frozenset({"orders", "allergies"})}
OF_CONTACT = frozenset({"update-details", "form-about-you"})
# What letters to a patient speak of, whatever the topic.
OF_LETTERS = ("orders", "results", "appointments", "visits")


@dataclass(frozen=True)
class Context:
    """The coded answers, None where they could not be loaded, and the record beside them."""

    answers: Answers | None
    beside: Beside
    conflicts: tuple[Conflict, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """For the audit: so many of each type."""
        beside = self.beside
        return {
            "MedicationRequest": len(beside.orders.items),
            "MedicationDispense": len(beside.dispenses.items),
            "AllergyIntolerance": len(beside.allergies.items),
            "Condition": len(beside.conditions.items),
            "Observation": len(beside.results.items) + len(beside.vitals.items),
            "Encounter": len(beside.visits.items),
            "Appointment": len(beside.appointments.items),
            "QuestionnaireResponse": int(bool(self.answers)),
        }


def response_behind(request: Request) -> str | None:
    """The coded answers that this item is about."""
    task = request.task
    targets = (each.target or "" for each in request.root.about)
    return (task.response if task else None) or next(
        (each for each in targets if each.startswith("QuestionnaireResponse/")), None
    )


def load_context(
    here: Here, loader: Loader, request: Request, *, for_letters: bool = False
) -> Context:
    targets = [each.target or "" for each in request.root.about]
    wanted = next((each for each in targets if each.startswith("MedicationRequest/")), "")
    parts = parts_shown(
        here.services.policy.desk.parts_for(request.topic), about_an_order=bool(wanted)
    )
    names = {source for part in parts for source in SOURCES[part]}
    names |= set(OF_LETTERS) if for_letters else set()
    names |= CONTRADICTED.get(request.topic, frozenset())
    response = response_behind(request)
    calls: dict[str, Callable[[], object]] = {name: _LOADS[name](loader) for name in sorted(names)}
    calls["answers"] = lambda: answers_of(loader.client.read(response)) if response else {}
    if request.topic in OF_CONTACT:
        patient = f"Patient/{loader.client.patient_id}"
        calls["contact"] = lambda: Contact.from_fhir(loader.client.read(patient))
    got = loader.all_of(**calls)
    answers, contact = got.pop("answers"), got.pop("contact", None)
    sections = {name: _section(here, name, result) for name, result in got.items()}
    orders = sections["orders"].items if "orders" in sections else ()
    beside = Beside(
        parts=parts,
        now=here.now,
        order=next((each for each in orders if each.reference == wanted), None),
        about_an_order=bool(wanted),
        **sections,
    )
    if not isinstance(answers, Mapping):
        return Context(None, beside)
    known = contact if isinstance(contact, Contact) else None
    recorded = Recorded(beside.order, beside.orders, beside.allergies, known)
    return Context(answers, beside, conflicts_of(request.topic, answers, recorded))


_LOADS: Mapping[str, Callable[[Loader], Callable[[], object]]] = {
    "orders": lambda loader: loader.orders,
    "dispenses": lambda loader: loader.dispenses,
    "allergies": lambda loader: partial(read_part, loader, ALLERGIES),
    "conditions": lambda loader: partial(read_part, loader, CONDITIONS),
    "results": lambda loader: partial(read_part, loader, RESULTS),
    "vitals": lambda loader: partial(read_part, loader, VITALS),
    "visits": lambda loader: partial(read_part, loader, VISITS),
    "appointments": lambda loader: partial(read_part, loader, APPOINTMENTS),
}


def _section(here: Here, name: str, result: object) -> Any:
    if name == "orders":
        return read_orders(as_found(result))
    if name == "dispenses":
        return read_dispenses(as_found(result))
    return arrived(here, result)
