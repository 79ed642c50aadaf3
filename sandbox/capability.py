"""What the FHIR server can do, said from the same tables that make it do it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.profiles import OPEN, WRITTEN, Manner
from sandbox.search.parameters import PARAMETERS, SEARCHABLE

Json = dict[str, Any]

_CODES = {
    "read": "r",
    "vread": "r",
    "history-instance": "r",
    "create": "c",
    "update": "u",
}
_STARTED = datetime.now(UTC).isoformat(timespec="seconds")
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"

_ABOUT_COMPARTMENTS = (
    "Patient-level scopes reach the Patient compartment of R4 and what belongs to the clinic as a "
    "whole (practitioners, organizations, locations, medications, questionnaires, slots, and the "
    "care teams and devices of no patient). Beyond R4, a Task is reachable when its `for` is the "
    "patient, a Device when its `patient` is, and a Binary when a document that is reachable shows "
    "it. What is out of reach does not exist."
)
_ABOUT_TASKS = "R4 puts Task in no compartment; here it is in that of the patient named in `for`."


def capability_statement(base: str, oauth_uris: Mapping[str, str], manner: Manner = OPEN) -> Json:
    bundles = ["transaction"] * manner.transaction + ["batch"]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _STARTED,
        "kind": "instance",
        "software": {"name": "smartapp sandbox EHR"},
        "implementation": {"description": "A pocket EHR with made-up people", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _ABOUT_COMPARTMENTS,
                "security": _security(oauth_uris),
                "resource": [
                    _resource(type_, manner)
                    for type_ in sorted(PARAMETERS)
                    if type_ not in manner.lacks
                    if type_ not in WRITTEN or type_ in manner.letters
                ],
                "interaction": [{"code": code} for code in bundles],
            }
        ],
    }


def _security(oauth_uris: Mapping[str, str]) -> Json:
    service = {"system": _SECURITY_SERVICE, "code": "SMART-on-FHIR"}
    uris = [{"url": name, "valueUri": address} for name, address in oauth_uris.items()]
    extension = {"extension": [{"url": _OAUTH_URIS, "extension": uris}]} if uris else {}
    return {**extension, "service": [{"coding": [service], "text": "OAuth2 by SMART on FHIR"}]}


def _resource(type_: str, manner: Manner) -> Json:
    searchable = type_ in SEARCHABLE and manner.has(type_, "s")
    codes = [code for code, letter in _CODES.items() if manner.has(type_, letter)]
    about = {"documentation": _ABOUT_TASKS} if type_ == "Task" else {}
    return {
        "type": type_,
        **about,
        "interaction": [{"code": code} for code in (*codes, *(["search-type"] * searchable))],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": searchable and manner.conditional_create != "ignored",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "logical", "enforced"],
        **(_search(type_, manner) if searchable else {}),
    }


def _search(type_: str, manner: Manner) -> Json:
    parameters = dict(PARAMETERS[type_])
    if type_ in WRITTEN and type_ not in manner.by_identifier:
        parameters.pop("identifier", None)
    includes = [f"{type_}:{name}" for name, p in parameters.items() if p.kind == "reference"]
    return {
        **({"searchInclude": includes} if includes else {}),
        "searchRevInclude": _pointing_at(type_),
        "searchParam": [
            {"name": name, "type": parameter.kind} for name, parameter in parameters.items()
        ],
    }


def _pointing_at(type_: str) -> list[str]:
    """Not all that works, but all that is sure to point at this type."""
    return ["Provenance:target"] + [
        f"{source}:{name}"
        for source, parameters in sorted(PARAMETERS.items())
        for name, parameter in parameters.items()
        if parameter.only == type_
    ]
