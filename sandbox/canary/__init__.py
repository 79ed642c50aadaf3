"""A record whose every link leads to one address, where no app has any business.

Each link names the field that it stands in, so that whoever listens there learns what was followed.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox.canary import health, work
from sandbox.canary.trap import Json, Trap
from sandbox.references import Resource

RULES = ("canary-links", "canary-context")


def poisoned(patient: Resource, address: str, now: float) -> list[Resource]:
    """The patient, and something of each type that an app may show, all current."""
    trap = Trap(str(patient["id"]), address.rstrip("/"), datetime.fromtimestamp(now, UTC))
    return [
        trap.patient_with_links(patient),
        *(trap.resource(make) for make in (*health.MAKERS, *work.MAKERS)),
    ]


def answers_naming(address: str) -> list[Json]:
    """What is not on record but in the answers around it."""
    to = address.rstrip("/")
    context = [{"reference": f"{to}/ImagingStudy/fhirContext", "role": "launch"}]
    told = {"fhirContext": context, "smart_style_url": f"{to}/smart_style_url"}
    links, context_rule = RULES
    return [
        {"id": links, "match": {"path": "/fhir/"}, "fault": {"kind": "links", "to": to}},
        {
            "id": context_rule,
            "match": {"path": "/oauth/token"},
            "fault": {"kind": "edited", "set": told},
        },
    ]
