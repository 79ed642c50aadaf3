"""Lindenfield Family Clinic: its places, its people, its teams and its openings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sandbox.people.builders.persons import care_team, spoken
from sandbox.people.builders.visits import schedule, slot
from sandbox.people.cast import (
    BILLING_SHAW,
    CLINIC,
    DR_LINDQVIST,
    DR_OSMAN,
    DR_PATEL,
    FRONTDESK_KIM,
    HOSPITAL,
    LAB,
    LAKESHORE_SENIOR,
    MAIN_STREET,
    MANAGER_LEE,
    NURSE_BERG,
    NURSE_OKAFOR,
    PHARM_RUIZ,
    PHARMACY,
    PRAIRIE_MUTUAL,
    RIVERSIDE,
    STATE_PLAN,
    THERAPY,
)
from sandbox.people.codes.care import (
    CARDIOLOGIST_ROLE,
    CARDIOLOGY,
    DOCTOR_ROLE,
    GENERAL_PRACTICE,
    NURSE_ROLE,
    OBSTETRICIAN_ROLE,
    OBSTETRICS,
    PHARMACIST_ROLE,
)
from sandbox.people.codes.systems import CLINIC_ROLE, HL7, STAFF_NUMBER
from sandbox.people.dates import Days
from sandbox.people.shapes import Coding, Concept, Json, Ref, ref_to, resource

TIMEZONE = "http://hl7.org/fhir/StructureDefinition/timezone"

DOCTOR = Coding(f"{HL7}/practitioner-role", "doctor", "Doctor")
NURSE = Coding(f"{HL7}/practitioner-role", "nurse", "Nurse")
PHARMACIST = Coding(f"{HL7}/practitioner-role", "pharmacist", "Pharmacist")
FRONT_DESK = Coding(CLINIC_ROLE, "front-desk", "Front desk")
BILLING = Coding(CLINIC_ROLE, "billing", "Billing clerk")
MANAGER = Coding(CLINIC_ROLE, "manager", "Clinic manager")


@dataclass(frozen=True)
class Colleague:
    who: Ref
    family: str
    given: str
    gender: str
    role: Concept
    extension: str
    title: str = ""
    after_name: str = ""
    specialty: Concept | None = None
    languages: tuple[str, ...] = ("en",)


STAFF = (
    Colleague(
        DR_PATEL, "Patel", "Anita", "female", Concept("Family doctor", (DOCTOR,)),
        "0110", "Dr.", "MD", GENERAL_PRACTICE,
    ),
    Colleague(
        DR_LINDQVIST, "Lindqvist", "Erik", "male", Concept("Heart doctor", (DOCTOR,)),
        "0111", "Dr.", "MD", CARDIOLOGY,
    ),
    Colleague(
        DR_OSMAN, "Osman", "Hana", "female", Concept("Obstetrician", (DOCTOR,)),
        "0112", "Dr.", "MD", OBSTETRICS,
    ),
    Colleague(
        NURSE_OKAFOR, "Okafor", "Nina", "female", Concept("Triage nurse", (NURSE,)),
        "0120", after_name="RN",
    ),
    Colleague(
        NURSE_BERG, "Berg", "Tom", "male", Concept("Refill nurse", (NURSE,)),
        "0121", after_name="RN",
    ),
    Colleague(
        PHARM_RUIZ, "Ruiz", "Carlos", "male", Concept("Pharmacist", (PHARMACIST,)),
        "0130", after_name="PharmD", languages=("es", "en"),
    ),
    Colleague(
        FRONTDESK_KIM, "Kim", "Grace", "female", Concept("Front desk", (FRONT_DESK,)), "0100"
    ),
    Colleague(
        BILLING_SHAW, "Shaw", "Denise", "female", Concept("Billing clerk", (BILLING,)), "0140"
    ),
    Colleague(
        MANAGER_LEE, "Lee", "Marcus", "male", Concept("Clinic manager", (MANAGER,)), "0150"
    ),
)  # fmt: skip

TEAMS = {
    "team-physicians": ("Physicians", (DR_PATEL, DR_LINDQVIST, DR_OSMAN)),
    "team-nurses": ("Triage nurses", (NURSE_OKAFOR, NURSE_BERG)),
    "team-refills": ("Refill nurses", (NURSE_BERG, NURSE_OKAFOR)),
    "team-pharmacy": ("Pharmacy", (PHARM_RUIZ,)),
    "team-front-desk": ("Front desk", (FRONTDESK_KIM,)),
    "team-billing": ("Billing", (BILLING_SHAW,)),
}

OPENINGS = (
    ("dr-patel", DR_PATEL, MAIN_STREET, "Visits with Dr. Patel", 30),
    ("dr-lindqvist", DR_LINDQVIST, RIVERSIDE, "Heart clinic", 30),
    ("nurse", NURSE_OKAFOR, MAIN_STREET, "Nurse visits: blood pressure, vaccines", 15),
)
HOURS = ("08:30", "09:00", "10:30", "13:00", "14:30", "16:00")


def clinic(days: Days) -> list[Json]:
    people = [each for one in STAFF for each in (_practitioner(one), _role(one))]
    teams = [_team(slug, title, members) for slug, (title, members) in TEAMS.items()]
    return [*_organizations(), *_locations(), *people, *teams, *_openings(days)]


def patient_team(of: Ref, *others: tuple[Ref, Concept], doctor: Ref = DR_PATEL) -> Json:
    """The people who look after one patient, whom they may write to."""
    roles = {
        DR_PATEL: DOCTOR_ROLE,
        DR_LINDQVIST: CARDIOLOGIST_ROLE,
        DR_OSMAN: OBSTETRICIAN_ROLE,
        NURSE_OKAFOR: NURSE_ROLE,
        PHARM_RUIZ: PHARMACIST_ROLE,
    }
    members = {doctor: roles[doctor], NURSE_OKAFOR: NURSE_ROLE, **dict(others)}
    return care_team(
        f"{of.id}-team",
        f"Care team of {of.display}",
        members,
        subject=of,
        managingOrganization=[CLINIC],
    )


def _organizations() -> list[Json]:
    partners = {
        HOSPITAL: "0200",
        LAB: "0201",
        PHARMACY: "0202",
        THERAPY: "0203",
        PRAIRIE_MUTUAL: "0204",
        LAKESHORE_SENIOR: "0205",
        STATE_PLAN: "0206",
    }
    own = resource(
        "Organization",
        CLINIC.id,
        active=True,
        type=[Concept("Clinic", (Coding(f"{HL7}/organization-type", "prov"),))],
        name=CLINIC.display,
        telecom=[
            _work_phone("0100"),
            {"system": "url", "value": "https://clinic.example.org/pay", "use": "work"},
        ],
        address=[_address("12 Main Street")],
    )
    return [own, *(_partner(who, extension) for who, extension in partners.items())]


def _partner(who: Ref, extension: str) -> Json:
    return resource(
        "Organization",
        who.id,
        active=True,
        name=who.display,
        telecom=[_work_phone(extension)],
    )


def _locations() -> list[Json]:
    weekdays = ["mon", "tue", "wed", "thu", "fri"]
    places = {MAIN_STREET: "12 Main Street", RIVERSIDE: "400 Riverside Drive, second floor"}
    return [
        resource(
            "Location",
            where.id,
            extension=[{"url": TIMEZONE, "valueCode": "America/Chicago"}],
            status="active",
            name=where.display,
            mode="instance",
            telecom=[_work_phone("0100")],
            address=_address(line),
            managingOrganization=CLINIC,
            hoursOfOperation=[
                {"daysOfWeek": weekdays, "openingTime": "08:00:00", "closingTime": "17:00:00"}
            ],
        )
        for where, line in places.items()
    ]


def _practitioner(one: Colleague) -> Json:
    return resource(
        "Practitioner",
        one.who.id,
        identifier=[{"system": STAFF_NUMBER, "value": f"staff-{one.extension}"}],
        active=True,
        name=[
            {
                "use": "official",
                "text": one.who.display,
                "family": one.family,
                "given": [one.given],
                "prefix": [one.title],
                "suffix": [one.after_name],
            }
        ],
        telecom=[_work_phone(one.extension)],
        gender=one.gender,
        communication=[spoken(language) for language in one.languages],
    )


def _role(one: Colleague) -> Json:
    return resource(
        "PractitionerRole",
        f"{one.who.id}-role",
        active=True,
        practitioner=one.who,
        organization=CLINIC,
        code=[one.role],
        specialty=[one.specialty],
        location=[RIVERSIDE if one.who == DR_LINDQVIST else MAIN_STREET],
        telecom=[_work_phone(one.extension)],
    )


def _team(slug: str, title: str, members: Sequence[Ref]) -> Json:
    roles = {colleague.who: colleague.role for colleague in STAFF}
    return care_team(
        slug, title, {who: roles[who] for who in members}, managingOrganization=[CLINIC]
    )


def _openings(days: Days) -> list[Json]:
    made: list[Json] = []
    workdays = days.workdays_ahead(10)
    for name, who, where, words, minutes in OPENINGS:
        plan = schedule(f"schedule-{name}", who, where, workdays, words)
        times = [(day, clock) for day in workdays for clock in HOURS]
        made += [
            plan,
            *(_opening(plan, name, n, *time, minutes) for n, time in enumerate(times, 1)),
        ]
    return made


def _opening(plan: Json, name: str, number: int, day: date, clock: str, minutes: int) -> Json:
    # Every third is taken: a day with nothing but openings would not be believed.
    return slot(f"slot-{name}-{number:02}", ref_to(plan), day, clock, minutes, free=number % 3 != 0)


def _work_phone(extension: str) -> Json:
    return {"system": "phone", "value": f"+1-312-555-{extension}", "use": "work"}


def _address(line: str) -> Json:
    return {
        "use": "work",
        "line": [line],
        "city": "Lindenfield",
        "state": "IL",
        "postalCode": "60099",
        "country": "US",
    }
