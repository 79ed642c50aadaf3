"""The app as it runs in a clinic: gunicorn, several workers, a real Redis. Logins come from a
world in the test's own process, which shares Redis and the server's key with them.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from smartapp.launch import Token
from smartapp.sessions import ActiveLaunch
from smartapp.sessions.session import Session, Upkeep
from tests.app import people
from tests.app.people import Patient
from tests.app.world import ROOT, World, opened
from tests.sessions.servers import redis_on_port

START_SECONDS = 90
LOG = "gunicorn.log"


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    seconds: float


@dataclass(frozen=True)
class Clinic:
    world: World
    port: int
    process: subprocess.Popen[bytes]

    def ask(self, path: str, cookie: str = "") -> Answer:
        """Status 0 where the connection broke: its worker is gone."""
        started = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Cookie": cookie, "Host": "localhost"})
            response = connection.getresponse()
            return Answer(response.status, response.read().decode(), time.monotonic() - started)
        except (OSError, HTTPException):
            return Answer(0, "", time.monotonic() - started)
        finally:
            connection.close()

    def ask_together(self, number: int, path: str, cookie: str) -> list[Answer]:
        with ThreadPoolExecutor(number) as together:
            return list(together.map(lambda _: self.ask(path, cookie), range(number)))

    def log(self) -> str:
        return (self.world.audit_folder.parent / LOG).read_text()[-3000:]

    @property
    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(each) for each in children.read_text().split()]

    # --- somebody who is signed in ------------------------------------------------------------

    def signs_in(self) -> SignedIn:
        patient = people.patient(self.world)
        patient.logs_in("james")
        return SignedIn(self, patient)


@dataclass(frozen=True)
class SignedIn:
    clinic: Clinic
    patient: Patient

    @property
    def lid(self) -> str:
        return self.patient.home.rpartition("/")[2]

    @property
    def cookie(self) -> str:
        return f"__Host-L-{self.lid}={self.patient.browser.sessions[self.lid]}"

    def page(self, name: str = "requests") -> str:
        return f"{self.patient.home}/{name}"

    def asks(self, number: int) -> list[Answer]:
        return self.clinic.ask_together(number, self.page(), self.cookie)

    @property
    def active(self) -> ActiveLaunch:
        launches, secret = self.clinic.world.services.launches, self._secret
        return launches.find(self.lid, secret, touch=False)

    @property
    def _secret(self) -> str:
        return self.patient.browser.sessions[self.lid]

    def token_has(self, seconds: float) -> None:
        """The token was given an hour ago, and has so long to live."""
        now = time.time()

        def aged(session: Session) -> Session:
            token: Token = replace(session.launched.token, expires_at=now + seconds)
            launched = replace(session.launched, token=token)
            return replace(session, launched=launched, upkeep=Upkeep(since=now - 3600))

        self.clinic.world.services.launches.revise(self.lid, self._secret, aged)


@contextmanager
def clinic(workers: int) -> Iterator[Clinic]:
    port = _free_port()
    with (
        redis_on_port() as redis,
        opened(auth="secret", redis_url=redis.url, app_url=f"http://localhost:{port}") as world,
    ):
        with (world.audit_folder.parent / LOG).open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "smartapp.wsgi:app"],
                cwd=ROOT,
                env=_environment(world, port, workers),
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        running = Clinic(world, port, process)
        try:
            _until_ready(running, workers)
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=40)


def _environment(world: World, port: int, workers: int) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("SMARTAPP_")}
    here = {"PORT": str(port), "WEB_CONCURRENCY": str(workers), "SMARTAPP_PRIVATE_KEYS": ""}
    return mine | dict(world.environ) | here


def _until_ready(running: Clinic, workers: int) -> None:
    end = time.monotonic() + START_SECONDS
    while len(running.workers) < workers or running.ask("/readyz").status != 200:
        if time.monotonic() > end or running.process.poll() is not None:
            pytest.fail(f"gunicorn did not start:\n{running.log()}")
        time.sleep(0.2)
    # A worker that is there may still be reading its policy: give each the chance to answer.
    running.ask_together(4 * workers, "/readyz", "")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
