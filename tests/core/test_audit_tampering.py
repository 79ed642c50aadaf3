"""Whatever is done to the files afterwards is found, and a sound trail is never accused."""

from __future__ import annotations

import json
import random
import shutil
import time

import pytest

from smartapp.audit import AuditTrail, Context, Who, record_viewed, session_opened, verify
from smartapp.audit.chain import Head, audit_key, canonical, key_id, sealed

KEY = b"k" * 32
ISS = "https://ehr.example/fhir"
USER = Context(request_id="r", who=Who(ISS, "sub", "Practitioner/12", "staff"), iss=ISS)
OTHER_WRITER = "writer-01.jsonl"
WRITER = "writer-00.jsonl"
HEADS = "heads.jsonl"


def work(trail, count):
    for number in range(count):
        trail.record(record_viewed(USER, f"Patient/{number}", {"Task": number + 1}))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Two workers, restarted once; `earlier` is a copy from before the restart."""
    folder = tmp_path_factory.mktemp("trail")
    for turn in range(2):
        first, second = AuditTrail(folder / "now", KEY), AuditTrail(folder / "now", KEY)
        work(first, 8)
        work(second, 5)
        first.close()
        second.close()
        if turn == 0:
            shutil.copytree(folder / "now", folder / "earlier")
    return folder


@pytest.fixture
def folder(kept, tmp_path):
    return shutil.copytree(kept / "now", tmp_path / "audit")


@pytest.fixture
def change(folder):
    """Change a file's lines, and say which kinds of findings that gives."""

    def change(name, how):
        file = folder / name
        lines = file.read_bytes().splitlines(keepends=True)
        how(lines)
        file.write_bytes(b"".join(lines))
        return found(folder)

    return change


def found(folder, *anchors):
    return {finding.kind for finding in verify(folder, [KEY], anchors).findings}


def test_a_sound_trail_has_neither_findings_nor_notes(folder):
    report = verify(folder, [KEY])

    assert (report.findings, report.notes) == ((), ())
    assert (report.files, report.lines) == (2, 2 * (8 + 5) + 2 * 4)


LINES = range(20)  # of the first writer: two boots of an opening, eight views, a closing


@pytest.mark.parametrize("at", LINES)
def test_an_edited_field_is_found(change, at):
    def edit(lines):
        line = json.loads(lines[at])
        line["ts"] += 1
        lines[at] = canonical(line) + b"\n"

    assert change(WRITER, edit) == {"edited"}


@pytest.mark.parametrize("at", LINES)
def test_a_line_sealed_again_without_the_key_is_found(change, at):
    """As someone would who knows the format, and not the key."""

    def forge(lines):
        key = audit_key(b"guess" * 8)
        previous = json.loads(lines[at])["prev"]
        for number in range(at, len(lines)):
            line = json.loads(lines[number])
            line |= {"prev": previous, "req_id": "other"}
            del line["hash"]
            previous = line["hash"] = sealed(line, key)
            lines[number] = canonical(line) + b"\n"

    assert "edited" in change(WRITER, forge)


def test_a_line_under_a_key_of_ones_own_is_found(change):
    def forge(lines):
        key = audit_key(b"own" * 11)
        line = json.loads(lines[4]) | {"kid": key_id(key)}
        del line["hash"]
        line["hash"] = sealed(line, key)
        lines[4] = canonical(line) + b"\n"

    assert change(WRITER, forge) == {"unknown-key", "unlinked"}


@pytest.mark.parametrize("at", LINES)
def test_a_deleted_line_is_found(change, at):
    assert change(WRITER, lambda lines: lines.pop(at)) & {"missing", "truncated"}


@pytest.mark.parametrize("at", LINES[:-1])
def test_two_lines_that_changed_places_are_found(change, at):
    def swap(lines):
        lines[at], lines[at + 1] = lines[at + 1], lines[at]

    assert change(WRITER, swap) >= {"missing", "order"}


@pytest.mark.parametrize("at", LINES)
def test_a_line_that_stands_twice_is_found(change, at):
    assert "order" in change(WRITER, lambda lines: lines.insert(at, lines[at]))


@pytest.mark.parametrize("left", range(20))
def test_lines_cut_off_the_end_are_found(change, left):
    assert "truncated" in change(WRITER, lambda lines: lines.__delitem__(slice(left, None)))


@pytest.mark.parametrize("left", range(6))
def test_heads_cut_off_the_end_are_found_as_far_back_as_the_last_boot(change, left):
    """Of the eight: an opening and a closing for each boot of two writers."""
    assert change(HEADS, lambda lines: lines.__delitem__(slice(left, None))) == {"truncated"}


@pytest.mark.parametrize(
    "junk", [b"\n", b"x\n", b"{}\n", b'{"seq": 3}\n', b"\xff\xfe\n", b"[" * 9999 + b"\n"]
)
@pytest.mark.parametrize("at", [0, 1, 10, 20])
def test_junk_between_the_lines_is_found(change, junk, at):
    assert "unreadable" in change(WRITER, lambda lines: lines.insert(at, junk))


@pytest.mark.parametrize("at", LINES)
def test_a_damaged_line_is_found_and_not_taken_for_a_crash(change, at):
    def damage(lines):
        lines[at] = lines[at][: len(lines[at]) // 2] + b"\n"

    assert "unreadable" in change(WRITER, damage)


def test_a_second_value_that_a_reader_might_see_first_is_found(change):
    def add(lines):
        lines[3] = lines[3].replace(b'{"action":"R"', b'{"action":"C","action":"R"')

    assert change(WRITER, add) == {"edited"}


def test_a_file_that_is_gone_is_found(folder):
    (folder / WRITER).unlink()

    assert found(folder) == {"removed"}


def test_heads_that_are_gone_are_found(folder):
    (folder / HEADS).unlink()

    assert found(folder) == {"truncated"}


def test_a_file_gone_together_with_its_heads_is_found(change, folder):
    (folder / WRITER).unlink()

    def without_it(lines):
        lines[:] = [line for line in lines if b'"writer-00"' not in line]

    assert change(HEADS, without_it) & {"missing", "unlinked"}


def test_a_file_under_another_name_is_found(folder):
    shutil.copy(folder / WRITER, folder / "writer-02.jsonl")

    assert "foreign" in found(folder)


@pytest.mark.parametrize("names", [[WRITER], [OTHER_WRITER], [HEADS], [WRITER, HEADS]])
def test_an_older_copy_in_the_place_of_a_file_is_found(kept, folder, names):
    for name in names:
        shutil.copy(kept / "earlier" / name, folder / name)

    assert found(folder) & {"truncated", "replaced"}


def test_an_older_copy_that_was_written_on_is_found(kept, folder):
    shutil.copy(kept / "earlier" / WRITER, folder / WRITER)
    again = AuditTrail(folder, KEY)
    work(again, 30)
    again.close()

    assert "replaced" in found(folder)


def test_a_whole_folder_of_older_copies_is_found_by_a_head_that_was_kept_elsewhere(kept):
    heads = (kept / "now" / HEADS).read_text().splitlines()
    last = json.loads(heads[-1])
    anchor = Head(last["seq"], last["hash"])

    assert found(kept / "earlier") == set()  # as docs/audit.md says: by itself it looks sound
    assert found(kept / "earlier", anchor) == {"truncated"}
    assert found(kept / "now", anchor) == set()
    assert found(kept / "now", Head(last["seq"], "other")) == {"replaced"}


def test_every_head_goes_into_the_log_to_be_kept_elsewhere(tmp_path, caplog):
    caplog.set_level("INFO", "smartapp.audit")
    trail = AuditTrail(tmp_path, KEY)
    work(trail, 3)
    trail.close()

    anchors = [
        Head(record.head_seq, record.head_hash)
        for record in caplog.records
        if record.message == "audit.anchor"
    ]
    assert [anchor.seq for anchor in anchors] == [1, 2]
    assert verify(tmp_path, [KEY], anchors).findings == ()


def test_an_idle_app_notes_its_head_by_itself(tmp_path):
    trail = AuditTrail(tmp_path, KEY, anchor_seconds=0.02)
    work(trail, 3)
    wait_for(lambda: (tmp_path / HEADS).read_bytes().count(b"\n") == 2)
    work(trail, 2)
    wait_for(lambda: (tmp_path / HEADS).read_bytes().count(b"\n") == 3)

    file = tmp_path / WRITER
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    assert found(tmp_path) == {"truncated"}


def wait_for(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_busy_app_notes_its_head_after_a_thousand_lines(tmp_path):
    trail = AuditTrail(tmp_path, KEY)
    trail.record(*[session_opened(USER)] * 1001)

    lines = [json.loads(line) for line in (tmp_path / HEADS).read_text().splitlines()]
    assert [line["of"]["seq"] for line in lines] == [1, 1002]


def test_a_clock_that_went_back_is_found_and_a_small_correction_is_not(tmp_path):
    times = iter([1000.0, 1001.0, 1002.0, 1000.5, 1003.0, 1004.0, 1005.0, 905.0])
    trail = AuditTrail(tmp_path, KEY, clock=lambda: next(times, 906.0))
    work(trail, 3)
    assert found(tmp_path) == set()
    work(trail, 5)
    trail.close()

    assert found(tmp_path) == {"clock"}


def test_a_new_secret_key_goes_on_with_the_chain_and_old_lines_need_the_old_key(tmp_path):
    old, new = b"o" * 32, b"n" * 32
    for key in (old, new):
        trail = AuditTrail(tmp_path, key)
        trail.record(session_opened(USER))
        trail.close()

    assert verify(tmp_path, [new, old]).findings == ()
    assert {finding.kind for finding in verify(tmp_path, [new]).findings} == {"unknown-key"}


def test_a_finding_says_where_and_when(change, folder):
    def edit(lines):
        lines[5] = lines[5].replace(b'"Patient/4"', b'"Patient/5"')

    change(WRITER, edit)
    (finding,) = verify(folder, [KEY]).findings

    assert str(finding).startswith(f"{WRITER}:6 was changed, or made without the key, after 20")


def test_random_changes_to_any_file_are_found(kept, tmp_path):
    """One byte somewhere, two hundred times."""
    dice = random.Random(7)  # noqa: S311  (the same changes in each run)
    names = [WRITER, OTHER_WRITER, HEADS]
    for turn in range(200):
        folder = shutil.copytree(kept / "now", tmp_path / str(turn))
        file = folder / dice.choice(names)
        content = bytearray(file.read_bytes())
        at = dice.randrange(len(content) - 1)
        content[at] = (content[at] + dice.randrange(1, 256)) % 256
        file.write_bytes(content)

        assert found(folder), (file.name, at)
