"""The two scope sets of a registration, checked before any EHR sees them."""

from __future__ import annotations

import re

from smartapp.config.findings import Findings, did_you_mean
from smartapp.config.settings import Audience

# (patient|user|system)/(Type|*).cruds?parameters
_V2 = re.compile(
    r"(?P<level>\w+)/(?P<resource>\*|[A-Z][A-Za-z]+)\.(?P<letters>[a-z]+)"
    r"(?P<query>\?[^=&?]+=[^=&?]+(&[^=&?]+=[^=&?]+)*)?"
)
_LETTERS_IN_ORDER = re.compile(r"c?r?u?d?s?")
_V1 = re.compile(r"\w+/(\*|[A-Z][A-Za-z]+)\.(read|write|\*)")
_CONTEXT = re.compile(r"launch/[a-z]+(\?role=\S+)?")
_PLAIN = ("openid", "fhirUser", "profile", "launch", "online_access", "offline_access")
_EXTENSIONS = ("__", "http://", "https://")  # an EHR's own; passed on as they are
_LEVEL = {Audience.PATIENT: "patient", Audience.CLINICIAN: "user"}


def check_scope_set(place: str, text: str, person: Audience, findings: Findings) -> None:
    """`person` is patient or clinician: whose launch asks for this set. What only the kind of
    launch decides (`launch`, `launch/patient`) may be left out: the launch adds it.
    """
    scopes = text.split()
    for scope in scopes:
        _check_scope(place, scope, person, findings)
    for needed in ("openid", "fhirUser"):
        if needed not in scopes:
            findings.problem(place, f"lacks {needed}: it says who is there")


def _check_scope(place: str, scope: str, person: Audience, findings: Findings) -> None:
    if scope in _PLAIN or _CONTEXT.fullmatch(scope) or scope.startswith(_EXTENSIONS):
        return
    if _V1.fullmatch(scope):
        findings.problem(
            place, f"has {scope} in v1 syntax; write v2, such as .rs: the app falls back by itself"
        )
        return
    parts = _V2.fullmatch(scope)
    if parts is None:
        findings.problem(place, f"has {scope}, which is no scope{did_you_mean(scope, _PLAIN)}")
        return
    _check_access(place, scope, parts, person, findings)


def _check_access(
    place: str, scope: str, parts: re.Match[str], person: Audience, findings: Findings
) -> None:
    if parts["level"] != _LEVEL[person]:
        level = _LEVEL[person]
        findings.problem(place, f"has {scope}; {person} scopes begin with {level}/ and never mix")
    if not _LETTERS_IN_ORDER.fullmatch(parts["letters"]):
        findings.problem(place, f"has {scope}, whose letters must be from cruds, in that order")
    if parts["resource"] == "*":
        findings.warn(place, f"has {scope}: a wildcard asks for more than the app reads")
    if parts["query"] and re.search(r"[?&][^=]*[:.]", parts["query"]):
        findings.warn(place, f"has {scope}: few EHRs know modifiers and chains in scopes")
