"""Reading from and writing to one FHIR server with one person's token."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

from smartapp.errors import MalformedAnswer, NotFound, OutsideFhirBase, SmartappError
from smartapp.fhir.compartment import belongs_to
from smartapp.fhir.element import Json, Reference
from smartapp.fhir.task import etag_of
from smartapp.fhir.writable import check_writable
from smartapp.transport import Answer, Bearer, Transport

FHIR_JSON = "application/fhir+json"
FRESH = {"Cache-Control": "no-cache"}  # some servers serve the same search again for a minute

Withheld = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """What a search brought: whole, or flagged as not whole."""

    matches: tuple[Json, ...]
    included: Mapping[str, Json] = field(default_factory=dict)
    complete: bool = True
    withheld: int = 0
    total: int | None = None


@dataclass(frozen=True)
class Written:
    reference: str | None  # None where the EHR took it without saying where it is
    etag: str | None = None
    resource: Json | None = None


class FhirClient:
    """Bound to a patient, it lets nothing through that is not theirs."""

    def __init__(
        self,
        transport: Transport,
        bearer: Bearer,
        *,
        patient_id: str | None = None,
        on_withheld: Withheld = lambda _kind: None,
    ) -> None:
        self._transport = transport
        self._bearer = bearer
        self._base = bearer.base.rstrip("/")
        self.patient_id = patient_id
        self._on_withheld = on_withheld

    def about(self, patient_id: str) -> FhirClient:
        """The same person's access, narrowed to one patient."""
        return FhirClient(
            self._transport, self._bearer, patient_id=patient_id, on_withheld=self._on_withheld
        )

    # --- reading ----------------------------------------------------------------------------

    def read(self, reference: str) -> Json:
        """One resource by "Type/id". Another patient's is as good as absent."""
        answer = self._get(f"{self._base}/{reference}").raise_for_status()
        resource = _resource(answer)
        wanted = reference.split("/", 1)[0]
        if resource.get("resourceType") != wanted:
            raise MalformedAnswer(f"{wanted}: another type came back")
        if not self._may_show(resource):
            self._on_withheld(wanted)
            raise NotFound(f"{wanted}: not this patient's")
        return resource

    def search(
        self,
        kind: str,
        parameters: Sequence[tuple[str, str]],
        *,
        most: int = 500,
        pages: int = 10,
        fresh: bool = False,
    ) -> Found:
        """All matches up to a limit, page by page. A page that fails leaves a flagged part."""
        url: str | None = f"{self._base}/{kind}?{urlencode(parameters)}"
        matches: dict[str, Json] = {}
        included: dict[str, Json] = {}
        seen: set[str] = set()
        withheld = 0
        total: int | None = None
        complete = True
        while url is not None:
            if url in seen or len(seen) >= pages or len(matches) >= most:
                complete = False
                break
            seen.add(url)
            try:
                bundle = _bundle(self._get(url, FRESH if fresh else {}).raise_for_status())
            except SmartappError:
                if len(seen) == 1:
                    raise
                complete = False
                break
            total = bundle.get("total") if total is None else total
            for mode, resource in _entries(bundle):
                if mode == "outcome":
                    complete = complete and not _warns(resource)
                elif not self._may_show(resource):
                    withheld += 1
                    self._on_withheld(str(resource.get("resourceType")))
                elif mode == "match" and resource.get("resourceType") == kind:
                    matches.setdefault(_key(resource), resource)
                else:
                    included.setdefault(_key(resource), resource)
            url = self._next(bundle)
        return Found(tuple(matches.values()), included, complete, withheld, _whole(total))

    def metadata(self) -> Json:
        return _resource(self._get(f"{self._base}/metadata").raise_for_status())

    # --- writing ----------------------------------------------------------------------------

    def create(self, resource: Json, *, once: tuple[str, str] | None = None) -> Written:
        """POST. With `once` (identifier system and value) only where the EHR has no such yet."""
        kind = self._check(resource)
        headers = {"If-None-Exist": urlencode({"identifier": "|".join(once)})} if once else {}
        return self._written(self._send("POST", f"{self._base}/{kind}", resource, headers), kind)

    def update(self, resource: Json, etag: str | None) -> Written:
        """PUT the whole resource, only over the version that was read."""
        kind = self._check(resource)
        headers = {"If-Match": etag} if etag else {}
        url = f"{self._base}/{kind}/{resource['id']}"
        return self._written(self._send("PUT", url, resource, headers), kind)

    def by_identifier(self, kind: str, system: str, value: str) -> Found:
        """What the EHR holds under an identifier, asked afresh."""
        parameters = [("identifier", f"{system}|{value}")]
        if self.patient_id:
            parameters.insert(0, ("patient", self.patient_id))
        return self.search(kind, parameters, most=3, fresh=True)

    # --- inside -----------------------------------------------------------------------------

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._transport.send(
            "GET", url, headers={"Accept": FHIR_JSON, **(headers or {})}, bearer=self._bearer
        )

    def _send(self, method: str, url: str, body: Json, headers: Mapping[str, str]) -> Answer:
        every = {"Accept": FHIR_JSON, "Content-Type": FHIR_JSON, "Prefer": "return=representation"}
        return self._transport.send(
            method,
            url,
            headers={**every, **headers},
            body=as_bytes(body),
            bearer=self._bearer,
        )

    def _check(self, resource: Json) -> str:
        check_writable(resource, f"Patient/{self.patient_id}")
        return str(resource["resourceType"])

    def _written(self, answer: Answer, kind: str) -> Written:
        answer.raise_for_status()
        try:
            body = answer.json() if answer.body else None
        except MalformedAnswer:
            body = None
        if isinstance(body, dict) and body.get("resourceType") == kind and body.get("id"):
            return Written(f"{kind}/{body['id']}", etag_of(body), body)
        place = Reference(answer.headers.get("Location", ""), "").target
        if place is None or not place.startswith(f"{kind}/"):
            raise MalformedAnswer(f"{kind}: taken, but not said where")
        return Written(place, answer.headers.get("ETag"))

    def _may_show(self, resource: Json) -> bool:
        return self.patient_id is None or belongs_to(resource, self.patient_id)

    def _next(self, bundle: Json) -> str | None:
        for link in bundle.get("link") or ():
            if isinstance(link, dict) and link.get("relation") == "next":
                url = link.get("url")
                if not isinstance(url, str):
                    raise MalformedAnswer("Bundle.link.url: not text")
                if not urlsplit(url).scheme:
                    raise OutsideFhirBase("Bundle.link.url: not absolute")
                return url
        return None


def as_bytes(resource: Json) -> bytes:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"), default=_exact).encode()


def _exact(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


def _resource(answer: Answer) -> Json:
    body = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get("resourceType"), str):
        raise MalformedAnswer("not a FHIR resource")
    return body


def _bundle(answer: Answer) -> Json:
    bundle = _resource(answer)
    if bundle["resourceType"] != "Bundle":
        raise MalformedAnswer("Bundle: another type came back")
    return bundle


def _entries(bundle: Json) -> list[tuple[str, Json]]:
    entries = bundle.get("entry") or []
    if not isinstance(entries, list):
        raise MalformedAnswer("Bundle.entry: not a list")
    found: list[tuple[str, Json]] = []
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            raise MalformedAnswer("Bundle.entry.resource: not a resource")
        search = entry.get("search")
        mode = search.get("mode", "match") if isinstance(search, dict) else "match"
        outcome = resource["resourceType"] == "OperationOutcome"
        found.append(("outcome" if outcome else str(mode), resource))
    return found


def _warns(outcome: Json) -> bool:
    issues = outcome.get("issue") or []
    return any(isinstance(i, dict) and i.get("severity") != "information" for i in issues)


def _key(resource: Json) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def _whole(total: object) -> int | None:
    return total if isinstance(total, int) else None
