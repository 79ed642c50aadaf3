"""The page of figures: right by the log of what really happened, and for managers alone."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripts.clinic_month import a_month
from tests.app import people
from tests.app.page import Page
from tests.app.people import Staff
from tests.app.truth import Truth, middle, ninetieth, percent
from tests.app.world import POLICY, World, opened

ROW = re.compile(r'<th scope="row" role="rowheader"><bdi>(.*?)</bdi>.*?</th>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'<td role="cell" data-label="[^"]*">(.*?)</td>', re.DOTALL)
SECTION = re.compile(r'<section class="app-block app-figures" id="(\w+)".*?</section>', re.DOTALL)


@dataclass(frozen=True)
class Clinic:
    """A world whose month has happened, and the truth about it."""

    world: World
    truth: Truth
    manager: Staff

    def page(self, weeks: int = 4) -> Page:
        return self.manager.browser.get(f"{self.manager.home}/numbers?weeks={weeks}")


def section(page: Page, key: str) -> str:
    found = {each[1]: each[0] for each in SECTION.finditer(page.html)}
    assert key in found, sorted(found)
    return found[key]


def cells(page: Page, key: str, label: str) -> list[str]:
    """Of the first line of a section with this label."""
    rows = ROW.findall(section(page, key))
    found = [rest for name, rest in rows if html.unescape(name) == label]
    assert found, [name for name, _ in rows]
    return [html.unescape(each).replace("\u00a0", " ") for each in CELL.findall(found[0])]


def clinic(world: World, **more: Any) -> Clinic:
    end = datetime.now(UTC).replace(microsecond=0)
    still = world.with_services(clock=lambda: end.timestamp())
    made = a_month(world.services.policy, POLICY, world.services.seal, end=end, **more)
    world.ehr.load(made.resources)
    manager = people.staff(still)
    manager.opens("lee")
    start = end - timedelta(weeks=4)
    return Clinic(still, Truth(tuple(made.story.lines()), POLICY, start, end), manager)


@pytest.fixture(scope="module")
def month() -> Iterator[Clinic]:
    """A small clinic: five requests a day."""
    with opened() as world:
        yield clinic(world, people=70, a_day=5.0)


@pytest.fixture(scope="module")
def shown(month: Clinic) -> Page:
    return month.page()


# --- right ---------------------------------------------------------------------------------------


def agrees(page: Page, truth: Truth) -> None:
    first, ended = truth.first_answers, truth.endings

    def short(label: str) -> str:
        return cells(page, "short", label)[0]

    assert short("Requests that came in") == f"{len(truth.requests):,}"
    assert short("First answer, median") == f"{middle(first):.1f} h"
    assert short("Finished, median") == f"{middle(ended):.1f} h"
    assert f"9 in 10 within {ninetieth(first):.1f} h" in section(page, "short")
    assert f"9 in 10 within {ninetieth(ended):.1f} h" in section(page, "short")
    assert short("Late answers") == percent(truth.late)
    assert short("Reached a physician") == percent(truth.physician)
    assert short("First answered by a physician") == percent(truth.first_contact)
    put_right = cells(page, "volume", "Nurse triage")[3]
    triage = [each for each in truth.requests if each["queue"] == "nurse-triage"]
    assert put_right.endswith(f"({sum(map(truth.was_wrong, triage))})")
    assert short("Open now") == str(truth.open_now)
    for name, who in (("Nina Okafor, RN", "nurse-okafor"), ("Dr. Anita Patel", "dr-patel")):
        done = truth.done_by(f"Practitioner/{who}")
        taken, _, finished, passed_on, *_ = cells(page, "staffing", name)
        assert (int(taken), int(finished)) == (done["claimed"], done["closed"])
        assert int(passed_on) == done["rerouted"] + done["escalated"]


def test_the_figures_are_what_the_log_of_the_month_says(month: Clinic, shown: Page) -> None:
    agrees(shown, month.truth)


@pytest.mark.proof
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_of_whole_months_are_what_their_logs_say(seed: int) -> None:
    with opened() as world:
        found = clinic(world, seed=seed)
        agrees(found.page(), found.truth)
        truth = found.truth
        print(
            f"\nmonth {seed}: {len(truth.requests)} requests in 4 weeks; reached a physician"
            f" {percent(truth.physician)}, first answered by one {percent(truth.first_contact)};"
            f" first answer {middle(truth.first_answers):.2f} h, nine in ten within"
            f" {ninetieth(truth.first_answers):.2f} h; late {percent(truth.late)}"
        )


def test_the_file_holds_the_figures_of_the_page(month: Clinic, shown: Page) -> None:
    address = shown.link("spreadsheet")
    answer = month.manager.browser.follow("GET", address)
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    late = next(row for row in rows if row[2] == "Late answers")
    part, whole = month.truth.late

    assert answer.headers["Content-Disposition"].startswith("attachment; filename=figures-")
    assert float(late[4]) == round(100 * part / whole, 1)


def test_everything_has_a_place_and_none_is_left_waiting(shown: Page) -> None:
    slots = set(re.findall(r'<slot name="([\w-]+)"', shown.html)) - {"broken"}

    assert set(re.findall(r' slot="([\w-]+)"', shown.html)) == slots
    assert "could not be read" not in shown.text


# --- for whom ------------------------------------------------------------------------------------


def test_a_group_of_few_people_is_hidden_and_not_alone(shown: Page) -> None:
    rows = ROW.findall(section(shown, "fairness"))
    people_in = [CELL.findall(rest)[0] for _, rest in rows]

    assert "hidden" in people_in
    assert min(int(each) for each in people_in if each.isdigit()) >= 11
    assert "month-0" not in shown.html  # nobody is named


def test_groups_are_compared_for_one_period_only(month: Clinic) -> None:
    assert "<table" not in section(month.page(weeks=1), "fairness")


@pytest.mark.parametrize("username", ["nina", "patel", "kim", "shaw"])
def test_figures_are_for_managers_alone(world: World, nurse: Staff, username: str) -> None:
    nurse.opens(username)
    for path in ("numbers", "numbers/figures.csv"):
        nurse.browser.get(f"{nurse.home}/{path}", status=403)

    assert "Numbers" not in [words for words, _ in nurse.queue().links]
    assert [event["reason_code"] for event in world.events("access.denied")] == ["role"] * 2


def test_a_patient_has_no_figures(james: people.Patient) -> None:
    james.go("numbers", status=403)


def test_in_a_patients_chart_there_are_no_figures(nurse: Staff) -> None:
    nurse.opens("lee", "james-carter")

    assert "Numbers" not in [words for words, _ in nurse.queue().links]
    nurse.browser.get(f"{nurse.home}/numbers", status=403)


def test_what_figures_were_made_of_is_on_record_before_they_are_shown(world: World) -> None:
    manager = people.staff(world)
    manager.opens("lee")
    manager.browser.get(manager.browser.get(f"{manager.home}/queue").link("Numbers"))

    events = world.events("numbers.view")
    kinds = {entity["type"] for event in events for entity in event.get("entities", [])}
    assert {"Task", "Communication", "Appointment"} <= kinds
    assert {event["purpose"] for event in events} == {"HOPERAT"}
    assert not any("patient" in event for event in events)


# --- what is not known ---------------------------------------------------------------------------


def test_without_work_items_the_figures_say_what_is_not_known(world: World) -> None:
    world.behaves(profile="oracle")
    manager = people.staff(world)
    manager.opens("lee")
    page = manager.browser.get(f"{manager.home}/numbers")

    assert "Work items: could not be read" in page.text
    assert "this EHR keeps no work items" in page.text
    assert cells(page, "went", "Requests that longer refills make needless") == ["not known"]
    assert 'id="staffing"' not in page.html


def test_what_could_not_be_read_is_no_zero(world: World) -> None:
    manager = people.staff(world)
    manager.opens("lee")
    world.fails(
        *({"match": {"type": kind}, "fault": {"kind": "status", "status": 500}}
          for kind in ("Task", "Communication", "QuestionnaireResponse", "Appointment"))
    )  # fmt: skip
    page = manager.browser.get(f"{manager.home}/numbers")

    assert "Neither work items nor messages could be read" in page.text
    assert "how many were missed is not known" in page.text
    assert 'id="volume"' not in page.html


def test_a_part_of_what_came_in_is_not_taken_for_all_of_it(month: Clinic) -> None:
    fault = {"kind": "status", "status": 500}
    second = [{"type": "Communication", "nth": nth} for nth in (2, 3, 4)]  # it is asked again
    month.world.fails(*({"match": match, "fault": fault} for match in second))
    page = month.page(weeks=1)
    month.world.recovers()

    assert re.search("Messages: [0-9]+ read, and there are more", page.text)


def test_what_patients_are_to_do_is_no_request(world: World) -> None:
    """An EHR may pass over what it was asked for, and send every Task."""
    to_do = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "for": {"reference": "Patient/james-carter"},
        "authoredOn": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    for number in range(3):
        world.ehr.create(to_do, id=f"to-do-{number}")
    manager = people.staff(world)
    manager.opens("lee")
    page = manager.browser.get(f"{manager.home}/numbers")

    assert cells(page, "short", "Requests that came in") == ["0"]
    assert cells(page, "short", "First answer, median") == ["not known"]
    assert cells(page, "short", "Late answers") == ["not known"]


def test_changes_that_this_app_did_not_write_are_nobodys_work(world: World) -> None:
    """A patient's token could write a Task, and a history into it."""
    found = clinic(world, people=15, a_day=2.0)
    for task in world.ehr.of_type("Task"):
        text = (
            json.dumps(task)
            .replace("Nina Okafor, RN", "Somebody Else")
            .replace("Practitioner/nurse-okafor", "Practitioner/somebody")
        )
        world.ehr.update(json.loads(text))

    assert "Somebody Else" not in section(found.page(), "staffing")


def test_a_name_from_the_record_is_no_formula(world: World) -> None:
    found = clinic(world, people=15, a_day=2.0)
    for cover in world.ehr.of_type("Coverage"):
        payor = [
            {**each, "display": '=HYPERLINK("http://evil.example")'} for each in cover["payor"]
        ]
        world.ehr.update({**cover, "payor": payor})
    address = found.page().link("spreadsheet")
    text = found.manager.browser.follow("GET", address).get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))

    assert any("HYPERLINK" in cell for row in rows for cell in row)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))]
