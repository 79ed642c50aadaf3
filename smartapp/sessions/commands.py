"""What an administrator can do to sessions from outside: end them, at once and on every worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from smartapp.audit import AuditTrail, Context, sessions_revoked
from smartapp.config import Ehr, Settings
from smartapp.errors import ConfigurationError, Problem, StoreUnavailable
from smartapp.sessions.launches import Launches
from smartapp.sessions.store import open_store
from smartapp.sessions.vault import Vault

_KIND = re.compile(r"Patient|RelatedPerson|Person|Practitioner|PractitionerRole")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


def revoke_person(settings: Settings, ehr_key: str, reference: str) -> str:
    """As the audit names them. Each answer is a sentence that says what was done."""
    ehr = _registration(settings, ehr_key)
    kind, _, identity = reference.partition("/")
    if not _KIND.fullmatch(kind) or not _ID.fullmatch(identity):
        what = "is no person: name one as the audit does, such as Practitioner/12 or Patient/7"
        raise ConfigurationError((Problem(reference, what),))
    with _launches(settings, "person", ehr, reference) as launches:
        launches.revoke_person(ehr.iss, reference)
    whose = "with this patient" if kind == "Patient" else "of this person"
    return f"Every session {whose} is over. They can sign in again, if the EHR lets them."


def revoke_ehr(settings: Settings, ehr_key: str) -> str:
    ehr = _registration(settings, ehr_key)
    with _launches(settings, "ehr", ehr) as launches:
        launches.revoke_ehr(ehr_key)
    return f"Every session of {ehr_key} is over."


def revoke_launch(settings: Settings, lid: str) -> str:
    with _launches(settings, "launch", lid=lid) as launches:
        launches.revoke(lid)
    return "This session is over."


def revoke_all(settings: Settings) -> str:
    with _launches(settings, "everyone") as launches:
        launches.revoke_all()
    return "Every session is over."


def _registration(settings: Settings, ehr_key: str) -> Ehr:
    ehr = settings.ehr(ehr_key)
    if ehr is None:
        raise ConfigurationError((Problem(ehr_key, "is no registration of this configuration"),))
    return ehr


@contextmanager
def _launches(
    settings: Settings, whom: str, ehr: Ehr | None = None, reference: str = "", lid: str = ""
) -> Iterator[Launches]:
    """The intent goes on record first: what cannot be put on record is not done."""
    if not settings.redis_url:
        what = "is empty: sessions are in the app's own memory, and a restart ends them all"
        raise ConfigurationError((Problem("REDIS_URL", what),))
    context = Context(
        request_id="command", ehr=ehr.key if ehr else "", iss=ehr.iss if ehr else "", lid=lid
    )
    trail = AuditTrail(settings.audit_folder, settings.secret_keys[0])
    store = open_store(settings.redis_url)
    try:
        trail.record(sessions_revoked(context, whom, reference))
        yield Launches(store, Vault(settings.secret_keys))
    except StoreUnavailable:
        raise ConfigurationError(
            (Problem("REDIS_URL", "does not answer: nothing was done"),)
        ) from None
    finally:
        store.close()
        trail.close()
