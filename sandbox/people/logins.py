"""Who may log in to the sandbox, as whom, and whose record they may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Login:
    username: str
    name: str
    role: Literal["patient", "staff"]
    fhir_user: str
    patients: tuple[str, ...]  # whose records; none for staff, who open any from the worklist
    language: str
    what: str
    # Where someone acts for another: the person they are in that patient's record.
    stands_in: tuple[tuple[str, str], ...] = ()

    def fhir_user_for(self, patient: str) -> str:
        """A RelatedPerson belongs to one patient, so who you are depends on whose record it is."""
        return dict(self.stands_in).get(patient, self.fhir_user)


def logins() -> tuple[Login, ...]:
    return PATIENTS + PROXIES + STAFF


def _patient(username: str, record: str, name: str, what: str, language: str = "en") -> Login:
    return Login(username, name, "patient", f"Patient/{record}", (record,), language, what)


def _staff(username: str, who: str, name: str, what: str) -> Login:
    return Login(username, name, "staff", f"Practitioner/{who}", (), "en", what)


PATIENTS = (
    _patient("maria", "maria-lopez", "María López", "Speaks Spanish; a refill is due", "es"),
    _patient("james", "james-carter", "James Carter", "Every kind of refill question"),
    _patient(
        "dorothy", "dorothy-hayes", "Dorothy Hayes", "80 years, ten medicines, 15 years of results"
    ),
    _patient("zoe", "zoe-bennett", "Zoe Bennett", "15 years, with a confidential visit"),
    _patient("walter", "walter-brooks", "Walter Brooks", "Home after a knee replacement"),
    _patient("aisha", "aisha-rahman", "Aisha Rahman", "Expecting a child"),
    _patient(
        "priya", "priya-raman", "Priya Raman", "Asthma; an order that conflicts with an allergy"
    ),
    _patient("robert", "robert-kowalski", "Robert Kowalski", "Type 1 diabetes, insulin, a sensor"),
    _patient("thordis", "thordis-olafsdottir", "Þórdís Ólafsdóttir", "A very long name"),
    _patient("samuel", "samuel-osei", "Samuel Osei", "Healthy; no known allergies, as a code"),
    _patient("harold", "harold-finch", "Harold Finch", "Seen once, seven years ago"),
    _patient("nadia", "nadia-petrov", "Nadia Petrov", "A name and nothing else"),
    _patient("noname", "no-name", "Name withheld", "Not even a name"),
    _patient("carol", "carol-whitman", "Carol Whitman", "Two records that were merged"),
    _patient("ruth", "ruth-abernathy", "Ruth Abernathy", "Missing, withdrawn and odd data"),
)
PROXIES = (
    Login(
        "emily",
        "Emily Nguyen",
        "patient",
        "Patient/emily-nguyen",
        ("emily-nguyen", "leo-nguyen"),
        "en",
        "Her own record, and that of her son Leo, 7",
        stands_in=(("leo-nguyen", "RelatedPerson/emily-for-leo"),),
    ),
    Login(
        "daniel",
        "Daniel Nguyen",
        "patient",
        "Person/daniel-nguyen",
        ("daniel-nguyen", "leo-nguyen"),
        "en",
        "His own record, and that of his son Leo; logs in as a Person",
    ),
    Login(
        "rachel",
        "Rachel Bennett",
        "patient",
        "RelatedPerson/rachel-for-zoe",
        ("zoe-bennett",),
        "en",
        "Mother of Zoe, 15; not a patient here",
    ),
    Login(
        "susan",
        "Susan Brooks",
        "patient",
        "RelatedPerson/susan-for-walter",
        ("walter-brooks",),
        "en",
        "Daughter of Walter; may act for him for some weeks more",
    ),
)
STAFF = (
    _staff("nina", "nurse-okafor", "Nina Okafor", "Triage nurse"),
    _staff("tom", "nurse-berg", "Tom Berg", "Refill nurse"),
    _staff("patel", "dr-patel", "Dr. Anita Patel", "Family doctor"),
    _staff("erik", "dr-lindqvist", "Dr. Erik Lindqvist", "Heart doctor"),
    _staff("hana", "dr-osman", "Dr. Hana Osman", "Obstetrician"),
    _staff("kim", "frontdesk-kim", "Grace Kim", "Front desk"),
    _staff("ruiz", "pharm-ruiz", "Carlos Ruiz", "Pharmacist"),
    _staff("shaw", "billing-shaw", "Denise Shaw", "Billing clerk"),
    _staff("lee", "manager-lee", "Marcus Lee", "Clinic manager"),
)
