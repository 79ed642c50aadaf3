"""A patient's submission, the outbox that keeps it, and the courier that carries it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.questionnaire import Answers, Item, Option, Questionnaire
from smartapp.fhir.routing import Routing
from smartapp.launch import Token
from smartapp.sessions import MemoryStore, Outbox, Person, StepState, Store, Submission, Vault
from smartapp.sessions.submission import Step, SubmissionState
from smartapp.workflow.delivery import Courier
from smartapp.workflow.posting import Tell
from smartapp.workflow.submission import Asked, steps_for
from tests.workflow.fake_ehr import Clock, FakeEhr, Resource

VOCABULARY = Vocabulary("https://clinic.example/fhir")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MARIA = Person("north", "https://ehr.example/fhir|maria", "maria")
FORM = Questionnaire(
    "urn:form",
    "3",
    {"en": "Refill"},
    (
        Item(
            "left",
            "choice",
            {"en": "How much is left?"},
            options=(Option("none", "urn:a", {"en": "None"}),),
        ),
        Item("out", "boolean", {"en": "Did you run out before?"}),
        Item("pharmacy", "string", {"en": "Which pharmacy?"}),
        Item("more", "text", {"en": "Anything else?"}),
    ),
)
ANSWERS: Answers = {
    "left": ("none",),
    "out": (True,),
    "pharmacy": ("Elm Street",),
    "more": ("My knee hurts",),
}


def asked(sid: str, *, due: datetime | None = NOON, at: datetime = NOON) -> Asked:
    return Asked(
        sid=sid,
        patient="Patient/maria",
        author=("Patient/maria", "María López"),
        topic=("refill", "Refill"),
        subject_line="Refill: lisinopril 10 mg",
        about=(("MedicationRequest/88", "lisinopril 10 mg"),),
        words="My knee hurts",
        questionnaire=FORM,
        answers=ANSWERS,
        routing=Routing("refills", "urgent", due, "almost-out", "Has none left", "3", "none left"),
        queue_words="Refills",
        recipients=(),
        language="es",
        at=at,
    )


def submission(*, with_response: bool = True, with_task: bool = True) -> Submission:
    sid = str(uuid.uuid4())
    steps = steps_for(asked(sid), VOCABULARY, with_response=with_response, with_task=with_task)
    return Submission(sid, MARIA, "north", 0.0, "MedicationRequest/88", steps)


@dataclass
class Delivery:
    """All that a delivery needs, over one EHR."""

    ehr: FakeEhr
    client_for: Callable[..., FhirClient]
    clock: Clock
    store: Store = field(init=False)
    vault: Vault = field(init=False)
    outbox: Outbox = field(init=False)
    told: list[tuple[str, str]] = field(default_factory=list)
    waited: float = 0.0

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.vault = Vault((b"k" * 32,))
        self.outbox = Outbox(self.store, self.vault, self.clock)

    def token(self, access: str = "token", lives: float = 3600.0) -> Token:
        return Token(access, self.clock() + lives, "patient/*.crs")

    def receive(self, received: Submission) -> str:
        self.outbox.receive(received, self.token())
        return received.sid

    def courier(self, *, outbox: Outbox | None = None, tell: Tell | None = None) -> Courier:
        return Courier(
            outbox=outbox or self.outbox,
            door=self._door,
            tell=tell or self._tell,
            clock=self.clock,
            pause=self._pause,
        )

    def carry(self, sid: str, *, patiently: bool = False) -> SubmissionState:
        self.courier().carry(sid, patiently=patiently)
        return self.state(sid)

    def sweep(self, after: float = 0.0) -> int:
        self.clock.passes(after)
        return self.courier().sweep()

    def found(self, sid: str) -> Submission:
        found = self.outbox.find(sid, MARIA)
        assert found is not None
        return found

    def state(self, sid: str) -> SubmissionState:
        return self.found(sid).state

    def steps(self, sid: str) -> dict[str, StepState]:
        return {step.resource_type: step.state for step in self.found(sid).steps}

    def step(self, sid: str, kind: str) -> Step:
        return next(step for step in self.found(sid).steps if step.resource_type == kind)

    def in_ehr(self, sid: str) -> dict[str, list[Resource]]:
        """What the EHR holds of one submission, by type."""
        return {
            kind: [each for each in self.ehr.of(kind) if f'"{sid}"' in str(each).replace("'", '"')]
            for kind in ("QuestionnaireResponse", "Communication", "Task")
        }

    def has_one_of_each(self, sid: str) -> bool:
        return all(len(held) == 1 for held in self.in_ehr(sid).values())

    def _door(self, sent: Submission, token: Token) -> tuple[FhirClient, Capability]:
        client = self.client_for(sent.person.patient_id, token.access)
        return client, self.ehr.capability

    def _tell(self, _sent: Submission, step: Step) -> None:
        self.told.append((step.resource_type, step.state))

    def _pause(self, seconds: float) -> None:
        self.waited += seconds
        self.clock.passes(seconds)
