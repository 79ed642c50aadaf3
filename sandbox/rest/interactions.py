"""What can be done with resources: each interaction of FHIR, for one caller, without HTTP."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from sandbox.grants import Grant, Letter, Rights
from sandbox.profiles import OPEN, WRITTEN, Manner
from sandbox.references import Resource, key_of, repointed
from sandbox.rest.outcome import Problem, not_found, problem
from sandbox.rest.paging import Page, Pages
from sandbox.rest.searchset import history_bundle, searchset
from sandbox.rest.validation import check_references, check_shape
from sandbox.search import Query, SearchProblem, included, matches, parse
from sandbox.search.parameters import PARAMETERS, SEARCHABLE
from sandbox.store import Store, VersionConflict

Pairs = Iterable[tuple[str, str]]

RACE_SECONDS = 0.05
_ETAG = re.compile(r'(?:W/)?"(?P<version>[A-Za-z0-9\-.]{1,64})"')


@dataclass(frozen=True)
class Reply:
    status: int
    resource: Resource
    located: bool = False  # whether this is a version of a resource, to be named in the headers

    def headers(self, base: str) -> dict[str, str]:
        if not self.located:
            return {}
        meta = self.resource["meta"]
        changed = datetime.fromisoformat(meta["lastUpdated"])
        return {
            "ETag": f'W/"{meta["versionId"]}"',
            "Last-Modified": format_datetime(changed.replace(microsecond=0), usegmt=True),
            "Location": f"{base}/{key_of(self.resource)}/_history/{meta['versionId']}",
        }


@dataclass(frozen=True)
class Caller:
    """One client with one grant at one FHIR base."""

    store: Store
    pages: Pages
    grant: Grant
    rights: Rights
    base: str
    manner: Manner = OPEN
    clock: Callable[[], float] = time.time

    # --- reading -------------------------------------------------------------------------

    def read(self, type_: str, id_: str) -> Reply:
        self._require(type_, "r")
        return Reply(200, self._visible(type_, id_, "r"), located=True)

    def vread(self, type_: str, id_: str, version: str) -> Reply:
        self._require(type_, "r")
        self._visible(type_, id_, "r")
        found = self.store.version(type_, id_, version)
        if found is None or not self.rights.sees(found, "r"):
            raise not_found(f"{type_}/{id_}/_history/{version}")
        return Reply(200, found, located=True)

    def history(self, type_: str, id_: str) -> Reply:
        self._require(type_, "r")
        self._visible(type_, id_, "r")
        versions = [v for v in self.store.history(type_, id_) if self.rights.sees(v, "r")]
        return Reply(200, history_bundle(versions, self.base))

    def search(self, type_: str, asked: Pairs, *, strict: bool = False) -> Reply:
        self._require(type_, "s")
        if type_ not in SEARCHABLE:
            raise problem(405, "not-supported", f"{type_} cannot be searched, only read")
        asked = list(asked)
        if self.manner.one_patient and _is_about_everybody(type_, asked):
            raise problem(400, "required", f"{type_} is searched for one patient at a time")
        try:
            query = parse(type_, self._searchable(type_, asked), base=self.base, strict=strict)
        except SearchProblem as wrong:
            raise problem(400, "invalid", str(wrong)) from None
        keys = tuple(key_of(found) for found in self._found(query))
        return self._page(Page(query, keys, self.grant.token_id))

    def _found(self, query: Query) -> list[Resource]:
        about = self.rights.keys(query.type)
        found = matches(self.store, query, lambda r: self.rights.sees(r, "s"), about=about)
        return [each for each in found if self._is_indexed(each)]

    def _is_indexed(self, resource: Resource) -> bool:
        """What is new is there to be read at once, and found a while later."""
        if not self.manner.index_seconds or resource["meta"]["versionId"] != "1":
            return True
        stored = datetime.fromisoformat(resource["meta"]["lastUpdated"]).timestamp()
        return self.clock() - stored >= self.manner.index_seconds

    def _searchable(self, type_: str, asked: Pairs) -> Pairs:
        """A parameter that this server does not have is left out, as lenient servers do."""
        if type_ not in WRITTEN or type_ in self.manner.by_identifier:
            return asked
        return [pair for pair in asked if pair[0].partition(":")[0] != "identifier"]

    def turn(self, type_: str, token: str) -> Reply:
        """The page that a link from an earlier page leads to."""
        page = self.pages.find(token, self.grant.token_id)
        if page is None or page.query.type != type_:
            raise problem(404, "not-found", "This page link is not known, or no longer")
        return self._page(page, token)

    def _page(self, page: Page, token: str = "") -> Reply:
        held = [self.store.resolve(key) for key in page.keys_here]
        here = [r for r in held if r is not None and self.rights.sees(r, "s")]
        others = included(self.store, page.query, here, self._sees_at_all)
        following = self.pages.keep(page.next()) if page.has_next else ""
        return Reply(
            200, searchset(page, here, others, base=self.base, self_=token, next_=following)
        )

    def _sees_at_all(self, resource: Resource) -> bool:
        return self.rights.sees(resource, "r") or self.rights.sees(resource, "s")

    # --- writing -------------------------------------------------------------------------

    def create(
        self,
        resource: Any,
        type_: str,
        *,
        if_none_exist: str | None = None,
        id_: str | None = None,
        coming: frozenset[str] = frozenset(),
    ) -> Reply:
        """`coming`: what the same transaction is about to create, and may be referred to."""
        self._require(type_, "c")
        check_shape(resource, type_)
        self._check_taste(resource)
        resource = self._at_home(resource)
        if self.manner.conditional_create == "racy" and if_none_exist is not None:
            existing = self.existing(type_, if_none_exist)
            if existing is not None:
                return Reply(200, existing, located=True)
            time.sleep(RACE_SECONDS)  # in which somebody else gets as far as this
            if_none_exist = None
        with self.store.transaction():
            existing = self.existing(type_, if_none_exist) if if_none_exist is not None else None
            if existing is not None:
                return Reply(200, existing, located=True)
            self._check_write(resource, "c", coming)
            return Reply(201, self.store.create(resource, id=id_), located=True)

    def existing(self, type_: str, condition: str) -> Resource | None:
        """The one resource that a conditional create would repeat, if there is one."""
        if self.manner.conditional_create == "ignored":
            return None
        self._require(type_, "s")
        asked = parse_qsl(condition.removeprefix("?"))
        try:
            query = parse(type_, asked, base=self.base, strict=True)
        except SearchProblem as wrong:
            raise problem(400, "invalid", f"If-None-Exist: {wrong}") from None
        if not query.criteria:
            raise problem(400, "invalid", "If-None-Exist must say what to look for")
        found = self._found(query)
        if len(found) > 1:
            raise problem(412, "duplicate", "If-None-Exist matches more than one resource")
        return found[0] if found else None

    def update(
        self,
        resource: Any,
        type_: str,
        id_: str,
        *,
        if_match: str | None = None,
        coming: frozenset[str] = frozenset(),
    ) -> Reply:
        self._require(type_, "u")
        expected = _version_in(if_match) if if_match is not None else None
        if self.manner.locking == "ignored":
            expected = None
        check_shape(resource, type_)
        if resource.get("id") != id_:
            raise problem(400, "invalid", "The id in the body must be the id in the URL", "id")
        resource = self._at_home(resource)
        with self.store.transaction():
            self._visible(type_, id_, "u")
            self._check_write(resource, "u", coming)
            try:
                return Reply(200, self.store.update(resource, expected=expected), located=True)
            except VersionConflict as conflict:
                status = 409 if self.manner.locking == "409" else 412
                raise problem(status, "conflict", f"{type_}/{id_}: {conflict}") from None

    def _check_taste(self, resource: Resource) -> None:
        """What some EHRs refuse of what FHIR allows."""
        type_ = resource["resourceType"]
        if type_ == "QuestionnaireResponse" and not self.manner.any_form:
            asked = str(resource.get("questionnaire", "")).partition("|")[0]
            known = {each.get("url") for each in self.store.of_type("Questionnaire")}
            if asked not in known:
                raise problem(422, "business-rule", "No form of this name was given to the patient")
        if type_ == "Communication" and self.manner.one_text_attachment:
            payload = resource.get("payload", [])
            if len(payload) != 1 or "contentAttachment" not in payload[0]:
                raise problem(422, "business-rule", "A message is one attachment of plain text")

    def _check_write(self, resource: Resource, letter: Letter, coming: frozenset[str]) -> None:
        if not self.rights.may_write(resource, letter):
            raise forbidden("This grant may not write this: whose is it?")
        check_references(resource, lambda key: key in coming or self._exists(key))

    def _at_home(self, resource: Resource) -> Resource:
        """References are stored relative, also those that spell out this server's address."""
        own = f"{self.base}/"
        at_home: Resource = repointed(resource, lambda text: text.removeprefix(own))
        return at_home

    def _exists(self, key: str) -> bool:
        target = self.store.resolve(key)
        return target is not None and self.rights.reaches(target)

    # --- what the grant allows -------------------------------------------------------------

    def _require(self, type_: str, letter: Letter) -> None:
        if type_ not in PARAMETERS:
            raise problem(404, "not-supported", f"This server has no {type_}")
        if type_ in WRITTEN and type_ not in self.manner.letters:
            raise problem(404, "not-supported", f"This server has no {type_}")
        if not self.manner.has(type_, letter):
            raise problem(405, "not-supported", f"This server does not do this with {type_}")
        if not self.manner.lets(type_, letter, self.grant.role):
            raise forbidden(f"Patients may not do this with {type_}")
        if not self.rights.permits(type_, letter):
            raise forbidden(f"The token's scopes do not allow this for {type_}")

    def _visible(self, type_: str, id_: str, letter: Letter) -> Resource:
        """To a grant that may not see it, a resource does not exist."""
        found = self.store.read(type_, id_)
        if found is None or not self.rights.sees(found, letter):
            raise not_found(f"{type_}/{id_}")
        return found


def forbidden(why: str) -> Problem:
    refused = problem(403, "forbidden", why)
    refused.headers = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    return refused


def _version_in(etag: str) -> str:
    found = _ETAG.fullmatch(etag.strip())
    if found is None:
        raise problem(400, "invalid", 'If-Match must look like W/"3"')
    return found["version"]


def _is_about_everybody(type_: str, asked: Pairs) -> bool:
    names = {name.partition(":")[0].partition(".")[0] for name, _ in asked}
    return "patient" in PARAMETERS[type_] and not names & {"patient", "subject", "_id"}
