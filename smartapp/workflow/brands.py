"""The clinics of the front page, under the names that people know them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from smartapp.auth.discovery import discover, ours
from smartapp.config import Ehr
from smartapp.errors import SmartappError
from smartapp.fhir.brands import Brand, Identifier, brands_in
from smartapp.transport import Transport

KEEP_SECONDS = 3600.0
PATIENCE_SECONDS = 1.0  # the front page is there for everybody, brands or not
LARGEST_BUNDLE = 2_000_000
LARGEST_LOGO = 200_000
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_SVG = (b"<svg", b"<?xml")


@dataclass(frozen=True)
class _Read:
    """What an EHR publishes about brands, as it was at one time."""

    brands: tuple[Brand, ...] = ()
    own: Identifier | None = None
    etag: str = ""


@dataclass(frozen=True)
class Clinic:
    """A registration, and what its own EHR says of how it is known."""

    ehr: Ehr
    also: tuple[str, ...] = ()  # other names, and branches that it speaks for
    city: str = ""
    logo: str | None = None


@dataclass(frozen=True)
class Clinics:
    open: tuple[Clinic, ...]
    not_connected: tuple[str, ...]  # places that brands name, and where this app is not registered


def clinics(ehrs: Sequence[Ehr], transport: Transport) -> Clinics:
    """Brands add names and pictures to what is registered. They open no door."""
    reads = transport.together(
        [lambda ehr=ehr: _published(ehr, transport) for ehr in ehrs],  # type: ignore[misc]
        within=PATIENCE_SECONDS,
    )
    found = [_Read() if isinstance(each, SmartappError) else each for each in reads]
    merged = _merged(found)
    registered = {ehr.base for ehr in ehrs}
    return Clinics(
        open=tuple(
            _clinic(ehr, read, merged, transport) for ehr, read in zip(ehrs, found, strict=True)
        ),
        not_connected=tuple(
            sorted({b.name for b in merged if b.addresses and not b.addresses & registered})
        ),
    )


def _merged(reads: Sequence[_Read]) -> tuple[Brand, ...]:
    """Once for each identifier. What an EHR says of itself wins over what others say of it."""
    own = [b for read in reads for b in read.brands if read.own in b.identifiers]
    others = [b for read in reads for b in read.brands if read.own not in b.identifiers]
    kept: list[Brand] = []
    known: set[Identifier] = set()
    for brand in (*own, *others):
        if not brand.identifiers & known:
            kept.append(brand)
        known |= brand.identifiers
    return tuple(kept)


def _clinic(ehr: Ehr, read: _Read, merged: Sequence[Brand], transport: Transport) -> Clinic:
    main = next((b for b in read.brands if read.own in b.identifiers), None)
    served = [b for b in merged if ehr.base in b.addresses]
    names = [name for b in served for name in (b.name, *b.aliases) if name != ehr.name]
    return Clinic(
        ehr,
        also=tuple(dict.fromkeys(names)),
        city=main.city if main else "",
        logo=ours(main.logo, ehr, transport) if main else None,
    )


def _published(ehr: Ehr, transport: Transport) -> _Read:
    key = ("brands", ehr.base)

    def ask() -> _Read:
        before = transport.memory.last(key)
        before = before if isinstance(before, _Read) else _Read()
        try:
            return _asked(ehr, before, transport)
        except SmartappError:
            return before  # it is tried again later; until then as it was

    return transport.memory.recall(key, KEEP_SECONDS, ask)


def _asked(ehr: Ehr, before: _Read, transport: Transport) -> _Read:
    endpoints = discover(ehr, transport)
    if endpoints.brands is None:
        return _Read()
    headers = {"Accept": "application/fhir+json, application/json"}
    if before.etag:
        headers["If-None-Match"] = before.etag
    answer = transport.send("GET", endpoints.brands, headers=headers, max_bytes=LARGEST_BUNDLE)
    if answer.status == 304:
        return replace(before, own=endpoints.brand)
    brands = brands_in(answer.raise_for_status().json())
    return _Read(brands, endpoints.brand, answer.headers.get("ETag", ""))


def logo_of(clinic: Clinic, transport: Transport) -> tuple[bytes, str] | None:
    """The picture and its type. Read by us: no page loads anything from elsewhere."""
    address = clinic.logo
    if address is None:
        return None

    def ask() -> tuple[bytes, str] | None:
        try:
            answer = transport.send(
                "GET", address, headers={"Accept": "image/*"}, max_bytes=LARGEST_LOGO, within=3.0
            )
            body = answer.raise_for_status().body
        except SmartappError:
            return None
        kind = _kind(body)
        return (body, kind) if kind else None

    return transport.memory.recall(("logo", address), KEEP_SECONDS, ask)


def _kind(body: bytes) -> str | None:
    """By what it is, not by what it is called."""
    for mark, kind in _IMAGES:
        if body.startswith(mark):
            return kind
    return "image/svg+xml" if body.lstrip().lower().startswith(_SVG) and b"<svg" in body else None
