"""Every failure that the app can name.

A name says what happened, never whose record it happened to: messages may reach a log. `code` is
the stable half of the support code that a person reads out on the phone.
"""

from __future__ import annotations

from dataclasses import dataclass


class SmartappError(Exception):
    code = "unexpected"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file a person wrote, and where."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place} {self.what}"


class ProblemsFound(SmartappError):
    """A start is stopped, and everything that is wrong is said at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class ConfigurationError(ProblemsFound):
    code = "configuration"


class PolicyError(ProblemsFound):
    code = "policy"


# --- launch -----------------------------------------------------------------------------------


class LaunchFailed(SmartappError):
    """The app could not be opened from the EHR. Nothing was read and nothing was written."""

    code = "launch"


class UnknownIssuer(LaunchFailed):
    """The address in `iss` is not one that launch-config.json names."""

    code = "launch-issuer"


class LaunchParameterMissing(LaunchFailed):
    code = "launch-incomplete"


class LaunchExpired(LaunchFailed):
    """The `state` on the way back is unknown, too old, or was used before."""

    code = "launch-expired"


class LaunchInAnotherBrowser(LaunchFailed):
    """The browser that came back is not the one that left, or it could not keep the cookie."""

    code = "launch-cookie"


class AccessDenied(LaunchFailed):
    """The person, or the EHR for them, said no."""

    code = "launch-denied"


class AuthorizationRefused(LaunchFailed):
    """The EHR's authorization server answered with an error other than access_denied."""

    code = "launch-refused"

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


class EhrNotReady(AuthorizationRefused):
    """Not now, it says: another time it may."""

    code = "launch-later"


class NotSetUp(AuthorizationRefused):
    """The registration and what the app asks for do not fit. Only people at the clinic can help."""

    code = "launch-set-up"


class SignInUnfinished(AuthorizationRefused):
    """The person was not signed in there, or had not said yes."""

    code = "launch-unfinished"


class MixedUp(LaunchFailed):
    """The answer came from another authorization server, or to another registration's callback."""

    code = "launch-mixed-up"


class DiscoveryFailed(LaunchFailed):
    code = "launch-discovery"


class TokenRefused(LaunchFailed):
    """The token endpoint answered with an OAuth error."""

    code = "launch-token"

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


class TokenMalformed(LaunchFailed):
    code = "launch-token-malformed"


class IdentityRefused(LaunchFailed):
    """The id_token is missing, forged, or not about this launch."""

    code = "launch-identity"


class NoPatientChosen(LaunchFailed):
    """The EHR named no patient although this launch needs one."""

    code = "launch-no-patient"


class WrongAudience(LaunchFailed):
    """A patient came in by a registration for staff, or the reverse."""

    code = "launch-audience"


class ActingEnded(LaunchFailed):
    """By the record, this person acts for this patient no more."""

    code = "launch-acting-ended"


class StrongerLoginNeeded(LaunchFailed):
    """The clinic asks for a login with a second factor, and the EHR reported none."""

    code = "launch-mfa"


# --- talking to the EHR -----------------------------------------------------------------------


class EhrError(SmartappError):
    """The EHR did not give what was asked."""

    code = "ehr"


class EhrUnreachable(EhrError):
    """No connection, no name, no valid certificate, or the breaker is open."""

    code = "ehr-unreachable"


class EhrTooSlow(EhrError):
    code = "ehr-slow"


class AnswerLost(EhrTooSlow):
    """The connection broke after the request had left: what became of a write is unknown."""

    code = "ehr-answer-lost"


class EhrServerError(EhrError):
    """A status of 500 or more, or 408 or 425: what became of a write is unknown."""

    code = "ehr-error"

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


class EhrBusy(EhrError):
    """A status of 429, or 503 with Retry-After: the request was not carried out."""

    code = "ehr-busy"

    def __init__(self, retry_after: float | None) -> None:
        self.retry_after = retry_after
        super().__init__()


class MalformedAnswer(EhrError):
    """Not JSON, not the resource that was asked for, too deep, or cut short."""

    code = "ehr-malformed"


class AnswerTooLarge(MalformedAnswer):
    code = "ehr-too-large"


class RedirectRefused(EhrError):
    code = "ehr-redirect"


class OutsideFhirBase(EhrError):
    """A link in the data leads off the FHIR base that the token was issued for."""

    code = "ehr-outside"


class TokenNotAccepted(EhrError):
    """A status of 401."""

    code = "ehr-login-ended"


class NotAllowed(EhrError):
    """A status of 403 or 405."""

    code = "ehr-not-allowed"


class NotDone(NotAllowed):
    """A status of 405: this EHR does that for nobody."""


class NotFound(EhrError):
    """A status of 404 or 410, or a resource that is not this patient's."""

    code = "ehr-not-found"


class Rejected(EhrError):
    """A status of 400 or 422: the EHR says what it will not take."""

    code = "ehr-rejected"

    def __init__(self, status: int, issue_codes: tuple[str, ...] = ()) -> None:
        self.status = status
        self.issue_codes = issue_codes
        super().__init__(f"{status} {' '.join(issue_codes)}".strip())


class Conflict(EhrError):
    """A status of 409 or 412: somebody else was faster."""

    code = "ehr-conflict"


class InvalidResource(SmartappError):
    """What would have been written is not valid, so it was not sent."""

    code = "write-invalid"


# --- sessions ---------------------------------------------------------------------------------


class SessionError(SmartappError):
    code = "session"


class NoSession(SessionError):
    """There is no such launch, or this browser does not hold its secret."""

    code = "session-none"


class SessionEnded(NoSession):
    """It was there, and `reason` is why it is not any more: one of sessions.EndReason."""

    def __init__(self, reason: str, ehr_key: str = "") -> None:
        self.reason = reason
        self.ehr_key = ehr_key  # where to sign in again, as far as that is known
        self.code = f"session-{reason}"
        super().__init__(reason)


class TicketUsed(SessionError):
    """The ticket out of the frame was used before, is too old, or was made up."""

    code = "session-ticket"


class StoreUnavailable(SessionError):
    """Redis is down or slow. Cookies stay; nothing is written to the EHR."""

    code = "store-unavailable"


class ContextChanged(SessionError):
    """A session would change its patient, person or role: it has to end, and a new one begin."""

    code = "session-context-changed"


class DraftTooLarge(SessionError):
    """More was typed than a draft holds. It stays in the page."""

    code = "draft-too-large"


# --- asking and answering ---------------------------------------------------------------------


class RequestForged(SmartappError):
    """A POST that did not come from a page of this app."""

    code = "forged"


class FrameWithoutOrigin(RequestForged):
    """As far as can be told: the frame's sandbox makes every page in it look like a stranger's."""

    code = "frame-sandbox"


class WrongRole(SmartappError):
    """A page for staff was asked for by a patient, or the reverse."""

    code = "role"


PRIVATE = "private"  # why, where it is the patient's own and who acts for them reads


class NotOffered(SmartappError):
    """Not declared by the EHR, not granted to this person, or switched off by the clinic."""

    code = "not-offered"

    def __init__(self, feature: str, reason: str) -> None:
        self.feature = feature
        self.reason = reason
        super().__init__(f"{feature}: {reason}")


class LinkExpired(SmartappError):
    """A link that was good for some minutes, and is no longer."""

    code = "link-expired"


class DocumentChanged(SmartappError):
    """Between the list and the click a newer version came, or this one was withdrawn."""

    code = "document-changed"


class DocumentKeptBack(SmartappError):
    """Not, or no longer, for this person to open."""

    code = "document-kept-back"


class DocumentElsewhere(SmartappError):
    """It lies in another system, which this app does not ask."""

    code = "document-elsewhere"


class ClaimLost(SmartappError):
    """Somebody else owns the item now, or it changed in the meantime."""

    code = "claim-lost"

    def __init__(self, owner: str | None) -> None:
        self.owner = owner
        super().__init__()


class AuditUnavailable(SmartappError):
    """The audit record could not be written, so nothing is shown."""

    code = "audit-unavailable"
