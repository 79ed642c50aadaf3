"""What the rest of the app knows of its configuration: frozen, checked, and typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from smartapp.errors import Problem


class Audience(StrEnum):
    """Whom a registration is for."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    BOTH = "both"


class ClientAuth(StrEnum):
    PUBLIC = "public"
    SECRET = "secret"  # noqa: S105  (the name of a method, not a secret)
    PRIVATE_KEY_JWT = "private_key_jwt"


class LaunchKind(StrEnum):
    EHR = "ehr"
    STANDALONE = "standalone"


@dataclass(frozen=True)
class Ehr:
    """One registration of this app with one EHR. An EHR may have two: for patients, for staff."""

    key: str
    name: str
    iss: str  # byte for byte as the EHR writes it: it is sent back as `aud`
    audience: Audience
    client_id: str
    client_auth: ClientAuth
    scopes: Mapping[str, str]  # "patient" and "clinician", in SMART v2 syntax, never mixed
    launches: frozenset[LaunchKind]
    redirect_uri: str
    frame_ancestors: tuple[str, ...] = ()
    iss_prefix: str | None = None  # only for the public SMART Launcher, never in production
    require_mfa: tuple[str, ...] = ()  # accepted `acr` or `amr` values
    authorization_origin: str | None = None
    token_origin: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    vendor: Mapping[str, str] = field(default_factory=dict)
    # For an EHR that answers for one patient at a time: the ids of those whose queue staff work.
    queue_patients: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """The FHIR base without a trailing slash, to build addresses with."""
        return self.iss.rstrip("/")

    def at(self, iss: str) -> Ehr:
        """This registration for the exact issuer of one launch."""
        return self if iss == self.iss else replace(self, iss=iss)


@dataclass(frozen=True)
class Settings:
    app_name: str
    base_url: str  # without a trailing slash
    production: bool
    ehrs: tuple[Ehr, ...]
    policy_folder: Path
    secret_keys: tuple[bytes, ...] = field(
        repr=False
    )  # newest first: encrypt with it, open with any
    redis_url: str = field(default="", repr=False)
    private_keys_folder: Path | None = None
    audit_folder: Path = Path(".demo/audit")
    authorities: Path | None = None  # certificates of further authorities, as PEM
    port: int = 8000
    staff_idle: float = 15 * 60.0  # seconds without anybody doing anything, and a session is over
    patient_idle: float = 20 * 60.0
    longest_session: float = 12 * 3600.0
    proxies: int = 0  # in front of the app: so many tell in a header who is asking
    warnings: tuple[Problem, ...] = ()  # worth a line in the log; none of them stops the start

    def ehr(self, key: str) -> Ehr | None:
        return next((ehr for ehr in self.ehrs if ehr.key == key), None)
