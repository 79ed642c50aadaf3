"""A patient's whole record as FHIR JSON, page by page as the EHR sends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from smartapp.errors import MalformedAnswer, Rejected, SmartappError
from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.document import Document
from smartapp.fhir.element import Json
from smartapp.fhir.haul import Found
from smartapp.fhir.serial import as_bytes
from smartapp.workflow.documents import DocumentGate
from smartapp.workflow.loading import Loader

PAGE = ("_count", "200")
MOST_PAGES = 200  # of one type: more than that is no record of one person
OBSERVED = "laboratory,vital-signs,social-history,survey,exam,imaging,procedure,activity,therapy"

# In the order of the file. Task is not in it: it carries what staff write to each other.
KINDS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("AllergyIntolerance", ()),
    ("Condition", ()),
    ("MedicationRequest", (("_include", "MedicationRequest:medication"),)),
    ("MedicationStatement", (("_include", "MedicationStatement:medication"),)),
    ("MedicationDispense", ()),
    ("Immunization", ()),
    ("Observation", (("category", OBSERVED),)),  # IPA promises no search without a category
    ("DiagnosticReport", ()),
    ("Procedure", ()),
    ("Encounter", ()),
    ("Appointment", ()),
    ("DocumentReference", ()),
    ("CarePlan", (("category", "assess-plan"),)),
    ("Goal", ()),
    ("CareTeam", (("status", "active"),)),
    ("ServiceRequest", ()),
    ("Coverage", ()),
    ("Account", ()),
    ("Invoice", ()),
    ("ExplanationOfBenefit", ()),
    ("Consent", ()),
    ("RelatedPerson", ()),
    ("Communication", ()),
    ("QuestionnaireResponse", ()),
)


PARTLY_HIDDEN = frozenset({"Communication", "DocumentReference", "QuestionnaireResponse"})


@dataclass(frozen=True)
class Batch:
    """Some resources of one type, or why there are none or not all."""

    kind: str
    resources: tuple[Json, ...] = ()
    missing: str = ""  # a code for the file and the log; never words of the EHR

    @property
    def counts(self) -> Mapping[str, int]:
        return Counter(str(each["resourceType"]) for each in self.resources)


def batches(loader: Loader, gate: DocumentGate) -> Iterator[Batch]:
    for kind, asks in KINDS:
        closed = loader.gate.closed(kind, "search-type")
        if closed is not None:
            yield Batch(kind, missing=closed.value)
            continue
        try:
            yield from _pages(loader, gate, kind, asks)
        except SmartappError as failure:
            yield Batch(kind, missing=failure.code)


def _pages(
    loader: Loader, gate: DocumentGate, kind: str, asks: tuple[tuple[str, str], ...]
) -> Iterator[Batch]:
    seen: set[str] = set()
    replaced: set[str] = set()
    found = _first(loader, kind, asks)
    for _ in range(MOST_PAGES):
        every = (*found.matches, *found.included.values())
        fresh = [each for each in every if _key(each) not in seen]
        seen.update(map(_key, fresh))
        kept, odd = [], False
        for each in fresh:
            try:
                if _belongs(loader, gate, each, replaced):
                    kept.append(_for_the_patient(each))
            except MalformedAnswer:
                odd = True
        more = found.following
        whole = (found.complete or more is not None) and not found.withheld and not odd
        yield Batch(kind, tuple(kept), "" if whole else "incomplete")
        if more is None:
            return
        found = loader.client.follow(kind, more, pages=1)
    yield Batch(kind, missing="incomplete")


def _first(loader: Loader, kind: str, asks: tuple[tuple[str, str], ...]) -> Found:
    """The newest first, where the EHR can sort: what replaces a document comes before it."""
    sort = (("_sort", "-date"),) if kind == "DocumentReference" else ()
    try:
        return loader.search(kind, *asks, *sort, PAGE, pages=1)
    except Rejected:
        return loader.search(kind, *asks, pages=1)


def _belongs(loader: Loader, gate: DocumentGate, resource: Json, replaced: set[str]) -> bool:
    if is_withdrawn(resource):
        return False
    kind = resource["resourceType"]
    if kind == "QuestionnaireResponse":
        return resource.get("status") != "in-progress"  # not sent yet, and its author's alone
    if kind == "Communication":
        return loader.read_message(resource) is not None  # staff also write to each other
    if kind == "DocumentReference":
        document = Document.from_fhir(resource)
        if document is None:
            return False
        if document.is_current:
            replaced |= document.replaces
        return gate.lets_through(document) and document.reference not in replaced
    return True


def _for_the_patient(resource: Json) -> Json:
    """A note on a message is what staff wrote about it, not a part of it."""
    if resource["resourceType"] != "Communication":
        return resource
    return {name: value for name, value in resource.items() if name not in {"note", "_note"}}


def is_withdrawn(resource: Json) -> bool:
    """In whatever place its type says so."""
    stated = [resource.get("status"), resource.get("lifecycleStatus"), resource.get("docStatus")]
    verification = resource.get("verificationStatus")
    codings = verification.get("coding") if isinstance(verification, dict) else None
    stated += [c.get("code") for c in codings or [] if isinstance(c, dict)]
    return ENTERED_IN_ERROR in stated


def _key(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


# --- as a file --------------------------------------------------------------------------------


def opening(patient: Json, base: str, now: datetime) -> bytes:
    head = {"resourceType": "Bundle", "type": "collection", "timestamp": now.isoformat()}
    return as_bytes(head)[:-1] + b',"entry":[\n' + _entry(patient, base)


def entries(batch: Batch, base: str) -> bytes:
    return b"".join(b",\n" + _entry(each, base) for each in batch.resources)


def closing(missing: Mapping[str, str]) -> bytes:
    """What the file lacks stands in the file: nobody shall take it for the whole."""
    issues: list[dict[str, Any]] = [
        {
            "severity": "warning",
            "code": "incomplete",
            "details": {"text": f"{kind}: not in this file, or not all of it ({why})"},
        }
        for kind, why in missing.items()
    ]
    if not issues:
        return b"\n]}\n"
    outcome = {"resourceType": "OperationOutcome", "id": "missing", "issue": issues}
    return b",\n" + as_bytes({"resource": outcome}) + b"\n]}\n"


def _entry(resource: Json, base: str) -> bytes:
    return as_bytes({"fullUrl": f"{base}/{_key(resource)}", "resource": resource})


def expected_number(loader: Loader) -> int | None:
    """How many there are, by the EHR's own count; None where it does not count. Of some types a
    part is kept back: to count those would give away how many there are of it.
    """
    open_kinds = [
        each
        for each in KINDS
        if each[0] not in PARTLY_HIDDEN and loader.gate.may(each[0], "search-type")
    ]
    calls = [partial(_counted, loader, *each) for each in open_kinds]
    counts = loader.together(calls, within=8.0)
    known = [each for each in counts if isinstance(each, int)]
    return _rounded(sum(known)) if len(known) == len(counts) else None


def _rounded(number: int) -> int:
    """To one figure: what a label hides of the other types is no difference that can be seen."""
    step: int = 10 ** max(1, len(str(number)) - 1)
    return max(step, round(number / step) * step)


def _counted(loader: Loader, kind: str, asks: tuple[tuple[str, str], ...]) -> int | None:
    whose = [("patient", loader.client.patient_id or "")]
    narrow = [each for each in asks if each[0] != "_include"]
    return loader.client.count(kind, [*whose, *narrow])
