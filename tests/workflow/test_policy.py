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
from smartapp.workflow.policy.model import Policy, Topic
from tests.workflow.conftest import FOLDER

CLINIC_ROLE = "http://127.0.0.1:8001/fhir/CodeSystem/clinic-role"


@pytest.mark.parametrize(
    ("system", "role", "queues"),
    [
        (PRACTITIONER_ROLE, "nurse", ["nurse-triage", "refills", "review"]),
        (PRACTITIONER_ROLE, "pharmacist", ["refills", "pharmacy"]),
        (PRACTITIONER_ROLE, "doctor", ["physician"]),
        (CLINIC_ROLE, "front-desk", ["front-desk"]),
        (CLINIC_ROLE, "billing", ["billing"]),
        (CLINIC_ROLE, "manager", ["review"]),
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


def test_the_form_is_valid_fhir_and_keeps_every_element() -> None:
    text = (FOLDER / "questionnaires" / "refill.json").read_text(encoding="utf-8")

    read = QuestionnaireR4.model_validate_json(text)

    assert json.loads(read.model_dump_json()) == json.loads(text, parse_float=Decimal)


def test_the_form_asks_about_danger_first_and_once(refill: Topic) -> None:
    first = next(item for item in refill.questionnaire.all_items() if item.type != "group")

    assert first.link_id == "red-flags"
    assert first.required
    assert first.options[-1].display["en"] == "None of these"
    asked = {code for flag in refill.red_flags for code in flag.answers}
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


def test_free_text_comes_last_and_is_short(refill: Topic) -> None:
    last = refill.questionnaire.items[-1]

    assert (last.link_id, last.type, last.required) == ("more", "text", False)
    assert last.max_length == refill.message_length == 500


# --- the words ------------------------------------------------------------------------------------


def patient_texts(policy: Policy, topic: Topic, locale: str) -> list[str]:
    assert topic.refills is not None
    words = topic.words
    texts = [policy.urgent, words.intro, words.scope, words.next_steps, words.receipt]
    texts += [text for flag in topic.red_flags for text in (flag.do_now, flag.message)]
    texts += [flag.reason.patient for flag in topic.red_flags]
    texts += [rule.reason.patient for rule in (*topic.rules, topic.unclassified)]
    texts += [reply.text for reply in topic.replies]
    texts += [exclusion.instead for exclusion in topic.exclusions]
    texts += topic.refills.words.values()
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


def test_a_child_of_eleven_can_read_the_english(policy: Policy, refill: Topic) -> None:
    """The Flesch-Kincaid grade: 5 is an age of 10 to 11."""
    texts = patient_texts(policy, refill, "en")
    words = [word for text in texts for word in letters(text)]
    per_word = sum(english_syllables(word) for word in words) / len(words)

    assert 0.39 * len(words) / len(sentences(texts)) + 11.8 * per_word - 15.59 <= 5


def test_a_child_of_eleven_can_read_the_spanish(policy: Policy, refill: Topic) -> None:
    """The Fernandez Huerta score: 80 to 90 is easy, an age of 10 to 11."""
    texts = patient_texts(policy, refill, "es")
    words = [word for text in texts for word in letters(text)]
    per_word = sum(spanish_syllables(word) for word in words) / len(words)

    assert 206.84 - 60 * per_word - 1.02 * len(words) / len(sentences(texts)) >= 80


@pytest.mark.parametrize("locale", ["en", "es"])
def test_no_sentence_is_long(policy: Policy, refill: Topic, locale: str) -> None:
    long = [
        sentence
        for sentence in sentences(patient_texts(policy, refill, locale))
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
