"""Real redis-servers that tests start, stop and torment."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError


@dataclass
class RedisServer:
    """One process, on a unix socket of its own or on a port of the machine."""

    folder: Path
    url: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.fail("redis-server is not installed; `make test` installs it")
        options = ("--save", "", "--appendonly", "no", "--dir", str(self.folder))
        self.process = subprocess.Popen(
            [program, *options, *self.arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + 20
        while True:
            try:
                with Redis.from_url(self.url) as client:
                    client.ping()
                return
            except RedisError:
                if time.monotonic() > end:
                    pytest.fail("redis-server did not answer within 20 seconds")
                time.sleep(0.02)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def redis_on_socket() -> Iterator[RedisServer]:
    # A socket's path may have 108 characters, which pytest's own folders exceed.
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    path = folder / "s"
    arguments = ("--port", "0", "--unixsocket", str(path))
    yield from _running(RedisServer(folder, f"unix://{path}", arguments))


@contextmanager
def redis_on_port() -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    port = _free_port()
    arguments = ("--port", str(port), "--bind", "127.0.0.1")
    yield from _running(RedisServer(folder, f"redis://127.0.0.1:{port}/0", arguments))


def _running(server: RedisServer) -> Iterator[RedisServer]:
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(server.folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
