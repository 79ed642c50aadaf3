"""The parts of the record that describe a patient's health, each with its search.

IPA promises an Observation search only with a category, and a person may have granted some
categories and not others: each is a part of its own.
"""

from __future__ import annotations

from smartapp.fhir.allergy import Allergy
from smartapp.fhir.condition import Condition
from smartapp.fhir.immunization import Immunization
from smartapp.fhir.medication import Dispense, MedicationOrder
from smartapp.fhir.observation import Observation
from smartapp.fhir.procedure import Procedure
from smartapp.fhir.report import DiagnosticReport
from smartapp.fhir.statement import MedicationStatement
from smartapp.workflow.loading import Loader
from smartapp.workflow.record.part import Part, reading

A_PAGE = 50
A_SERIES = 60  # of one test: what a picture of it can show

SEEN_STATUSES = "registered,preliminary,final,amended,corrected,cancelled,unknown"
OBSERVED = ("status", SEEN_STATUSES)

ALLERGIES = Part("allergies", "AllergyIntolerance", reading(Allergy.from_fhir))
CONDITIONS = Part("conditions", "Condition", reading(Condition.from_fhir))
IMMUNIZATIONS = Part(
    "immunizations",
    "Immunization",
    reading(Immunization.from_fhir),
    statuses=("status", "completed,not-done"),
)
PROCEDURES = Part(
    "procedures",
    "Procedure",
    reading(Procedure.from_fhir),
    a_page=A_PAGE,
    statuses=("status", "completed,in-progress,on-hold,stopped,not-done,unknown,preparation"),
)
REPORTS = Part(
    "reports",
    "DiagnosticReport",
    reading(DiagnosticReport.from_fhir),
    a_page=20,
    statuses=("status", "registered,partial,preliminary,final,amended,corrected,appended,unknown"),
)
ORDERS = Part("orders", "MedicationRequest", MedicationOrder.from_fhir, search=Loader.orders)
DISPENSES = Part(
    "dispenses",
    "MedicationDispense",
    reading(Dispense.from_fhir),
    statuses=("status", "completed,in-progress,preparation,on-hold,cancelled,stopped,declined"),
)
STATEMENTS = Part(
    "statements",
    "MedicationStatement",
    MedicationStatement.from_fhir,
    asks=(("_include", "MedicationStatement:medication"),),
    statuses=("status", "active,completed,intended,stopped,on-hold,unknown,not-taken"),
)


def _category(*wanted: str) -> Part[Observation]:
    """What says no category at all is shown as a result, for it has to be shown somewhere."""
    return Part(
        f"observations-{wanted[0]}",
        "Observation",
        reading(Observation.from_fhir),
        asks=(("category", ",".join(wanted)),),
        keeps=lambda each: (
            bool(each.categories & set(wanted))
            or (wanted[0] == "laboratory" and not each.categories)
        ),
        statuses=OBSERVED,
        a_page=A_PAGE,
    )


RESULTS = _category("laboratory")
VITALS = _category("vital-signs")
LIFE = _category("social-history", "survey")


def series(test: str) -> Part[Observation]:
    """All results of one test, the newest first. A test without a code has a name only, which no
    search finds: it is looked for among the newest results.
    """
    coded = "|" in test
    return Part(
        "series",
        "Observation",
        reading(Observation.from_fhir),
        asks=(("code", test),) if coded else (("category", "laboratory"),),
        keeps=lambda each: each.test == test,
        statuses=OBSERVED,
        a_page=A_SERIES if coded else A_PAGE * 4,
    )
