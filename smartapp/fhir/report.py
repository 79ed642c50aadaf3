"""A diagnostic report: results that belong together, with what was concluded from them."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json
from smartapp.fhir.plain import plain


@dataclass(frozen=True)
class DiagnosticReport:
    id: str
    status: str
    name: str
    categories: tuple[tuple[str, str], ...]  # system and code
    when: FhirDate | None
    issued: FhirDate | None
    performers: tuple[str, ...]
    results: tuple[str, ...]  # "Observation/id"
    conclusion: str
    encounter: str
    has_files: bool

    @classmethod
    def from_fhir(cls, json: Json) -> DiagnosticReport | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        report = Element.resource(json, "DiagnosticReport")
        status = report.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if report.has_unknown_modifier():
            raise report.wrong("modifierExtension", "not understood")
        code = report.concept("code")
        period = report.child("effectivePeriod")
        encounter = report.reference("encounter")
        return cls(
            id=report.required_text("id"),
            status=status,
            name=code.label if code else "",
            categories=tuple(
                (coding.system, coding.code)
                for concept in report.concepts("category")
                for coding in concept.codings
            ),
            when=report.date("effectiveDateTime") or (period.date("start") if period else None),
            issued=report.date("issued"),
            performers=tuple(r.display for r in report.references("performer") if r.display),
            results=tuple(r.target for r in report.references("result") if r.target),
            conclusion=plain(report.text("conclusion") or ""),
            encounter=(encounter.target if encounter else None) or "",
            has_files=any(True for _ in report.children("presentedForm")),
        )

    @property
    def reference(self) -> str:
        return f"DiagnosticReport/{self.id}"

    @property
    def is_of(self) -> FhirDate | None:
        return self.when or self.issued
