"""A launch as it is remembered: on its way, and when it has arrived."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote

from smartapp.config import LaunchKind


class Role(StrEnum):
    """Which pages a person gets: decided from `fhirUser` and the registration, never the URL."""

    PATIENT = "patient"  # the patient, or someone who acts for them
    STAFF = "staff"


@dataclass(frozen=True)
class User:
    iss: str
    sub: str
    fhir_user: str  # relative to the FHIR base: "Practitioner/12"; "" where the EHR gave none
    role: Role
    tenant: str | None = (
        None  # one EHR may serve several organizations that know nothing of each other
    )

    @property
    def key(self) -> str:
        """Who this is, across launches: `sub` alone may collide between EHRs and tenants. Neither
        a `#` nor an encoded tenant can be mistaken for a part of an issuer or of a `sub`.
        """
        place = self.iss if self.tenant is None else f"{self.iss}#{quote(self.tenant, safe='')}"
        return f"{place}|{self.sub}"


@dataclass(frozen=True)
class Token:
    access: str = field(repr=False)
    expires_at: float  # seconds since the epoch, counted from when the answer arrived
    scope: str  # as granted, which may differ from what was asked
    refresh: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PendingLaunch:
    """What must be remembered between leaving for the EHR's login and coming back."""

    lid: str
    ehr_key: str
    iss: str
    kind: LaunchKind
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    scope: str
    started_at: float
    locale: str | None = None
    issuer: str | None = None  # who has to come back as `iss`
    names_itself: bool = False  # the server promised to


@dataclass(frozen=True)
class Launched:
    """A finished launch: who, for which patient, with which rights."""

    lid: str
    ehr_key: str
    iss: str
    kind: LaunchKind
    user: User
    token: Token
    patient_id: str | None
    encounter_id: str | None = None
    needs_patient_banner: bool = True
    intent: str | None = None
    tenant: str | None = None
    fhir_context: tuple[str, ...] = ()
    locale: str | None = None
    app_context: str | None = None  # as whoever made a Task to open this app wrote it
    style_url: str | None = None  # the EHR's colours; on an origin of the registration
    management_url: str | None = None  # where a patient sees and ends the access of apps
    acting_until: float | None = None  # when the right of a proxy ends, where the record says so
