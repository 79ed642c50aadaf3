"""One audit event, and how it is written down: references and codes, never a name or a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any


class Action(StrEnum):
    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    EXECUTE = "E"


class Outcome(IntEnum):
    """The codes of FHIR AuditEvent."""

    SUCCESS = 0
    MINOR_FAILURE = 4
    SERIOUS_FAILURE = 8


class Purpose(StrEnum):
    """Why the data was used, in the codes of HL7 ActReason."""

    TREATMENT = "TREAT"
    PATIENT_REQUEST = "PATRQT"
    OPERATIONS = "HOPERAT"


@dataclass(frozen=True)
class Who:
    iss: str
    sub: str = field(repr=False)
    fhir_user: str  # "Practitioner/12"
    role: str
    proxy_for: str | None = None  # "Patient/7" where somebody acts for them


@dataclass(frozen=True)
class Context:
    """What all events of one request share. Before the login there is nobody to name."""

    request_id: str
    ehr: str = ""  # the key of the registration
    iss: str = ""
    client_id: str = ""
    lid: str = field(default="", repr=False)
    who: Who | None = None
    token: str = field(default="", repr=False)
    ip: str = ""  # of who asked, as the trusted proxies report it
    browser: str = ""  # a class such as "firefox-desktop", never the whole header
    purpose: Purpose | None = None


@dataclass(frozen=True)
class Entity:
    """What was touched: one resource, or how many of a type."""

    type: str
    ref: str = ""
    version: str = ""
    count: int | None = None


@dataclass(frozen=True)
class Event:
    type: str
    action: Action
    context: Context
    subtype: str = ""
    outcome: Outcome = Outcome.SUCCESS
    reason_code: str = ""
    patient: str = ""  # "Patient/7"
    entities: tuple[Entity, ...] = ()
    extras: Mapping[str, str | int] = field(default_factory=dict)


Fingerprint = Callable[[str], str]

# References, codes, addresses without a query. A sentence or a search does not fit.
_FITTING = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9:._/|+@%\[\]~-]{0,199}")


def written(event: Event, fingerprint: Fingerprint) -> dict[str, Any]:
    """The event's part of a line. Secrets become fingerprints, and so does what looks like text."""
    context = event.context
    fields = {
        "type": event.type,
        "subtype": event.subtype,
        "action": event.action.value,
        "outcome": event.outcome.value,
        "reason_code": event.reason_code,
        "who": _who(context.who, fingerprint),
        "app": {"client_id": context.client_id, "ehr": context.ehr},
        "lid_h": context.lid and fingerprint(context.lid),
        "req_id": context.request_id,
        "net": {"ip": context.ip, "browser": context.browser},
        "patient": {"iss": context.iss, "ref": event.patient} if event.patient else {},
        "entities": [vars(entity) for entity in event.entities],
        "purpose": context.purpose.value if context.purpose else "",
        "tok_h": context.token and fingerprint(context.token),
        "extras": dict(event.extras),
    }
    tidy = _tidy(fields, fingerprint)
    return tidy if isinstance(tidy, dict) else {}


def _who(who: Who | None, fingerprint: Fingerprint) -> dict[str, Any]:
    if who is None:
        return {}
    return {
        "iss": who.iss,
        "sub_h": fingerprint(who.sub),
        "ref": who.fhir_user,
        "role": who.role,
        "proxy_for": who.proxy_for or "",
    }


def _tidy(value: Any, fingerprint: Fingerprint) -> Any:
    """Without what is empty, and with nothing that could be a name or a sentence."""
    if isinstance(value, dict):
        tidied = ((key, _tidy(each, fingerprint)) for key, each in value.items())
        return {key: each for key, each in tidied if each or each == 0}
    if isinstance(value, list):
        return [_tidy(each, fingerprint) for each in value]
    if isinstance(value, int) or value is None:
        return value
    text = str(value)
    return text if not text or _FITTING.fullmatch(text) else f"h:{fingerprint(text)}"
