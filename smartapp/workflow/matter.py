"""All that the record says about one thing that somebody wants to ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from smartapp.errors import NotFound, SmartappError
from smartapp.fhir.contact import address_line
from smartapp.fhir.document import Document
from smartapp.fhir.element import Element, Json
from smartapp.fhir.haul import Found
from smartapp.fhir.medication import MedicationOrder
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.slot import FreeTime
from smartapp.workflow.background import background_calls, background_of, facts_about
from smartapp.workflow.documents import DocumentGate
from smartapp.workflow.free_times import Finder, answered_by, time_subject
from smartapp.workflow.loading import (
    PAGE_SECONDS,
    Loader,
    as_found,
    read_dispenses,
    read_orders,
    read_visits,
)
from smartapp.workflow.medicines import Offer, offers
from smartapp.workflow.person_facts import background_facts, person_facts
from smartapp.workflow.policy.facts import Facts
from smartapp.workflow.policy.intake import AskedAbout, Prefill
from smartapp.workflow.policy.model import Exclusion, Policy, Topic
from smartapp.workflow.refills import order_facts, with_supplies_for
from smartapp.workflow.requests import Request
from smartapp.workflow.routing import exclusion_for
from smartapp.workflow.subjects import Subject, order_subject, subject_from

KINDS: Mapping[AskedAbout, tuple[str, ...]] = {
    AskedAbout.NOTHING: (),
    AskedAbout.ORDER: ("MedicationRequest",),
    AskedAbout.APPOINTMENT: ("Appointment",),
    AskedAbout.RESULT: ("Observation", "DiagnosticReport"),
    AskedAbout.DOCUMENT: ("DocumentReference",),
    AskedAbout.VISIT: ("Encounter",),
}

# What can be asked about, and is chosen on a page of its own.
CHOSEN_ELSEWHERE: Mapping[AskedAbout, tuple[str, ...]] = {AskedAbout.APPOINTMENT: ("Slot",)}

MOST_CHOICES = 30


@dataclass(frozen=True)
class Matter:
    topic: Topic
    patient: Patient
    person: Facts
    subject: Subject | None  # what it is about, where it is about one thing
    offer: Offer | None  # for a refill: whether this order can be asked for
    requests: Section[Request]
    exclusion: Exclusion | None  # why this person cannot ask this here, and what to do instead
    known: Mapping[str, str]  # answers that the record has already, by linkId
    is_taken: bool = False  # a time that was free, and is no longer

    @property
    def age(self) -> int | None:
        age = self.person.get("age-in-years")
        return age if isinstance(age, int) else None

    @property
    def reference(self) -> str:
        return self.subject.reference if self.subject else ""

    @property
    def asked_before(self) -> Request | None:
        """An open request of the same kind, about the same thing where there is one."""
        return next(
            (
                each
                for each in self.requests.items
                if each.topic == self.topic.code
                and not each.is_closed
                and (self.subject is None or each.concerns(self.reference))
            ),
            None,
        )

    @property
    def blocking(self) -> Request | None:
        """The same medicine twice would be filled twice."""
        return self.offer.request if self.offer and self.offer.is_asked_for else None


@dataclass(frozen=True)
class Reader:
    """Reads what one kind of request needs, for a person who reads this language."""

    loader: Loader
    policy: Policy
    language: str
    now: datetime
    writer: str = ""  # who is signed in, "Patient/id" or another
    documents: DocumentGate | None = None  # None: whatever the record has can be asked about

    def matter(self, topic: Topic, reference: str = "") -> Matter:
        """A list that is not whole keeps nobody from asking; what it is about must be there."""
        loader, today = self.loader, self._today
        got = loader.all_of(
            patient=loader.patient,
            visits=loader.visits,
            messages=loader.messages,
            tasks=loader.tasks,
            forms=loader.forms_asked,
            contact=(lambda: _contact(loader)) if topic.prefills else dict,
            **self._about(reference),
            **background_calls(loader, topic),
        )
        patient = got["patient"]
        if not isinstance(patient, Patient):
            raise patient if isinstance(patient, SmartappError) else TypeError(type(patient))
        requests = loader.read_requests(
            *map(as_found, (got["messages"], got["tasks"], got["forms"]))
        )
        background = background_of(
            got, someone_else_writes=self.writer not in {"", f"Patient/{patient.id}"}
        )
        person = {
            **person_facts(patient, read_visits(as_found(got["visits"])), self.language, today),
            **background_facts(background, self.policy.named),
        }
        offer = self._offer(topic, reference, got, requests) if "orders" in got else None
        time = _raised(got["time"]) if "time" in got else None
        chosen = self._subject_of_time(time) if isinstance(time, FreeTime) else None
        is_controlled = offer is not None and offer.facts.controlled
        return Matter(
            topic=with_supplies_for(topic, controlled=is_controlled),
            patient=patient,
            person=person,
            subject=self._order(offer) if offer else chosen or _subject(got.get("subject"), today),
            offer=offer if topic.refills else None,
            requests=requests,
            exclusion=exclusion_for(topic, person, self.now, self.policy.calendar),
            known={**_known(topic, got["contact"]), **_with_time(topic, chosen)},
            is_taken="time" in got and not (isinstance(time, FreeTime) and time.is_free),
        )

    def _subject_of_time(self, time: FreeTime) -> Subject:
        return time_subject(time, self.policy.calendar.local(time.start.earliest))

    def choices(self, kind: AskedAbout) -> Section[Subject]:
        """What of the record can be asked about, the latest first."""
        found = [self._found(each) for each in KINDS[kind]]
        items = [each for part in found for each in part.items]
        if kind is AskedAbout.APPOINTMENT:
            items = [each for each in items if each.when and each.when.latest >= self.now]
            items.sort(key=_moment)
        elif kind is not AskedAbout.ORDER:
            items.sort(key=_moment, reverse=True)
        whole = all(part.whole and not part.failed for part in found)
        return Section(tuple(items[:MOST_CHOICES]), whole and len(items) <= MOST_CHOICES)

    def _found(self, kind: str) -> Section[Subject]:
        if not self.loader.gate.may(kind, "search-type"):
            return Section()
        if kind == "MedicationRequest":
            orders = read_orders(self._search(self.loader.orders))
            current = [each for each in orders.items if _is_current(each)]
            return Section(
                tuple(order_subject(each, {}) for each in current), orders.whole, orders.failure
            )
        narrower = [("category", "laboratory")] if kind == "Observation" else []
        search = partial(self.loader.search, kind, *narrower, ("_count", "100"))
        return section_of(self._search(search), self._open)

    def _open(self, json: Json) -> Subject | None:
        """Of documents only those that whoever reads could open: a title says enough."""
        if json.get("resourceType") == "DocumentReference" and self.documents is not None:
            document = Document.from_fhir(json)
            if document is None or not self.documents.lets_through(document):
                return None
        return subject_from(json)

    def _search(self, search: Callable[[], Found]) -> Found | SmartappError:
        (found,) = self.loader.together([search], within=PAGE_SECONDS)
        return found

    @property
    def _today(self) -> date:
        return self.policy.calendar.local(self.now).date()

    def _about(self, reference: str) -> dict[str, Callable[[], object]]:
        if reference.startswith("MedicationRequest/"):
            return {"orders": self.loader.orders, "dispenses": self.loader.dispenses}
        if reference.startswith("Slot/"):
            return {"time": partial(Finder(self.loader, self.now).one, reference)}
        return {"subject": partial(self.loader.client.read, reference)} if reference else {}

    def _offer(
        self,
        topic: Topic,
        reference: str,
        got: Mapping[str, object],
        requests: Section[Request],
    ) -> Offer:
        orders = read_orders(as_found(got["orders"]))
        dispenses = read_dispenses(as_found(got["dispenses"]))
        limits = topic.refills or self.policy.topic("refill").limits
        offered = offers(orders, dispenses, requests, limits, self._today)
        found = next((each for each in offered.items if each.order.reference == reference), None)
        if found is None or found.order.not_understood:
            raise orders.failure or NotFound("MedicationRequest: not one that can be shown")
        return found

    def _order(self, offer: Offer) -> Subject:
        return order_subject(offer.order, order_facts(offer.facts, self._today))


def _is_current(order: MedicationOrder) -> bool:
    ended = order.status in {"stopped", "cancelled", "completed", "entered-in-error"}
    return not (ended or order.do_not_take or order.not_understood)


def _moment(subject: Subject) -> float:
    return subject.when.earliest.timestamp() if subject.when else 0.0


def _contact(loader: Loader) -> dict[str, str]:
    """How the record says that the patient can be reached."""
    patient = Element.resource(loader.client.read(f"Patient/{loader.client.patient_id}"), "Patient")
    current = [each for each in patient.children("telecom") if each.text("use") != "old"]
    found: dict[str, str] = {}
    for each in current:
        found.setdefault(each.text("system") or "", each.text("value") or "")
    homes = [each for each in patient.children("address") if each.text("use") != "old"]
    return {**found, Prefill.ADDRESS.value: next((address_line(each) for each in homes), "")}


def _known(topic: Topic, contact: object) -> dict[str, str]:
    """What could not be read is simply not filled in."""
    values = contact if isinstance(contact, dict) else {}
    return {link: values[what] for link, what in topic.prefills.items() if values.get(what)}


def _with_time(topic: Topic, chosen: Subject | None) -> dict[str, str]:
    if chosen is None or chosen.when is None or topic.free_times is None:
        return {}
    return answered_by(topic.free_times, chosen.when.earliest)


def _raised(read: object) -> object:
    if isinstance(read, SmartappError):
        raise read
    return read


def _subject(read: object, today: date) -> Subject | None:
    if _raised(read) is None:
        return None
    found = subject_from(read) if isinstance(read, dict) else None
    if found is None:
        raise NotFound("not something that can be asked about")
    return replace(found, facts=facts_about(read, today)) if isinstance(read, dict) else found
