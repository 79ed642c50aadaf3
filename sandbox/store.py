"""The record: every version of every resource, in memory, and in a file if one is named."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.references import Resource, key_of, mentions


class NoSuchResource(LookupError):
    """Nothing has this type and id."""


class VersionConflict(Exception):
    """Somebody else changed the resource first."""


class Store:
    """All calls may come from many threads. What is handed out must not be changed."""

    def __init__(self, *, file: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._lock = threading.RLock()
        self._clock = clock
        self._versions: dict[str, dict[str, list[Resource]]] = {}
        # Dictionaries as ordered sets, so that the same record answers in the same order.
        self._mentioning: dict[str, dict[str, dict[str, None]]] = {}
        self._identified: dict[tuple[str, str], dict[str, None]] = {}
        self._uncommitted: list[Resource] = []
        self._depth = 0
        self._file = file
        if file is not None and file.exists():
            self._replay(file)

    def copy(self, clock: Callable[[], float] = time.time) -> Store:
        """The same record to go on from, in memory. The versions themselves are never changed."""
        twin = Store(clock=clock)
        with self._lock:
            twin._versions = {
                type_: {id_: list(versions) for id_, versions in by_id.items()}
                for type_, by_id in self._versions.items()
            }
            twin._mentioning = {
                key: {type_: dict(ids) for type_, ids in by_type.items()}
                for key, by_type in self._mentioning.items()
            }
            twin._identified = {key: dict(ids) for key, ids in self._identified.items()}
        return twin

    def __len__(self) -> int:
        with self._lock:
            return sum(len(ids) for ids in self._versions.values())

    # --- writing -------------------------------------------------------------------------

    def load(self, resources: Iterable[Resource]) -> None:
        """Take in resources with the ids, and the times of change, that they have."""
        with self.transaction():
            for resource in resources:
                version = len(self._all_versions(resource["resourceType"], resource["id"])) + 1
                self._put(self._stamped(resource, resource["id"], version, keep_time=True))

    def create(self, resource: Resource, *, id: str | None = None) -> Resource:  # noqa: A002  (FHIR's word)
        with self.transaction():
            return self._put(self._stamped(resource, id or self.new_id(), 1))

    def update(self, resource: Resource, *, expected: str | None = None) -> Resource:
        """The next version; with `expected`, only if that is still the current one."""
        with self.transaction():
            current = self.read(resource["resourceType"], resource["id"])
            if current is None:
                raise NoSuchResource(key_of(resource))
            version = current["meta"]["versionId"]
            if expected not in (None, version):
                raise VersionConflict(f"version {version} is current, not {expected}")
            return self._put(self._stamped(resource, resource["id"], int(version) + 1))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the writes inside, or none; nobody else reads or writes meanwhile."""
        with self._lock:
            mark = len(self._uncommitted)
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._commit()
            except BaseException:
                while len(self._uncommitted) > mark:
                    self._take_back(self._uncommitted.pop())
                raise
            finally:
                self._depth -= 1

    @staticmethod
    def new_id() -> str:
        return str(uuid.uuid4())

    # --- reading -------------------------------------------------------------------------

    def read(self, type_: str, id_: str) -> Resource | None:
        versions = self._all_versions(type_, id_)
        return versions[-1] if versions else None

    def resolve(self, key: str) -> Resource | None:
        """The resource that `Type/id` names."""
        type_, _, id_ = key.partition("/")
        return self.read(type_, id_)

    def version(self, type_: str, id_: str, version: str) -> Resource | None:
        found = (v for v in self._all_versions(type_, id_) if v["meta"]["versionId"] == version)
        return next(found, None)

    def history(self, type_: str, id_: str) -> list[Resource]:
        """Every version, the newest first."""
        return self._all_versions(type_, id_)[::-1]

    def of_type(self, type_: str) -> list[Resource]:
        with self._lock:
            return [versions[-1] for versions in self._versions.get(type_, {}).values()]

    def mentioning(self, key: str, type_: str) -> list[Resource]:
        """The resources of a type that point at this one from any of their elements."""
        with self._lock:
            ids = self._mentioning.get(key, {}).get(type_, ())
            return [self._versions[type_][id_][-1] for id_ in ids]

    def identified(self, type_: str, value: str) -> list[Resource]:
        """The resources of a type with an identifier of this value, in whatever system."""
        with self._lock:
            ids = self._identified.get((type_, value), ())
            return [self._versions[type_][id_][-1] for id_ in ids]

    def _all_versions(self, type_: str, id_: str) -> list[Resource]:
        with self._lock:
            return list(self._versions.get(type_, {}).get(id_, ()))

    # --- one version in, one version out -------------------------------------------------

    def _stamped(
        self, resource: Resource, id_: str, version: int, *, keep_time: bool = False
    ) -> Resource:
        meta: dict[str, Any] = dict(resource.get("meta", {}))
        stamped = meta.get("lastUpdated") if keep_time else None
        meta |= {"versionId": str(version), "lastUpdated": stamped or self._now()}
        rest = {k: v for k, v in resource.items() if k not in ("resourceType", "id", "meta")}
        return {"resourceType": resource["resourceType"], "id": id_, "meta": meta, **rest}

    def _now(self) -> str:
        moment = datetime.fromtimestamp(self._clock(), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _put(self, resource: Resource) -> Resource:
        self._remember(resource)
        self._uncommitted.append(resource)
        return resource

    def _remember(self, resource: Resource) -> None:
        by_id = self._versions.setdefault(resource["resourceType"], {})
        versions = by_id.setdefault(resource["id"], [])
        if versions:
            self._unindex(versions[-1])
        versions.append(resource)
        self._index(resource)

    def _take_back(self, resource: Resource) -> None:
        self._unindex(resource)
        by_id = self._versions[resource["resourceType"]]
        versions = by_id[resource["id"]]
        versions.pop()
        if versions:
            self._index(versions[-1])
        else:
            del by_id[resource["id"]]

    # --- indexes -------------------------------------------------------------------------

    def _index(self, resource: Resource) -> None:
        type_, id_ = resource["resourceType"], resource["id"]
        for key in mentions(resource):
            self._mentioning.setdefault(key, {}).setdefault(type_, {})[id_] = None
        for value in _identifier_values(resource):
            self._identified.setdefault((type_, value), {})[id_] = None

    def _unindex(self, resource: Resource) -> None:
        type_, id_ = resource["resourceType"], resource["id"]
        for key in mentions(resource):
            self._mentioning[key][type_].pop(id_)
        for value in _identifier_values(resource):
            self._identified[type_, value].pop(id_)

    # --- the file: one line of JSON for each commit ---------------------------------------

    def _commit(self) -> None:
        if self._file is not None and self._uncommitted:
            line = json.dumps(self._uncommitted, ensure_ascii=False, separators=(",", ":"))
            with self._file.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        self._uncommitted.clear()

    def _replay(self, file: Path) -> None:
        """A line without its end was never committed: the program died while it wrote it."""
        written = file.read_bytes()
        whole = written[: written.rfind(b"\n") + 1]
        for line in whole.splitlines():
            for resource in json.loads(line):
                self._remember(resource)
        if whole != written:
            file.write_bytes(whole)


def _identifier_values(resource: Resource) -> set[str]:
    """QuestionnaireResponse has one identifier where the others have a list."""
    held = resource.get("identifier", [])
    identifiers = held if isinstance(held, list) else [held]
    return {i["value"] for i in identifiers if isinstance(i.get("value"), str)}
