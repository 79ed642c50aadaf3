"""One audit file, read line by line against its keys: what fits, and what was changed."""

from __future__ import annotations

import hmac
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smartapp.audit.chain import BEGINNING, Head, canonical, read_line, sealed

_CLOCK_TOLERANCE = 2000  # milliseconds: time servers push clocks back a little


@dataclass(frozen=True)
class Finding:
    kind: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place} {self.what} [{self.kind}]"


@dataclass
class Reading:
    path: Path
    last: Head = BEGINNING
    lines: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)
    boots: dict[int, int] = field(default_factory=dict)  # boot: how many lines it wrote
    heads_noted: list[Mapping[str, Any]] = field(default_factory=list)  # in heads.jsonl itself


def read_chain(
    path: Path, keys: Mapping[str, bytes], remember: Container[int] | None = None
) -> Reading:
    """`remember` are the numbers of the lines whose hashes are wanted later; None wants all."""
    reader = _Reader(Reading(path), keys, remember)
    if path.exists():
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                reader.take(number, raw)
        reader.end()
    return reader.reading


class _Reader:
    def __init__(
        self, reading: Reading, keys: Mapping[str, bytes], remember: Container[int] | None
    ) -> None:
        self.reading = reading
        self._keys = keys
        self._remember = remember
        self._place = reading.path.name
        self._torn = 0
        self._cut_short = False
        self._last_type = ""
        self._last_time = 0
        self._last_boot = 0
        self._unknown_keys: set[str] = set()

    def take(self, number: int, raw: bytes) -> None:
        self._place = f"{self.reading.path.name}:{number}"
        self._cut_short = not raw.endswith(b"\n")
        text = raw.removesuffix(b"\n")
        line = read_line(text)
        if line is None:
            self._torn += len(text) + 1
            return
        self.reading.lines += 1
        genuine = self._is_genuine(line, text)
        if self._torn != (line.get("torn", 0) if genuine else 0):
            self._find("unreadable", "follows lines that cannot be read, which no crash explains")
        self._torn = 0
        self._check_link(line)
        if genuine:
            self._check_story(line)
        self.reading.last = Head(line["seq"], line["hash"])
        if self._remember is None or line["seq"] in self._remember:
            self.reading.hashes[line["seq"]] = line["hash"]

    def end(self) -> None:
        self._place = self.reading.path.name
        if self._torn and self._cut_short:
            self._note("torn", "ends in half a line, as after a crash; nobody relied on it")
        elif self._torn:
            self._find("unreadable", "ends in lines that cannot be read")
        if self.reading.boots and self._last_type != "trail.close":
            self._note("open", "has no closing line: its process runs, or it stopped suddenly")

    def _is_genuine(self, line: dict[str, Any], text: bytes) -> bool:
        key = self._keys.get(str(line.get("kid")))
        if key is None:
            self._find_unknown_key(str(line.get("kid")))
            return False
        unsealed = {name: value for name, value in line.items() if name != "hash"}
        if hmac.compare_digest(sealed(unsealed, key), line["hash"]) and canonical(line) == text:
            return True
        self._find("edited", "was changed, or made without the key")
        return False

    def _find_unknown_key(self, name: str) -> None:
        if name not in self._unknown_keys:
            self._unknown_keys.add(name)
            self._find("unknown-key", f"begins lines under a key that was not given ({name[:8]})")

    def _check_link(self, line: Mapping[str, Any]) -> None:
        last = self.reading.last
        missing = line["seq"] - last.seq - 1
        if missing > 0:
            self._find("missing", f"comes after {missing} missing lines")
        elif missing < 0:
            self._find("order", f"is line {line['seq']}, and stands after line {last.seq}")
        elif line.get("prev") != last.hash:
            self._find("unlinked", "does not follow from the line before it")

    def _check_story(self, line: Mapping[str, Any]) -> None:
        """What only lines that this app wrote can tell."""
        back = self._last_time - line["ts"]
        if back > _CLOCK_TOLERANCE:
            self._find("clock", f"was written {back // 1000} seconds before the line above it")
        self._last_time = line["ts"]
        if "of" in line:
            self.reading.heads_noted.append(line["of"])
        if "boot" in line:
            self._check_boot(line)
        self._last_type = line["type"]

    def _check_boot(self, line: Mapping[str, Any]) -> None:
        boot = line["boot"]
        if line["writer"] != self.reading.path.stem:
            self._find("foreign", f"belongs to {line['writer']}.jsonl")
        if boot != self._last_boot and self._last_type not in ("", "trail.close"):
            self._note("crash", f"begins boot {boot}; the one before stopped without closing")
        self._last_boot = boot
        self.reading.boots[boot] = self.reading.boots.get(boot, 0) + 1

    def _find(self, kind: str, what: str) -> None:
        self.reading.findings.append(Finding(kind, self._place, f"{what}{self._when()}"))

    def _note(self, kind: str, what: str) -> None:
        self.reading.notes.append(Finding(kind, self._place, f"{what}{self._when()}"))

    def _when(self) -> str:
        if not self._last_time:
            return ""
        moment = datetime.fromtimestamp(self._last_time / 1000, UTC)
        return f", after {moment.isoformat(timespec='seconds').replace('+00:00', 'Z')}"
