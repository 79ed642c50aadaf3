"""The parts of a record that a page needs, asked for at once, each in one of three states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from smartapp.errors import MalformedAnswer, NotFound, SmartappError
from smartapp.fhir.allergy import Allergy
from smartapp.fhir.client import FhirClient, Found
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Json
from smartapp.fhir.encounter import Visit
from smartapp.fhir.medication import Dispense, MedicationOrder
from smartapp.fhir.message import Message
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import WorkTask
from smartapp.workflow.gate import Gate
from smartapp.workflow.requests import Request, requests_of

T = TypeVar("T")
PAGE_SECONDS = 12.0


class Together(Protocol):
    def __call__(
        self, calls: Sequence[Callable[[], T]], *, within: float
    ) -> list[T | SmartappError]: ...


@dataclass(frozen=True)
class Loader:
    """Reads for one page. `client` is bound to the patient, so nothing foreign comes through."""

    client: FhirClient
    gate: Gate
    vocabulary: Vocabulary
    together: Together

    def patient(self) -> Patient:
        return Patient.from_fhir(self.client.read(f"Patient/{self.client.patient_id}"))

    def all_of(self, **calls: Callable[[], object]) -> dict[str, object]:
        """Every call in parallel, by name; a failure stands where its result would."""
        results = self.together(list(calls.values()), within=PAGE_SECONDS)
        return dict(zip(calls, results, strict=True))

    # --- searches -----------------------------------------------------------------------------

    def orders(self) -> Found:
        return self._search("MedicationRequest", ("_include", "MedicationRequest:medication"))

    def dispenses(self) -> Found:
        if not self.gate.may("MedicationDispense", "search-type"):
            return Found((), complete=False)
        return self._search("MedicationDispense")

    def visits(self) -> Found:
        """Where they cannot be seen, it stays unknown when the last one was."""
        if not self.gate.may("Encounter", "search-type"):
            return Found((), complete=False)
        return self._search("Encounter")

    def allergies(self) -> Found:
        return self._search("AllergyIntolerance")

    def messages(self) -> Found:
        return self._search("Communication", ("_sort", "-sent"), fresh=True)

    def tasks(self) -> Found:
        """Where the EHR has no Tasks, there are none to miss."""
        if not self.gate.may("Task", "search-type"):
            return Found(())
        return self._search("Task", fresh=True)

    def _search(self, kind: str, *more: tuple[str, str], fresh: bool = False) -> Found:
        parameters = [("patient", str(self.client.patient_id)), *more]
        return self.client.search(kind, parameters, fresh=fresh)

    # --- what is made of them -----------------------------------------------------------------

    def read_requests(
        self, messages: Found | SmartappError, tasks: Found | SmartappError
    ) -> Section[Request]:
        """Without the messages there is nothing to show; without the work, not the whole."""
        said = section_of(messages, partial(Message.from_fhir, vocabulary=self.vocabulary))
        work = section_of(tasks, partial(WorkTask.from_fhir, vocabulary=self.vocabulary))
        if said.failed:
            return Section(whole=False, failure=said.failure)
        return Section(requests_of(said.items, work.items), said.whole and work.whole)


def as_found(result: object) -> Found | SmartappError:
    if isinstance(result, Found | SmartappError):
        return result
    raise TypeError(type(result).__name__)


def read_orders(found: Found | SmartappError) -> Section[MedicationOrder]:
    included: Mapping[str, Json] = {} if isinstance(found, SmartappError) else found.included
    return section_of(found, partial(MedicationOrder.from_fhir, included=included))


def read_dispenses(found: Found | SmartappError) -> Section[Dispense]:
    return section_of(found, Dispense.from_fhir)


def read_visits(found: Found | SmartappError) -> Section[Visit]:
    return section_of(found, Visit.from_fhir)


def read_allergies(found: Found | SmartappError) -> Section[Allergy]:
    return section_of(found, Allergy.from_fhir)


def one_of(section: Section[MedicationOrder], reference: str) -> MedicationOrder:
    """The order that a handle names. A failed section raises what failed."""
    if section.failure is not None:
        raise section.failure
    found = next((each for each in section.items if each.reference == reference), None)
    if found is None:
        raise NotFound("MedicationRequest: not in the list")
    if found.not_understood:
        raise MalformedAnswer("MedicationRequest: carries an unknown modifier")
    return found
