"""The app and the sandbox EHR, as `make demo` starts them, on ports of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from smartapp.auth.key_files import generate

ROOT = Path(__file__).parent.parent.parent
NEITHER = ("REDIS_URL", "PORT", "SANDBOX_PORT")


@dataclass(frozen=True)
class Programs:
    app: str
    ehr: str

    def goes_wrong(self, *rules: Mapping[str, Any]) -> None:
        """From now on the EHR fails in these ways, and in no others."""
        requests.put(f"{self.ehr}/faults", json=list(rules), timeout=5).raise_for_status()


@contextmanager
def demo(folder: Path, *, with_month: bool = False, **environment: str) -> Iterator[Programs]:
    app, ehr = _free_port(), _free_port()
    inherited = {name: value for name, value in os.environ.items() if name not in NEITHER}
    command = [sys.executable, "scripts/demo.py", "--quiet", "--folder", str(folder)]
    if not with_month:  # a journey begins on the first day: what is there, it has made
        command += ["--without-month"]
    generate(folder / "keys")  # here, where what it takes is loaded; as the demo's first start does
    process = subprocess.Popen(
        [*command, "--app-port", str(app), "--sandbox-port", str(ehr)],
        cwd=ROOT,
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        if address != f"http://127.0.0.1:{ehr}/":
            pytest.fail("`make demo` did not start; what it said is above")
        yield Programs(f"http://localhost:{app}", f"http://127.0.0.1:{ehr}")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
