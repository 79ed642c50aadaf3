"""The SMART launch as plain functions, in the order of the specification."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from smartapp.auth.authorization import AuthorizationRequest, authorization_request, scope_for
from smartapp.auth.callback import check_return
from smartapp.auth.client import token_request
from smartapp.auth.context import Context, person
from smartapp.auth.discovery import Endpoints, forget, ours
from smartapp.auth.id_token import Claims, verify
from smartapp.auth.introspection import introspect
from smartapp.auth.keys import KeyRing
from smartapp.auth.launched import Launched, PendingLaunch, Role, Token, User
from smartapp.auth.revocation import Revoked, revoke
from smartapp.auth.token_answer import TokenAnswer
from smartapp.config import Audience, Ehr, LaunchKind, Settings
from smartapp.errors import (
    ActingEnded,
    ContextChanged,
    EhrError,
    IdentityRefused,
    LaunchFailed,
    LaunchParameterMissing,
    MixedUp,
    NoPatientChosen,
    SmartappError,
    StrongerLoginNeeded,
    TokenRefused,
    UnknownIssuer,
    WrongAudience,
)
from smartapp.fhir.client import FhirClient
from smartapp.fhir.people import Person, RelatedPerson
from smartapp.transport import Bearer, Transport, outside

__all__ = [
    "AuthorizationRequest",
    "Launched",
    "PendingLaunch",
    "Role",
    "Token",
    "User",
    "begin",
    "check_return",
    "finish",
    "give_back",
    "redeem",
    "refresh",
    "registration_for",
    "renewed",
]

_STAFF = frozenset({"Practitioner", "PractitionerRole"})


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
) -> tuple[PendingLaunch, AuthorizationRequest]:
    """What to remember, and what to send the browser to the EHR with."""
    launch = launch if kind is LaunchKind.EHR else None
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
        scope=scope_for(kind, scope),
        started_at=now,
        locale=locale,
        issuer=endpoints.issuer,
        names_itself=endpoints.names_itself,
    )
    return pending, authorization_request(ehr, endpoints, pending, launch)


# --- 3. coming back ---------------------------------------------------------------------------

# `check_return`, in smartapp/auth/callback.py.


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
        parsed = TokenAnswer.parse(answer)
    except (EhrError, LaunchFailed):
        forget(ehr, transport)
        raise
    if parsed.says_how_long:
        return parsed
    status = introspect(ehr, endpoints, parsed.access, keys=keys, transport=transport, now=now)
    return parsed.lasting(status.expires_at - now) if status and status.expires_at else parsed


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
    _check_strength(claims, ehr)
    context = Context.parse(answer.context, ehr.base)
    stated = _fhir_user(claims, ehr)
    fhir_user = _on_record(stated, ehr, context.patient, Bearer(answer.access, ehr.base), transport)
    user = User(claims.iss, claims.sub, fhir_user, _role(fhir_user, ehr), context.tenant)
    if user.role is Role.PATIENT and context.patient is None:
        raise NoPatientChosen
    acting_until = _acting_until(
        fhir_user, context.patient, Bearer(answer.access, ehr.base), transport, now
    )
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
        app_context=context.app_context,
        style_url=ours(context.style_url, ehr, transport),
        management_url=endpoints.management,
        acting_until=acting_until,
    )


def _check_strength(claims: Claims, ehr: Ehr) -> None:
    if ehr.require_mfa and not {claims.acr, *claims.amr} & set(ehr.require_mfa):
        raise StrongerLoginNeeded


def _token(answer: TokenAnswer, now: float, *, scope: str, refresh: str | None) -> Token:
    """`scope` and `refresh` are what holds where the answer is silent."""
    return Token(
        access=answer.access,
        expires_at=now + answer.expires_in,
        scope=scope if answer.scope is None else answer.scope,
        refresh=answer.refresh or refresh,
    )


def _fhir_user(claims: Claims, ehr: Ehr) -> str:
    """`profile` is what SMART 1 called it, and OpenID means something else by that name."""
    stated = claims.fhir_user
    if stated is None and ehr.vendor.get("fhir_user") == "profile":
        stated = claims.profile
    if stated is None:
        return ""
    reference = person(stated, ehr.base)
    if reference is None:
        raise IdentityRefused("fhirUser")
    return reference


def _on_record(
    fhir_user: str, ehr: Ehr, patient_id: str | None, bearer: Bearer, transport: Transport
) -> str:
    """A Person is nobody that a message could come from. Where the EHR says which Patient,
    RelatedPerson or Practitioner the same human being is, that is who is here.
    """
    if not fhir_user.startswith("Person/"):
        return fhir_user
    try:
        known = Person.from_fhir(FhirClient(transport, bearer).read(fhir_user)).known_as
    except SmartappError:
        return fhir_user
    if ehr.audience is Audience.CLINICIAN:
        return next((each for each in known if each.partition("/")[0] in _STAFF), fhir_user)
    if f"Patient/{patient_id}" in known:
        return f"Patient/{patient_id}"
    client = FhirClient(transport, bearer, patient_id=patient_id)
    relatives = (each for each in known if each.startswith("RelatedPerson/"))
    return next((each for each in relatives if _acts_for(each, patient_id, client)), fhir_user)


def _acts_for(relative: str, patient_id: str | None, client: FhirClient) -> bool:
    """Somebody is a RelatedPerson once for each patient, and only one of them is here."""
    try:
        return RelatedPerson.from_fhir(client.read(relative)).patient == f"Patient/{patient_id}"
    except SmartappError:
        return False


def _acting_until(
    fhir_user: str, patient_id: str | None, bearer: Bearer, transport: Transport, now: float
) -> float | None:
    """When a proxy's right ends, by the record. An EHR may forget to ask that before it lets them
    in. Where the record cannot be asked, or says nothing, its login has decided.
    """
    if not fhir_user.startswith("RelatedPerson/"):
        return None
    client = FhirClient(transport, bearer, patient_id=patient_id)
    try:
        relative = RelatedPerson.from_fhir(client.read(fhir_user, fresh=True))
    except SmartappError:
        return None
    if relative.has_ended(datetime.fromtimestamp(now, UTC)):
        raise ActingEnded
    return relative.until.latest.timestamp() if relative.until else None


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
