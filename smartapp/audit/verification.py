"""Reads the audit files back and says what was changed in them, offline and without the app."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smartapp.audit.chain import Head, audit_key, key_id
from smartapp.audit.reading import Finding, Reading, read_chain
from smartapp.audit.writer import HEADS

_Noted = Mapping[int, str]  # the hashes that heads.jsonl knows of one writer, by line number


@dataclass(frozen=True)
class Report:
    """`findings` are what must not be; `notes` say what a crash or a running app explains."""

    files: int
    lines: int
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]


def verify(folder: Path, secret_keys: Sequence[bytes], anchors: Iterable[Head] = ()) -> Report:
    """`anchors` are heads of heads.jsonl that were kept elsewhere, such as in collected logs."""
    keys = {key_id(key): key for key in map(audit_key, secret_keys)}
    heads = read_chain(folder / HEADS, keys)
    noted = _noted(heads)
    writers = [
        read_chain(path, keys, frozenset(noted.get(path.stem, {})))
        for path in sorted(folder.glob("writer-*.jsonl"))
    ]
    findings = [*heads.findings, *_removed(noted, writers)]
    for writer in writers:
        findings += writer.findings
        findings += _against_heads(writer, noted.get(writer.path.stem, {}))
        findings += _unnoted_boots(writer, heads)
    findings += _against_anchors(heads, anchors)
    return Report(
        files=len(writers),
        lines=sum(writer.lines for writer in writers),
        findings=tuple(findings),
        notes=tuple(note for reading in (heads, *writers) for note in reading.notes),
    )


def _noted(heads: Reading) -> dict[str, dict[int, str]]:
    noted: dict[str, dict[int, str]] = {}
    for of in heads.heads_noted:
        noted.setdefault(of["writer"], {})[of["seq"]] = of["hash"]
    return noted


def _removed(noted: Mapping[str, _Noted], writers: Sequence[Reading]) -> Iterator[Finding]:
    for name in sorted(noted.keys() - {writer.path.stem for writer in writers}):
        most = max(noted[name])
        yield Finding("removed", f"{name}.jsonl", f"is gone; {HEADS} knows {most} lines of it")


def _against_heads(writer: Reading, noted: _Noted) -> Iterator[Finding]:
    """A writer's file must reach as far as its noted heads, and be the one that they were of."""
    most = max(noted, default=0)
    if most > writer.last.seq:
        what = f"ends at line {writer.last.seq}; {HEADS} knows line {most}"
        yield Finding("truncated", writer.path.name, what)
    for seq, hash_ in sorted(noted.items()):
        if seq <= writer.last.seq and writer.hashes.get(seq) != hash_:
            what = f"has another line {seq} than the one in {HEADS}: an old or a foreign copy"
            yield Finding("replaced", writer.path.name, what)
            return


def _unnoted_boots(writer: Reading, heads: Reading) -> Iterator[Finding]:
    """A boot notes its first line before it takes any event."""
    known = {of["boot"] for of in heads.heads_noted if of["writer"] == writer.path.stem}
    for boot, lines in writer.boots.items():
        if lines > 1 and boot not in known:
            what = f"does not know boot {boot} of {writer.path.name}: lines of it are gone"
            yield Finding("truncated", HEADS, what)


def _against_anchors(heads: Reading, anchors: Iterable[Head]) -> Iterator[Finding]:
    for anchor in anchors:
        if anchor.seq > heads.last.seq:
            what = f"ends at line {heads.last.seq}; an anchor kept elsewhere knows {anchor.seq}"
            yield Finding("truncated", HEADS, what)
        elif heads.hashes.get(anchor.seq) != anchor.hash:
            what = f"has another line {anchor.seq} than an anchor kept elsewhere: an old copy"
            yield Finding("replaced", HEADS, what)
