"""The coded answers in one sentence, for staff who have a queue to work through."""

from __future__ import annotations

from collections.abc import Iterator

from smartapp.fhir.questionnaire import Answers
from smartapp.words import in_locale
from smartapp.workflow.policy.conditions import in_words
from smartapp.workflow.policy.model import SummaryPart, Topic


def summary(topic: Topic, answers: Answers, locale: str, about: str = "") -> str:
    """`about` is what the request is for, such as a medicine. Free text is never part of it."""
    said = ", ".join(
        words for part in topic.summary for words in _said(part, answers, locale) if words
    )
    return ": ".join(each for each in (about, said) if each)


def _said(part: SummaryPart, answers: Answers, locale: str) -> Iterator[str]:
    for answer in answers.get(part.question, ()):
        words = part.says.get(in_words(answer)) or part.says.get("text")
        if words is not None:
            yield in_locale(words, locale).replace("{answer}", " ".join(str(answer).split()))
