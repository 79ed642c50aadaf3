"""What the EHR says about a launch beside the token: whom and what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smartapp.errors import TokenMalformed
from smartapp.transport import outside, parse

# An id goes into addresses: letters, digits, - and . as FHIR has it, _ as some EHRs have it.
_ID = r"(?!\.+\Z)[A-Za-z0-9._-]{1,128}"
_REFERENCE = re.compile(rf"(?!Patient/|Encounter/)[A-Z][A-Za-z]+/{_ID}", re.ASCII)
_PERSON = re.compile(
    rf"(?:Patient|RelatedPerson|Person|Practitioner|PractitionerRole)/{_ID}", re.ASCII
)
LONGEST_KEPT = 4000
_OF_THE_LAUNCH = (None, "", "launch")


@dataclass(frozen=True)
class Context:
    patient: str | None
    encounter: str | None
    needs_patient_banner: bool
    intent: str | None
    tenant: str | None
    references: tuple[str, ...]
    app_context: str | None
    style_url: str | None

    @classmethod
    def parse(cls, said: Mapping[str, Any], base: str) -> Context:
        return cls(
            patient=_id(said, "patient"),
            encounter=_id(said, "encounter"),
            needs_patient_banner=_needs_banner(said.get("need_patient_banner")),
            intent=_text(said.get("intent")),
            tenant=_text(said.get("tenant")),
            references=_references(said.get("fhirContext"), base),
            app_context=_short(said.get("appContext")),
            style_url=_short(said.get("smart_style_url")),
        )


def person(stated: str, base: str) -> str | None:
    """`fhirUser` as a reference on this FHIR base: an address elsewhere is nobody here."""
    reference = _relative(stated, base)
    return reference if reference and _PERSON.fullmatch(reference) else None


def _relative(reference: str, base: str) -> str | None:
    if "://" not in reference:
        return reference
    home, target = parse(base), parse(reference)
    if home is None or target is None or outside(base, reference) or "?" in reference:
        return None
    return target.path.removeprefix(home.path.rstrip("/")).removeprefix("/")


def _id(said: Mapping[str, Any], name: str) -> str | None:
    stated = said.get(name)
    if stated is None or stated == "":
        return None
    if not isinstance(stated, str) or not re.fullmatch(_ID, stated, re.ASCII):
        raise TokenMalformed(name)
    return stated


def _needs_banner(stated: object) -> bool:
    """Only a clear no hides it; some EHRs write the word instead of the value."""
    return stated is not False and str(stated).lower() != "false"


def _references(stated: object, base: str) -> tuple[str, ...]:
    """In the form of SMART 2.0 and of 2.1. What has a role of its own is not what was launched,
    and neither a patient nor an encounter comes in by this door.
    """
    references = []
    for item in stated if isinstance(stated, list) else []:
        named = {"reference": item} if isinstance(item, str) else item
        if not isinstance(named, dict) or named.get("role") not in _OF_THE_LAUNCH:
            continue
        reference = _relative(_text(named.get("reference")) or "", base)
        if reference and _REFERENCE.fullmatch(reference):
            references.append(reference)
    return tuple(references)


def _short(value: object) -> str | None:
    """It is kept with the session, so not at any length."""
    text = _text(value)
    return text if text is not None and len(text) <= LONGEST_KEPT else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
