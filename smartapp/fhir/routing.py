"""The decision of the rules, as it travels in a resource."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smartapp.errors import MalformedAnswer
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element

RED_FLAG = "red-flag-advice-shown"


@dataclass(frozen=True)
class Routing:
    queue: str
    priority: str
    due: datetime | None
    rule: str
    reason: str  # in English, for staff
    policy_version: str
    summary: str  # the coded answers in one sentence
    red_flags: tuple[str, ...] = ()  # dangers that were named, and whose advice was shown
    seal: str = ""  # the server's word that its rules decided this

    def as_extension(self, url: str) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [
            {"url": name, "valueString": value}
            for name, value in (
                ("queue", self.queue),
                ("priority", self.priority),
                ("rule", self.rule),
                ("reason", self.reason),
                ("policy-version", self.policy_version),
                ("summary", self.summary),
                ("seal", self.seal),
            )
            if value.strip()
        ]
        parts += [{"url": RED_FLAG, "valueString": name} for name in self.red_flags]
        if self.due is not None:
            parts.append({"url": "due", "valueDateTime": self.due.isoformat(timespec="seconds")})
        return {"url": url, "extension": parts}

    @classmethod
    def from_extension(cls, resource: Element, url: str) -> Routing | None:
        """None where the EHR dropped it or made something else of it: a person then decides."""
        try:
            extension = resource.extension(url)
            return cls._read(extension) if extension else None
        except MalformedAnswer:
            return None

    @classmethod
    def _read(cls, extension: Element) -> Routing | None:
        parts = {part.text("url"): part for part in extension.children("extension")}
        words = {name: part.text("valueString") or "" for name, part in parts.items()}
        due = FhirDate.parse(parts["due"].text("valueDateTime")) if "due" in parts else None
        if not words.get("queue"):
            return None
        return cls(
            queue=words["queue"],
            priority=words.get("priority", "routine"),
            due=due.latest if due else None,
            rule=words.get("rule", ""),
            reason=words.get("reason", ""),
            policy_version=words.get("policy-version", ""),
            summary=words.get("summary", ""),
            seal=words.get("seal", ""),
            red_flags=tuple(
                part.text("valueString") or ""
                for part in extension.children("extension")
                if part.text("url") == RED_FLAG
            ),
        )


# The EHR did not keep what was decided. As with all that no rule can decide, a person looks at it,
# and before what is routine.
UNDECIDED = Routing(
    queue="",
    priority="urgent",
    due=None,
    rule="",
    reason="The EHR did not keep what the rules decided: look at it and decide.",
    policy_version="",
    summary="",
)

# Somebody else than the rules made this work, or changed it: what it says of itself may be wrong.
UNSEALED_REASON = "The rules of this app do not vouch for this: read it and judge it yourself."
