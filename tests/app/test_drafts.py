"""What somebody types is there for them, whatever becomes of their session, and for nobody else."""

from __future__ import annotations

import pytest

from tests.app import people
from tests.app.page import Page
from tests.app.people import Patient
from tests.app.world import World

KEPT = "Nothing was sent. Your answers are kept: sign in, check and send."
WORDS = "I typed this slowly, over most of an hour, and would hate to type it again."
SAFE = {"red-flags": "none", "then": "check"}
MINUTE = 60.0


def questions(patient: Patient, topic: str = "medical-question") -> Page:
    """The page after the one about safety."""
    first = patient.go(f"ask/{topic}?about=none")
    return patient.browser.submit(first.form(f"/{topic}"), SAFE)


def keeps(patient: Patient, page: Page, **typed: str) -> int:
    """As the page's script does while somebody types."""
    form = page.form("/medical-question")
    fields = {name: values for name, values in form.fields.items() if values}
    answer = patient.browser.ask(
        "POST",
        form.action,
        fields={**fields, **{name: [text] for name, text in typed.items()}, "then": ["keep"]},
    )
    return int(answer.status_code)


def later(world: World, username: str = "james", record: str = "") -> Patient:
    again = people.patient(world)
    again.logs_in(username, record)
    return again


def test_forty_minutes_of_typing_survive_a_session_that_dies(
    world: World, patient: Patient
) -> None:
    """For half of the time the page keeps what is typed. Then the session ends, and the rest comes
    in with the button, when nobody is signed in any more.
    """
    patient.logs_in("james")
    page = questions(patient)
    for minute in range(20):
        world.clock.passes(MINUTE)
        assert keeps(patient, page, words=WORDS[: minute + 1]) == 204
    world.clock.passes(20 * MINUTE + 1)
    over = patient.browser.submit(
        page.form("/medical-question"),
        {"words": WORDS, "subject": "vaccine", "then": "check"},
        status=401,
    )
    assert KEPT in over.text
    assert world.written("Communication") == []

    author = later(world)
    assert "Medical question" in author.go("ask").text
    found = author.go("ask/medical-question?about=none").form("/medical-question")
    assert found.fields["words"] == [WORDS]
    assert found.fields["subject"] == ["vaccine"]
    rest = {"change": "same", "answer-by": "message", "then": "check"}
    check = author.browser.submit(found, rest)
    assert WORDS in check.text
    assert "The clinic has your request" in author.sends(check).text


def test_what_one_person_typed_is_shown_to_nobody_else(world: World, patient: Patient) -> None:
    """Not to another patient, and not to a mother who writes for two."""
    patient.logs_in("emily", "emily-nguyen")
    page = questions(patient)
    patient.browser.submit(page.form("/medical-question"), {"words": WORDS, "then": "save"})

    for username, record in (("james", ""), ("emily", "leo-nguyen")):
        other = later(world, username, record)
        assert "You have not finished this" not in other.go("ask").text
        if record:
            continue
        assert WORDS not in questions(other).html
    mine = later(world, "emily", "emily-nguyen")
    assert "You have not finished this" in mine.go("ask").text
    assert WORDS in mine.go("ask/medical-question?about=none").html


def test_a_request_that_comes_in_after_the_end_is_not_sent_but_kept(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril", more=WORDS)
    world.clock.passes(21 * MINUTE)
    over = patient.sends(check, status=401)
    assert KEPT in over.text
    assert world.written("Task") == []

    author = later(world)
    assert "Refill: lisinopril" in author.go("ask").text
    address = author.form_address("lisinopril")
    again = author.browser.get(f"{address}/check")
    assert WORDS in again.text
    assert "The clinic has your request" in author.sends(again).text
    assert len(world.written("Task")) == 1


def test_a_reply_that_comes_in_after_the_end_is_kept(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril")
    world.clock.passes(21 * MINUTE)
    over = patient.browser.submit(receipt.form("/reply"), {"text": WORDS}, status=401)
    assert KEPT in over.text

    author = later(world)
    page = author.browser.get(author.go("requests").link("Refill: lisinopril"))
    assert page.form("/reply").fields["text"] == [WORDS]
    assert len(world.written("Communication")) == 1


@pytest.mark.parametrize("slip", ["", "00", "zz", "f" * 400])
def test_without_a_slip_of_ours_nothing_is_kept_for_anybody(
    world: World, patient: Patient, slip: str
) -> None:
    patient.logs_in("james")
    page = questions(patient)
    world.clock.passes(21 * MINUTE)
    form = page.form("/medical-question")
    over = patient.browser.submit(form, {"words": WORDS, "slip": slip, "then": "check"}, status=401)
    assert KEPT not in over.text
    assert WORDS in over.text, "it can be copied"
    assert WORDS not in later(world).go("ask/medical-question?about=none").html


def test_a_draft_can_be_deleted_and_its_end_is_shown(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    page = questions(patient)
    saved = patient.browser.submit(page.form("/medical-question"), {"words": WORDS, "then": "save"})
    assert "Kept until" in saved.text
    gone = patient.browser.submit(saved.form("/discard"))
    assert "It is deleted. Nothing was sent." in gone.text
    assert "You have not finished this" not in gone.text


def test_after_three_days_a_draft_is_gone(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    form = questions(patient).form("/medical-question")
    patient.browser.submit(form, {"words": WORDS, "then": "save"})
    world.clock.passes(73 * 60 * MINUTE)
    assert "You have not finished this" not in later(world).go("ask").text


def test_looking_at_a_form_is_not_having_begun_it(patient: Patient) -> None:
    """Also where the record fills in a phone number."""
    patient.logs_in("james")
    page = patient.go("ask/appointment?about=none")
    assert "Your answers are kept until" not in page.text
    assert "You have not finished this" not in patient.go("ask").text


def test_what_the_record_filled_in_is_no_mistake_where_it_is_not_asked(patient: Patient) -> None:
    """Without JavaScript every field is there, and is sent."""
    patient.logs_in("james")
    form = patient.go("ask/update-details").form("/update-details")
    assert form.fields["phone"][0], "the record knows it"
    changes = {"what": "language", "language": "Spanish", "not-safe": "false", "then": "check"}
    check = patient.browser.submit(form, changes)
    assert check.has_form("/send")
