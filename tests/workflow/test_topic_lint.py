"""What can be wrong in the file of a topic is said with its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

TOPIC = "topics/refill.toml"

ProblemsAfter = Callable[[str, str, str], list[str]]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(
            'name = "none-left"\nwhen = { answer = "supply-left", is = "none" }\nqueue = "refills"',
            'name = "none-left"\nwhen = { answer = "supply-left", is = "none" }\nqueue = "refils"',
            "policy/topics/refill.toml: rules[6].queue 'refils' is not a queue;"
            " did you mean 'refills'?",
            id="a queue that does not exist",
        ),
        pytest.param(
            'answer = "taking", is = "stopped" }\nqueue',
            'answer = "takin", is = "stopped" }\nqueue',
            "policy/topics/refill.toml: rules[4].when 'takin' is not a question of the form;"
            " did you mean 'taking'?",
            id="a question that the form does not have",
        ),
        pytest.param(
            'answer = "taking", is = "stopped" }\nqueue',
            'answer = "taking", is = "stoped" }\nqueue',
            "policy/topics/refill.toml: rules[4].when 'stoped' is not an answer to 'taking';"
            " did you mean 'stopped'?",
            id="an answer that the form does not offer",
        ),
        pytest.param(
            'fact = "age-in-years", is_at_most = 11',
            'fact = "age", is_at_most = 11',
            "policy/topics/refill.toml: rules[9].when 'age' is not a fact",
            id="a fact that nobody knows",
        ),
        pytest.param(
            'fact = "age-in-years", is_at_most = 11',
            'fact = "age-in-years", is = "young"',
            "policy/topics/refill.toml: rules[9].when 'age-in-years' is a number,"
            " which 'young' is not",
            id="a number compared with a word",
        ),
        pytest.param(
            'fact = "age-in-years", is_at_most = 11',
            'fact = "language", is_at_most = 11',
            "policy/topics/refill.toml: rules[9].when 'language' is a code and has no is_at_most",
            id="more or less of a code",
        ),
        pytest.param(
            'fact = "age-in-years", is_at_most = 11',
            'fact = "age-in-years", is_at_most = "11"',
            "policy/topics/refill.toml: rules[9].when.is_at_most is not a number",
            id="a number in quotes",
        ),
        pytest.param(
            'fact = "age-in-years", is_at_most = 11',
            'fact = "weekday", is_one_of = ["friday", "caturday"]',
            "policy/topics/refill.toml: rules[9].when 'caturday' is not one of monday, tuesday,"
            " wednesday, thursday, friday, saturday, sunday; did you mean 'saturday'?",
            id="a code that the fact cannot have",
        ),
        pytest.param(
            'fact = "age-in-years", is_at_most = 11',
            'answer = "more", is = "please hurry"',
            "policy/topics/refill.toml: rules[9].when 'more' holds words:"
            " a rule can only ask whether it is_missing",
            id="a rule over free text",
        ),
        pytest.param(
            'fact = "age-in-years", is_at_most = 11',
            'fact = "age-in-years"',
            "policy/topics/refill.toml: rules[9].when must have exactly one of:"
            " is, is_one_of, is_at_least, is_at_most, is_missing",
            id="a condition that asks nothing",
        ),
        pytest.param(
            'when = { fact = "age-in-years", is_at_most = 11 }',
            "when = { all = [] }",
            "policy/topics/refill.toml: rules[9].when.all is empty",
            id="a group of conditions without any",
        ),
        pytest.param(
            'when = { fact = "age-in-years", is_at_most = 11 }',
            'when = "otherwise"',
            "policy/topics/refill.toml: rules[10] is never reached:"
            " rules[9] before it catches everything",
            id="a rule after one that catches everything",
        ),
        pytest.param(
            'when = "otherwise"',
            'when = { answer = "taking", is = "yes" }',
            "policy/topics/refill.toml: rules has no last rule that catches the rest:"
            ' when = "otherwise"',
            id="no rule that catches the rest",
        ),
        pytest.param(
            'name = "almost-out"',
            'name = "none-left"',
            "policy/topics/refill.toml: rules[8].name 'none-left' is there twice:"
            " a decision must name one thing only",
            id="two rules of one name",
        ),
        pytest.param(
            'reason.staff.es = "Quedan 1 a 3 días."\n',
            "",
            "policy/topics/refill.toml: rules[8].reason.staff.es is missing:"
            " every text is needed in every language",
            id="a reason without its translation",
        ),
        pytest.param(
            'respond_within = "2 business days" #',
            "#",
            "policy/topics/refill.toml: respond_within is missing",
            id="a topic without a response time",
        ),
        pytest.param(
            'respond_within = "2 business days" #',
            'respond_within = "48 business hours" #',
            "policy/topics/refill.toml: respond_within '48 business hours' counts opening hours"
            " only: write business days",
            id="48 hours that would be more than a week",
        ),
        pytest.param(
            'respond_within = "2 business days" #',
            'respond_within = "soon" #',
            "policy/topics/refill.toml: respond_within 'soon' must look like"
            " '4 business hours' or '2 business days'",
            id="a response time that is no time",
        ),
        pytest.param(
            'owner = "Refill nurse lead"\n',
            "",
            "policy/topics/refill.toml: owner is missing",
            id="a topic without an owner",
        ),
        pytest.param(
            'priority = "stat"',
            'priority = "routine"',
            "policy/topics/refill.toml: red_flags[1].priority is routine:"
            " a red flag is urgent, asap or stat",
            id="a red flag that is not urgent",
        ),
        pytest.param(
            'answers = ["swelling"]',
            'answers = ["swelling", "none"]',
            "policy/topics/refill.toml: red_flags[0].answers leave no answer to 'red-flags'"
            " that is safe",
            id="red flags without a way to say no",
        ),
        pytest.param(
            'question = "red-flags"',
            'question = "taking-why"',
            "policy/topics/refill.toml: red_flags[0].question 'taking-why' can be left unanswered",
            id="a red flag behind another question",
        ),
        pytest.param(
            'question = "red-flags"',
            'question = "side-effects"',
            "policy/topics/refill.toml: red_flags[0].question 'side-effects' is not a choice"
            " between answers",
            id="a red flag that is no choice",
        ),
        pytest.param(
            'when = { fact = "months-since-last-visit", is_at_least = 36 }',
            'when = { answer = "taking", is = "yes" }',
            "policy/topics/refill.toml: exclusions[0].when asks about an answer,"
            " but is decided before anything is asked",
            id="an exclusion over answers",
        ),
        pytest.param(
            'outcome = "needs-visit"',
            'outcome = "need-visit"',
            "policy/topics/refill.toml: replies[1].outcome 'need-visit' is not an outcome;"
            " did you mean 'needs-visit'?",
            id="a reply that ends in nothing",
        ),
        pytest.param(
            "Your refill of {about} is approved",
            "Your refill of {abuot} is approved",
            "policy/topics/refill.toml: replies[0].text.en '{abuot}' is nothing that can be"
            " put in here; did you mean 'about'?",
            id="a placeholder that nobody fills",
        ),
        pytest.param(
            "In an emergency, call {emergency}",
            "In an emergency, call {emergency",
            "policy/topics/refill.toml: words.scope.en has a curly bracket that stands alone",
            id="half a placeholder",
        ),
        pytest.param(
            'not-always = { en = "does not always take it", es = "no siempre la toma" }\n',
            "",
            "policy/topics/refill.toml: summary.taking has no words for the answer 'not-always'",
            id="an answer that the summary would drop",
        ),
        pytest.param(
            "[summary.pharmacy]",
            "[summary.farmacy]",
            "policy/topics/refill.toml: summary.farmacy 'farmacy' is not a question of the form;"
            " did you mean 'pharmacy'?",
            id="a summary of a question that does not exist",
        ),
        pytest.param(
            "on-hold.es =",
            "onhold.es =",
            "policy/topics/refill.toml: refills.words.onhold is not something that can stand here;"
            " did you mean 'on-hold'?",
            id="a misspelt key",
        ),
        pytest.param(
            "message_length = 500",
            "message_length = 400",
            "policy/questionnaires/refill.json: item 'more'.maxLength is more than the topic's"
            " message_length of 400",
            id="a form that takes more words than the topic",
        ),
        pytest.param(
            'questionnaire = "refill.json"',
            'questionnaire = "refil.json"',
            "policy/topics/refill.toml: questionnaire 'refil.json' cannot be read:"
            " FileNotFoundError",
            id="a form that is not there",
        ),
        pytest.param(
            'questionnaire = "refill.json"',
            'questionnaire = "../../secret.json"',
            "policy/topics/refill.toml: questionnaire '../../secret.json' is not the name of a"
            " file in questionnaires/",
            id="a form from elsewhere",
        ),
        pytest.param(
            'when = { answer = "taking", is = "stopped" }\nqueue',
            'when = { answer = "supply-left", is = "1-3-days" }\nqueue',
            "policy/topics/refill.toml: rules[8] is never reached: rules[4] before it takes all"
            " that it would take",
            id="a rule behind one that takes all of it",
        ),
        pytest.param(
            'when = { answer = "taking", is = "stopped" }\nqueue',
            'when = { answer = "red-flags", is = "fainting" }\nqueue',
            "policy/topics/refill.toml: rules[4] is never reached: its answer is a red flag",
            id="a rule over an answer that is a red flag",
        ),
        pytest.param(
            'name = "fainting"\nquestion = "red-flags"\nanswers = ["fainting"]',
            'name = "fainting"\nquestion = "red-flags"\nanswers = ["swelling"]',
            "policy/topics/refill.toml: red_flags[0].question 'red-flags' has answers that are no"
            " red flag: fainting, none; one is enough, for those who are well",
            id="a danger that no red flag takes",
        ),
        pytest.param(
            'name = "fainting"\nquestion',
            'name = "faintness"\nquestion',
            "policy/topics/refill.toml: red_flags[2].name 'faintness' is not in red-flags.toml and"
            " has no words of its own; did you mean 'fainting'?",
            id="a red flag without words",
        ),
        pytest.param(
            ", or_unknown = false }",
            " }",
            "policy/topics/refill.toml: rules[3].when hurries by 'controlled-substance' and does"
            " not say what is done where it is not known: or_unknown = true or false",
            id="a rule that hurries and forgets those whose record is silent",
        ),
        pytest.param(
            'fact = "months-since-last-visit", is_at_least = 36 }',
            'fact = "months-since-last-visit", is_at_least = 36, or_unknown = true }',
            "policy/topics/refill.toml: exclusions[0].when turns people away for what the record"
            " does not say",
            id="an exclusion of those who are not known",
        ),
        pytest.param(
            'when = { fact = "age-in-years", is_at_most = 11 }',
            'when = { fact = "care-programs", is = "diabetis" }',
            "policy/topics/refill.toml: rules[9].when 'diabetis' is not one of cancer-treatment,"
            " heart-failure, diabetes, pregnancy, transplant, kidney; did you mean 'diabetes'?",
            id="a program that the clinic does not have",
        ),
        pytest.param(
            "attachments = 0",
            "attachments = 9",
            "policy/topics/refill.toml: attachments is more than 3",
            id="too many files",
        ),
        pytest.param(
            "required = true",
            "required = false",
            "policy/topics/refill.toml: words.plain.en '{about}' stands for nothing where"
            " about.required is not true",
            id="words about nothing",
        ),
    ],
)
def test_a_problem_of_a_topic_is_said_with_its_place(
    problems_after: ProblemsAfter, old: str, new: str, problem: str
) -> None:
    problems = problems_after(TOPIC, old, new)

    assert any(said.startswith(problem) for said in problems), problems
