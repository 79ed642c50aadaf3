"""What an administrator can do to sessions from outside: end them, at once and on every worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from smartapp.config import Settings
from smartapp.errors import ConfigurationError, Problem, StoreUnavailable
from smartapp.sessions.launches import Launches
from smartapp.sessions.store import open_store
from smartapp.sessions.vault import Vault


def revoke_user(settings: Settings, iss: str, sub: str) -> str:
    """As the audit names them. Each answer is a sentence that says what was done."""
    with _launches(settings) as launches:
        launches.revoke_user(f"{iss}|{sub}")
    return "Every session of this person is over. They can sign in again, if the EHR lets them."


def revoke_ehr(settings: Settings, ehr_key: str) -> str:
    if settings.ehr(ehr_key) is None:
        raise ConfigurationError((Problem(ehr_key, "is no registration of this configuration"),))
    with _launches(settings) as launches:
        launches.revoke_ehr(ehr_key)
    return f"Every session of {ehr_key} is over."


def revoke_launch(settings: Settings, lid: str) -> str:
    with _launches(settings) as launches:
        launches.revoke(lid)
    return "This session is over."


def revoke_all(settings: Settings) -> str:
    with _launches(settings) as launches:
        launches.revoke_all()
    return "Every session is over."


@contextmanager
def _launches(settings: Settings) -> Iterator[Launches]:
    if not settings.redis_url:
        what = "is empty: sessions are in the app's own memory, and a restart ends them all"
        raise ConfigurationError((Problem("REDIS_URL", what),))
    store = open_store(settings.redis_url)
    try:
        yield Launches(store, Vault(settings.secret_keys))
    except StoreUnavailable:
        raise ConfigurationError(
            (Problem("REDIS_URL", "does not answer: nothing was done"),)
        ) from None
    finally:
        store.close()
