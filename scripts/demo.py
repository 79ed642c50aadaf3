"""Starts a sandbox EHR and the app beside it, says which address to open, and stops both."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
START_SECONDS = 40
FRESH_HOURS = 4
MONTH = "month.jsonl"  # as scripts/clinic_month.py calls it
USUAL_SANDBOX = "http://127.0.0.1:8001"  # as launch-config.json names it

TEXT = """
Open  {address}

  1. Log in as a patient, ask for a refill, and get a receipt.
  2. Log in as a nurse: the request is in the queue inside the chart. Answer it and close it.
  3. Log in as the patient again and read the answer.

Everyone in it is made up. Logs: {logs}. Stop with Ctrl-C.
"""


class CannotStart(Exception):
    """One sentence that says what to do."""


@dataclass(frozen=True)
class Demo:
    app_port: int
    sandbox_port: int
    folder: Path

    @property
    def app_url(self) -> str:
        return f"http://localhost:{self.app_port}"

    @property
    def sandbox_url(self) -> str:
        """Another host than the app's, so that a frame in the chart is a frame of another site."""
        return f"http://127.0.0.1:{self.sandbox_port}"


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    port: int
    path: str  # answers when the program is ready
    log: Path


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = options(arguments)
    demo = Demo(chosen.app_port, chosen.sandbox_port, chosen.folder.resolve())
    # A shell starts background programs deaf to Ctrl-C; this one must hear it, and SIGTERM alike.
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler)
    try:
        run(demo, quiet=chosen.quiet, with_month=not chosen.without_month)
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if not chosen.quiet:
            print("\nStopped.")
    return 0


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--app-port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument(
        "--sandbox-port", type=int, default=int(os.environ.get("SANDBOX_PORT") or 8001)
    )
    parser.add_argument("--folder", type=Path, default=ROOT / ".demo", help="for keys and logs")
    parser.add_argument(
        "--without-month",
        action="store_true",
        default=os.environ.get("DEMO_MONTH") == "no",
        help="an empty queue, as on the first day; so does DEMO_MONTH=no",
    )
    parser.add_argument("--quiet", action="store_true", help="print the address and nothing else")
    return parser.parse_args(arguments)


def run(demo: Demo, *, quiet: bool, with_month: bool) -> None:
    check_ports(demo)
    demo.folder.mkdir(parents=True, exist_ok=True)
    environment = app_environment(demo)
    make_keys(demo.folder / "keys", environment)
    month = demo.folder / MONTH if with_month else None
    if month is not None:
        make_month(month, environment)
    programs = sandbox_program(demo, month), app_program(demo, environment)
    with started(*programs) as running:
        wait_until_ready(running)
        print(demo.sandbox_url + "/" if quiet else welcome(demo, running), flush=True)
        watch(running)


def check_ports(demo: Demo) -> None:
    for name, port, variable in (
        ("app", demo.app_port, "PORT"),
        ("sandbox", demo.sandbox_port, "SANDBOX_PORT"),
    ):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CannotStart(
                    f"Port {port} is taken, so the {name} cannot start."
                    f" Stop what uses it, or choose another: {variable}={port + 10} make demo"
                ) from None


def app_environment(demo: Demo) -> dict[str, str]:
    """Nothing that the shell happens to hold for another start of the app gets in."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SMARTAPP_", "GUNICORN_"))
        and name not in ("HOST", "WEB_CONCURRENCY")
    }
    return {
        **kept,
        "PORT": str(demo.app_port),
        "SMARTAPP_ENV": "development",
        "SMARTAPP_CONFIG": str(launch_config(demo)),
        "SMARTAPP_BASE_URL": demo.app_url,
        "SMARTAPP_SECRET_KEY": secret_key(demo.folder / "secret-key"),
        "SMARTAPP_PRIVATE_KEYS": str(demo.folder / "keys"),
        "SMARTAPP_POLICY": str(ROOT / "policy"),
        "SMARTAPP_AUDIT": str(demo.folder / "audit"),
    }


def launch_config(demo: Demo) -> Path:
    """The project's own, or on other ports a copy that names the sandbox where it is."""
    own = ROOT / "launch-config.json"
    if demo.sandbox_url == USUAL_SANDBOX:
        return own
    copy = demo.folder / "launch-config.json"
    moved = moved_to(json.loads(own.read_text("utf-8")), demo.sandbox_url)
    copy.write_text(json.dumps(moved, indent=2), "utf-8")
    return copy


def moved_to(value: Any, sandbox_url: str) -> Any:
    if isinstance(value, dict):
        return {key: moved_to(inner, sandbox_url) for key, inner in value.items()}
    if isinstance(value, list):
        return [moved_to(inner, sandbox_url) for inner in value]
    if isinstance(value, str) and (value + "/").startswith(USUAL_SANDBOX + "/"):
        return sandbox_url + value.removeprefix(USUAL_SANDBOX)
    return value


def secret_key(file: Path) -> str:
    """Made once for each machine, so that a restart ends no session and no draft."""
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as fresh:
            fresh.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


def make_keys(folder: Path, environment: Mapping[str, str]) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        return
    done = subprocess.run(
        [sys.executable, "-m", "smartapp.cli", "keys", "new", "--folder", str(folder)],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotStart(f"The app's signing keys could not be made.\n{done.stderr.strip()}")


def make_month(file: Path, environment: Mapping[str, str]) -> None:
    """What patients have asked in the last month, up to about now. Where it is there and still
    fresh, a start does not wait for it.
    """
    rules = max(each.stat().st_mtime for each in (ROOT / "policy").rglob("*") if each.is_file())
    if file.exists() and file.stat().st_mtime > max(rules, time.time() - FRESH_HOURS * 3600):
        return
    done = subprocess.run(
        [sys.executable, "-m", "scripts.clinic_month", "--folder", str(file.parent)],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotStart(f"The month at the clinic could not be made.\n{done.stderr.strip()}")


def sandbox_program(demo: Demo, month: Path | None) -> Program:
    command = [sys.executable, "-m", "sandbox"]
    command += ["--port", str(demo.sandbox_port), "--app-url", demo.app_url]
    command += ["--also", str(month)] if month else []
    log = demo.folder / "sandbox.log"
    return Program("sandbox", command, os.environ, demo.sandbox_port, "/", log)


def app_program(demo: Demo, environment: Mapping[str, str]) -> Program:
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "smartapp.wsgi:app"]
    log = demo.folder / "app.log"
    return Program("app", command, environment, demo.app_port, "/healthz", log)


@dataclass(frozen=True)
class Started:
    program: Program
    process: subprocess.Popen[bytes]

    def check(self) -> None:
        status = self.process.poll()
        if status is not None:
            lines = self.program.log.read_text("utf-8", "replace").splitlines()[-15:]
            said = "\n".join(f"  {line}" for line in lines) or "  (nothing)"
            raise CannotStart(
                f"The {self.program.name} stopped (status {status})."
                f" The end of {self.program.log}:\n{said}"
            )

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.program.port, timeout=5)
        try:
            connection.request("GET", self.program.path)
            return connection.getresponse().status < 400
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def started(*programs: Program) -> Iterator[list[Started]]:
    """All at once; and whatever happens, none of them outlives this one."""
    running: list[Started] = []
    try:
        for program in programs:
            with program.log.open("wb") as log:
                process = subprocess.Popen(
                    program.command,
                    cwd=ROOT,
                    env=dict(program.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C reaches this program alone, which stops them
                )
            running.append(Started(program, process))
        yield running
    finally:
        for one in running:
            one.process.terminate()
        for one in running:
            one.stop()


def wait_until_ready(programs: Sequence[Started]) -> None:
    until = time.monotonic() + START_SECONDS
    for one in programs:
        while not one.answers():
            one.check()
            if time.monotonic() > until:
                raise CannotStart(
                    f"The {one.program.name} did not answer within {START_SECONDS} seconds."
                    f" See {one.program.log}."
                )
            time.sleep(0.1)


def welcome(demo: Demo, programs: Sequence[Started]) -> str:
    logs = ", ".join(shown(one.program.log) for one in programs)
    return TEXT.format(address=demo.sandbox_url + "/", logs=logs)


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def watch(programs: Sequence[Started]) -> None:
    while True:
        for one in programs:
            one.check()
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
