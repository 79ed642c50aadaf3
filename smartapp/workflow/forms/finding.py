"""Where a form is: among the clinic's own, or in the EHR by its address and version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.errors import NotFound
from smartapp.fhir.client import FhirClient
from smartapp.fhir.element import Json
from smartapp.workflow.forms.expansions import expanded
from smartapp.workflow.forms.fitness import prepared
from smartapp.workflow.forms.plan import FormRefused, Plan
from smartapp.workflow.gate import Gate
from smartapp.workflow.policy.clinic_forms import ClinicForms
from smartapp.workflow.policy.model import Topic


@dataclass(frozen=True)
class FoundForm:
    plan: Plan
    topic: Topic


def find_form(
    canonical: str, clinic: ClinicForms, client: FhirClient, gate: Gate, now: datetime
) -> FoundForm:
    """The clinic's own first, since it was checked at the start; else what the EHR has.

    Raises FormRefused for what cannot be filled in here.
    """
    own = clinic.by_canonical(canonical)
    if own is not None:
        return FoundForm(own.plan, own.topic)
    json = _from_ehr(canonical, client, gate)
    if json is None:
        raise FormRefused("not-found", canonical)
    plan = _with_expansions(json, client, now)
    return FoundForm(plan, clinic.other)


def _with_expansions(json: Json, client: FhirClient, now: datetime) -> Plan:
    found = expanded(json, client)
    try:
        return prepared(json, now=now, value_sets=found.sets)
    except FormRefused as refused:
        why = found.why_not.get(refused.detail)
        raise FormRefused(refused.reason, f"{refused.detail}: {why}") if why else refused from None


def _from_ehr(canonical: str, client: FhirClient, gate: Gate) -> Json | None:
    url, _, version = canonical.partition("|")
    if gate.may("Questionnaire", "search-type") and "://" in url:
        parameters = [("url", url), *([("version", version)] if version else [])]
        found = client.search("Questionnaire", parameters, most=5)
        for each in found.matches:
            if each.get("url") == url and (not version or each.get("version") == version):
                return each
    tail = url.rpartition("Questionnaire/")[2]
    if not gate.may("Questionnaire", "read") or not tail or "/" in tail:
        return None
    try:
        json = client.read(f"Questionnaire/{tail}")
    except NotFound:
        return None
    if "://" in url and json.get("url") != url:
        return None
    if version and json.get("version") != version:
        return None
    # A form that has no address of its own is named by where it was found.
    return json if json.get("url") else {**json, "url": f"Questionnaire/{tail}"}
