"""One process's chain: its lines in order, on disk before anybody relies on them.

Each process holds a place (`writer-00.jsonl`, `writer-01.jsonl`, …) for as long as it lives; the
next process in that place goes on where it ended. Now and then the head of the chain goes into
`heads.jsonl`, a chain that all processes share, and from there into the log: whoever then cuts off,
replaces or removes a file leaves a head without its line.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from smartapp.audit.chain import Chain, Head

HEADS = "heads.jsonl"
_PLACES = 256
_ANCHOR_LINES = 1000

Stamp = Callable[[], Mapping[str, Any]]  # the identity and the time of a new line

_log = logging.getLogger("smartapp.audit")


class Writer:
    """Opened by the process that writes: a chain must not be shared across a fork."""

    def __init__(self, folder: Path, key: bytes, stamp: Stamp, anchor_seconds: float) -> None:
        self._folder = folder
        self._anchor_seconds = anchor_seconds
        self._key = key
        self._stamp = stamp
        self._writing = threading.Lock()  # the order of lines
        self._syncing = threading.Lock()  # one flush serves all who wait for it
        self._anchoring = threading.Lock()
        self._timer: threading.Timer | None = None
        self._usable = True
        self._synced = 0
        self._name, self._chain = _free_place(folder, key)
        self._boot = int(self._chain.last.get("boot", 0)) + 1
        self._anchored = self._chain.head.seq
        try:
            self._open()
        except OSError:
            self.abandon()
            raise

    def record(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Returns when all of them are on disk."""
        seq = 0
        for fields in events:
            seq = self._append(fields).seq
        self._flush(seq)
        if seq - self._anchored >= _ANCHOR_LINES:
            self._anchor(seq)
        else:
            self._anchor_soon()

    def anchor(self) -> None:
        """Note the head where a change of this file does not reach."""
        self._anchor(self._chain.head.seq)

    def close(self) -> None:
        """An orderly end, which a later reader can tell from a cut."""
        self._flush(self._append({"type": "trail.close"}).seq)
        self.anchor()
        self.abandon()

    def abandon(self) -> None:
        """No more lines here; the place is free again."""
        with self._anchoring:
            if self._timer is not None:
                self._timer.cancel()
        with self._writing, self._syncing:
            if self._usable:
                self._usable = False
                self._chain.close()

    def let_go(self) -> None:
        """In a child process, where the place stays the parent's and no lock can be trusted."""
        self._chain.close()

    def _open(self) -> None:
        begin: dict[str, Any] = {"type": "trail.open"}
        if self._chain.torn:
            begin["torn"] = self._chain.torn
        self._flush(self._append(begin).seq)
        self.anchor()

    def _append(self, fields: Mapping[str, Any]) -> Head:
        with self._writing:
            if not self._usable:
                raise OSError("this chain was given up")
            return self._chain.append(
                {**fields, **self._stamp(), "writer": self._name, "boot": self._boot}
            )

    def _flush(self, seq: int) -> None:
        with self._syncing:
            if not self._usable:
                raise OSError("this chain was given up")
            if self._synced < seq:
                written = self._chain.head.seq
                self._chain.sync()
                self._synced = written

    def _anchor(self, seq: int) -> None:
        with self._anchoring:
            if self._anchored >= seq:
                return
            head = self._chain.head
            self._flush(head.seq)  # the note never runs ahead of the disk
            noted = self._note(head)
            self._anchored = head.seq
        _log.info("audit.anchor", extra={"head_seq": noted.seq, "head_hash": noted.hash})

    def _heads(self) -> Chain:
        heads = Chain(self._folder / HEADS, self._key)
        heads.lock(wait=True)
        heads.resume()
        return heads

    def _note(self, head: Head) -> Head:
        with contextlib.closing(self._heads()) as heads:
            torn = {"torn": heads.torn} if heads.torn else {}
            of = {"writer": self._name, "boot": self._boot, "seq": head.seq, "hash": head.hash}
            noted = heads.append({**self._stamp(), "type": "head", "of": of, **torn})
            heads.sync()
        return noted

    def _anchor_soon(self) -> None:
        """Some time after the first line that no head covers yet, busy or idle."""
        with self._anchoring:
            if self._timer is None:
                self._timer = threading.Timer(self._anchor_seconds, self._anchor_in_time)
                self._timer.daemon = True
                self._timer.start()

    def _anchor_in_time(self) -> None:
        with self._anchoring:
            self._timer = None
        try:
            self.anchor()
        except OSError:
            _log.exception("audit.anchor-failed")


def _free_place(folder: Path, key: bytes) -> tuple[str, Chain]:
    for number in range(_PLACES):
        name = f"writer-{number:02}"
        chain = Chain(folder / f"{name}.jsonl", key)
        if chain.lock(wait=False):
            chain.resume()
            return name, chain
        chain.close()
    raise OSError(f"{_PLACES} processes already write here")
