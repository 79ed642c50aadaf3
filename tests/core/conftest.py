"""A clinic's configuration as files and variables, valid until a test changes one thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smartapp.config import Settings, load_settings
from smartapp.errors import ConfigurationError

_KEY = "q8Zr5x0PpXlV3nB7dT1mYw9cKf2sHj4gUe6aLoIiRtNvMzCb"


class Clinic:
    """One registration for patients and one for staff, in production."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "launch-config.json"
        self.secret_key = _KEY
        (folder / "keys").mkdir()
        (folder / "keys" / "signing.pem").write_text("a key")
        (folder / "policy").mkdir()
        self.environ = {
            "SMARTAPP_CONFIG": str(self.file),
            "SMARTAPP_BASE_URL": "https://portal.clinic.example",
            "SMARTAPP_SECRET_KEY": self.secret_key,
            "SMARTAPP_PRIVATE_KEYS": str(folder / "keys"),
            "SMARTAPP_POLICY": str(folder / "policy"),
            "SMARTAPP_AUDIT": str(folder / "audit"),
            "REDIS_URL": "rediss://cache.clinic.example/0",
        }
        self.patients: dict[str, Any] = {
            "key": "north-patients",
            "name": "North Clinic",
            "iss": "https://ehr.example/fhir/",
            "audience": "patient",
            "client_id": "portal-1",
            "client_auth": "private_key_jwt",
            "scopes": {"patient": "openid fhirUser launch/patient patient/Patient.rs"},
            "launches": ["standalone"],
            "authorization_origin": "https://login.ehr.example",
            "token_origin": "https://login.ehr.example",
        }
        self.staff: dict[str, Any] = {
            **self.patients,
            "key": "north-staff",
            "audience": "clinician",
            "client_id": "portal-2",
            "scopes": {"clinician": "openid fhirUser launch user/Patient.rs user/Task.crus"},
            "launches": ["ehr"],
            "frame_ancestors": ["https://chart.ehr.example"],
        }
        self.content: Any = {"app": {"name": "Portal"}, "ehrs": [self.patients, self.staff]}

    def settings(self) -> Settings:
        self.file.write_text(json.dumps(self.content))
        return load_settings(self.environ)

    def problems(self) -> list[str]:
        with pytest.raises(ConfigurationError) as stopped:
            self.settings()
        return [str(problem) for problem in stopped.value.problems]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path)
