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
            TOPIC,
            'name = "none-left"\nwhen = { answer = "supply-left", is = "none" }\nqueue = "refills"',
            'name = "none-left"\nwhen = { answer = "supply-left", is = "none" }\nqueue = "refils"',
            "policy/topics/refill.toml: rules[6].queue 'refils' is not a queue;"
            " did you mean 'refills'?",
            id="a queue that does not exist",
        ),
        pytest.param(
            TOPIC,
            'answer = "taking", is = "stopped" }\nqueue',
            'answer = "takin", is = "stopped" }\nqueue',
            "policy/topics/refill.toml: rules[4].when 'takin' is not a question of the form;"
            " did you mean 'taking'?",
            id="a question that the form does not have",
        ),
        pytest.param(
            TOPIC,
            'answer = "taking", is = "stopped" }\nqueue',
            'answer = "taking", is = "stoped" }\nqueue',
            "policy/topics/refill.toml: rules[4].when 'stoped' is not an answer to 'taking';"
            " did you mean 'stopped'?",
            id="an answer that the form does not offer",
        ),
        pytest.param(
            TOPIC,
            'fact = "age-in-years", is_at_most = 11',
            'fact = "age", is_at_most = 11',
            "policy/topics/refill.toml: rules[9].when 'age' is not a fact",
            id="a fact that nobody knows",
        ),
        pytest.param(
            TOPIC,
            'fact = "age-in-years", is_at_most = 11',
            'fact = "age-in-years", is = "young"',
            "policy/topics/refill.toml: rules[9].when 'age-in-years' is a number,"
            " which 'young' is not",
            id="a number compared with a word",
        ),
        pytest.param(
            TOPIC,
            'fact = "age-in-years", is_at_most = 11',
            'fact = "language", is_at_most = 11',
            "policy/topics/refill.toml: rules[9].when 'language' is a code and has no is_at_most",
            id="more or less of a code",
        ),
        pytest.param(
            TOPIC,
            'fact = "age-in-years", is_at_most = 11',
            'fact = "age-in-years", is_at_most = "11"',
            "policy/topics/refill.toml: rules[9].when.is_at_most is not a number",
            id="a number in quotes",
        ),
        pytest.param(
            TOPIC,
            'fact = "age-in-years", is_at_most = 11',
            'fact = "weekday", is_one_of = ["friday", "caturday"]',
            "policy/topics/refill.toml: rules[9].when 'caturday' is not one of monday, tuesday,"
            " wednesday, thursday, friday, saturday, sunday; did you mean 'saturday'?",
            id="a code that the fact cannot have",
        ),
        pytest.param(
            TOPIC,
            'fact = "age-in-years", is_at_most = 11',
            'answer = "more", is = "please hurry"',
            "policy/topics/refill.toml: rules[9].when 'more' holds words:"
            " a rule can only ask whether it is_missing",
            id="a rule over free text",
        ),
        pytest.param(
            TOPIC,
            'fact = "age-in-years", is_at_most = 11',
            'fact = "age-in-years"',
            "policy/topics/refill.toml: rules[9].when must have exactly one of:"
            " is, is_one_of, is_at_least, is_at_most, is_missing",
            id="a condition that asks nothing",
        ),
        pytest.param(
            TOPIC,
            'when = { fact = "age-in-years", is_at_most = 11 }',
            "when = { all = [] }",
            "policy/topics/refill.toml: rules[9].when.all is empty",
            id="a group of conditions without any",
        ),
        pytest.param(
            TOPIC,
            'when = { fact = "age-in-years", is_at_most = 11 }',
            'when = "otherwise"',
            "policy/topics/refill.toml: rules[10] is never reached:"
            " rules[9] before it catches everything",
            id="a rule after one that catches everything",
        ),
        pytest.param(
            TOPIC,
            'when = "otherwise"',
            'when = { answer = "taking", is = "yes" }',
            "policy/topics/refill.toml: rules has no last rule that catches the rest:"
            ' when = "otherwise"',
            id="no rule that catches the rest",
        ),
        pytest.param(
            TOPIC,
            'name = "almost-out"',
            'name = "none-left"',
            "policy/topics/refill.toml: rules[8].name 'none-left' is there twice:"
            " a decision must name one thing only",
            id="two rules of one name",
        ),
        pytest.param(
            TOPIC,
            'reason.staff.es = "Quedan 1 a 3 días."\n',
            "",
            "policy/topics/refill.toml: rules[8].reason.staff.es is missing:"
            " every text is needed in every language",
            id="a reason without its translation",
        ),
        pytest.param(
            TOPIC,
            'respond_within = "2 business days" #',
            "#",
            "policy/topics/refill.toml: respond_within is missing",
            id="a topic without a response time",
        ),
        pytest.param(
            TOPIC,
            'respond_within = "2 business days" #',
            'respond_within = "48 business hours" #',
            "policy/topics/refill.toml: respond_within '48 business hours' counts opening hours"
            " only: write business days",
            id="48 hours that would be more than a week",
        ),
        pytest.param(
            TOPIC,
            'respond_within = "2 business days" #',
            'respond_within = "soon" #',
            "policy/topics/refill.toml: respond_within 'soon' must look like"
            " '4 business hours' or '2 business days'",
            id="a response time that is no time",
        ),
        pytest.param(
            TOPIC,
            'owner = "Refill nurse lead"\n',
            "",
            "policy/topics/refill.toml: owner is missing",
            id="a topic without an owner",
        ),
        pytest.param(
            TOPIC,
            'priority = "stat"',
            'priority = "routine"',
            "policy/topics/refill.toml: red_flags[1].priority is routine:"
            " a red flag is urgent, asap or stat",
            id="a red flag that is not urgent",
        ),
        pytest.param(
            TOPIC,
            'answers = ["swelling"]',
            'answers = ["swelling", "none"]',
            "policy/topics/refill.toml: red_flags[0].answers leave no answer to 'red-flags'"
            " that is safe",
            id="red flags without a way to say no",
        ),
        pytest.param(
            TOPIC,
            'question = "red-flags"',
            'question = "taking-why"',
            "policy/topics/refill.toml: red_flags[0].question 'taking-why' can be left unanswered",
            id="a red flag behind another question",
        ),
        pytest.param(
            TOPIC,
            'question = "red-flags"',
            'question = "side-effects"',
            "policy/topics/refill.toml: red_flags[0].question 'side-effects' is not a choice"
            " between answers",
            id="a red flag that is no choice",
        ),
        pytest.param(
            TOPIC,
            'when = { fact = "months-since-last-visit", is_at_least = 36 }',
            'when = { answer = "taking", is = "yes" }',
            "policy/topics/refill.toml: exclusions[0].when asks about an answer,"
            " but is decided before anything is asked",
            id="an exclusion over answers",
        ),
        pytest.param(
            TOPIC,
            'outcome = "needs-visit"',
            'outcome = "need-visit"',
            "policy/topics/refill.toml: replies[1].outcome 'need-visit' is not an outcome;"
            " did you mean 'needs-visit'?",
            id="a reply that ends in nothing",
        ),
        pytest.param(
            TOPIC,
            "Your refill of {about} is approved",
            "Your refill of {abuot} is approved",
            "policy/topics/refill.toml: replies[0].text.en '{abuot}' is nothing that can be"
            " put in here; did you mean 'about'?",
            id="a placeholder that nobody fills",
        ),
        pytest.param(
            TOPIC,
            "In an emergency, call {emergency}",
            "In an emergency, call {emergency",
            "policy/topics/refill.toml: words.scope.en has a curly bracket that stands alone",
            id="half a placeholder",
        ),
        pytest.param(
            TOPIC,
            'not-always = { en = "does not always take it", es = "no siempre la toma" }\n',
            "",
            "policy/topics/refill.toml: summary.taking has no words for the answer 'not-always'",
            id="an answer that the summary would drop",
        ),
        pytest.param(
            TOPIC,
            "[summary.pharmacy]",
            "[summary.farmacy]",
            "policy/topics/refill.toml: summary.farmacy 'farmacy' is not a question of the form;"
            " did you mean 'pharmacy'?",
            id="a summary of a question that does not exist",
        ),
        pytest.param(
            TOPIC,
            "on-hold.es =",
            "onhold.es =",
            "policy/topics/refill.toml: refills.words.onhold is not something that can stand here;"
            " did you mean 'on-hold'?",
            id="a misspelt key",
        ),
        pytest.param(
            TOPIC,
            "message_length = 500",
            "message_length = 400",
            "policy/questionnaires/refill.json: item 'more'.maxLength is more than the topic's"
            " message_length of 400",
            id="a form that takes more words than the topic",
        ),
        pytest.param(
            TOPIC,
            'questionnaire = "refill.json"',
            'questionnaire = "refil.json"',
            "policy/topics/refill.toml: questionnaire 'refil.json' cannot be read:"
            " FileNotFoundError",
            id="a form that is not there",
        ),
        pytest.param(
            TOPIC,
            'questionnaire = "refill.json"',
            'questionnaire = "../../secret.json"',
            "policy/topics/refill.toml: questionnaire '../../secret.json' is not the name of a"
            " file in questionnaires/",
            id="a form from elsewhere",
        ),
        pytest.param(
            TOPIC,
            'when = { answer = "taking", is = "stopped" }\nqueue',
            'when = { answer = "supply-left", is = "1-3-days" }\nqueue',
            "policy/topics/refill.toml: rules[8] is never reached: rules[4] before it takes all"
            " that it would take",
            id="a rule behind one that takes all of it",
        ),
        pytest.param(
            TOPIC,
            'when = { answer = "taking", is = "stopped" }\nqueue',
            'when = { answer = "red-flags", is = "fainting" }\nqueue',
            "policy/topics/refill.toml: rules[4] is never reached: its answer is a red flag",
            id="a rule over an answer that is a red flag",
        ),
        pytest.param(
            TOPIC,
            'name = "fainting"\nquestion = "red-flags"\nanswers = ["fainting"]',
            'name = "fainting"\nquestion = "red-flags"\nanswers = ["swelling"]',
            "policy/topics/refill.toml: red_flags[0].question 'red-flags' has answers that are no"
            " red flag: fainting, none; one is enough, for those who are well",
            id="a danger that no red flag takes",
        ),
        pytest.param(
            TOPIC,
            'name = "fainting"\nquestion',
            'name = "faintness"\nquestion',
            "policy/topics/refill.toml: red_flags[2].name 'faintness' is not in red-flags.toml and"
            " has no words of its own; did you mean 'fainting'?",
            id="a red flag without words",
        ),
        pytest.param(
            TOPIC,
            ", or_unknown = false }",
            " }",
            "policy/topics/refill.toml: rules[3].when hurries by 'controlled-substance' and does"
            " not say what is done where it is not known: or_unknown = true or false",
            id="a rule that hurries and forgets those whose record is silent",
        ),
        pytest.param(
            TOPIC,
            'fact = "months-since-last-visit", is_at_least = 36 }',
            'fact = "months-since-last-visit", is_at_least = 36, or_unknown = true }',
            "policy/topics/refill.toml: exclusions[0].when turns people away for what the record"
            " does not say",
            id="an exclusion of those who are not known",
        ),
        pytest.param(
            TOPIC,
            'when = { fact = "age-in-years", is_at_most = 11 }',
            'when = { fact = "care-programs", is = "diabetis" }',
            "policy/topics/refill.toml: rules[9].when 'diabetis' is not one of cancer-treatment,"
            " heart-failure, diabetes, pregnancy, transplant, kidney; did you mean 'diabetes'?",
            id="a program that the clinic does not have",
        ),
        pytest.param(
            TOPIC,
            "attachments = 0",
            "attachments = 9",
            "policy/topics/refill.toml: attachments is more than 3",
            id="too many files",
        ),
        pytest.param(
            TOPIC,
            "required = true",
            "required = false",
            "policy/topics/refill.toml: words.plain.en '{about}' stands for nothing where"
            " about.required is not true",
            id="words about nothing",
        ),
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
