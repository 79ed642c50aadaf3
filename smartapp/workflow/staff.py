"""Who of the clinic is here, and which queues they work: by the record, not by the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.errors import MalformedAnswer, NotFound
from smartapp.fhir.client import FhirClient
from smartapp.fhir.people import Practitioner, PractitionerRole
from smartapp.fhir.section import section_of
from smartapp.workflow.policy.model import Policy, Queue, RoleCode


@dataclass(frozen=True)
class StaffMember:
    reference: str
    name: str
    queues: tuple[Queue, ...]
    all_queues: frozenset[str]  # of the clinic, by code
    review: str  # the queue for what belongs to none of them
    roles: frozenset[RoleCode] = frozenset()  # as the record has them

    @property
    def reviews(self) -> bool:
        return any(each.code == self.review for each in self.queues)

    def works(self, queue: str) -> bool:
        """What has no queue, or one that the policy no longer knows, is for those who review."""
        if queue not in self.all_queues:
            return self.reviews
        return any(each.code == queue for each in self.queues)


def staff_member(client: FhirClient, fhir_user: str, policy: Policy, now: datetime) -> StaffMember:
    kind = fhir_user.partition("/")[0]
    if kind == "PractitionerRole":
        role = PractitionerRole.from_fhir(client.read(fhir_user))
        codes = role.role_codes if role.is_held(now) else frozenset[RoleCode]()
        return _member(policy, fhir_user, role.practitioner_name, codes)
    if kind != "Practitioner":
        raise NotFound(f"{kind}: not someone of the clinic")
    practitioner = Practitioner.from_fhir(client.read(fhir_user))
    return _member(policy, fhir_user, practitioner.name or "", _codes_of(client, fhir_user, now))


def _codes_of(client: FhirClient, practitioner: str, now: datetime) -> frozenset[RoleCode]:
    found = client.search("PractitionerRole", [("practitioner", practitioner.partition("/")[2])])
    roles = section_of(found, PractitionerRole.from_fhir)
    codes = frozenset(
        code
        for role in roles.items
        if role.is_held(now) and role.practitioner == practitioner
        for code in role.role_codes
    )
    if not codes and not roles.whole:
        raise MalformedAnswer("PractitionerRole: the one that counts may be among the missing")
    return codes


def _member(policy: Policy, who: str, name: str, codes: frozenset[RoleCode]) -> StaffMember:
    queues = policy.queues_for(codes)
    return StaffMember(who, name, queues, frozenset(policy.queues), policy.review.code, codes)
