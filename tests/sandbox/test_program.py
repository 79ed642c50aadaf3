"""`python -m sandbox`, as `make demo` starts it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from sandbox.app import Config, create_app
from tests.sandbox.example_app import NURSE, PATIENT


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def program(port: int, *options: str) -> Iterator[str]:
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "sandbox", "--port", str(port), *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:
            until_it_answers(base, running)
            yield base
        finally:
            running.terminate()


def until_it_answers(base: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            requests.get(base, timeout=5)
        except requests.ConnectionError:
            assert running.poll() is None, "the sandbox ended at once"
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the sandbox did not start within ten seconds")


def test_it_starts_as_it_is_told(tmp_path: Path) -> None:
    record = tmp_path / "record"
    app, name = "http://localhost:4321", "https://ehr.example"
    options = ("--app-url", app + "/", "--base-url", name + "/", "--file", str(record))
    with program(free_port(), *options) as base:
        front = requests.get(base, timeout=5).text
        chart = requests.get(f"{base}/ehr/{NURSE.username}/queue", timeout=5).text
        said = requests.get(f"{base}/fhir/.well-known/smart-configuration", timeout=5).json()

    assert f'href="{app}/launch/sandbox-patients"' in front
    assert f'src="{app}/launch?iss=https%3A%2F%2Fehr.example%2Ffhir' in chart
    assert said["issuer"] == name
    assert said["token_endpoint"] == f"{name}/oauth/token"
    assert record.stat().st_size > 0


def test_people_are_loaded_only_into_an_empty_record(tmp_path: Path) -> None:
    config = Config(file=tmp_path / "record")
    create_app(config)
    store = create_app(config).extensions["ehr"].store

    assert len(store.history("Patient", PATIENT.patients[0])) == 1
