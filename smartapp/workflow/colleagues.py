"""Who else works a queue: by the same record that says it of whoever is here."""

from __future__ import annotations

from datetime import datetime

from smartapp.errors import SmartappError
from smartapp.fhir.client import FhirClient
from smartapp.fhir.haul import Found
from smartapp.fhir.people import PractitionerRole
from smartapp.fhir.section import Section, section_of
from smartapp.workflow.policy.model import Queue
from smartapp.workflow.submission import Named


def colleagues(client: FhirClient, queue: Queue, now: datetime) -> Section[Named]:
    """By name. Who has none in the record cannot be chosen by anybody."""
    wanted = ",".join(f"{system}|{code}" for system, code in sorted(queue.roles))
    if not wanted:
        return Section()
    found: Found | SmartappError
    try:
        found = client.search("PractitionerRole", [("role", wanted), ("_count", "200")])
    except SmartappError as failure:
        found = failure
    roles = section_of(found, PractitionerRole.from_fhir)
    people = {
        role.practitioner: role.practitioner_name
        for role in roles.items
        if role.is_held(now) and role.role_codes & queue.roles
        if role.practitioner and role.practitioner_name
    }
    by_name = tuple(sorted(people.items(), key=lambda each: each[1].casefold()))
    return Section(by_name, roles.whole, roles.failure)
