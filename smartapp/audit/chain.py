"""A file to which lines are only added, each with a keyed hash over itself and the line before."""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TAIL = 1 << 18  # far more than the longest line


@dataclass(frozen=True)
class Head:
    """Where a chain stands: the number and the hash of its last line."""

    seq: int
    hash: str


BEGINNING = Head(0, "")


def audit_key(secret_key: bytes) -> bytes:
    """Of its own, so that no other use of the secret key can make a line."""
    return hmac.digest(secret_key, b"smartapp audit 1", "sha256")


def key_id(key: bytes) -> str:
    return hmac.digest(key, b"key id", "sha256").hex()[:8]


def canonical(fields: Mapping[str, Any]) -> bytes:
    """The one way to write these fields (RFC 8785; the numbers here are whole)."""
    text = json.dumps(
        fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def sealed(fields: Mapping[str, Any], key: bytes) -> str:
    return hmac.digest(key, canonical(fields), "sha256").hex()


def read_line(line: bytes) -> dict[str, Any] | None:
    """None for what is no line of a chain: damaged, or cut short when the machine stopped."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    is_line = isinstance(fields, dict) and isinstance(fields.get("hash"), str)
    return fields if is_line and isinstance(fields.get("seq"), int) else None


class Chain:
    """One open file. OSError means that nothing can be relied on until it is opened anew."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._key = key
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(path, flags, 0o600)
        if os.fstat(self._file).st_size == 0:
            _sync_folder(path.parent)
        self.head = BEGINNING
        self.last: Mapping[str, Any] = {}
        self.torn = 0  # bytes after the last whole line: a crash came in between
        self._unfinished = False

    def lock(self, *, wait: bool) -> bool:
        """Held until the file is closed, or the process ends in whatever way."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def resume(self) -> None:
        """Find the last whole line, to go on from there."""
        size = os.fstat(self._file).st_size
        lines = os.pread(self._file, _TAIL, max(0, size - _TAIL)).split(b"\n")
        self._unfinished = lines[-1] != b""
        if not self._unfinished:
            lines.pop()
        self.torn = 0
        for line in reversed(lines):
            fields = read_line(line)
            if fields is not None:
                self.last, self.head = fields, Head(fields["seq"], fields["hash"])
                return
            self.torn += len(line) + 1

    def append(self, fields: Mapping[str, Any]) -> Head:
        line = {**fields, "kid": key_id(self._key), "seq": self.head.seq + 1}
        line["prev"] = self.head.hash
        line["hash"] = sealed(line, self._key)
        begin = b"\n" if self._unfinished else b""
        text = begin + canonical(line) + b"\n"
        if os.write(self._file, text) != len(text):
            raise OSError("the line was not written whole")
        self._unfinished = False
        self.head = Head(line["seq"], line["hash"])
        return self.head

    def sync(self) -> None:
        os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)


def _sync_folder(folder: Path) -> None:
    """A new file is only on disk when its name is."""
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
