"""Where a refill request goes, how pressing it is, and what stands in the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartapp.fhir.questionnaire import Answers
from smartapp.workflow.policy.conditions import Otherwise
from smartapp.workflow.policy.facts import FACTS, Facts, Kind, Known
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy, Priority, Topic
from smartapp.workflow.routing import Decision, decide, exclusion_for, time_facts
from smartapp.workflow.summary import summary
from tests.workflow.conftest import FOLDER, Given

TUESDAY = datetime(2026, 10, 13, 10, 0, tzinfo=ZoneInfo("America/Chicago"))


def decision(policy: Policy, answers: Answers, **facts: object) -> Decision:
    known: Facts = {name.replace("_", "-"): value for name, value in facts.items()}  # type: ignore[misc]  # tests pass broken facts too
    return decide(policy.topic("refill"), answers, known, TUESDAY, policy.calendar)


def test_a_decision_says_why_to_each_side_and_by_which_policy(
    policy: Policy, usual_answers: Given
) -> None:
    made = decision(policy, usual_answers | {"supply-left": ("none",)})

    assert (made.queue, made.priority, made.rule) == ("refills", "asap", "none-left")
    assert made.reason.staff["en"] == "None left."
    assert made.reason.patient["es"].startswith("Ya no le queda")
    assert made.policy_version == policy.version
    assert made.red_flags == ()


def test_the_first_rule_that_fits_decides(policy: Policy, usual_answers: Given) -> None:
    both = usual_answers | {"supply-left": ("none",), "side-effects": (True,)}

    assert decision(policy, both).rule == "side-effects-and-almost-out"


@pytest.mark.parametrize(
    "answer", ["chest-or-breathing", "swelling", "fainting", "self-harm", "bad-reaction"]
)
def test_a_red_flag_is_urgent_goes_to_a_nurse_and_brings_its_advice(
    policy: Policy, usual_answers: Given, answer: str
) -> None:
    made = decision(policy, usual_answers | {"red-flags": (answer,)}, controlled_substance=True)

    assert made.queue == "nurse-triage"
    assert made.priority.rank >= Priority.URGENT.rank
    assert [flag.name for flag in made.red_flags] == [made.rule]
    assert made.red_flags[0].do_now["es"]
    assert made.red_flags[0].message["en"]


def test_two_red_flags_take_the_more_pressing_way_and_show_both(
    policy: Policy, usual_answers: Given
) -> None:
    made = decision(policy, usual_answers | {"red-flags": ("bad-reaction", "fainting")})

    assert made.priority == "stat"
    assert made.due.hour == 11
    assert [flag.name for flag in made.red_flags] == ["fainting", "bad-reaction"]


def test_a_red_flag_is_urgent_even_if_the_file_was_never_checked(
    policy: Policy, usual_answers: Given
) -> None:
    topic = policy.topic("refill")
    lax = tuple(
        replace(flag, route=replace(flag.route, priority=Priority.ROUTINE))
        for flag in topic.red_flags
    )

    made = decide(
        replace(topic, red_flags=lax),
        usual_answers | {"red-flags": ("swelling",)},
        {},
        TUESDAY,
        policy.calendar,
    )

    assert made.priority == "urgent"


class Broken:
    def holds(self, known: Known) -> bool:  # noqa: ARG002  (it breaks before it looks)
        raise ZeroDivisionError


@pytest.mark.parametrize("broken_at", [0, 5, -1])
def test_a_rule_that_breaks_sends_the_request_to_a_person(
    policy: Policy, usual_answers: Given, broken_at: int
) -> None:
    topic = policy.topic("refill")
    rules = list(topic.rules)
    rules[broken_at] = replace(rules[broken_at], when=Broken())  # type: ignore[arg-type]  # on purpose

    made = decide(replace(topic, rules=tuple(rules)), usual_answers, {}, TUESDAY, policy.calendar)

    assert (made.queue, made.priority, made.rule) == ("review", "urgent", "unclassified")


def test_what_no_rule_covers_goes_to_a_person(policy: Policy, usual_answers: Given) -> None:
    topic = policy.topic("refill")
    without_last = replace(topic, rules=topic.rules[:-1])

    made = decide(without_last, usual_answers, {}, TUESDAY, policy.calendar)

    assert (made.queue, made.priority, made.rule) == ("review", "urgent", "unclassified")


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"red-flags": ()},
        {"red-flags": ("none",), "pressure": ("high",)},
        {"red-flags": ("none",), "supply-left": ("lots",)},
        {"red-flags": ("none",), "side-effects": ("false",)},
        {"red-flags": (False,)},
    ],
)
def test_answers_that_are_not_understood_go_to_a_person(policy: Policy, answers: Answers) -> None:
    assert decision(policy, answers).queue == "review"


@pytest.mark.parametrize(
    "facts",
    [
        {"age_in_years": "8"},
        {"age_in_years": True},
        {"age_in_years": 8.0},
        {"controlled_substance": 1},
        {"language": 5},
        {"shoe_size": 44},
    ],
)
def test_facts_that_are_not_understood_go_to_a_person(
    policy: Policy, usual_answers: Given, facts: dict[str, object]
) -> None:
    assert decision(policy, usual_answers, **facts).queue == "review"


def test_a_missing_fact_is_not_zero(policy: Policy, usual_answers: Given) -> None:
    assert decision(policy, usual_answers).rule == "everything-else"
    assert decision(policy, usual_answers, refills_left=0).rule == "renewal"
    assert decision(policy, usual_answers, age_in_years=0).rule == "child"


def test_it_is_due_by_the_hours_of_the_team_that_gets_it(
    policy: Policy, usual_answers: Given
) -> None:
    evening = TUESDAY.replace(hour=17, minute=10)  # the nurses are here until 17:30
    danger = usual_answers | {"red-flags": ("fainting",)}
    none_left = usual_answers | {"supply-left": ("none",)}
    topic = policy.topic("refill")

    nurse = decide(topic, danger, {}, evening, policy.calendar)
    refills = decide(topic, none_left, {}, evening, policy.calendar)

    assert nurse.due == TUESDAY.replace(day=14, hour=8, minute=10)
    assert refills.due == TUESDAY.replace(day=14, hour=12)


def test_the_time_is_known_as_the_clinic_sees_it(policy: Policy) -> None:
    thanksgiving_eve = datetime(2026, 11, 26, 5, 30, tzinfo=ZoneInfo("UTC"))

    assert time_facts(thanksgiving_eve, policy.calendar) == {
        "clinic-open": False,
        "weekday": "wednesday",
        "hour-of-day": 23,
        "closed-days-ahead": 4,
    }


def test_only_what_is_known_can_exclude_someone(policy: Policy, refill: Topic) -> None:
    def excluded(**facts: int) -> str | None:
        known = {name.replace("_", "-"): value for name, value in facts.items()}
        found = exclusion_for(refill, known, TUESDAY, policy.calendar)
        return found.name if found else None

    assert excluded(months_since_last_visit=36) == "not-seen-for-three-years"
    assert excluded(months_since_last_visit=35) is None
    assert excluded() is None


# --- whatever is answered -------------------------------------------------------------------------

POLICY = load_policy(FOLDER)
REFILL = POLICY.topic("refill")
CODES = {
    item.link_id: [option.code for option in item.options]
    for item in REFILL.questionnaire.all_items()
    if item.type == "choice"
}
answered = st.fixed_dictionaries(
    {"red-flags": st.sampled_from(CODES["red-flags"]).map(lambda code: (code,))},
    optional={
        **{
            link: st.sampled_from(codes).map(lambda code: (code,))
            for link, codes in CODES.items()
            if link != "red-flags"
        },
        "side-effects": st.booleans().map(lambda yes: (yes,)),
        "more": st.text(max_size=20).map(lambda text: (text,)),
        "unheard-of": st.just(("?",)),
    },
)
VALUES = {
    Kind.NUMBER: st.integers(-400, 120),
    Kind.YES_NO: st.booleans(),
    Kind.CODE: st.frozensets(st.sampled_from(["insulin", "pregnancy", "riverside"])),
}
facts_known = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(fact.codes) if fact.codes else VALUES[fact.kind]
        for name, fact in FACTS.items()
    },
)


@settings(deadline=None)
@given(answered, facts_known, st.integers(1_790_000_000, 1_890_000_000))
def test_everybody_gets_a_team_a_time_and_a_reason(
    answers: Answers, facts: Facts, sent: int
) -> None:
    now = datetime.fromtimestamp(sent, ZoneInfo("UTC"))

    made = decide(REFILL, answers, facts, now, POLICY.calendar)

    assert made.queue in POLICY.queues
    assert made.due > now
    assert made.reason.patient["es"]
    assert made.reason.staff["en"]
    flagged = answers["red-flags"] != ("none",)
    assert bool(made.red_flags) == flagged
    assert not (flagged and made.priority == "routine")


@settings(deadline=None)
@given(answered, facts_known, st.sampled_from(sorted(FACTS)))
def test_forgetting_a_fact_never_makes_a_rule_fit_that_did_not(
    answers: Answers, facts: Facts, forgotten: str
) -> None:
    less = {name: value for name, value in facts.items() if name != forgotten}

    def fitting(known: Facts) -> set[str]:
        return {
            rule.name
            for rule in REFILL.rules
            if rule.when.holds(Known(answers, known)) and not isinstance(rule.when, Otherwise)
        }

    assert fitting(less) <= fitting(facts)


# --- the summary ----------------------------------------------------------------------------------


def test_the_summary_says_in_one_sentence_what_was_answered(
    refill: Topic, usual_answers: Given
) -> None:
    answers = usual_answers | {"supply-left": ("1-3-days",), "more": ("Call my cell!",)}

    assert summary(refill, answers, "en", "Lisinopril 10 mg") == (
        "Lisinopril 10 mg: no red flags, 1 to 3 days left, takes it as prescribed,"
        " no side effects, usual pharmacy"
    )
    assert summary(refill, answers, "es", "Lisinopril 10 mg") == (
        "Lisinopril 10 mg: sin señales de alarma, le quedan 1 a 3 días,"
        " la toma como se recetó, sin efectos secundarios, farmacia de siempre"
    )


def test_the_summary_says_nothing_about_what_was_not_answered(refill: Topic) -> None:
    assert summary(refill, {"taking": ("stopped",)}, "en") == "stopped taking it"
    assert summary(refill, {"taking": ("who knows",)}, "en", "Metformin") == "Metformin"
    assert summary(refill, {}, "en") == ""
