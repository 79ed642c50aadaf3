"""What the audit writes, when it is on disk, and what happens when it cannot be written."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from smartapp.audit import (
    AuditTrail,
    Context,
    Entity,
    Outcome,
    Purpose,
    Who,
    access_denied,
    browser_of,
    foreign_withheld,
    launch_denied,
    launch_started,
    list_viewed,
    record_viewed,
    session_ended,
    session_opened,
    submission_changed,
    task_changed,
    task_claimed,
    task_conflict,
    verify,
)
from smartapp.errors import AuditUnavailable

ROOT = Path(__file__).parents[2]
KEY = b"k" * 32
ISS = "https://ehr.example/fhir"
NURSE = Context(
    request_id="req-1",
    ehr="north-staff",
    iss=ISS,
    client_id="portal-2",
    lid="canary-lid",
    who=Who(ISS, "canary-sub", "Practitioner/12", "staff"),
    token="canary-token",
    ip="192.0.2.7",
    browser="chrome-desktop",
    purpose=Purpose.TREATMENT,
)


@pytest.fixture
def trail(tmp_path):
    trail = AuditTrail(tmp_path / "audit", KEY, clock=lambda: 1763650800.5)
    yield trail
    trail.close()


@pytest.fixture
def lines(tmp_path):
    """The events on disk, without what every line carries for the chain."""

    def read():
        file = tmp_path / "audit" / "writer-00.jsonl"
        found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        return [line for line in found if not line["type"].startswith("trail.")]

    return read


def test_a_view_is_on_disk_with_who_whose_and_what_when_the_call_returns(trail, lines):
    trail.record(record_viewed(NURSE, "Patient/7", {"MedicationRequest": 3}))

    (line,) = lines()
    assert (line["type"], line["action"], line["outcome"]) == ("record.view", "R", 0)
    assert line["who"]["ref"] == "Practitioner/12"
    assert line["patient"] == {"iss": ISS, "ref": "Patient/7"}
    assert line["entities"] == [{"type": "MedicationRequest", "count": 3}]
    assert line["app"] == {"client_id": "portal-2", "ehr": "north-staff"}
    assert line["net"] == {"ip": "192.0.2.7", "browser": "chrome-desktop"}
    assert (line["req_id"], line["purpose"], line["ts"]) == ("req-1", "TREAT", 1763650800500)


def test_secrets_are_told_apart_and_never_written(trail, lines):
    trail.record(session_opened(NURSE), session_ended(NURSE, "logout"))

    first, second = lines()
    assert "canary" not in json.dumps([first, second])
    assert first["tok_h"] == second["tok_h"] == trail.fingerprint("canary-token")
    assert len({first["tok_h"], first["lid_h"], first["who"]["sub_h"]}) == 3
    assert "canary" not in repr(NURSE)


@pytest.mark.parametrize("text", ["Jane Canary", "búsqueda", "a?name=canary", "x" * 201, "\ud800"])
def test_what_could_be_a_name_or_a_search_is_written_as_a_fingerprint(trail, lines, text):
    event = submission_changed(NURSE, text, text, "posted", sid=text, ref=text, reason=text)
    trail.record(event)

    (line,) = lines()
    assert text not in json.dumps(line, ensure_ascii=False)
    assert line["patient"]["ref"] == line["extras"]["sid"] == f"h:{trail.fingerprint(text)}"


def test_a_list_is_one_event_for_each_patient(trail, lines):
    trail.record(*list_viewed(NURSE, "refills", {"Patient/7": 2, "Patient/8": 1}))

    assert [(line["patient"]["ref"], line["entities"][0]["count"]) for line in lines()] == [
        ("Patient/7", 2),
        ("Patient/8", 1),
    ]


def test_each_happening_says_what_a_reviewer_looks_for():
    stranger = Context(request_id="req-2", ip="192.0.2.9")
    denied = launch_denied(stranger, "launch-issuer")
    assert (denied.type, denied.outcome) == ("launch.deny", Outcome.SERIOUS_FAILURE)
    assert launch_started(stranger, "ehr").subtype == "ehr"

    unknown = submission_changed(
        NURSE, "Patient/7", "Communication", "unknown", sid="s1", attempt=2
    )
    assert (unknown.subtype, unknown.outcome) == ("unknown", Outcome.MINOR_FAILURE)
    assert unknown.extras == {"sid": "s1", "attempt": 2}

    changed = task_changed(
        NURSE, "Patient/7", "Task/3", from_state="requested", to_state="completed", etag='W/"2"'
    )
    assert changed.extras == {"from": "requested", "to": "completed", "etag": 'W/"2"'}
    assert changed.entities == (Entity("Task", ref="Task/3"),)
    assert task_claimed(NURSE, "Patient/7", "Task/3", 'W/"1"').type == "task.claim"
    assert task_conflict(NURSE, "Patient/7", "Task/3", "").outcome is Outcome.MINOR_FAILURE

    assert access_denied(NURSE, "queue.item", "role").subtype == "queue.item"
    withheld = foreign_withheld(NURSE, "Patient/7", "Observation", 2)
    assert withheld.entities == (Entity("Observation", count=2),)
    assert withheld.outcome is Outcome.SERIOUS_FAILURE


@pytest.mark.parametrize(
    ("header", "browser"),
    [
        ("Mozilla/5.0 (iPhone) AppleWebKit/605 Version/18 Mobile/15E Safari/604", "safari-mobile"),
        ("Mozilla/5.0 (X11) AppleWebKit/537 Chrome/156.0 Safari/537", "chrome-desktop"),
        ("Mozilla/5.0 (Windows) AppleWebKit/537 Chrome/156.0 Safari/537 Edg/156", "edge-desktop"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:140) Gecko Firefox/140", "firefox-mobile"),
        ("canary/1.0", "other-desktop"),
    ],
)
def test_a_browser_is_told_by_its_class(header, browser):
    assert browser_of(header) == browser


def test_only_the_app_may_read_the_files(trail, tmp_path):
    trail.record(session_opened(NURSE))

    folder = tmp_path / "audit"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_no_audit_no_data(tmp_path):
    (tmp_path / "audit").write_text("not a folder")

    with pytest.raises(AuditUnavailable):
        AuditTrail(tmp_path / "audit", KEY).record(session_opened(NURSE))


def test_many_threads_write_one_chain_and_lose_nothing(trail, tmp_path, lines):
    def work():
        for _ in range(30):
            trail.record(record_viewed(NURSE, "Patient/7", {"Task": 1}))

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(lines()) == 360
    assert verify(tmp_path / "audit", [KEY]).findings == ()


def test_two_trails_never_share_a_file(trail, tmp_path):
    other = AuditTrail(tmp_path / "audit", KEY)
    trail.record(session_opened(NURSE))
    other.record(session_opened(NURSE))
    other.close()
    third = AuditTrail(tmp_path / "audit", KEY)
    third.record(session_opened(NURSE))
    third.close()

    report = verify(tmp_path / "audit", [KEY])

    assert report.files == 2
    assert report.findings == ()
    assert [note.kind for note in report.notes] == ["open"]


def run(folder, program):
    """A program of its own, which has `trail`, `event` and `folder`."""
    begin = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from smartapp.audit import *\n"
        "from smartapp.errors import AuditUnavailable\n"
        f"folder = Path({str(folder)!r})\n"
        f"trail = AuditTrail(folder, {KEY!r})\n"
        "event = session_opened(Context(request_id='r'))\n"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", begin + program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_processes_after_a_fork_write_files_of_their_own_and_close_them(tmp_path):
    run(
        tmp_path,
        "trail.record(event)\n"
        "children = []\n"
        "for _ in range(3):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        for _ in range(5): trail.record(event)\n"
        "        sys.exit()\n"
        "    children.append(child)\n"
        "trail.record(event)\n"
        "for child in children: os.waitpid(child, 0)\n",
    )

    report = verify(tmp_path, [KEY])
    assert report.findings == ()
    assert report.notes == ()  # every process closed its chain, and no other one's
    assert report.files <= 4
    events = [line for file in tmp_path.glob("writer-*") for line in file.read_text().splitlines()]
    assert sum('"session.start"' in line for line in events) == 17


def test_processes_that_are_killed_lose_nothing_that_was_acknowledged(tmp_path):
    acknowledged = run(
        tmp_path,
        "import random, signal\n"
        "total = 0\n"
        "for turn in range(40):\n"
        "    told, tells = os.pipe()\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        while True:\n"
        "            trail.record(event, event)\n"
        "            os.write(tells, b'..')\n"
        "    os.close(tells)\n"
        "    os.read(told, 1)\n"
        "    time.sleep(random.random() / 100)\n"
        "    os.kill(child, signal.SIGKILL)\n"
        "    os.waitpid(child, 0)\n"
        "    total += 1\n"
        "    while got := os.read(told, 4096): total += len(got)\n"
        "print(total)\n",
    )

    report = verify(tmp_path, [KEY])
    assert report.findings == ()
    assert {note.kind for note in report.notes} <= {"crash", "open", "torn"}
    events = (tmp_path / "writer-00.jsonl").read_text().count('"session.start"')
    assert events >= int(acknowledged)


@pytest.mark.parametrize("left", range(0, 300, 23))
def test_half_a_line_after_a_power_cut_is_called_that_and_not_tampering(tmp_path, left):
    trail = AuditTrail(tmp_path, KEY)
    trail.record(session_opened(NURSE))
    file = tmp_path / "writer-00.jsonl"
    noted = file.stat().st_size
    trail.record(session_opened(NURSE))
    whole = file.read_bytes()
    copy = tmp_path / "after"
    copy.mkdir()
    (copy / "heads.jsonl").write_bytes((tmp_path / "heads.jsonl").read_bytes())
    (copy / "writer-00.jsonl").write_bytes(whole[: noted + left])
    trail.close()

    cut = verify(copy, [KEY])
    again = AuditTrail(copy, KEY)
    again.record(session_opened(NURSE))
    again.close()
    after = verify(copy, [KEY])

    assert cut.findings == after.findings == ()
    assert [note.kind for note in cut.notes] == (["torn", "open"] if left else ["open"])
    assert [note.kind for note in after.notes] == ["crash"]


def test_a_disk_that_fills_up_stops_the_app_and_leaves_a_sound_trail(tmp_path):
    run(
        tmp_path,
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "trail.record(event)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, resource.RLIM_INFINITY))\n"
        "refused = 0\n"
        "for _ in range(20):\n"
        "    try: trail.record(event)\n"
        "    except AuditUnavailable: refused += 1\n"
        "assert 5 < refused < 20, refused\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))\n"
        "trail.record(event)\n",
    )

    report = verify(tmp_path, [KEY])
    assert report.findings == ()
    assert "crash" in [note.kind for note in report.notes]


def test_an_event_is_flushed_to_the_disk_before_the_call_returns(trail, tmp_path, monkeypatch):
    flushed = {}
    fsync = os.fsync

    def watched(file):
        flushed[os.fstat(file).st_ino] = os.fstat(file).st_size
        fsync(file)

    monkeypatch.setattr(os, "fsync", watched)
    for _ in range(3):
        trail.record(session_opened(NURSE))
        file = (tmp_path / "audit" / "writer-00.jsonl").stat()
        assert flushed[file.st_ino] == file.st_size


def test_a_child_never_writes_in_its_parents_name(tmp_path):
    run(
        tmp_path,
        "trail.record(event)\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    files = [open(folder / f'other-{n}', 'w') for n in range(9)]\n"
        "    sys.exit()\n"
        "os.waitpid(child, 0)\n"
        "trail.record(event)\n",
    )

    assert {file.read_text() for file in tmp_path.glob("other-*")} == {""}
    assert verify(tmp_path, [KEY]).findings == ()


def test_a_child_does_not_keep_its_parents_place(tmp_path):
    run(
        tmp_path,
        "trail.record(event)\n"
        "told, tells = os.pipe()\n"
        "begun, begins = os.pipe()\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os.close(tells)\n"
        "    os.write(begins, b'.')\n"
        "    os.read(told, 1)\n"
        "    os._exit(0)\n"
        "os.read(begun, 1)\n"
        "trail.close()\n"
        "trail.record(event)\n"
        "os.close(tells)\n"
        "os.waitpid(child, 0)\n",
    )

    assert [file.name for file in tmp_path.glob("writer-*")] == ["writer-00.jsonl"]


def test_a_child_leaves_its_parents_lock_alone(tmp_path):
    run(
        tmp_path,
        "trail.record(event)\n"
        "child = os.fork()\n"
        "if not child: os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "other = AuditTrail(folder, b'k' * 32)\n"
        "other.record(event)\n",
    )

    assert {file.name for file in tmp_path.iterdir()} == {
        "heads.jsonl",
        "writer-00.jsonl",
        "writer-01.jsonl",
    }
