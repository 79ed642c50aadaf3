"""The rules as their owners see them: made from the files, tried out beside them, never changed."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts.clinic_month import a_month
from tests.app import people
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import POLICY, World, opened

REFILL = (POLICY / "topics" / "refill.toml").read_text()


@pytest.fixture(scope="module")
def happened() -> Iterator[World]:
    """A small month has happened."""
    with opened() as world:
        made = a_month(
            world.services.policy, POLICY, world.services.seal, end=datetime.now(UTC), people=25,
            a_day=3.0,
        )  # fmt: skip
        world.ehr.load(made.resources)
        yield world


@pytest.fixture
def manager(happened: World) -> Staff:
    manager = people.staff(happened)
    manager.opens("lee")
    return manager


def rules(staff: Staff, topic: str = "refill") -> Page:
    return staff.browser.get(f"{staff.home}/workbench?topic={topic}")


def tries(staff: Staff, status: int = 200, **files: str) -> Page:
    """`refill_toml="…"`: an edited file under this name."""
    page = rules(staff)
    named = [
        (io.BytesIO(text.encode()), name.replace("__", "-").replace("_", "."))
        for name, text in files.items()
    ]
    form = page.form("/trial")
    token = form.fields["csrf_token"][0]
    return staff.browser.post(form.action, {"csrf_token": token, "files": named}, status=status)


# --- what the rules do ---------------------------------------------------------------------------


def test_each_rule_says_in_words_when_it_fits_and_where_it_sends(manager: Staff) -> None:
    text = rules(manager).text

    assert "Danger: “" in text
    assert "At least one of these:" in text
    assert "“How much of this medicine do you have left?”" in text
    assert "Everything that comes this far" in text
    assert "2 business days" in text
    assert "side-effects-and-almost-out" in text
    assert "The patient reads: A nurse will talk with you about your side effects" in text


def test_the_rules_speak_spanish(happened: World) -> None:
    manager = people.staff(happened, language="es")
    manager.opens("lee")
    text = rules(manager).text

    assert "Todo lo que llega hasta aquí" in text
    assert "Al menos una de estas:" in text


def test_it_is_said_how_often_staff_had_to_put_a_rule_right(
    manager: Staff, happened: World
) -> None:
    answer = manager.browser.follow("GET", rules(manager).link("Download all rules"))
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    told = [row[4] for row in rows if row[3] == "Put right by staff"]
    parts = [text.split(" of ") for text in told if " of " in text]

    assert len(told) == sum(
        len(topic.rules) + len(topic.red_flags) + 1
        for topic in happened.services.policy.topics.values()
    )
    assert sum(int(part) for part, _ in parts) > 0
    assert all(int(part) <= int(whole) for part, whole in parts)


# --- trying out ----------------------------------------------------------------------------------


def test_a_change_is_tried_on_what_came_in_and_nothing_is_written(
    manager: Staff, happened: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = {path: path.read_bytes() for path in POLICY.rglob("*") if path.is_file()}
    held = len(happened.ehr)
    everywhere = REFILL.replace('queue = "refills"', 'queue = "pharmacy"')
    assert everywhere != REFILL
    page = tries(manager, refill_toml=everywhere)

    assert "Nothing was changed." in page.text
    assert "Refills, Routine (everything-else)" in page.text
    assert "Pharmacist, Routine (everything-else)" in page.text
    assert {path: path.read_bytes() for path in POLICY.rglob("*") if path.is_file()} == before
    assert len(happened.ehr) == held
    assert list(tmp_path.iterdir()) == []


def test_the_same_file_would_change_nothing(manager: Staff) -> None:
    assert "Nothing would change." in tries(manager, refill_toml=REFILL).text


def test_a_file_that_is_wrong_says_where(manager: Staff) -> None:
    page = tries(manager, refill_toml=REFILL.replace('queue = "refills"', 'queue = "refils"'))

    assert "policy/topics/refill.toml" in page.text
    assert "'refils' is not a queue; did you mean 'refills'?" in page.text
    assert "Who would get how many" not in page.text


def test_the_clinics_own_cases_that_would_go_elsewhere_are_named(manager: Staff) -> None:
    changed = REFILL.replace('queue = "nurse-triage"', 'queue = "front-desk"')

    assert "should go to 'nurse-triage'" in tries(manager, refill_toml=changed).text


@pytest.mark.parametrize("name", ["passwd", "new_toml", "__2E__2E_toml"])
def test_a_file_that_the_policy_does_not_have_goes_nowhere(manager: Staff, name: str) -> None:
    page = tries(manager, **{name: "x = 1"})

    assert "is not the name of a file of the policy" in page.text


def test_without_a_file_there_is_nothing_to_try(manager: Staff) -> None:
    assert "Choose at least one edited file." in tries(manager, 422).text


# --- why one item is where it is -----------------------------------------------------------------


def test_the_way_of_one_item_through_the_rules(world: World, james: Patient, nurse: Staff) -> None:
    james.asks_for("lisinopril", {**people.PLAIN, "supply-left": "none"})
    nurse.opens("tom")
    item = nurse.opens_item()
    page = nurse.browser.get(item.link("step by step"))

    assert "here: “None" in page.text
    assert "does not fit" in page.text
    assert "Rule: none-left" in page.text
    assert world.events("record.view")[-1]["patient"]["ref"] == "Patient/james-carter"


# --- for whom ------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["patel", "kim", "shaw", "ruiz"])
def test_the_rules_are_for_those_who_own_them(nurse: Staff, username: str) -> None:
    nurse.opens(username)
    for path in ("workbench", "workbench/rules.csv"):
        nurse.browser.get(f"{nurse.home}/{path}", status=403)


def test_a_patient_has_no_workbench(james: Patient) -> None:
    james.go("workbench", status=403)
