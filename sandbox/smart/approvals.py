"""What a person allowed an app to do, and what the EHR had open when it started the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.people import Login


@dataclass(frozen=True)
class LaunchContext:
    patient: str | None = None
    encounter: str | None = None
    intent: str | None = None
    need_patient_banner: bool = True
    task: str | None = None  # of the EHR's list, by which the app was opened
    app_context: str | None = None  # that it holds, where it is one to open an app

    def parameters(self) -> Mapping[str, Any]:
        """As the token answer says it: what is not known is left out."""
        said: dict[str, Any] = {
            "fhirContext": [{"reference": f"Task/{self.task}"}] if self.task else None,
            "appContext": self.app_context,
            "patient": self.patient,
            "encounter": self.encounter,
            "intent": self.intent,
            "need_patient_banner": self.need_patient_banner,
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True)
class OfferedLaunch:
    """What a `launch` value stands for: it identifies the EHR's own session, without a cookie."""

    login: Login
    context: LaunchContext


@dataclass(frozen=True)
class Approval:
    """One yes. It outlives the code and every token that follows from it."""

    client_id: str
    login: Login
    scope: str
    context: LaunchContext
    given_at: int  # seconds since the epoch, `auth_time` in the id_token

    @property
    def fhir_user(self) -> str:
        """A parent is somebody else in the record of each child."""
        patient = self.context.patient
        return self.login.fhir_user_for(patient) if patient else self.login.fhir_user

    def is_of(self, user: str) -> bool:
        return user in (self.login.username, self.fhir_user)
