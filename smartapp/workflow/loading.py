"""The parts of a record that a page needs, asked for at once, each in one of three states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from smartapp.errors import AnswerTooLarge, NotDone, NotFound, SmartappError
from smartapp.fhir.allergy import Allergy
from smartapp.fhir.app_task import AppTask
from smartapp.fhir.client import FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Json
from smartapp.fhir.encounter import Visit
from smartapp.fhir.haul import Found
from smartapp.fhir.medication import Dispense, MedicationOrder, medicine_elsewhere
from smartapp.fhir.message import Message
from smartapp.fhir.people import Patient
from smartapp.fhir.routing import UNSEALED_REASON, Routing
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import WorkTask
from smartapp.workflow.gate import Gate, Why
from smartapp.workflow.policy.disclosure import NOTHING_HIDDEN, Hidden
from smartapp.workflow.requests import Request, requests_of, with_forms
from smartapp.workflow.seal import Seal
from smartapp.workflow.trail import Trail

T = TypeVar("T")
PAGE_SECONDS = 12.0
PORTION = 40
MOST_SINGLY = 40  # messages with files, each asked for alone
MOST_MEDICINES = 40
NO_FORMS = Found(())
MOST_UNDECIDED = 20  # so many are decided again for one page; people decide on the rest


class Together(Protocol):
    def __call__(
        self, calls: Sequence[Callable[[], T]], *, within: float
    ) -> list[T | SmartappError]: ...


@dataclass(frozen=True)
class Requests(Section[Request]):
    """With what the clinic has left for the patient to do."""

    todos: tuple[AppTask, ...] = ()


@dataclass(frozen=True)
class Loader:
    """Reads for one page. `client` is bound to the patient, so nothing foreign comes through."""

    client: FhirClient
    gate: Gate
    vocabulary: Vocabulary
    together: Together
    hidden: Hidden = NOTHING_HIDDEN  # from who acts for a teenager
    reader: str = ""  # who reads, "Patient/id" or another
    seal: Seal | None = None  # None: whatever a resource says of its routing is taken for true
    decide: Callable[[Message, Json], Routing | None] | None = None  # by a message and its answers
    as_message: Callable[[Json], Message | None] | None = None  # a form that came without one

    def patient(self) -> Patient:
        return Patient.from_fhir(self.client.read(f"Patient/{self.client.patient_id}"))

    def all_of(self, **calls: Callable[[], object]) -> dict[str, object]:
        """Every call in parallel, by name; a failure stands where its result would."""
        results = self.together(list(calls.values()), within=PAGE_SECONDS)
        return dict(zip(calls, results, strict=True))

    # --- searches -----------------------------------------------------------------------------

    def orders(self) -> Found:
        found = self.search("MedicationRequest", ("_include", "MedicationRequest:medication"))
        named = dict.fromkeys(filter(None, map(medicine_elsewhere, found.matches)))
        missing = [each for each in named if each not in found.included]
        return replace(found, included={**found.included, **self._medicines(missing)})

    def _medicines(self, missing: Sequence[str]) -> dict[str, Json]:
        """Not every EHR sends along what an order points to. What cannot be read has no name."""
        if not missing or not self.gate.may("Medication", "read"):
            return {}
        asked = missing[:MOST_MEDICINES]
        reads = [partial(self.client.read, each) for each in asked]
        read = zip(asked, self.together(reads, within=PAGE_SECONDS), strict=True)
        return {name: json for name, json in read if not isinstance(json, SmartappError)}

    def dispenses(self) -> Found:
        if not self.gate.may("MedicationDispense", "search-type"):
            return Found((), complete=False)
        return self.search("MedicationDispense")

    def visits(self) -> Found:
        """Where they cannot be seen, it stays unknown when the last one was."""
        if not self.gate.may("Encounter", "search-type"):
            return Found((), complete=False)
        return self.search("Encounter")

    def allergies(self) -> Found:
        return self.search("AllergyIntolerance")

    def messages(self) -> Found:
        """Where the EHR has no messages, there are none to miss; where it shows this person none,
        there may be.
        """
        why = self.gate.closed("Communication", "search-type")
        if why is not None:
            return Found((), complete=why is Why.NOT_DECLARED)
        return self.said(("_sort", "-sent"))

    def said(self, *parameters: tuple[str, str], count: int = 100, pages: int = 10) -> Found:
        """Messages may carry files: where a page of them is too much at once, smaller pages."""
        try:
            return self._messages(*parameters, count=count, pages=pages)
        except AnswerTooLarge:
            return self._messages(*parameters, count=1, pages=MOST_SINGLY)

    def _messages(self, *parameters: tuple[str, str], count: int, pages: int) -> Found:
        counted = ("_count", str(count))
        return self.search("Communication", *parameters, counted, fresh=True, pages=pages)

    def tasks(self) -> Found:
        """Where the EHR has no Tasks, there are none to miss: also where it said that it has."""
        if not self.gate.may("Task", "search-type"):
            return Found(())
        try:
            return self.search("Task", fresh=True)
        except (NotDone, NotFound):
            return Found(())

    def forms(self) -> Found:
        """Those that patients filled in, for what came without a message."""
        if self.as_message is None or not self.gate.may("QuestionnaireResponse", "search-type"):
            return Found(())
        return self.search("QuestionnaireResponse", fresh=True)

    def forms_asked(self) -> Found:
        """Where no message can be read, forms are all that somebody can have asked with."""
        return NO_FORMS if self.gate.may("Communication", "search-type") else self.forms()

    def search(
        self, kind: str, *parameters: tuple[str, str], fresh: bool = False, pages: int = 10
    ) -> Found:
        """For one patient where there is one: not every EHR takes that from the token."""
        patient_id = self.client.patient_id
        whose = [("patient", patient_id)] if patient_id and kind != "Patient" else []
        return self.client.search(kind, [*whose, *parameters], fresh=fresh, pages=pages)

    def in_portions(
        self, kind: str, parameter: str, values: Sequence[str], *more: tuple[str, str]
    ) -> list[Found | SmartappError]:
        """One search for many values makes an address that some servers find too long."""
        portions = [values[at : at + PORTION] for at in range(0, len(values), PORTION)]
        searches = [
            partial(
                self.search, kind, (parameter, ",".join(each)), *more, ("_count", "200"), fresh=True
            )
            for each in portions
        ]
        return self.together(searches, within=PAGE_SECONDS)

    # --- what is made of them -----------------------------------------------------------------

    def read_message(self, json: Json) -> Message | None:
        """None also for what staff wrote to each other, where a patient or a proxy reads, and for a
        summary for the chart, which is no part of any thread.
        """
        message = Message.from_fhir(json, self.vocabulary)
        if message is not None and message.for_chart:
            return None
        is_kept_from_them = message and message.is_among_staff and self.gate.level == "patient"
        return None if is_kept_from_them or message is None else self._vouched(message)

    def _vouched(self, message: Message) -> Message:
        """What a patient’s token can write is no decision of the rules without their seal."""
        if self.seal is None or message.routing is None:
            return message
        if self.seal.holds(message.routing, message.identifier, message.patient):
            return message
        return replace(message, routing=None)

    def read_task(self, json: Json) -> WorkTask | None:
        """Without what staff did and wrote, where a patient or a proxy reads."""
        task = WorkTask.from_fhir(json, self.vocabulary)
        if task is None:
            return None
        if not self._is_vouched_for(task):
            task = replace(task, routing=replace(task.routing, rule="", reason=UNSEALED_REASON))
        if self.gate.level == "patient":
            routing = replace(task.routing, reason="", summary="")  # of a visit, staff wrote them
            return replace(task, routing=routing, changes=(), notes=(), json={})
        return task

    def _is_vouched_for(self, task: WorkTask) -> bool:
        """The rules decided it, or did so before staff changed it in this app."""
        if self.seal is None or task.identifier is None:
            return True
        decided = Trail(task, self.seal).as_decided()
        made = (each for each in (task.routing, decided) if each is not None)
        return any(self.seal.holds(each, task.identifier, task.patient) for each in made)

    def read_messages(self, found: Found | SmartappError) -> Section[Message]:
        """With a decision for each that should have one: made again where none can be trusted."""
        said = section_of(found, self.read_message)
        decide = self.decide
        undecided = {
            each.reference: answers
            for each in said.items
            if each.routing is None and each.is_ours and each.may_be_from_patient
            for answers in _answers_of(each)
        }
        if decide is None or not undecided or not self.gate.may("QuestionnaireResponse", "read"):
            return said
        asked = dict(list(undecided.items())[:MOST_UNDECIDED])
        reads = [partial(self.client.read, each) for each in asked.values()]
        read = dict(zip(asked, self.together(reads, within=PAGE_SECONDS), strict=True))

        def decided(message: Message) -> Message:
            answers = read.get(message.reference)
            if answers is None or isinstance(answers, SmartappError):
                return message
            return replace(message, routing=decide(message, answers))

        return replace(said, items=tuple(decided(each) for each in said.items))

    def read_requests(
        self,
        messages: Found | SmartappError,
        tasks: Found | SmartappError,
        forms: Found | SmartappError = NO_FORMS,
    ) -> Requests:
        """Without the messages there is nothing to show; without the work, not the whole. A form
        that no message speaks of is a request of its own, for those who ask for forms.
        """
        said = self.read_messages(messages)
        work, todos = section_of(tasks, self.read_task), self._todos(tasks)
        if said.failed:
            return Requests(whole=False, failure=said.failure, todos=todos)
        sent = section_of(forms, self.as_message) if self.as_message else Section[Message]()
        requests = requests_of(with_forms(said.items, sent.items), work.items)
        shown = tuple(each for each in requests if not self._is_kept_back(each))
        whole = said.whole and work.whole and sent.whole
        return Requests(shown, whole, todos=todos)

    def _todos(self, tasks: Found | SmartappError) -> tuple[AppTask, ...]:
        """Who acts for a teenager gets only what was left to them by name."""
        patient = f"Patient/{self.client.patient_id}"
        left = [
            each
            for each in section_of(tasks, AppTask.from_fhir).items
            if each.is_open and each.patient == patient and each.is_left_to(patient, self.reader)
        ]
        return tuple(each for each in left if not self.hidden.anything or each.owner == self.reader)

    def _is_kept_back(self, request: Request) -> bool:
        """Who acts for a teenager follows what they asked for themselves, whatever it is about. Of
        forms they see no others at all: which form somebody was given tells enough. What is about
        something hidden names it.
        """
        hidden, writer = self.hidden, request.root.sender
        if not hidden.anything or (writer is not None and writer.target == self.reader):
            return False
        topics = {
            request.root.topic,
            *(each.topic for each in request.works),
        }  # a visit has its own
        about = {each.kind for message in request.messages for each in message.about}
        return (
            bool(topics & hidden.topics or about & hidden.kinds)
            or (request.root.is_form and bool(hidden.named_topics))
            or (request.is_reading and hidden.readings)
        )


def _answers_of(message: Message) -> tuple[str, ...]:
    targets = (each.target for each in message.about if each.target)
    return tuple(each for each in targets if each.startswith("QuestionnaireResponse/"))[:1]


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
