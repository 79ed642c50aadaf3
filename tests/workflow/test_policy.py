"""The clinic's own policy, as it is loaded: teams, hours, words and the refill form."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire as QuestionnaireR4

from smartapp.errors import NotOffered
from smartapp.fhir.codes import PRACTITIONER_ROLE
from smartapp.workflow.policy.facts import FACTS
from smartapp.workflow.policy.model import Policy, Priority, Topic
from tests.workflow.conftest import FOLDER, asked_for

TOPICS = sorted(path.stem for path in (FOLDER / "topics").glob("*.toml"))
DANGEROUS = [
    *("new-symptom", "medical-question", "visit-follow-up", "test-result", "refill"),
    *("side-effect", "appointment"),
]
CLINIC_ROLE = "http://127.0.0.1:8001/fhir/CodeSystem/clinic-role"


@pytest.mark.parametrize(
    ("system", "role", "queues"),
    [
        (PRACTITIONER_ROLE, "nurse", ["nurse-triage", "refills", "review"]),
        (PRACTITIONER_ROLE, "pharmacist", ["refills", "pharmacy"]),
        (PRACTITIONER_ROLE, "doctor", ["physician"]),
        (CLINIC_ROLE, "front-desk", ["front-desk", "records"]),
        (CLINIC_ROLE, "billing", ["billing"]),
        (CLINIC_ROLE, "manager", ["management"]),
        (CLINIC_ROLE, "nurse", []),
        (PRACTITIONER_ROLE, "gardener", []),
    ],
)
def test_a_role_sees_its_own_queues(
    policy: Policy, system: str, role: str, queues: list[str]
) -> None:
    found = policy.queues_for(frozenset({(system, role)}))

    assert [queue.code for queue in found] == queues


def test_two_roles_see_the_queues_of_both(policy: Policy) -> None:
    both = frozenset({(PRACTITIONER_ROLE, "doctor"), (CLINIC_ROLE, "billing")})

    assert [queue.code for queue in policy.queues_for(both)] == ["physician", "billing"]
    assert policy.queues_for(frozenset()) == ()


def test_items_of_a_queue_that_was_renamed_are_looked_at_in_review(policy: Policy) -> None:
    assert policy.queue("refills").team["en"] == "the refill team"
    assert policy.queue("refill-desk").code == "review"


def test_a_topic_that_the_clinic_does_not_have_is_not_offered(policy: Policy) -> None:
    with pytest.raises(NotOffered, match="refunds"):
        policy.topic("refunds")


def test_every_team_is_open_at_some_time_when_the_clinic_is(policy: Policy) -> None:
    noon = datetime(2026, 10, 13, 11, 0, tzinfo=policy.calendar.zone)

    for queue in policy.queues.values():
        assert policy.calendar.with_week(queue.week).is_open(noon), queue.code


def test_no_holiday_falls_on_a_day_that_is_closed_anyway(policy: Policy) -> None:
    weekends = [day for day in policy.calendar.holidays if day.weekday() >= 5]

    assert weekends == []


def test_phone_numbers_are_written_down_once_and_put_into_the_words(
    policy: Policy, refill: Topic
) -> None:
    assert policy.phones.emergency == "911"
    assert "911" in policy.urgent["es"]
    assert policy.phones.clinic in refill.words.receipt["en"]
    crisis = next(flag for flag in refill.red_flags if flag.name == "thoughts-of-self-harm")
    assert crisis.do_now["en"].startswith("Call 988 now.")


def test_reply_words_wait_for_the_medicine(refill: Topic) -> None:
    approved = refill.reply("approved")

    assert approved is not None
    assert "{about}" in approved.text["en"]
    assert "{about}" in approved.text["es"]
    outcome = refill.outcome(approved.outcome)
    assert outcome is not None
    assert outcome.words["en"] == "Approved and sent to the pharmacy"
    assert refill.reply("nothing-of-the-kind") is None
    assert refill.outcome("nothing-of-the-kind") is None


# --- the form -------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", TOPICS)
def test_the_form_is_valid_fhir_and_keeps_every_element(topic: str) -> None:
    text = (FOLDER / "questionnaires" / f"{topic}.json").read_text(encoding="utf-8")

    read = QuestionnaireR4.model_validate_json(text)

    assert json.loads(read.model_dump_json()) == json.loads(text, parse_float=Decimal)


@pytest.mark.parametrize("code", DANGEROUS)
def test_the_form_asks_about_danger_first_and_once(policy: Policy, code: str) -> None:
    topic = policy.topic(code)
    first = next(item for item in topic.questionnaire.all_items() if item.type != "group")

    assert first.link_id == "red-flags"
    assert first.required
    assert first.options[-1].display["en"] == "None of these"
    asked = {code for flag in topic.red_flags for code in flag.answers}
    assert asked == {option.code for option in first.options} - {"none"}


def test_the_form_asks_why_only_where_something_is_amiss(refill: Topic) -> None:
    why = refill.questionnaire.item("taking-why")
    other = refill.questionnaire.item("other-pharmacy")
    assert why is not None
    assert other is not None

    assert [why.is_asked({"taking": (code,)}) for code in ("yes", "not-always", "stopped")] == [
        False,
        True,
        True,
    ]
    assert not other.is_asked({"pharmacy": ("usual",)})
    assert other.is_asked({"pharmacy": ("other",)})


@pytest.mark.parametrize("code", TOPICS)
def test_free_text_comes_last_and_is_short(policy: Policy, code: str) -> None:
    topic = policy.topic(code)
    last = [item for item in topic.questionnaire.all_items() if item.type != "display"][-1]

    assert last.type == "text"
    assert last.max_length == topic.message_length <= 800


def test_the_clinic_offers_all_fourteen_topics_in_groups(policy: Policy) -> None:
    assert len(asked_for(policy)) == 14
    assert {*asked_for(policy), *policy.forms.topics} == set(policy.topics)


def test_danger_is_asked_about_wherever_somebody_may_be_ill(policy: Policy) -> None:
    assert [code for code in asked_for(policy) if policy.topic(code).red_flags] == DANGEROUS


@pytest.mark.parametrize("code", DANGEROUS)
def test_thoughts_of_self_harm_lead_to_the_crisis_line_first(policy: Policy, code: str) -> None:
    flag = next(f for f in policy.topic(code).red_flags if "self-harm" in f.answers)

    assert flag.do_now["en"].startswith("Call 988 now.")
    assert flag.do_now["es"].startswith("Llame al 988 ahora.")


def test_a_correction_goes_through_the_steps_of_the_guide(policy: Policy) -> None:
    steps = policy.topic("record-correction").progress

    assert [step.code for step in steps] == [
        "queued",
        "in-review",
        "waiting-for-information",
        "requester-cancelled",
        "accepted",
        "partial-accept",
        "amendment-completed",
        "denied",
        "disagreement-logged",
        "completed",
    ]
    assert len({step.system for step in steps}) == 1


def test_home_readings_have_limits_and_dangerous_ones_come_with_advice(policy: Policy) -> None:
    assert list(policy.readings) == ["blood-pressure", "glucose", "weight"]
    for kind in policy.readings.values():
        for rule in kind.trends:
            assert (rule.route.priority.rank >= Priority.ASAP.rank) <= (rule.do_now is not None)


# --- the words ------------------------------------------------------------------------------------


def patient_texts(policy: Policy, topic: Topic, locale: str) -> list[str]:
    words = topic.words
    texts = [policy.urgent, words.intro, words.scope, words.next_steps, words.receipt]
    texts += [text for flag in topic.red_flags for text in (flag.do_now, flag.message)]
    texts += [flag.reason.patient for flag in topic.red_flags]
    texts += [rule.reason.patient for rule in (*topic.rules, topic.unclassified)]
    texts += [reply.text for reply in topic.replies]
    texts += [exclusion.instead for exclusion in topic.exclusions]
    texts += topic.refills.words.values() if topic.refills else ()
    texts += [words.title, words.hint, words.plain]
    texts += [text for each in topic.self_service for text in (each.title, each.text)]
    texts += [topic.fee.text, topic.fee.acknowledge] if topic.fee else []
    if topic.confidentiality:
        texts += [topic.confidentiality.patient, topic.confidentiality.proxy]
    texts += [step.words for step in topic.progress]
    for item in topic.questionnaire.all_items():
        texts += [item.text, *(option.display for option in item.options)]
    return [text[locale] for text in texts]


def letters(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


def sentences(texts: list[str]) -> list[str]:
    return [part for text in texts for part in re.split(r"[.!?:](?:\s|$)", text) if letters(part)]


def english_syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def spanish_syllables(word: str) -> int:
    """Strong vowels and stressed weak ones each carry a syllable; a weak one leans on them."""
    word = re.sub("gu(?=[eiéí])", "g", word.replace("qu", "k"))
    weak_alone = r"(?<![aeoáéóíúiuü])[iuü](?![aeoáéó])"
    return max(1, len(re.findall(rf"[aeoáéóíú]|{weak_alone}", word)))


@pytest.mark.parametrize("code", TOPICS)
def test_a_child_of_eleven_can_read_the_english(policy: Policy, code: str) -> None:
    """The Flesch-Kincaid grade: 5 is an age of 10 to 11."""
    texts = patient_texts(policy, policy.topic(code), "en")
    words = [word for text in texts for word in letters(text)]
    per_word = sum(english_syllables(word) for word in words) / len(words)

    assert 0.39 * len(words) / len(sentences(texts)) + 11.8 * per_word - 15.59 <= 5


@pytest.mark.parametrize("code", TOPICS)
def test_a_child_of_eleven_can_read_the_spanish(policy: Policy, code: str) -> None:
    """The Fernandez Huerta score: 80 to 90 is easy, an age of 10 to 11."""
    texts = patient_texts(policy, policy.topic(code), "es")
    words = [word for text in texts for word in letters(text)]
    per_word = sum(spanish_syllables(word) for word in words) / len(words)

    assert 206.84 - 60 * per_word - 1.02 * len(words) / len(sentences(texts)) >= 80


@pytest.mark.parametrize("locale", ["en", "es"])
def test_no_sentence_is_long(policy: Policy, locale: str) -> None:
    long = [
        sentence
        for code in asked_for(policy)
        for sentence in sentences(patient_texts(policy, policy.topic(code), locale))
        if len(letters(sentence)) > 20
    ]

    assert long == []


# --- the handbook ---------------------------------------------------------------------------------


def test_the_handbook_names_every_fact_as_the_app_means_it() -> None:
    handbook = (FOLDER.parent / "docs" / "policy.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", handbook, re.MULTILINE))

    assert {name: text.replace("`", "") for name, text in rows.items()} == {
        name: fact.meaning for name, fact in FACTS.items()
    }
