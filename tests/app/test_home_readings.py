"""Home readings: from what a patient types to what a nurse sees."""

from __future__ import annotations

from datetime import timedelta

from tests.app import people
from tests.app.asked import details, only
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World


def day(world: World, ago: float) -> str:
    local = world.services.policy.calendar.local(world.services.now())
    return (local - timedelta(days=ago)).strftime("%Y-%m-%d, %H:%M")


def types(patient: Patient, lines: str, *, status: int = 200, **one: str) -> Page:
    form = patient.go("readings/blood-pressure").form("/blood-pressure")
    return patient.browser.submit(form, {"lines": lines, **one, "then": "check"}, status=status)


def test_readings_from_a_meters_file_are_sent_as_numbers_with_units(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    assert "Blood pressure" in patient.go("readings").text
    check = types(patient, f"{day(world, 2)}, 128, 82\n{day(world, 1)}, 124, 80")
    assert "124/80 mmHg" in check.text
    assert "A nurse looks at your readings." in check.text
    assert "<polyline" in check.html
    receipt = patient.sends(check)
    assert "The clinic has your request" in receipt.text

    response, task = only(world.written("QuestionnaireResponse")), only(world.written("Task"))
    numbers = [
        answer["valueQuantity"]
        for group in response["item"]
        for item in group["item"]
        for answer in item["answer"]
        if "valueQuantity" in answer
    ]
    assert [each["value"] for each in numbers] == [128, 82, 124, 80]
    assert {each["code"] for each in numbers} == {"mm[Hg]"}
    assert details(task, "answers") == [{"reference": f"QuestionnaireResponse/{response['id']}"}]
    assert task["priority"] == "routine"
    nurse.opens("tom")
    item = nurse.opens_item("Home readings")
    assert "newest 124/80 mmHg, mean of 2: 126/81 mmHg" in nurse.queue().text + item.text
    nurse.takes(item)
    page = nurse.opens_item("Home readings")
    outcome = page.form("/answer").choices["outcome"][0]
    nurse.answers(page, text="They are fine.", outcome=outcome, then="close")
    assert "They are fine." in patient.browser.get(receipt.url).text


def test_a_dangerous_reading_says_what_to_do_and_is_seen_first(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    check = types(patient, f"{day(world, 0.1)}, 186/101")
    assert "Measure again after 5 minutes." in check.text
    patient.sends(check)

    task = world.written("Task")[-1]
    assert task["priority"] == "stat"
    assert details(task, "rule") == ["reading-blood-pressure-dangerously-high"]
    assert details(task, "red-flag-advice-shown") == ["dangerously-high"]
    titles = [text for text, href in nurse.opens("nina").links if "/queue/" in href]
    assert titles[0].startswith("Home readings")


def test_what_was_sent_before_counts_for_the_trend(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    patient.sends(types(patient, "\n".join(f"{day(world, n)}, 141, 88" for n in (7, 6, 5, 4, 3))))
    check = types(patient, f"{day(world, 1)}, 140, 86")
    assert "Your readings of the last 2 weeks are higher than we want." in check.text
    assert check.text.count("sent before") == 5


def test_a_slip_of_the_pen_is_told_with_its_line_and_nothing_typed_is_lost(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    typed = f"{day(world, 1)}, 1280, 82\nyesterday, 120, 80"
    page = types(patient, typed, status=422)
    assert "Line 1: Upper number must be from 50 to 280 mmHg. Look at it again" in page.text
    assert "Line 2: the day or the time is not one that we understand" in page.text
    assert page.form("/blood-pressure").fields["lines"] == [typed]
    assert world.written("QuestionnaireResponse") == []

    empty = types(patient, "", status=422)
    assert "Write at least one reading" in empty.text


def test_one_reading_by_hand(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    date, time = day(world, 1).split(", ")
    check = types(patient, "", date=date, time=time, systolic="121", diastolic="79")
    assert "121/79 mmHg" in check.text
    patient.sends(check)
    assert len(only(world.written("QuestionnaireResponse"))["item"]) == 1


def test_what_another_window_changed_is_shown_again(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    first = types(patient, f"{day(world, 1)}, 121, 79")
    types(patient, f"{day(world, 1)}, 151, 79")
    again = patient.sends(first)
    assert "151/79 mmHg" in again.text
    assert world.written("Task") == []


def test_the_readings_of_one_person_are_not_shown_to_another(
    world: World, patient: Patient
) -> None:
    patient.logs_in("emily", "emily-nguyen")
    patient.sends(types(patient, f"{day(world, 1)}, 121, 79"))
    other = people.patient(world)
    other.logs_in("james")
    assert "121/79" not in other.go("readings/blood-pressure").text
