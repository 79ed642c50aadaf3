"""Invented people, their launches, and what they hand in."""

from __future__ import annotations

import uuid
from dataclasses import replace

from smartapp.config import LaunchKind
from smartapp.launch import Launched, PendingLaunch, Role, Token, User
from smartapp.sessions import Person, Step, Submission

NOON = 1_800_000_000.0
HOUR = 3600.0
ISS = "https://ehr.example/fhir"

# Each stands for something that must never be readable in a copy of the store.
CANARY_ACCESS = "canary-access-token"
CANARY_REFRESH = "canary-refresh-token"
CANARY_WORDS = "canary-my-knee-hurts"
CANARY_TITLE = "canary-title"
CANARY_PATIENT = "canary-patient-7"
CANARY_SUB = "canary-sub-ana"
CANARIES = (
    CANARY_ACCESS,
    CANARY_REFRESH,
    CANARY_WORDS,
    CANARY_TITLE,
    CANARY_PATIENT,
    CANARY_SUB,
    "canary",
)


def token(access: str = CANARY_ACCESS, lives: float = HOUR) -> Token:
    return Token(access, NOON + lives, "patient/*.rs", refresh=CANARY_REFRESH)


def launched(
    *, role: Role = Role.PATIENT, patient: str | None = CANARY_PATIENT, lives: float = HOUR
) -> Launched:
    user = User(ISS, CANARY_SUB, f"Patient/{patient}", role)
    return Launched(
        lid="the-name-of-the-pending-launch",
        ehr_key="north",
        iss=ISS,
        kind=LaunchKind.STANDALONE,
        user=user,
        token=token(lives=lives),
        patient_id=patient,
        fhir_context=("Encounter/1", "Task/2"),
        locale="es",
    )


def pending(state: str = "state-of-ana", lid: str = "pending-lid-of-ana") -> PendingLaunch:
    return PendingLaunch(
        lid=lid,
        ehr_key="north",
        iss=ISS,
        kind=LaunchKind.EHR,
        state=state,
        verifier="canary-verifier",
        nonce="canary-nonce",
        scope="launch openid",
        started_at=NOON,
    )


ANA = Person("north", f"{ISS}|{CANARY_SUB}", CANARY_PATIENT)
BEN = replace(ANA, user_key=f"{ISS}|ben")
ANA_FOR_HER_CHILD = replace(ANA, patient_id="canary-patient-8")
ANA_ELSEWHERE = replace(ANA, ehr_key="south")


def refill(person: Person = ANA, sid: str | None = None, words: str = CANARY_WORDS) -> Submission:
    sid = sid or str(uuid.uuid4())
    kinds = ("QuestionnaireResponse", "Communication", "Task")
    steps = tuple(
        Step(kind, "urn:smartapp", f"{sid}-{kind}", f'{{"note":"{words}"}}') for kind in kinds
    )
    return Submission(sid, person, person.ehr_key, NOON, CANARY_TITLE, steps)
