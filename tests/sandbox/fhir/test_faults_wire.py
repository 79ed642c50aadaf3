"""Connections that end without an answer, on the two servers that the sandbox runs on."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.sandbox.fhir.clinic import Clinic, task

ROOT = Path(__file__).parents[3]


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture(scope="module")
def under_werkzeug() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, Clinic.opened().app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def under_gunicorn() -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    command = [
        *(sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "4"),
        *("--no-control-socket", "--bind", f"fd://{listener.fileno()}"),
        *("--log-level", "warning", "tests.sandbox.fhir.clinic:gunicorn_app()"),
    ]
    process = subprocess.Popen(
        command,
        pass_fds=[listener.fileno()],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    process.terminate()
    complaints = process.communicate(timeout=10)[1].decode()
    listener.close()
    assert "Traceback" not in complaints, complaints


@pytest.fixture(params=["under_werkzeug", "under_gunicorn"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    address: str = request.getfixturevalue(request.param)
    yield address
    requests.delete(f"{address}/faults", timeout=10)


def post_task(server: str, session: requests.Session | None = None) -> requests.Response:
    return (session or requests.Session()).post(
        f"{server}/fhir/Task",
        json=task(),
        headers={"Authorization": "Bearer nora"},
        timeout=10,
    )


def tasks(server: str) -> int:
    response = requests.get(
        f"{server}/fhir/Task?_summary=count",
        headers={"Authorization": "Bearer nora"},
        timeout=10,
    )
    total: int = response.json()["total"]
    return total


def switch(server: str, **fault: object) -> None:
    rule = {"match": {"method": "POST", "type": "Task", "times": 1}, "fault": fault}
    assert requests.post(f"{server}/faults", json=rule, timeout=10).status_code == 201


@pytest.mark.parametrize(
    ("how", "message"),
    [("close", "Remote end closed"), ("reset", "reset by peer"), ("cut", "IncompleteRead")],
)
def test_the_answer_is_lost_and_the_work_is_done(server: str, how: str, message: str) -> None:
    before = tasks(server)
    switch(server, kind="lost", how=how)

    with pytest.raises(requests.RequestException, match=message):
        post_task(server)

    assert tasks(server) == before + 1
    assert post_task(server).status_code == 201


@pytest.mark.parametrize(
    ("how", "message"), [("close", "Remote end closed"), ("reset", "reset by peer")]
)
def test_the_request_is_refused_and_nothing_is_done(server: str, how: str, message: str) -> None:
    before = tasks(server)
    switch(server, kind="refused", how=how)

    with pytest.raises(requests.RequestException, match=message):
        post_task(server)

    assert tasks(server) == before


def test_a_connection_that_was_used_before_is_dropped_as_well(server: str) -> None:
    with requests.Session() as session:
        assert post_task(server, session).status_code == 201
        before = tasks(server)
        switch(server, kind="lost")
        with pytest.raises(requests.ConnectionError):
            post_task(server, session)
        assert tasks(server) == before + 1
        assert post_task(server, session).status_code == 201


def entered(server: str) -> list[dict[str, object]]:
    """A connection ends a moment before the server has written down that it did."""
    until = time.monotonic() + 5
    while not (calls := requests.get(f"{server}/ledger", timeout=10).json()["calls"]):
        assert time.monotonic() < until
    found: list[dict[str, object]] = calls
    return found


def test_the_ledger_knows_that_no_answer_went_out(server: str) -> None:
    requests.delete(f"{server}/ledger", timeout=10)
    switch(server, kind="lost")
    with pytest.raises(requests.ConnectionError):
        post_task(server)

    [call] = entered(server)
    assert (call["status"], call["user"]) == (None, "Practitioner/nora")
