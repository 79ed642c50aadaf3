"""The rules of writing to the clinic: shown until they were read, and in Help from then on."""

from __future__ import annotations

from tests.app import people
from tests.app.asked import only
from tests.app.people import Patient
from tests.app.world import World, opened

TITLE = "Before you write to us"
RULE = "Do not write in an emergency. Call 911."


def test_who_has_read_the_rules_is_not_asked_again_on_any_phone(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    page = patient.go("ask")
    assert TITLE in page.text
    assert RULE in page.text
    assert "Ask for a refill" in page.text, "the rules stand in nobody's way"
    after = patient.browser.submit(page.form("/read"))
    assert TITLE not in after.text
    kept = only(world.written("QuestionnaireResponse"))
    assert kept["questionnaire"].endswith(f"/first-use|{world.services.policy.version}")
    assert kept["author"]["reference"] == "Patient/james-carter"

    later = people.patient(world)
    later.logs_in("james")
    assert TITLE not in later.go("ask").text
    assert RULE in later.go("help").text
    assert "Being confirmed" not in later.go("requests").text


def test_it_is_kept_once(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    form = patient.go("help").form("/read")
    for _ in range(3):
        patient.browser.submit(form)
    assert len(world.written("QuestionnaireResponse")) == 1


def test_each_person_reads_them_for_themselves(world: World, patient: Patient) -> None:
    patient.logs_in("emily", "leo-nguyen")
    patient.browser.submit(patient.go("ask").form("/read"))
    assert TITLE in _asks(world, "james")
    assert TITLE in _asks(world, "emily", "emily-nguyen"), "that was for another record"


def _asks(world: World, username: str, record: str = "") -> str:
    somebody = people.patient(world)
    somebody.logs_in(username, record)
    return somebody.go("ask").text


def test_where_it_cannot_be_kept_nobody_is_asked_each_time() -> None:
    def changed(config: dict) -> None:  # type: ignore[type-arg]
        scopes = config["ehrs"][0]["scopes"]
        scopes["patient"] = scopes["patient"].replace(
            "QuestionnaireResponse.crus", "QuestionnaireResponse.rs"
        )

    with opened(changed=changed) as world:
        assert TITLE not in _asks(world, "james")


def test_what_could_not_be_looked_up_stands_in_nobodys_way(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    down = {"match": {"type": "QuestionnaireResponse"}, "fault": {"kind": "status", "status": 500}}
    world.fails(down)
    page = patient.go("ask")
    assert TITLE not in page.text
    assert "Ask for a refill" in page.text
