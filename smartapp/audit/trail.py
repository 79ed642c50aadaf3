"""The audit as the app sees it: `record` returns once the event is on disk, or raises."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smartapp.audit.chain import audit_key
from smartapp.audit.event import Event, written
from smartapp.audit.writer import Writer
from smartapp.errors import AuditUnavailable

_VERSION = 1


class AuditTrail:
    """Opens its file with the first event, so that each process after a fork gets its own."""

    def __init__(
        self,
        folder: Path,
        secret_key: bytes,
        clock: Callable[[], float] = time.time,
        anchor_seconds: float = 60.0,
    ) -> None:
        self._folder = folder
        self._key = audit_key(secret_key)
        self._stamp = _stamping(clock)
        self._anchor_seconds = anchor_seconds
        self._opening = threading.Lock()
        self._writer: Writer | None = None
        self._orderly_end: Callable[[], object] = _nothing
        os.register_at_fork(after_in_child=_forgetting(weakref.ref(self)))

    def record(self, *events: Event) -> None:
        """To be called before data is shown: where this raises, nothing may be."""
        if not events:
            return
        lines = [written(event, self.fingerprint) for event in events]
        try:
            writer = self._opened()
            try:
                writer.record(lines)
            except OSError:
                self._give_up(writer)
                raise
        except OSError as error:
            raise AuditUnavailable from error

    def fingerprint(self, secret: str) -> str:
        """Tells two secrets apart, and gives neither away."""
        return hmac.digest(self._key, secret.encode("utf-8", "replace"), "sha256").hex()[:16]

    def close(self) -> None:
        """An orderly end. It also comes by itself when the process ends."""
        with self._opening:
            self._writer = None
        self._orderly_end()

    def forget_parent(self) -> None:
        """In a child process: the parent goes on with its file, and locks may be held for ever."""
        self._opening = threading.Lock()
        writer, self._writer = self._writer, None
        if isinstance(self._orderly_end, weakref.finalize):
            self._orderly_end.detach()
        if writer is not None:
            writer.let_go()

    def _opened(self) -> Writer:
        with self._opening:
            if self._writer is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._writer = Writer(self._folder, self._key, self._stamp, self._anchor_seconds)
                self._orderly_end = weakref.finalize(self, _end, self._writer)
            return self._writer

    def _give_up(self, writer: Writer) -> None:
        """After trouble with the disk, the next event begins anew: the file tells where it is."""
        with self._opening:
            if self._writer is writer:
                self._writer = None
        writer.abandon()


def _nothing() -> None:
    """No file was opened, so there is none to close."""


def _end(writer: Writer) -> None:
    with contextlib.suppress(OSError):
        writer.close()
    writer.abandon()


def _forgetting(reference: weakref.ref[AuditTrail]) -> Callable[[], None]:
    def forget() -> None:
        trail = reference()
        if trail is not None:
            trail.forget_parent()

    return forget


def _stamping(clock: Callable[[], float]) -> Callable[[], Mapping[str, Any]]:
    def stamp() -> Mapping[str, Any]:
        milliseconds = int(clock() * 1000)
        return {"v": _VERSION, "id": _uuid7(milliseconds), "ts": milliseconds}

    return stamp


def _uuid7(milliseconds: int) -> str:
    """Sorts by time (RFC 9562)."""
    number = (milliseconds << 80) | secrets.randbits(80)
    number = number & ~(0xF << 76) | (0x7 << 76)
    number = number & ~(0x3 << 62) | (0x2 << 62)
    return str(uuid.UUID(int=number))
