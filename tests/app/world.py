"""A sandbox EHR and the app beside it, both in the test's own process, and the people in them."""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from joserfc.jwk import RSAKey
from werkzeug.test import Client

from sandbox.app import Config
from sandbox.people import resources
from sandbox.serving import Running, started
from sandbox.smart.keys import new_key
from sandbox.store import Store as Record
from smartapp import audit
from smartapp.app import create_app, make_services
from smartapp.auth.keys import KeyRing, generate
from smartapp.config import Settings, load_settings
from smartapp.errors import SessionError
from smartapp.fhir.codes import Vocabulary
from smartapp.logs import JsonLines
from smartapp.services import Services
from smartapp.sessions.drafts import Drafts
from smartapp.sessions.launches import Launches
from smartapp.sessions.outbox import Outbox
from smartapp.sessions.store import Store
from smartapp.sessions.vault import Vault
from smartapp.transport import Limits, Transport
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy
from tests.app.browser import Browser

ROOT = Path(__file__).parent.parent.parent
POLICY = ROOT / "policy"
APP = "http://localhost:8000"  # only a name: nothing listens there
SECRET_KEY = "rJ8kq2Vw1nYbT5sXc7LdHfZ3mPgA9uEoQiK4tR6yWvN0xBjCzSlMhDpG"
CLIENT_SECRET = "canary-of-the-client-secret+/%25"

# Repeats come at once; the breaker, which has tests of its own, stays closed.
LIMITS = Limits(longest_pause=0.01, failures=100)

MEMORY = "/dev/shm"  # noqa: S108  # a new folder is made in it, which nobody else may read

Json = dict[str, Any]


@dataclass
class Clock:
    """Moves by itself, and further when told: what waits for time need not make a test wait."""

    ahead: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> float:
        return time.time() + self.ahead

    def passes(self, seconds: float) -> None:
        with self._lock:
            self.ahead += seconds


@dataclass
class Log(logging.Handler):
    """What the app would write on stderr, in its own format."""

    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())

    __hash__ = object.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def events(self, name: str) -> list[Json]:
        found = (json.loads(line) for line in self.lines)
        return [each for each in found if each["event"] == name]


@dataclass(repr=False)
class World:
    running: Running
    app: Flask
    services: Services
    clock: Clock
    log: Log
    address: str = APP
    environ: Mapping[str, str] = field(default_factory=dict)  # what the app was started with
    mishaps: bool = False  # a test that makes the app fail in a way nobody planned says so

    # --- people -------------------------------------------------------------------------------

    def browser(self, *, language: str = "en", framed: bool = False) -> Browser:
        return Browser(
            app_url=self.address,
            ehr_url=self.running.addresses.base,
            app=Client(self.app, use_cookies=False),
            ehr=Client(self.running.app, use_cookies=False),
            secrets=self._secrets_of,
            language=language,
            framed=framed,
        )

    def _secrets_of(self, browser: Browser) -> Iterator[str]:
        yield CLIENT_SECRET
        for lid, secret in browser.sessions.items():
            yield secret
            with suppress(SessionError):  # it has ended, or the store is down
                token = self.services.launches.find(lid, secret, touch=False).launched.token
                yield token.access
                yield token.refresh or token.access

    # --- the EHR ------------------------------------------------------------------------------

    @property
    def ehr(self) -> Record:
        store: Record = self.running.app.extensions["ehr"].store
        return store

    @property
    def vocabulary(self) -> Vocabulary:
        return self.services.vocabulary

    def written(self, kind: str) -> list[Json]:
        """What the app has put into the EHR, the oldest first."""
        system = f"{self.vocabulary.base}/"
        held: list[Json] = list(self.ehr.of_type(kind))  # type: ignore[arg-type]  # they are dicts
        return [each for each in held if _system_of(each).startswith(system)]

    def prescribes(self, patient: str, *medicines: str) -> None:
        """Orders of which nothing was handed out yet, so that each can be asked for at once."""
        self.ehr.load(_order(patient, name, number) for number, name in enumerate(medicines))

    def fails(self, *rules: Mapping[str, Any]) -> None:
        """From now on these and no other faults strike."""
        answer = self._at_ehr("PUT", "/faults", json={"rules": list(rules)})
        assert answer.status_code == 200, answer.text

    def behaves(self, **settings: Any) -> None:
        """From now on like another EHR: `profile`, `truthful`, `index_seconds` and so on."""
        answer = self._at_ehr("PATCH", "/settings", json=settings)
        assert answer.status_code == 200, answer.text

    def recovers(self) -> None:
        self.fails()

    def ends_tokens(self) -> None:
        """All access tokens end at once, whatever they had promised."""
        assert self._at_ehr("POST", "/tokens/expire").status_code < 300

    def reads_with(self, access: str) -> int:
        """The status that the EHR answers this token with, whoever holds it."""
        headers = {"Authorization": f"Bearer {access}"}
        status: int = self._at_ehr("GET", "/fhir/Task", headers=headers).status_code
        return status

    def faults(self) -> list[Json]:
        """The rules that are on, with how often each has struck."""
        rules: list[Json] = self._at_ehr("GET", "/faults").get_json()["rules"]
        return rules

    def asked(self, method: str = "", path: str = "") -> list[Json]:
        """What was asked of the EHR by HTTP, or by a browser on its way through it."""
        calls: list[Json] = self._at_ehr("GET", "/ledger").get_json()["calls"]
        return [each for each in calls if method in each["method"] and path in each["path"]]

    def forgets_what_was_asked(self) -> None:
        self._at_ehr("DELETE", "/ledger")

    def _at_ehr(self, method: str, path: str, **options: Any) -> Any:
        return Client(self.running.app).open(
            path, method=method, environ_overrides={"REMOTE_ADDR": "127.0.0.1"}, **options
        )

    # --- the audit ----------------------------------------------------------------------------

    @property
    def audit_folder(self) -> Path:
        return self.services.settings.audit_folder

    def events(self, type_: str = "") -> list[Json]:
        files = sorted(self.audit_folder.glob("writer-*.jsonl"))
        lines = (json.loads(line) for file in files for line in file.read_text().splitlines())
        return [each for each in lines if each["type"].startswith(type_)]

    def check(self) -> None:
        """What must hold at the end of any test."""
        if not self.mishaps:
            assert not self.log.events("unexpected"), self.log.lines
            assert not self.log.events("the error page failed"), self.log.lines
            assert not self.log.events("sweep failed"), self.log.lines
        report = audit.verify(self.audit_folder, self.services.settings.secret_keys)
        assert report.findings == ()

    # --- another worker -----------------------------------------------------------------------

    def another_worker(self) -> World:
        """The same settings and the same store, as a second process would have them."""
        services = _services(self.services.settings, self.clock, LIMITS, self.services.store)
        return replace(self, app=_app(services), services=services)

    def with_services(self, **changed: Any) -> World:
        """The app as it is while something that it leans on is otherwise."""
        services = replace(self.services, **changed)
        return replace(self, app=_app(services), services=services)


@contextmanager
def opened(
    *,
    auth: str = "private_key_jwt",
    redis_url: str = "",
    changed: Callable[[Json], object] = dict,
    clients_changed: Callable[[Json], object] = dict,
    limits: Limits = LIMITS,
    access_seconds: int = 3600,
    app_url: str = APP,
) -> Iterator[World]:
    """`changed` may rewrite the app's launch-config.json, `clients_changed` what the EHR knows of
    each of our clients.
    """
    folder, clock, log = Path(mkdtemp(prefix="app-", dir=_memory())), Clock(), Log()
    clients = _clients(folder, auth, clients_changed)
    loggers = (logging.getLogger("smartapp"), logging.getLogger("werkzeug"))
    config = Config(app_url=app_url, clients=clients, access_seconds=access_seconds)
    people, key = _people().copy(clock), _signing_key()
    with started(config, clock, store=people, key=key) as running:
        environ = _environ(folder, app_url, running.addresses.base, auth, redis_url, changed)
        services = _services(load_settings(environ), clock, limits)
        world = World(running, _app(services), services, clock, log, app_url, environ)
        for each in loggers:
            each.addHandler(log)
        logging.getLogger("smartapp").setLevel(logging.INFO)
        try:
            yield world
            world.check()
        finally:
            for each in loggers:
                each.removeHandler(log)
            services.transport.close()
            services.audit.close()
            shutil.rmtree(folder)


@cache
def _memory() -> str | None:
    """A folder of no disk, where there is one: every event of the audit waits until it is kept."""
    return MEMORY if os.access(MEMORY, os.W_OK) else None


def _app(services: Services) -> Flask:
    """Compiling the templates takes longer than most tests: once for all of them is enough."""
    app = create_app(services.settings, services)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(_compiled())
    return app


@cache
def _compiled() -> str:
    folder = mkdtemp(prefix="templates-")
    atexit.register(shutil.rmtree, folder)
    return folder


@cache
def _people() -> Record:
    """The sandbox's own people, made once: each test gets a copy of them."""
    record = Record()
    record.load(resources(datetime.now(UTC).date()))
    return record


@cache
def _signing_key() -> RSAKey:
    """With which every EHR of these tests signs: only one of them is there at a time."""
    return new_key()


@cache
def _policy() -> Policy:
    """The project's own, read and checked once."""
    return load_policy(POLICY)


@cache
def _keys() -> KeyRing:
    """Made and checked once: that takes as long as a test."""
    with TemporaryDirectory() as folder:
        generate(Path(folder))
        return KeyRing.load(Path(folder))


def _clients(folder: Path, auth: str, changed: Callable[[Json], object]) -> Path:
    """The sandbox's own register, with this kind of client."""
    register = json.loads((ROOT / "sandbox" / "clients.json").read_text())
    for client in register["clients"]:
        if client["client_id"].startswith("smartapp-"):
            client.pop("jwks_uri")
            client["auth"] = auth
            if auth == "private_key_jwt":
                client["jwks"] = _keys().public_jwks()
            if auth == "secret":
                client["secret"] = CLIENT_SECRET
            changed(client)
    path = folder / "clients.json"
    path.write_text(json.dumps(register))
    return path


def _environ(
    folder: Path,
    app_url: str,
    ehr: str,
    auth: str,
    redis_url: str,
    changed: Callable[[Json], object],
) -> dict[str, str]:
    """The project's own launch-config.json, for the port that the sandbox was given."""
    text = (ROOT / "launch-config.json").read_text().replace("http://127.0.0.1:8001", ehr)
    config = json.loads(text)
    for each in config["ehrs"]:
        each["client_auth"] = auth
        if auth == "secret":
            each.setdefault("vendor", {})["secret_style"] = "raw"
    changed(config)
    path = folder / "launch-config.json"
    path.write_text(json.dumps(config))
    environ = {
        "SMARTAPP_ENV": "development",
        "SMARTAPP_CONFIG": str(path),
        "SMARTAPP_BASE_URL": app_url,
        "SMARTAPP_SECRET_KEY": SECRET_KEY,
        "SMARTAPP_PRIVATE_KEYS": str(_key_folder(folder)),
        "SMARTAPP_POLICY": str(POLICY),
        "SMARTAPP_AUDIT": str(folder / "audit"),
        "REDIS_URL": redis_url,
    }
    if auth == "secret":
        environ |= {
            f"SMARTAPP_CLIENT_SECRET_{each['key'].upper().replace('-', '_')}": CLIENT_SECRET
            for each in config["ehrs"]
        }
    return environ


def _key_folder(folder: Path) -> Path:
    """What the configuration looks for; the keys themselves come from `_keys`."""
    keys = folder / "keys"
    keys.mkdir()
    (keys / "a-key").touch()
    return keys


def _services(
    settings: Settings, clock: Clock, limits: Limits, store: Store | None = None
) -> Services:
    """As the app makes them, with a clock that the test moves, and pauses that only move it."""
    made = make_services(replace(settings, private_keys_folder=None), _policy())
    made.transport.close()
    store, vault = store or made.store, Vault(settings.secret_keys)
    return replace(
        made,
        settings=settings,
        keys=_keys(),
        transport=Transport(limits, allow_http=True),
        store=store,
        launches=Launches(store, vault, clock),
        drafts=Drafts(store, vault, clock),
        outbox=Outbox(store, vault, clock),
        clock=clock,
        pause=clock.passes,
        first_word=5.0,  # a busy machine is not to decide which failure has a page of its own
    )


def _order(patient: str, medicine: str, number: int) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": f"{patient}-test-{number}",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": medicine},
        "subject": {"reference": f"Patient/{patient}"},
        "dosageInstruction": [{"text": "Take 1 tablet by mouth every morning"}],
        "dispenseRequest": {"numberOfRepeatsAllowed": 3},
    }


def _system_of(resource: Mapping[str, Any]) -> str:
    held = resource.get("identifier", {})
    first = (held[0] if held else {}) if isinstance(held, list) else held
    return str(first.get("system", ""))
