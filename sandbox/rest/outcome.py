"""What goes wrong in a FHIR interaction, as an OperationOutcome with a status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Issue:
    code: str  # of http://hl7.org/fhir/issue-type
    diagnostics: str
    expression: str = ""
    severity: str = "error"

    def as_fhir(self) -> dict[str, Any]:
        issue: dict[str, Any] = {
            "severity": self.severity,
            "code": self.code,
            "diagnostics": self.diagnostics,
        }
        return issue | ({"expression": [self.expression]} if self.expression else {})


@dataclass(eq=False)  # not frozen: Python writes the traceback into what is raised
class Problem(Exception):
    status: int
    issues: tuple[Issue, ...]
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status}: {'; '.join(issue.diagnostics for issue in self.issues)}"


def problem(status: int, code: str, diagnostics: str, expression: str = "") -> Problem:
    return Problem(status, (Issue(code, diagnostics, expression),))


def not_found(what: str) -> Problem:
    return problem(404, "not-found", f"There is no {what} here")


def outcome(issues: tuple[Issue, ...]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [issue.as_fhir() for issue in issues]}


ALL_OK = (Issue("informational", "All OK", severity="information"),)
