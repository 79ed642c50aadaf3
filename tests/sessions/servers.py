"""Real redis-servers that tests start, stop and torment."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
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


@dataclass
class Watched:
    master: RedisServer
    replica: RedisServer
    sentinel: int

    @property
    def url(self) -> str:
        """The first of the two Sentinels is not there."""
        return f"redis+sentinel://127.0.0.1:1,127.0.0.1:{self.sentinel}/clinic/0"


@contextmanager
def redis_on_socket() -> Iterator[RedisServer]:
    # A socket's path may have 108 characters, which pytest's own folders exceed.
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    path = folder / "s"
    arguments = ("--port", "0", "--unixsocket", str(path))
    yield from _running(RedisServer(folder, f"unix://{path}", arguments))


@contextmanager
def redis_on_port(*, persistent: bool = False) -> Iterator[RedisServer]:
    """`persistent`: as it has to be set up, so that what it took in survives a restart."""
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    port = _free_port()
    arguments = ("--port", str(port), "--bind", "127.0.0.1")
    if persistent:
        arguments += ("--appendonly", "yes", "--appendfsync", "always")
    yield from _running(RedisServer(folder, f"redis://127.0.0.1:{port}/0", arguments))


@contextmanager
def redis_with_a_replica() -> Iterator[Watched]:
    """A Redis, its replica, and a Sentinel that makes the one the other when told or in need."""
    with redis_on_port() as master, ExitStack() as others:
        folder = Path(tempfile.mkdtemp(prefix="redis-"))
        port, of_master = _free_port(), master.url.split(":")[2].removesuffix("/0")
        arguments = ("--port", str(port), "--bind", "127.0.0.1", "--replicaof", "127.0.0.1")
        replica = RedisServer(folder, f"redis://127.0.0.1:{port}/0", (*arguments, of_master))
        with Redis.from_url(master.url) as client:
            client.config_set("repl-diskless-sync-delay", 0)  # or it waits five seconds for more
        others.enter_context(contextmanager(_running)(replica))
        _until(lambda: _has_a_copy(replica))
        sentinel = others.enter_context(_sentinel(of_master))
        _until(lambda: _knows_the_replica(sentinel))
        yield Watched(master, replica, sentinel)


@contextmanager
def _sentinel(of_master: str) -> Iterator[int]:
    folder, port = Path(tempfile.mkdtemp(prefix="redis-")), _free_port()
    file = folder / "sentinel.conf"
    file.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
        f"sentinel monitor clinic 127.0.0.1 {of_master} 1\n"
        "sentinel down-after-milliseconds clinic 300\n"
        "sentinel failover-timeout clinic 3000\n"
    )
    process = subprocess.Popen(
        ["redis-server", str(file), "--sentinel"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _has_a_copy(replica: RedisServer) -> bool:
    with Redis.from_url(replica.url) as client:
        return bool(client.info("replication")["master_link_status"] == "up")


def _knows_the_replica(port: int) -> bool:
    with suppress(RedisError), Redis(port=port) as client:
        return bool(client.sentinel_slaves("clinic"))
    return False


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so():
        if time.monotonic() > end:
            pytest.fail("the Redis servers did not find each other within 30 seconds")
        time.sleep(0.02)


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
