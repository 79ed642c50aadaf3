"""Messages and work as the EHR would serve them, each in one line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import Message, new_message
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import WorkTask, new_task
from tests.workflow.fake_ehr import Resource

VOCABULARY = Vocabulary("https://clinic.example/fhir")
MARIA, TOM, ROBOT = "Patient/maria", "Practitioner/tom", "Device/robot"


def at(hour: int, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def routed(
    queue: str = "refills", priority: str = "routine", due: datetime | None = None
) -> Routing:
    return Routing(queue, priority, due, "rule", "Because", "3", "a summary")


def message_json(identity: str, sender: str | None = MARIA, **more: Any) -> Resource:
    """What is named as the app names it is made by the app, the rest is put in as FHIR has it."""
    usual: dict[str, Any] = {
        "vocabulary": VOCABULARY,
        "identifier": f"sid-{identity}",
        "topic": ("refill", "Refill"),
        "subject_line": "Refill: lisinopril",
        "patient": MARIA,
        "sender": (sender or MARIA, ""),
        "sent": at(9),
        "words": "words",
        "root": None,
        "routing": None,
        "about": (),
    }
    made, raw = _parted(usual, more)
    json = new_message(**made) | ({} if sender else {"sender": None})
    return _stated(json | {"id": identity} | raw)


def message(identity: str, sender: str | None = MARIA, **more: Any) -> Message:
    found = Message.from_fhir(message_json(identity, sender, **more), VOCABULARY)
    assert found is not None
    return found


def task_json(identity: str, focus: str, **more: Any) -> Resource:
    usual: dict[str, Any] = {
        "vocabulary": VOCABULARY,
        "identifier": f"sid-{focus}",
        "thread": f"sid-{focus}",
        "topic": ("refill", "Refill"),
        "description": "Refill: lisinopril",
        "patient": MARIA,
        "requester": (MARIA, ""),
        "focus": f"Communication/{focus}",
        "answers": None,
        "about": (),
        "routing": routed(),
        "queue_words": "Refills",
        "authored": at(9),
    }
    made, raw = _parted(usual, more)
    return _stated(new_task(**made) | {"id": identity} | raw)


def _parted(usual: dict[str, Any], more: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    made = usual | {name: value for name, value in more.items() if name in usual}
    return made, {name: value for name, value in more.items() if name not in usual}


def _stated(json: Resource) -> Resource:
    return {name: value for name, value in json.items() if value is not None}


def task(identity: str, focus: str, **more: Any) -> WorkTask:
    found = WorkTask.from_fhir(task_json(identity, focus, **more), VOCABULARY)
    assert found is not None
    return found


def owned_by(who: str, name: str = "") -> dict[str, Any]:
    return {"owner": {"reference": who, "display": name or who}}
