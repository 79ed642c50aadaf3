"""The parts of the record about a patient's care: documents, visits, plans, money, access."""

from __future__ import annotations

from smartapp.fhir.appointment import Appointment
from smartapp.fhir.consent import Consent
from smartapp.fhir.document import Document
from smartapp.fhir.encounter import Visit
from smartapp.fhir.money import Account, Benefit, Bill, Coverage
from smartapp.fhir.order import Order
from smartapp.fhir.people import CareTeam, RelatedPerson
from smartapp.fhir.plan import CarePlan, Goal
from smartapp.workflow.record.part import Part, reading

DOCUMENTS = Part(
    "documents",
    "DocumentReference",
    reading(Document.from_fhir),
    statuses=("status", "current,superseded"),
    a_page=50,
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
)
REFERRALS = Part(
    "referrals",
    "ServiceRequest",
    reading(Order.from_fhir),
    statuses=("status", "draft,active,on-hold,revoked,completed,unknown"),
    a_page=50,
    sort="-authored",
)
PLANS = Part(
    "plans",
    "CarePlan",
    reading(CarePlan.from_fhir),
    asks=(("category", "assess-plan"),),  # some EHRs search plans in no other way
    statuses=("status", "draft,active,on-hold,revoked,completed,unknown"),
)
GOALS = Part("goals", "Goal", reading(Goal.from_fhir))
TEAMS = Part(
    "teams",
    "CareTeam",
    reading(CareTeam.from_fhir),
    asks=(("status", "active"),),
)
COVERAGES = Part("coverages", "Coverage", reading(Coverage.from_fhir))
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
)
PROXIES = Part("proxies", "RelatedPerson", reading(RelatedPerson.from_fhir))
