"""The security labels that an EHR puts on a resource."""

from __future__ import annotations

from smartapp.fhir.element import Element, Json


def labels_of(json: Json) -> frozenset[tuple[str, str]]:
    """Those of its envelope, and those that a document carries beside it."""
    element = Element(json, str(json.get("resourceType")))
    meta = element.child("meta")
    codings = [each.as_coding() for each in meta.children("security")] if meta else []
    if json.get("resourceType") == "DocumentReference":
        codings += [coding for each in element.concepts("securityLabel") for coding in each.codings]
    return frozenset((coding.system, coding.code) for coding in codings)
