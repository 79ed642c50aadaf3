"""The SMART launch as plain functions, in the order of the specification."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from smartapp.auth.client import token_request
from smartapp.auth.context import Context, person
from smartapp.auth.discovery import Endpoints, forget
from smartapp.auth.id_token import verify
from smartapp.auth.keys import KeyRing
from smartapp.auth.revocation import Revoked, revoke
from smartapp.auth.token_answer import TokenAnswer, error_code
from smartapp.config import Audience, Ehr, LaunchKind, Settings
from smartapp.errors import (
    AccessDenied,
    AuthorizationRefused,
    ContextChanged,
    EhrError,
    IdentityRefused,
    LaunchExpired,
    LaunchFailed,
    LaunchParameterMissing,
    MixedUp,
    NoPatientChosen,
    StrongerLoginNeeded,
    TokenRefused,
    UnknownIssuer,
    WrongAudience,
)
from smartapp.transport import Transport, outside

PENDING_SECONDS = 600.0
_STAFF = frozenset({"Practitioner", "PractitionerRole"})


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

    @property
    def key(self) -> str:
        """Who this is, across launches: `sub` alone may collide between EHRs."""
        return f"{self.iss}|{self.sub}"


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


# --- 1. whom this is about --------------------------------------------------------------------


def registration_for(settings: Settings, iss: str | None, kind: LaunchKind) -> Ehr:
    """Compared as text, before anything is asked of anybody: `iss` comes from a URL."""
    if not iss:
        raise LaunchParameterMissing("iss")
    for ehr in settings.ehrs:
        if kind in ehr.launches and _is_issuer(ehr, iss):
            return ehr.at(iss)
    raise UnknownIssuer


def _is_issuer(ehr: Ehr, iss: str) -> bool:
    if iss in (ehr.base, f"{ehr.base}/"):
        return True
    return ehr.iss_prefix is not None and "?" not in iss and not outside(ehr.iss_prefix, iss)


# --- 2. leaving for the EHR's login -----------------------------------------------------------


def begin(
    ehr: Ehr,
    endpoints: Endpoints,
    kind: LaunchKind,
    *,
    launch: str | None,
    scope: str,
    now: float,
    locale: str | None = None,
) -> tuple[PendingLaunch, str]:
    """What to remember, and the address to send the browser to."""
    if kind is LaunchKind.EHR and not launch:
        raise LaunchParameterMissing("launch")
    pending = PendingLaunch(
        lid=secrets.token_urlsafe(16),
        ehr_key=ehr.key,
        iss=ehr.iss,
        kind=kind,
        state=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
        nonce=secrets.token_urlsafe(32),
        scope=_scope_for(kind, scope),
        started_at=now,
        locale=locale,
        issuer=endpoints.issuer,
        names_itself=endpoints.names_itself,
    )
    url = prepare_grant_uri(
        endpoints.authorization,
        client_id=ehr.client_id,
        response_type="code",
        redirect_uri=ehr.redirect_uri,
        scope=pending.scope,
        state=pending.state,
        launch=launch if kind is LaunchKind.EHR else None,
        aud=ehr.vendor.get("aud", ehr.iss),
        nonce=pending.nonce,
        code_challenge=create_s256_code_challenge(pending.verifier),
        code_challenge_method="S256",
    )
    return pending, str(url)


def _scope_for(kind: LaunchKind, scope: str) -> str:
    """In the EHR `launch` says which context; outside it the app has to ask for the patient."""
    parts = scope.split()
    if kind is LaunchKind.EHR:
        return " ".join(parts if "launch" in parts else ["launch", *parts])
    parts = [part for part in parts if part != "launch"]
    if "launch/patient" not in parts and any(part.startswith("patient/") for part in parts):
        parts.insert(0, "launch/patient")
    return " ".join(parts)


# --- 3. coming back ---------------------------------------------------------------------------


def check_return(pending: PendingLaunch, params: Mapping[str, str], *, now: float) -> str:
    """The code. `state` is looked at first, also when the EHR reports an error."""
    stated = params.get("state", "")
    if not hmac.compare_digest(stated.encode("utf-8", "replace"), pending.state.encode()):
        raise LaunchExpired("state")
    if now - pending.started_at > PENDING_SECONDS:
        raise LaunchExpired("age")
    if "error" in params:
        raise _refusal(params["error"])
    _check_issuer(pending, params.get("iss"))
    code = params.get("code")
    if not code:
        raise LaunchParameterMissing("code")
    return code


def _refusal(error: str) -> LaunchFailed:
    if error == "access_denied":
        return AccessDenied()
    return AuthorizationRefused(error_code(error))


def _check_issuer(pending: PendingLaunch, iss: str | None) -> None:
    """RFC 9207: a server that says who it is must be the one that we left for."""
    if iss is None:
        if pending.names_itself:
            raise MixedUp("the server did not name itself")
        return
    expected = pending.issuer or pending.iss
    if iss.rstrip("/") != expected.rstrip("/"):
        raise MixedUp("the answer comes from another server")


# --- 4. the code for a token ------------------------------------------------------------------


def redeem(
    pending: PendingLaunch,
    ehr: Ehr,
    endpoints: Endpoints,
    code: str,
    *,
    keys: KeyRing | None,
    transport: Transport,
    now: float,
) -> TokenAnswer:
    """`ehr` is the registration whose callback was called: each has its own."""
    if pending.ehr_key != ehr.key:
        raise MixedUp("the answer came to the callback of another registration")
    ehr = ehr.at(pending.iss)
    try:
        answer = token_request(
            ehr,
            endpoints,
            "authorization_code",
            code=code,
            redirect_uri=ehr.redirect_uri,
            code_verifier=pending.verifier,
            keys=keys,
            transport=transport,
            now=now,
        )
        return TokenAnswer.parse(answer)
    except (EhrError, LaunchFailed):
        forget(ehr, transport)
        raise


# --- 5. who, for which patient, with which rights ---------------------------------------------


def finish(
    pending: PendingLaunch,
    ehr: Ehr,
    endpoints: Endpoints,
    answer: TokenAnswer,
    *,
    transport: Transport,
    now: float,
) -> Launched:
    """`now` is when the answer arrived. Nothing is taken from any other launch, or guessed."""
    ehr = ehr.at(pending.iss)
    if answer.id_token is None:
        raise IdentityRefused("no id_token")
    claims = verify(answer.id_token, ehr, endpoints, pending.nonce, transport, now)
    if ehr.require_mfa and not {claims.acr, *claims.amr} & set(ehr.require_mfa):
        raise StrongerLoginNeeded
    fhir_user = _fhir_user(claims.fhir_user, ehr)
    user = User(claims.iss, claims.sub, fhir_user, _role(fhir_user, ehr))
    context = Context.parse(answer.context, ehr.base)
    if user.role is Role.PATIENT and context.patient is None:
        raise NoPatientChosen
    return Launched(
        lid=pending.lid,
        ehr_key=pending.ehr_key,
        iss=pending.iss,
        kind=pending.kind,
        user=user,
        token=_token(answer, now, scope=pending.scope, refresh=None),
        patient_id=context.patient,
        encounter_id=context.encounter,
        needs_patient_banner=context.needs_patient_banner,
        intent=context.intent,
        tenant=context.tenant,
        fhir_context=context.references,
        locale=pending.locale,
    )


def _token(answer: TokenAnswer, now: float, *, scope: str, refresh: str | None) -> Token:
    """`scope` and `refresh` are what holds where the answer is silent."""
    return Token(
        access=answer.access,
        expires_at=now + answer.expires_in,
        scope=scope if answer.scope is None else answer.scope,
        refresh=answer.refresh or refresh,
    )


def _fhir_user(stated: str | None, ehr: Ehr) -> str:
    if stated is None:
        return ""
    reference = person(stated, ehr.base)
    if reference is None:
        raise IdentityRefused("fhirUser")
    return reference


def _role(fhir_user: str, ehr: Ehr) -> Role:
    """Without `fhirUser` nobody is staff. A Person may be anyone, so that is not enough either."""
    kind = fhir_user.partition("/")[0]
    if not kind and ehr.audience is not Audience.PATIENT:
        raise IdentityRefused("no fhirUser")
    role = Role.STAFF if kind in _STAFF else Role.PATIENT
    expected = Audience.CLINICIAN if role is Role.STAFF else Audience.PATIENT
    if ehr.audience not in (expected, Audience.BOTH):
        raise WrongAudience
    return role


# --- 6. later: a new token for the same launch ------------------------------------------------


def refresh(
    launched: Launched,
    ehr: Ehr,
    endpoints: Endpoints,
    *,
    keys: KeyRing | None,
    transport: Transport,
    now: float,
) -> TokenAnswer:
    """Without a scope: it stays as granted, and some EHRs refuse to hear it again."""
    if launched.token.refresh is None:
        raise TokenRefused("no_refresh_token")
    answer = token_request(
        ehr.at(launched.iss),
        endpoints,
        "refresh_token",
        refresh_token=launched.token.refresh,
        keys=keys,
        transport=transport,
        now=now,
    )
    return TokenAnswer.parse(answer)


def renewed(launched: Launched, answer: TokenAnswer, *, now: float) -> Launched:
    """What the answer leaves out stays as it was; another patient ends the session."""
    context = Context.parse(answer.context, launched.iss)
    if context.patient not in (None, launched.patient_id):
        raise ContextChanged("patient")
    if context.encounter not in (None, launched.encounter_id):
        raise ContextChanged("encounter")
    before = launched.token
    token = _token(answer, now, scope=before.scope, refresh=before.refresh)
    return replace(launched, token=token)


# --- 7. the end: the tokens are given back ----------------------------------------------------


def give_back(
    launched: Launched,
    ehr: Ehr,
    *,
    keys: KeyRing | None,
    transport: Transport,
    now: float,
) -> Revoked:
    """The refresh token first, for it could still make new ones. Signing out does not depend on
    this: it never raises, and lasts a few seconds at the most.
    """
    held = {"refresh_token": launched.token.refresh, "access_token": launched.token.access}
    tokens = {kind: token for kind, token in held.items() if token}
    return revoke(ehr.at(launched.iss), tokens, keys=keys, transport=transport, now=now)
