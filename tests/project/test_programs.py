"""The programs that start things: they say one clear sentence where they cannot."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def status(port: int, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


class DemoPorts:
    def __init__(self, root: Path, folder: Path) -> None:
        self.app, self.sandbox = free_port(), free_port()
        script = str(root / "scripts" / "demo.py")
        self.command = [sys.executable, script, "--folder", str(folder)]
        self.command += ["--app-port", str(self.app), "--sandbox-port", str(self.sandbox)]


@pytest.fixture
def demo(root: Path, tmp_path: Path) -> DemoPorts:
    return DemoPorts(root, tmp_path / "demo")


def test_the_demo_prints_one_address_and_stops_all_it_started(
    demo: DemoPorts, tmp_path: Path
) -> None:
    with subprocess.Popen([*demo.command, "--quiet"], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            assert running.stdout.readline() == f"http://127.0.0.1:{demo.sandbox}/\n"
            assert status(demo.sandbox, "/") == 200
            assert status(demo.app, "/healthz") == 200
            assert (tmp_path / "demo" / "secret-key").stat().st_mode & 0o777 == 0o600
        finally:
            running.send_signal(signal.SIGINT)
        assert running.stdout.read() == ""
        assert running.wait(timeout=15) == 0
    assert not is_open(demo.app)
    assert not is_open(demo.sandbox)


def test_a_demo_that_cannot_start_says_which_program_and_why(demo: DemoPorts) -> None:
    environment = {**os.environ, "REDIS_URL": "carrier-pigeon://nowhere", "DEMO_MONTH": "no"}
    ended = subprocess.run(demo.command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "The app stopped" in ended.stderr
    assert "REDIS_URL must begin with one of redis://" in ended.stderr
    assert not is_open(demo.sandbox)


def test_a_demo_whose_port_is_taken_says_so_in_one_sentence(demo: DemoPorts) -> None:
    with socket.create_server(("127.0.0.1", demo.app)):
        ended = subprocess.run(demo.command, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"Port {demo.app} is taken, so the app cannot start.")
    assert len(ended.stderr.splitlines()) == 1


def test_several_workers_without_redis_are_refused(root: Path) -> None:
    environment = {**os.environ, "WEB_CONCURRENCY": "2", "REDIS_URL": "", "PORT": str(free_port())}
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "smartapp.wsgi:app"]
    ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "2 workers need REDIS_URL" in ended.stderr


@pytest.mark.parametrize(("answer", "health"), [(200, 0), (503, 1)])
def test_the_health_check_asks_the_app(root: Path, answer: int, health: int) -> None:
    with HTTPServer(threaded=True) as app:
        app.expect_request("/healthz").respond_with_data(status=answer)
        environment = {**os.environ, "PORT": str(app.port)}
        command = [sys.executable, str(root / "scripts" / "healthcheck.py")]
        assert subprocess.run(command, env=environment).returncode == health


def test_tests_do_not_start_without_their_programs(root: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": str(tmp_path), "SMARTAPP_CHROMIUM": "/no/such/browser"}
    command = [sys.executable, str(root / "scripts" / "find_programs.py")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stdout == ""
    redis, browser = ended.stderr.splitlines()
    assert redis.startswith("The tests need redis-server, and it could not be installed here")
    assert browser == "SMARTAPP_CHROMIUM names /no/such/browser, which does not run."


def test_a_python_that_is_too_old_is_named(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "scripts", tmp_path / "scripts")
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o700)
    ended = subprocess.run(
        [tmp_path / "scripts" / "install.sh", "build"],
        env={**os.environ, "PYTHON": str(old)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Python 3.11 or newer is needed, and {old} is not.")
    assert not (tmp_path / ".venv").exists()
