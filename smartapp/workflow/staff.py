"""Who of the clinic is here, and which queues they work: by the record, not by the address."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.errors import NotFound
from smartapp.fhir.client import FhirClient
from smartapp.fhir.people import Practitioner, PractitionerRole
from smartapp.workflow.policy.model import Policy, Queue


@dataclass(frozen=True)
class StaffMember:
    reference: str
    name: str
    queues: tuple[Queue, ...]

    def works(self, queue: str) -> bool:
        return any(each.code == queue for each in self.queues)


def staff_member(client: FhirClient, fhir_user: str, policy: Policy) -> StaffMember:
    kind, _, user_id = fhir_user.partition("/")
    if kind == "PractitionerRole":
        role = PractitionerRole.from_fhir(client.read(fhir_user))
        return StaffMember(fhir_user, role.practitioner_name, policy.queues_for(role.role_codes))
    if kind != "Practitioner":
        raise NotFound(f"{kind}: not someone of the clinic")
    practitioner = Practitioner.from_fhir(client.read(fhir_user))
    found = client.search("PractitionerRole", [("practitioner", user_id)])
    roles = [PractitionerRole.from_fhir(each) for each in found.matches]
    codes = frozenset(
        code
        for role in roles
        if role.active and role.practitioner == fhir_user
        for code in role.role_codes
    )
    return StaffMember(fhir_user, practitioner.name or "", policy.queues_for(codes))
