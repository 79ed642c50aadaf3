"""Consents, and where a resource came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sandbox.people.cast import CLINIC
from sandbox.people.codes.systems import HL7, hl7, loinc
from sandbox.people.dates import at
from sandbox.people.shapes import Concept, Json, Ref, code, concept, resource

PRIVACY = concept("Privacy consent", hl7("consentscope", "patient-privacy", "Privacy Consent"))
CONSENT_NOTE = concept("Patient consent", loinc("59284-0", "Consent Document"))


def consent(
    of: Ref, slug: str, on: date, given_by: Ref, provision: Json, *, status: str = "active"
) -> Json:
    return resource(
        "Consent",
        f"{of.id}-{slug}",
        status=status,
        scope=PRIVACY,
        category=[CONSENT_NOTE],
        patient=of,
        dateTime=at(on, "09:15"),
        performer=[given_by],
        organization=[CLINIC],
        policyRule=code(f"{HL7}/consentpolicycodes", "hipaa-auth", "HIPAA Authorization"),
        provision=provision,
    )


def actor(who: Ref, role: str = "PROV") -> Json:
    return {"role": code(f"{HL7}/v3-RoleClass", role), "reference": who}


def provenance(
    slug: str, targets: Sequence[Ref], who: Ref, on: date, *, words: str, role: str
) -> Json:
    return resource(
        "Provenance",
        slug,
        target=targets,
        recorded=at(on, "17:20"),
        activity=Concept(words),
        agent=[
            {
                "type": code(f"{HL7}/provenance-participant-type", role, role.capitalize()),
                "who": who,
            }
        ],
    )
