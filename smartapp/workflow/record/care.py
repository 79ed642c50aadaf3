"""The parts of the record about a patient's care: documents, visits, plans, money, access."""

from __future__ import annotations

from functools import partial

from smartapp.fhir.appointment import Appointment
from smartapp.fhir.consent import Consent
from smartapp.fhir.document import Document
from smartapp.fhir.encounter import Visit
from smartapp.fhir.money import Account, Benefit, Bill, Coverage
from smartapp.fhir.order import Order
from smartapp.fhir.people import CareTeam, RelatedPerson
from smartapp.fhir.plan import CarePlan, Goal
from smartapp.fhir.provenance import Provenance
from smartapp.workflow.record.part import Part, reading

DOCUMENTS = Part(
    "documents",
    "DocumentReference",
    reading(Document.from_fhir),
    statuses=("status", "current,superseded"),
    a_page=50,
    names=True,
)
APPOINTMENTS = Part(
    "appointments",
    "Appointment",
    reading(Appointment.from_fhir),
    statuses=(
        "status",
        "proposed,pending,booked,arrived,fulfilled,cancelled,noshow,checked-in,waitlist",
    ),
    a_page=50,
    names=True,
)
VISITS = Part(
    "visits",
    "Encounter",
    reading(Visit.from_fhir),
    statuses=(
        "status",
        "planned,arrived,triaged,in-progress,onleave,finished,cancelled,unknown",
    ),
    a_page=50,
    names=True,
)
REFERRALS = Part(
    "referrals",
    "ServiceRequest",
    reading(Order.from_fhir),
    statuses=("status", "draft,active,on-hold,revoked,completed,unknown"),
    a_page=50,
    sort="-authored",
    names=True,
)
PLANS = Part(
    "plans",
    "CarePlan",
    reading(CarePlan.from_fhir),
    asks=(("category", "assess-plan"),),  # some EHRs search plans in no other way
    statuses=("status", "draft,active,on-hold,revoked,completed,unknown"),
    names=True,
)
GOALS = Part("goals", "Goal", reading(Goal.from_fhir))
TEAMS = Part(
    "teams",
    "CareTeam",
    reading(CareTeam.from_fhir),
    asks=(("status", "active"),),
    names=True,
)
COVERAGES = Part("coverages", "Coverage", reading(Coverage.from_fhir), names=True)
ACCOUNTS = Part("accounts", "Account", reading(Account.from_fhir))
BILLS = Part(
    "bills",
    "Invoice",
    reading(Bill.from_fhir),
    statuses=("status", "draft,issued,balanced,cancelled"),
)
BENEFITS = Part("benefits", "ExplanationOfBenefit", reading(Benefit.from_fhir))
CONSENTS = Part(
    "consents",
    "Consent",
    reading(Consent.from_fhir),
    statuses=("status", "draft,proposed,active,rejected,inactive"),
    names=True,
)
PROXIES = Part("proxies", "RelatedPerson", reading(RelatedPerson.from_fhir))


def provenance_of(reference: str, patient_id: str) -> Part[Provenance]:
    """It names no patient: it is asked for by what it is about, which does."""
    return Part(
        "provenance",
        "Provenance",
        reading(partial(Provenance.from_fhir, patient=f"Patient/{patient_id}")),
        search=lambda loader: loader.client.search(
            "Provenance", [("target", reference)], most=50, pages=2
        ),
        keeps=lambda each: reference in each.targets,
        names=True,
    )
