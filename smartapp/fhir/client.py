"""Reading from and writing to one FHIR server with one person's token."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

from smartapp.errors import (
    PRIVATE,
    InvalidResource,
    MalformedAnswer,
    NotFound,
    NotOffered,
    SmartappError,
)
from smartapp.fhir.compartment import belongs_to
from smartapp.fhir.element import Element, Json, Reference, is_id
from smartapp.fhir.haul import Found, Haul, KeepsBack, Withheld
from smartapp.fhir.private import without_private
from smartapp.fhir.searchset import Page
from smartapp.fhir.serial import as_bytes
from smartapp.fhir.task import etag_of
from smartapp.fhir.transaction import Entry, identified, places_in, transaction_of
from smartapp.fhir.writable import check_change, check_writable
from smartapp.transport import Answer, Bearer, Flow, Transport, outside

FHIR_JSON = "application/fhir+json"
MINIMAL = {"Prefer": "return=minimal"}
FRESH = {"Cache-Control": "no-cache"}  # some servers serve the same search again for a minute
SEARCH_SECONDS = 10.0  # with all its pages

ETAG = re.compile(r'(?:W/)?"[A-Za-z0-9.-]{1,64}"', re.ASCII)
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")

UNAUTHORIZED = 401

Renew = Callable[[Bearer], Bearer]  # another one for one that was refused, or TokenNotAccepted
FILE_SECONDS = 60.0
LARGEST_FILE = 25_000_000


@dataclass(frozen=True)
class Written:
    reference: str | None  # None where the EHR took it without saying where it is
    etag: str | None = None
    resource: Json | None = None


class FhirClient:
    """Bound to a patient, it lets nothing through that is not theirs. What is theirs, and yet not
    for whoever reads, is as good as absent: it is neither counted nor missed. Of `private` types
    nothing comes through, whoever asks for it and wherever it stands.
    """

    def __init__(
        self,
        transport: Transport,
        bearer: Bearer,
        *,
        patient_id: str | None = None,
        on_withheld: Withheld = lambda _kind: None,
        renew: Renew | None = None,
        keeps_back: KeepsBack = lambda _resource: False,
        private: frozenset[str] = frozenset(),
    ) -> None:
        self._transport = transport
        self._bearer = bearer
        self._base = bearer.base.rstrip("/")
        # Most answers hold no such pointer: to look costs less than to go through all of it.
        self._own_pointer = _pointer_into(f"{self._base}/")
        self.patient_id = patient_id
        self._on_withheld = on_withheld
        self._renew = renew
        self._not_for_reader = keeps_back
        self._private = private

    # --- reading ----------------------------------------------------------------------------

    def read(self, reference: str, *, fresh: bool = False) -> Json:
        """One resource by "Type/id". Another patient's is as good as absent."""
        wanted, _, identity = reference.partition("/")
        self._check_open(wanted)
        headers = FRESH if fresh else {}
        resource = self._resource(self._get(f"{self._base}/{reference}", headers))
        if resource.get("resourceType") != wanted:
            raise MalformedAnswer(f"{wanted}: another type came back")
        if not self._may_show(resource):
            self._on_withheld(wanted)
            raise NotFound(f"{wanted}: not this patient's")
        if resource.get("id") != identity:
            raise MalformedAnswer(f"{wanted}: another one came back")
        if self._keeps_back(resource):
            raise NotFound(f"{wanted}: not for who reads")
        return resource

    def search(
        self,
        kind: str,
        parameters: Sequence[tuple[str, str]],
        *,
        most: int = 500,
        pages: int = 10,
        fresh: bool = False,
        within: float = SEARCH_SECONDS,
    ) -> Found:
        """All matches up to a limit, page by page. A page that fails leaves a flagged part."""
        self._check_open(kind)
        url = f"{self._base}/{kind}?{urlencode(parameters)}"
        haul = Haul(self._may_show, self._on_withheld, self._keeps_back)
        return self._hauled(haul, kind, url, most, pages, FRESH if fresh else {}, within)

    def follow(self, kind: str, url: str | None, *, most: int = 500, pages: int = 10) -> Found:
        """From a page on, by the address that the EHR gave for it. How many there are in all says
        nothing of what is left.
        """
        self._check_open(kind)
        haul = Haul(self._may_show, self._on_withheld, self._keeps_back, from_start=False)
        return self._hauled(haul, kind, url, most, pages, {}, SEARCH_SECONDS)

    def _hauled(
        self,
        haul: Haul,
        kind: str,
        url: str | None,
        most: int,
        pages: int,
        headers: Mapping[str, str],
        within: float,
    ) -> Found:
        ends = time.monotonic() + within
        seen: set[str] = set()
        while url is not None:
            left = ends - time.monotonic()
            if url in seen or len(seen) >= pages or len(haul.matches) >= most or left <= 0:
                haul.stop_before(url if url not in seen else None)
                break
            seen.add(url)
            try:
                page = Page.of(self._resource(self._get(url, headers, left)), kind)
            except SmartappError:
                if len(seen) == 1:
                    raise
                haul.complete = False
                break
            haul.take(page)
            url = page.following
        return haul.found()

    def count(self, kind: str, parameters: Sequence[tuple[str, str]]) -> int | None:
        """How many there are, by the EHR's own count; None where it does not say."""
        self._check_open(kind)
        asked = urlencode([*parameters, ("_summary", "count")])
        return Page.of(self._resource(self._get(f"{self._base}/{kind}?{asked}")), kind).total

    def open_file(self, url: str, accept: str) -> Flow:
        """What an attachment points to, as it arrives. Only what lies in this EHR is fetched."""
        flow = self._flow(self._address(url), accept)
        if flow.status == UNAUTHORIZED and self._renew is not None:
            flow.close()
            self._bearer = self._renew(self._bearer)
            flow = self._flow(self._address(url), accept)
        if not 200 <= flow.status < 300:
            flow.close()
            Answer(flow.status, flow.headers, b"", flow.url).raise_for_status()
        return flow

    def _flow(self, address: str, accept: str) -> Flow:
        return self._transport.open(
            address,
            headers={"Accept": accept, **FRESH},
            bearer=self._bearer,
            within=FILE_SECONDS,
            max_bytes=LARGEST_FILE,
        )

    def is_inside(self, url: str) -> bool:
        return not outside(self._base, self._address(url))

    def _address(self, url: str) -> str:
        return url if _HAS_SCHEME.match(url) else f"{self._base}/{url}"

    def shortened(self, pointer: str) -> str:
        """A pointer into this EHR without its address, so that only foreign ones have one."""
        return pointer.removeprefix(f"{self._base}/")

    def expand(self, value_set: str, *, most: int, within: float) -> Json:
        """A ValueSet by its address and version, with its members as far as the EHR knows them."""
        url, _, version = value_set.partition("|")
        asked = [("url", url), *([("valueSetVersion", version)] if version else [])]
        query = urlencode([*asked, ("count", str(most + 1))])
        answer = self._get(f"{self._base}/ValueSet/$expand?{query}", within=within)
        return self._resource(answer)

    # --- writing ----------------------------------------------------------------------------

    def create(self, resource: Json, *, once: tuple[str, str] | None = None) -> Written:
        """POST. With `once` (identifier system and value) only where the EHR has no such yet."""
        check_writable(resource, self._patient())
        kind = str(resource["resourceType"])
        headers = {"If-None-Exist": identified(once)} if once else {}
        return self._written(self._send("POST", f"{self._base}/{kind}", resource, headers), kind)

    def create_together(self, entries: Sequence[Entry]) -> tuple[Written, ...]:
        """One transaction: the EHR stores all of it or nothing."""
        for each in entries:
            check_writable(each.resource, self._patient())
        answer = self._send("POST", self._base, transaction_of(entries), MINIMAL)
        return self._written_together(answer.raise_for_status(), entries)

    def _written_together(self, answer: Answer, entries: Sequence[Entry]) -> tuple[Written, ...]:
        """Where each is, as far as the answer says so: the status alone promises nothing here."""
        places = places_in(self._resource(answer), len(entries))
        kinds = (str(each.resource["resourceType"]) for each in entries)
        return tuple(Written(_place(at, kind)) for at, kind in zip(places, kinds, strict=True))

    def update(self, resource: Json, etag: str) -> Written:
        """PUT the whole resource, only over the version that was read."""
        check_change(resource, self._patient())
        kind, identity = str(resource["resourceType"]), resource.get("id")
        if not is_id(identity) or not ETAG.fullmatch(etag):
            raise InvalidResource(f"{kind}: which one, or which version of it, is not known")
        url = f"{self._base}/{kind}/{identity}"
        self._check_nothing_taken_out(url, kind)
        written = self._written(self._send("PUT", url, resource, {"If-Match": etag}), kind)
        return replace(written, reference=f"{kind}/{identity}")

    def by_identifier(self, kind: str, system: str, value: str) -> Found:
        """What the EHR holds under an identifier, asked afresh.

        Whoever does not understand the parameter answers with everything: that is no answer.
        """
        parameters = [("identifier", f"{system}|{value}")]
        if self.patient_id:
            parameters.insert(0, ("patient", self.patient_id))
        found = self.search(kind, parameters, most=3, fresh=True)
        held = tuple(m for m in found.matches if value in Element(m, kind).identifiers(system))
        complete = found.complete and len(held) == len(found.matches)
        return replace(found, matches=held, complete=complete)

    def among_all(self, kind: str, system: str, value: str) -> Found:
        """The same where an EHR cannot be asked for an identifier: among all that the patient has.

        What is not in this list may still be there: it is never said to be complete.
        """
        found = self.search(kind, [("patient", self._patient())], fresh=True)
        held = tuple(m for m in found.matches if value in Element(m, kind).identifiers(system))
        return replace(found, matches=held, complete=False)

    # --- inside -----------------------------------------------------------------------------

    def _get(
        self, url: str, headers: Mapping[str, str] | None = None, within: float | None = None
    ) -> Answer:
        """A token that is refused is renewed once, and the read goes once more: never a write."""
        every = {"Accept": FHIR_JSON, **(headers or {})}
        bearer = self._bearer
        answer = self._transport.send("GET", url, headers=every, bearer=bearer, within=within)
        if answer.status == UNAUTHORIZED and self._renew is not None:
            self._bearer = self._renew(bearer)
            answer = self._transport.send(
                "GET", url, headers=every, bearer=self._bearer, within=within
            )
        return answer.raise_for_status()

    def _send(self, method: str, url: str, body: Json, headers: Mapping[str, str]) -> Answer:
        every = {"Accept": FHIR_JSON, "Content-Type": FHIR_JSON, "Prefer": "return=representation"}
        return self._transport.send(
            method,
            url,
            headers={**every, **headers},
            body=as_bytes(body),
            bearer=self._bearer,
        )

    def _patient(self) -> str:
        if not self.patient_id:
            raise InvalidResource("nothing is written that belongs to no patient")
        return f"Patient/{self.patient_id}"

    def _written(self, answer: Answer, kind: str) -> Written:
        answer.raise_for_status()
        try:
            body = self._resource(answer)
        except MalformedAnswer:
            body = {}  # the status has said that it was taken; where it is, is another question
        if body.get("resourceType") == kind and is_id(body.get("id")):
            return Written(f"{kind}/{body['id']}", etag_of(body), body)
        return Written(_place(answer.headers.get("Location", ""), kind), answer.headers.get("ETag"))

    def _resource(self, answer: Answer) -> Json:
        body = answer.json()
        if not isinstance(body, dict) or not isinstance(body.get("resourceType"), str):
            raise MalformedAnswer("not a FHIR resource")
        if _HALF_A_CHARACTER.search(answer.body):
            _check_characters(body)
        if self._own_pointer.search(answer.body):
            _shorten(body, f"{self._base}/")
        return without_private(body, self._private) if self._private else body

    def _check_open(self, kind: str) -> None:
        if kind in self._private:
            raise NotOffered(kind, PRIVATE)

    def _check_nothing_taken_out(self, url: str, kind: str) -> None:
        """What was kept back from a reader must not be missing from the record afterwards."""
        if self._private:
            whole = self._get(url, FRESH).json()
            if not isinstance(whole, dict) or without_private(whole, self._private) != whole:
                raise NotOffered(kind, PRIVATE)

    def _keeps_back(self, resource: Json) -> bool:
        return resource.get("resourceType") in self._private or self._not_for_reader(resource)

    def _may_show(self, resource: Json) -> bool:
        return self.patient_id is None or belongs_to(resource, self.patient_id)


def _place(location: str, kind: str) -> str | None:
    """Where a new resource is, by the header of the server that made it."""
    found = re.search(r"[^/]+/[^/]+(?:/_history/[^/]+)?$", location)
    target = Reference(found[0], "").target if found else None
    return target if target and target.startswith(f"{kind}/") else None


@lru_cache(maxsize=64)
def _pointer_into(base: str) -> re.Pattern[bytes]:
    """JSON may write its slashes, and any character, in more than one way."""
    whole = re.escape(json.dumps(base).strip('"').encode())
    return re.compile(rb'"reference"\s*:\s*"(?:' + whole + rb'|[^"]*\\)')


def _shorten(value: object, base: str) -> None:
    """Pointers into the same EHR lose its address, so that only foreign ones have one."""
    if isinstance(value, dict):
        pointer = value.get("reference")
        if isinstance(pointer, str) and pointer.startswith(base):
            value["reference"] = pointer.removeprefix(base)
        for inner in value.values():
            _shorten(inner, base)
    elif isinstance(value, list):
        for inner in value:
            _shorten(inner, base)


def _check_characters(body: Json) -> None:
    """JSON can spell half a character. No page can show it, and no answer can carry it back."""
    try:
        as_bytes(body)
    except UnicodeEncodeError:
        raise MalformedAnswer("half a character") from None
