"""What an administrator types to end sessions, and what they are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from smartapp.config import Audience, ClientAuth, Ehr, LaunchKind, Settings
from smartapp.errors import ConfigurationError, SessionEnded
from smartapp.launch import Role, User
from smartapp.sessions import ActiveLaunch, Launches, RedisStore, Vault
from smartapp.sessions.commands import revoke_all, revoke_ehr, revoke_launch, revoke_person
from tests.sessions.conftest import NEW_KEY
from tests.sessions.people import CANARY_PATIENT, CANARY_SUB, ISS, launched
from tests.sessions.servers import RedisServer

NORTH = Ehr(
    key="north",
    name="North Clinic",
    iss=ISS,
    audience=Audience.PATIENT,
    client_id="smartapp",
    client_auth=ClientAuth.PUBLIC,
    scopes={},
    launches=frozenset({LaunchKind.STANDALONE}),
    redirect_uri="https://app.example/callback/north",
)
SETTINGS = Settings(
    app_name="smartapp",
    base_url="https://app.example",
    production=True,
    ehrs=(NORTH,),
    policy_folder=Path("policy"),
    secret_keys=(NEW_KEY,),
)
EVERY_WAY: dict[str, Callable[[Settings, str], str]] = {
    "a person": lambda settings, _: revoke_person(settings, "north", f"Patient/{CANARY_PATIENT}"),
    "an EHR": lambda settings, _: revoke_ehr(settings, "north"),
    "a launch": revoke_launch,
    "everyone": lambda settings, _: revoke_all(settings),
}


@pytest.fixture
def settings(redis_server: RedisServer, redis_store: RedisStore, tmp_path: Path) -> Settings:
    return replace(SETTINGS, redis_url=redis_server.url, audit_folder=tmp_path)


@pytest.mark.parametrize("revoke", EVERY_WAY.values(), ids=EVERY_WAY)
def test_a_command_ends_sessions_of_the_running_app_and_says_so(
    settings: Settings,
    redis_store: RedisStore,
    vault: Vault,
    revoke: Callable[[Settings, str], str],
) -> None:
    launches = Launches(redis_store, vault)
    active, secret = launches.open(launched())

    said = revoke(settings, active.lid)

    assert said.endswith(".")
    assert CANARY_SUB not in said
    with pytest.raises(SessionEnded) as ended:
        launches.find(active.lid, secret)
    assert ended.value.reason == "revoked"
    (file,) = settings.audit_folder.glob("writer-*.jsonl")
    assert '"type":"session.revoke"' in file.read_text()


@pytest.mark.parametrize("revoke", EVERY_WAY.values(), ids=EVERY_WAY)
def test_where_sessions_are_in_memory_a_command_does_not_pretend(
    revoke: Callable[[Settings, str], str],
) -> None:
    with pytest.raises(ConfigurationError, match=r"REDIS_URL is empty.*restart"):
        revoke(SETTINGS, "any")


@pytest.mark.parametrize("revoke", EVERY_WAY.values(), ids=EVERY_WAY)
def test_a_redis_that_does_not_answer_is_said(
    revoke: Callable[[Settings, str], str], tmp_path: Path
) -> None:
    unreachable = replace(SETTINGS, redis_url="redis://127.0.0.1:1/0", audit_folder=tmp_path)
    with pytest.raises(ConfigurationError, match="REDIS_URL does not answer: nothing was done"):
        revoke(unreachable, "any")


def test_a_misspelt_ehr_is_said(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="nroth is no registration"):
        revoke_ehr(settings, "nroth")


@pytest.mark.parametrize("reference", ["nina", "Practitioner/", "Device/1", "Patient/1 2", "/"])
def test_what_names_no_person_is_said(settings: Settings, reference: str) -> None:
    with pytest.raises(ConfigurationError, match="is no person"):
        revoke_person(settings, "north", reference)


def test_a_person_is_found_by_their_own_name_and_by_the_record_that_is_open(
    settings: Settings, redis_store: RedisStore, vault: Vault
) -> None:
    launches = Launches(redis_store, vault)
    nurse = User(ISS, "nina", "Practitioner/12", Role.STAFF)
    in_chart = launches.open(replace(launched(role=Role.STAFF), user=nurse))
    at_queue = launches.open(replace(launched(role=Role.STAFF, patient=None), user=nurse))
    colleague = replace(nurse, sub="tom", fhir_user="Practitioner/13")
    other = launches.open(replace(launched(role=Role.STAFF, patient=None), user=colleague))

    revoke_person(settings, "north", f"Patient/{CANARY_PATIENT}")
    assert [is_over(launches, each) for each in (in_chart, at_queue, other)] == [True, False, False]

    revoke_person(settings, "north", "Practitioner/12")
    assert [is_over(launches, each) for each in (at_queue, other)] == [True, False]


def is_over(launches: Launches, opened: tuple[ActiveLaunch, str]) -> bool:
    try:
        launches.find(opened[0].lid, opened[1])
    except SessionEnded:
        return True
    return False
