"""Everything that can be wrong with the clinic's files is said at once, with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from smartapp.errors import PolicyError
from smartapp.workflow.commands import lint
from smartapp.workflow.policy.loading import load_policy
from tests.workflow.conftest import FOLDER, Copy

TOPIC = "topics/refill.toml"
FORM = "questionnaires/refill.json"

ProblemsAfter = Callable[[str, str, str], list[str]]


def test_a_form_that_is_not_json_is_named_with_its_place(policy_copy: Copy) -> None:
    form = policy_copy.folder / "forms" / "gad-7.json"
    lines = form.read_text().splitlines()
    form.write_text("\n".join([*lines[:6], '  "title": GAD-7,', *lines[7:]]))

    named = "policy/forms/gad-7.json: is not JSON: line 7, column 12: Expecting value"
    assert named in policy_copy.problems()


def test_the_clinics_own_policy_is_sound(policy_copy: Copy) -> None:
    assert lint(FOLDER) == ()
    assert policy_copy.problems() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        pytest.param(
            FORM,
            '"type": "boolean"',
            '"type": "reference"',
            "policy/questionnaires/refill.json: item 'side-effects'.type 'reference' points at the"
            " record, which nobody can type: use [about] in the topic",
            id="a question that could only be stored as what it is not",
        ),
        pytest.param(
            "readings.toml",
            "highest = 280",
            "highest = 28",
            "policy/readings.toml: readings[0].measures[0].highest is not above lowest",
            id="a reading that nothing can be",
        ),
        pytest.param(
            "readings.toml",
            'measure = "systolic"',
            'measure = "sistolic"',
            "policy/readings.toml: readings[0].trends[0].measure 'sistolic' is not a measure;"
            " did you mean 'systolic'?",
            id="a trend of nothing",
        ),
        pytest.param(
            "red-flags.toml",
            'name = "fainting"',
            'name = "severe-pain"',
            "policy/red-flags.toml: red_flags[5].name 'severe-pain' is there twice",
            id="two dangers of one name",
        ),
        pytest.param(
            "policy.toml",
            'topics = ["refill"]',
            'topics = ["refill", "gardening"]',
            "policy/topics/gardening.toml: is missing",
            id="a topic without its file",
        ),
        pytest.param(
            "policy.toml",
            'priority = "urgent"',
            'priority = "routine"',
            "policy/policy.toml: unclassified.priority is routine:"
            " what nobody understood must not wait its turn",
            id="what is unclear waits its turn",
        ),
        pytest.param(
            "policy.toml",
            'time_zone = "America/Chicago"',
            'time_zone = "Central"',
            "policy/policy.toml: time_zone 'Central' is not a time zone such as 'America/Chicago'",
            id="a time zone that does not exist",
        ),
        pytest.param(
            "policy.toml",
            'code_system = "https://smartapp.example/fhir"',
            'code_system = "https://smartapp.example/fhir/"',
            "policy/policy.toml: code_system 'https://smartapp.example/fhir/' is not an address"
            " without a slash at its end",
            id="an address that would give double slashes",
        ),
        pytest.param(
            "policy.toml",
            'version = "2026.11"',
            'version = ""',
            "policy/policy.toml: version is empty",
            id="a policy without a version",
        ),
        pytest.param(
            "policy.toml",
            'version = "2026.11"',
            "version = 2026.11",
            "policy/policy.toml: version is not text",
            id="a version that is a number",
        ),
        pytest.param(
            "queues.toml",
            'worked_by = ["manager"]',
            'worked_by = ["manger"]',
            "policy/queues.toml: queues[7].worked_by[0] 'manger' is not a role;"
            " did you mean 'manager'?",
            id="a role that does not exist",
        ),
        pytest.param(
            "queues.toml",
            'worked_by = ["doctor"]',
            "worked_by = []",
            "policy/queues.toml: queues[3].worked_by is empty",
            id="a queue that nobody works",
        ),
        pytest.param(
            "queues.toml",
            'hours = "nurses"',
            'hours = "nurse"',
            "policy/queues.toml: queues[0].hours 'nurse' is not one of the hours in calendar.toml;"
            " did you mean 'nurses'?",
            id="hours that do not exist",
        ),
        pytest.param(
            "queues.toml",
            'code = "billing"\nname',
            'code = "refills"\nname',
            "policy/queues.toml: queues[5].code 'refills' is there twice",
            id="two queues of one code",
        ),
        pytest.param(
            "calendar.toml",
            'monday = ["08:00-17:00"]',
            'monday = ["8-5"]',
            "policy/calendar.toml: hours.clinic.monday '8-5' must look like 08:00-17:00",
            id="hours that are no hours",
        ),
        pytest.param(
            "calendar.toml",
            'monday = ["08:30-12:00", "13:00-16:30"]',
            'monday = ["08:30-12:00", "11:00-16:30"]',
            "policy/calendar.toml: hours.office.monday '11:00-16:30' begins before the opening"
            " before it has ended",
            id="hours that overlap",
        ),
        pytest.param(
            "calendar.toml",
            "2026-12-25",
            "2026-12-32",
            "policy/calendar.toml: holidays.2026-12-32 is not a date such as 2026-12-25",
            id="a holiday on no day",
        ),
        pytest.param(
            "calendar.toml",
            "[holidays]",
            "[holidays",
            "policy/calendar.toml: is not valid TOML:",
            id="a file that is not TOML",
        ),
        pytest.param(
            FORM,
            '"linkId": "taking-why"',
            '"linkId": "taking"',
            "policy/questionnaires/refill.json: item 'taking' is there twice",
            id="two questions of one linkId",
        ),
        pytest.param(
            FORM,
            '"valueString": "No siempre"',
            '"valueString": " "',
            "policy/questionnaires/refill.json: item 'taking', option 'not-always' has no words"
            " in 'es'",
            id="a translation that is blank",
        ),
        pytest.param(
            FORM,
            '"version": "1.0.0",',
            "",
            "policy/questionnaires/refill.json: version is missing:"
            " an answer must say which questions it answers",
            id="a form without a version",
        ),
        pytest.param(
            FORM,
            '"maxLength": 120',
            '"prefix": "x"',
            "policy/questionnaires/refill.json: item 'other-pharmacy'.maxLength is missing:"
            " nothing typed is without a limit",
            id="a text without a limit",
        ),
        pytest.param(
            FORM,
            '"type": "choice"',
            '"type": "choise"',
            "policy/questionnaires/refill.json: item 'red-flags'.type 'choise' is not a type;"
            " did you mean 'choice'?",
            id="a type that FHIR does not have",
        ),
        pytest.param(
            FORM,
            '"resourceType": "Questionnaire"',
            '"resourceType": "Patient"',
            "policy/questionnaires/refill.json: resource_type:",
            id="a form that is no form",
        ),
        pytest.param(
            FORM,
            '"status": "active"',
            '"status": "active" "oops"',
            "policy/questionnaires/refill.json: Expecting ',' delimiter",
            id="a form that is no JSON",
        ),
        pytest.param(
            FORM,
            '"question": "pharmacy"',
            '"question": "farmacy"',
            "policy/questionnaires/refill.json: item 'other-pharmacy'.enableWhen 'farmacy' is not"
            " a question of the form; did you mean 'pharmacy'?",
            id="a question that depends on none",
        ),
    ],
)
def test_a_problem_is_said_with_its_place(
    problems_after: ProblemsAfter, file: str, old: str, new: str, problem: str
) -> None:
    problems = problems_after(file, old, new)

    assert any(said.startswith(problem) for said in problems), problems


def test_an_answer_that_another_question_waits_for_must_exist(policy_copy: Copy) -> None:
    form = json.loads((policy_copy.folder / FORM).read_text(encoding="utf-8"))
    question = form["item"][2]["item"][1]
    question["enableWhen"][0]["answerCoding"]["code"] = "elsewhere"
    (policy_copy.folder / FORM).write_text(json.dumps(form), encoding="utf-8")

    assert policy_copy.problems() == [
        "policy/questionnaires/refill.json: item 'other-pharmacy'.enableWhen 'elsewhere' is not an"
        " answer to 'pharmacy'"
    ]


def test_a_topic_file_that_nobody_lists_is_noticed(policy_copy: Copy) -> None:
    (policy_copy.folder / "topics" / "billing.toml").write_text("", encoding="utf-8")

    assert policy_copy.problems() == ["policy/topics/billing.toml: is not in policy.toml: groups"]


def test_all_that_is_wrong_is_said_at_once_and_stops_the_start(policy_copy: Copy) -> None:
    policy_copy.change("policy.toml", 'owner = "Nurse manager', 'ownr = "Nurse manager')
    policy_copy.change("calendar.toml", '"08:00-17:00"', '"08:00-25:00"')
    policy_copy.change(TOPIC, 'queue = "physician"', 'queue = "doctors"', times=2)

    with pytest.raises(PolicyError) as raised:
        load_policy(policy_copy.folder)

    assert [str(problem) for problem in raised.value.problems] == [
        "policy/calendar.toml: hours.clinic.monday '08:00-25:00' must close after it opens,"
        " on the same day",
        "policy/policy.toml: owner is missing",
        "policy/topics/refill.toml: rules[3].queue 'doctors' is not a queue",
        "policy/topics/refill.toml: rules[5].queue 'doctors' is not a queue",
        "policy/policy.toml: ownr is not something that can stand here; did you mean 'owner'?",
    ]


def test_an_empty_folder_says_which_files_are_missing(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as raised:
        load_policy(tmp_path / "policy")

    assert [str(problem) for problem in raised.value.problems] == [
        "policy/policy.toml: is missing",
        "policy/calendar.toml: is missing",
        "policy/queues.toml: is missing",
        "policy/red-flags.toml: is missing",
        "policy/facts.toml: is missing",
        "policy/forms/forms.toml: is missing",
        "policy/readings.toml: is missing",
        "policy/documents.toml: is missing",
        "policy/privacy.toml: is missing",
        "policy/costs.toml: is missing",
        "policy/desk.toml: is missing",
        "policy/numbers.toml: is missing",
        "policy/glossary.toml: is missing",
    ]
