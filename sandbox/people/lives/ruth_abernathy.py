"""Ruth Abernathy: what goes wrong in real records, gathered in one."""

from __future__ import annotations

from typing import Any

from sandbox.people.builders.documents import document, inside
from sandbox.people.builders.medicines import Sig, Supply, order, statement
from sandbox.people.builders.persons import home, name, patient, speaks
from sandbox.people.builders.problems import allergy, condition, immunization
from sandbox.people.builders.results import measured, observation
from sandbox.people.builders.visits import visit
from sandbox.people.cast import CLINIC, DR_PATEL, LAB, NURSE_OKAFOR
from sandbox.people.clinic import patient_team
from sandbox.people.codes import care, measures, medicines, problems, vaccines
from sandbox.people.codes.systems import SANDBOX, hl7
from sandbox.people.dates import Days, at
from sandbox.people.shapes import (
    Coding,
    Concept,
    Json,
    Ref,
    absent,
    code,
    concept,
    quantity,
    resource,
)

RUTH = Ref("Patient", "ruth-abernathy", "Ruth Abernathy")
UNKNOWN = concept("Unknown", hl7("data-absent-reason", "unknown", "Unknown"))
NOT_DONE = concept("Not performed", hl7("data-absent-reason", "not-performed", "Not Performed"))
LOCAL_CODES = f"{SANDBOX}/CodeSystem/old-system"

HOSTILE_HTML = """<html><head><title>Imported note</title></head><body onload="alert('load')">
<h1>Imported from the old system</h1>
<p onclick="alert('click')">Ruth came for her back.</p>
<script>alert('script')</script>
<img src="https://tracker.example.invalid/pixel.gif" alt="">
<a href="javascript:alert('link')">Read more</a>
<style>@import url("https://tracker.example.invalid/style.css");</style>
</body></html>
"""

# Withdrawn resources as a patient-facing server may give them: their id and status, nothing else.
# They break the rules for their type, and that is what they are for.
WITHDRAWN = (
    "Observation",
    "MedicationRequest",
    "MedicationStatement",
    "Immunization",
    "DocumentReference",
    "DiagnosticReport",
    "Procedure",
)


def life(days: Days) -> list[Json]:
    return [
        *_herself(days),
        *_withdrawn(),
        *_absent_values(days),
        *_odd_codes(days),
        *_odd_medicines(days),
        *_partial_dates(days),
        *_odd_documents(days),
    ]


def _herself(days: Days) -> list[Json]:
    return [
        patient(
            RUTH,
            100018,
            active=True,
            name=[
                name("Abernathy", "Ruth") | {"_given": [absent("asked-declined")], "given": None}
            ],
            telecom=[{"system": "phone", "use": "home", "_value": absent("unknown")}],
            gender="unknown",
            birthDate=f"{days.today.year - 69}-04",
            address=[
                home("Old Mill Farm") | {"_postalCode": absent("unknown"), "postalCode": None}
            ],
            communication=speaks("en"),
            generalPractitioner=[DR_PATEL],
            managingOrganization=CLINIC,
        ),
        patient_team(RUTH),
    ]


def _withdrawn() -> list[Json]:
    bare = [
        resource(
            kind,
            f"ruth-abernathy-withdrawn-{kind.lower()}",
            status="entered-in-error",
            **_whose(kind),
        )
        for kind in WITHDRAWN
    ]
    return [
        *bare,
        resource(
            "Condition",
            "ruth-abernathy-withdrawn-condition",
            verificationStatus=_withdrawal("condition-ver-status"),
            subject=RUTH,
        ),
        resource(
            "AllergyIntolerance",
            "ruth-abernathy-withdrawn-allergy",
            verificationStatus=_withdrawal("allergyintolerance-verification"),
            patient=RUTH,
        ),
    ]


def _whose(kind: str) -> Json:
    """The patient stays, or no search by patient would ever find them."""
    return {"patient" if kind == "Immunization" else "subject": RUTH}


def _withdrawal(system: str) -> Concept:
    return code(f"http://terminology.hl7.org/CodeSystem/{system}", "entered-in-error")


def _absent_values(days: Days) -> list[Json]:
    day = days.visit(60)
    return [
        observation(
            RUTH, "cancelled-potassium", measures.POTASSIUM.what, at(day), performer=[LAB],
            status="cancelled", dataAbsentReason=NOT_DONE,
            note=[{"text": "The sample was lost."}],
        ),
        observation(
            RUTH, "half-blood-pressure", measures.BLOOD_PRESSURE, at(day), category="vital-signs",
            component=[
                {"code": measures.SYSTOLIC, "valueQuantity": quantity(151, "mmHg", "mm[Hg]")},
                {"code": measures.DIASTOLIC, "dataAbsentReason": UNKNOWN},
            ],
        ),
        observation(
            RUTH, "undated-weight", measures.WEIGHT.what, None, category="vital-signs",
            _effectiveDateTime=absent("unknown"),
            valueQuantity=quantity(149, "lb", "[lb_av]"),
        ),
        observation(
            RUTH, "below-limit", Concept("Thyroid antibodies"), at(day),
            valueQuantity=quantity(0.9, "IU/mL", "[IU]/mL") | {"comparator": "<"},
        ),
        observation(
            RUTH, "titer", measures.ANTINUCLEAR_TITER, at(day),
            valueRatio={"numerator": {"value": 1}, "denominator": {"value": 160}},
        ),
        observation(
            RUTH, "rhythm-strip", Concept("Heart rhythm strip"), at(day), category="procedure",
            valueSampledData={
                "origin": quantity(0, "mV", "mV"), "period": 100, "dimensions": 1,
                "data": "0 1 3 9 3 1 0 0 1 3 9 3 1 0",
            },
        ),
        observation(
            RUTH, "urine-color", measures.URINE_COLOR, at(day), valueString="dark yellow",
        ),
        condition(RUTH, "absent-condition", UNKNOWN, days.visit(300)),
    ]  # fmt: skip


def _odd_codes(days: Days) -> list[Json]:
    return [
        condition(RUTH, "text-only", Concept("Bad back since the harvest"), days.visit(900)),
        condition(
            RUTH, "unknown-code",
            Concept("", (Coding(LOCAL_CODES, "BK-77", "Back trouble, other"),)),
            days.visit(900), status="recurrence",
        ),
        condition(
            RUTH, "code-without-words", Concept("", (Coding(LOCAL_CODES, "ZZ-1"),)), days.visit(900)
        ),
        _without_status(condition(
            RUTH, "no-status", Concept("Poor hearing, from before records were kept"), "1998"
        )),
        condition(
            RUTH, "refuted", Concept("Gout"), days.visit(700), verification="refuted",
            status="inactive",
        ),
        allergy(RUTH, "text-only-allergy", Concept("Some yellow tablet"), category=None),
        observation(
            RUTH, "unknown-test", Concept("", (Coding(LOCAL_CODES, "LX-4", "Dust lung screen"),)),
            at(days.visit(60)), valueCodeableConcept=Concept("Equivocal"),
        ),
        # A program that does not know this extension must not act on the result: it may say
        # that the result belongs to someone else.
        measured(
            RUTH, measures.HEMOGLOBIN, 7.1, days.visit(60), slug="unknown-modifier",
            modifierExtension=[
                {"url": f"{SANDBOX}/StructureDefinition/specimen-mix-up", "valueBoolean": True}
            ],
        ),
    ]  # fmt: skip


def _without_status(made: Json) -> Json:
    """As records do that are older than the rule that asks for one."""
    return {name: value for name, value in made.items() if name != "clinicalStatus"}


def _odd_medicines(days: Days) -> list[Json]:
    never = Sig("Do not take: stomach bleeding")
    return [
        *order(
            RUTH, "do-not-take-ibuprofen", medicines.IBUPROFEN_200, never, on=days.visit(400),
            by=DR_PATEL, doNotPerform=True, reasonCode=[Concept("Stomach bleeding")],
        ),
        *order(
            RUTH, "unknown-status", medicines.OMEPRAZOLE_20,
            Sig("Take 1 capsule by mouth before breakfast", unit="capsule", when=("ACM",)),
            on=days.visit(800), by=DR_PATEL, status="unknown",
            supply=Supply(amount=30, days=30, repeats=0, unit="capsule"),
        ),
        *order(
            RUTH, "unnamed-medicine", UNKNOWN, Sig("Take as directed"), on=days.visit(800),
            by=DR_PATEL,
        ),
        statement(
            RUTH, "horse-liniment", Concept("Horse liniment"), "rubbed on the back", "2019",
            status="intended",
        ),
    ]  # fmt: skip


def _partial_dates(days: Days) -> list[Json]:
    tetanus = immunization(RUTH, "tetanus", vaccines.TDAP, days.today, NURSE_OKAFOR)
    refused = immunization(RUTH, "flu-refused", vaccines.FLU, days.visit(100), NURSE_OKAFOR)
    shot: dict[str, Any] = {"occurrenceDateTime": None, "lotNumber": None, "performer": None}
    return [
        _changed(tetanus, **shot, occurrenceString="As a child, on the farm", primarySource=False),
        _changed(
            refused, status="not-done", statusReason=Concept("Patient refused"), lotNumber=None,
            doseQuantity=None,
        ),
        condition(RUTH, "year-only", problems.HYPERTENSION, f"{days.today.year - 20}"),
        condition(RUTH, "month-only", problems.ACID_REFLUX, f"{days.today.year - 3}-11"),
        visit(
            RUTH, "visit-unfinished", care.PROBLEM_VISIT, days.visit(60), DR_PATEL, status="unknown"
        ),
    ]  # fmt: skip


def _changed(made: Json, **elements: Any) -> Json:
    rest = {name: value for name, value in made.items() if name not in ("resourceType", "id")}
    return resource(made["resourceType"], made["id"], **{**rest, **elements})


def _odd_documents(days: Days) -> list[Json]:
    day = days.visit(60)
    unnamed = document(
        RUTH, "untyped-scan", UNKNOWN, "Scanned page", day, DR_PATEL, [inside("(a scanned page)")]
    )
    return [
        document(
            RUTH, "imported-note", care.PROGRESS_NOTE, "Note imported from the old system", day,
            DR_PATEL, [inside(HOSTILE_HTML, "text/html", title="Imported note")],
        ),
        # Two contents are one document in two formats, and the author travels inside.
        document(
            RUTH, "note-in-two-forms", care.CONSULT_NOTE, "Back specialist's note", day,
            Ref("", "specialist", "Dr. Jonas Weir"),
            [
                inside("Exercise helps more than rest."),
                inside("<p>Exercise helps <em>more</em> than rest.</p>", "text/html"),
            ],
            contained=[
                {"resourceType": "Practitioner", "id": "specialist", "name": [{"text": "Dr. Weir"}]}
            ],
        ),
        unnamed,
        document(
            RUTH, "file-unavailable", care.HISTORY_AND_PHYSICAL, "History, file lost", day,
            {"display": "Old county hospital"},
            [{"attachment": {"contentType": "application/pdf", "title": "Lost in the move",
                             "_url": absent("error")}}],
        ),
    ]  # fmt: skip
