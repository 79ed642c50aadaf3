from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from sandbox.references import Resource
from sandbox.store import NoSuchResource, Store, VersionConflict
from tests.sandbox.fhir.clinic import message, task


def test_a_created_resource_gets_an_id_a_first_version_and_a_time() -> None:
    store = Store(clock=lambda: 1_760_000_000.25)

    created = store.create(task())

    assert created["meta"] == {"versionId": "1", "lastUpdated": "2025-10-09T08:53:20.250Z"}
    assert store.read("Task", created["id"]) == created


def test_what_a_client_says_of_version_and_id_does_not_count() -> None:
    created = Store().create(task(id="mine", meta={"versionId": "9", "tag": [{"code": "x"}]}))

    assert created["id"] != "mine"
    assert created["meta"]["versionId"] == "1"
    assert created["meta"]["tag"] == [{"code": "x"}]


def test_every_version_stays_readable() -> None:
    store = Store()
    first = store.create(task())
    second = store.update({**first, "status": "accepted"})

    assert second["meta"]["versionId"] == "2"
    assert store.history("Task", first["id"]) == [second, first]
    assert store.version("Task", first["id"], "1") == first
    assert store.version("Task", first["id"], "3") is None


def test_a_change_of_an_older_version_is_refused() -> None:
    store = Store()
    first = store.create(task())
    store.update(first, expected="1")

    with pytest.raises(VersionConflict):
        store.update(first, expected="1")
    with pytest.raises(NoSuchResource):
        store.update({**first, "id": "nobody"})


def test_of_twenty_who_claim_at_once_one_wins() -> None:
    store = Store()
    first = store.create(task())
    won: list[int] = []

    def claim(nurse: int) -> None:
        try:
            store.update({**first, "owner": {"display": str(nurse)}}, expected="1")
            won.append(nurse)
        except VersionConflict:
            pass

    threads = [threading.Thread(target=claim, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1
    assert len(store.history("Task", first["id"])) == 2


def fail_after_writing(store: Store, *resources: Resource) -> None:
    with store.transaction():
        for resource in resources:
            store.update(resource) if "id" in resource else store.create(resource)
        raise RuntimeError


def test_a_transaction_that_fails_leaves_nothing_behind() -> None:
    store = Store()
    kept = store.create(message(value="kept"))
    changed = {**kept, "status": "entered-in-error", "identifier": []}

    with pytest.raises(RuntimeError):
        fail_after_writing(store, message(value="gone"), changed)

    assert store.read("Communication", kept["id"]) == kept
    assert store.identified("Communication", "kept") == [kept]
    assert store.identified("Communication", "gone") == []
    assert store.mentioning("Patient/ana", "Communication") == [kept]


def test_an_inner_transaction_can_fail_alone() -> None:
    store = Store()
    with store.transaction():
        store.create(task())
        with pytest.raises(RuntimeError):
            fail_after_writing(store, task())

    assert len(store) == 1


def test_indexes_follow_a_resource_to_its_next_version() -> None:
    store = Store()
    first = store.create(message("ana", "one"))
    second = store.update({**first, **message("ben", "two"), "id": first["id"]})

    assert store.mentioning("Patient/ana", "Communication") == []
    assert store.mentioning("Patient/ben", "Communication") == [second]
    assert store.identified("Communication", "one") == []
    assert store.identified("Communication", "two") == [second]


def test_the_file_brings_back_every_version(tmp_path: Path) -> None:
    store = Store(file=tmp_path / "record")
    store.load([{"resourceType": "Patient", "id": "ana"}])
    first = store.create(message(value="one"))
    store.update({**first, "status": "entered-in-error"})

    again = Store(file=tmp_path / "record")

    assert len(again) == 2
    assert again.history("Communication", first["id"]) == store.history(
        "Communication", first["id"]
    )
    assert again.identified("Communication", "one")


def test_a_write_that_the_end_of_the_program_cut_off_never_happened(tmp_path: Path) -> None:
    file = tmp_path / "record"
    store = Store(file=file)
    kept = store.create(task())
    with file.open("a") as half_written:
        half_written.write(json.dumps([task(id="half", meta={"versionId": "1"})])[:-20])

    again = Store(file=file)
    assert again.of_type("Task") == [kept]

    after = again.create(task())
    assert [t["id"] for t in Store(file=file).of_type("Task")] == [kept["id"], after["id"]]


def test_a_failed_transaction_is_not_in_the_file(tmp_path: Path) -> None:
    store = Store(file=tmp_path / "record")
    with pytest.raises(RuntimeError):
        fail_after_writing(store, task())

    assert len(Store(file=tmp_path / "record")) == 0


def test_a_copy_goes_on_from_the_same_record_and_leaves_it_alone() -> None:
    store = Store()
    first = store.create(task())
    copy = store.copy()

    copy.update({**first, "status": "completed"})
    added = copy.create(task())

    assert [each["status"] for each in copy.history("Task", first["id"])] == [
        "completed",
        first["status"],
    ]
    assert store.read("Task", first["id"]) == first
    assert store.read("Task", added["id"]) is None
    assert len(copy.mentioning(first["for"]["reference"], "Task")) == 2
    assert len(store.mentioning(first["for"]["reference"], "Task")) == 1
