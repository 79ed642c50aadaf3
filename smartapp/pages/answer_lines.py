"""What a patient answered, as staff read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from smartapp.fhir.questionnaire import Answers, AnswerValue, Attachment, Item
from smartapp.fhir.questionnaire.values import Quantity
from smartapp.pages.ask_check import AnswerLine
from smartapp.pages.form import answer_words
from smartapp.pages.form.shelf import sent_files
from smartapp.words import Words, in_locale
from smartapp.workflow.forms.scores import score_of
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.submission import FREE_TEXT

READINGS_SHOWN = 14


def answer_lines(
    words: Words, topic: Topic | None, answers: Answers, files_at: str = ""
) -> tuple[AnswerLine, ...]:
    """The answers in the words of the questionnaire; what it does not know, as it came.

    What the patient wrote freely is in the message beside them, and need not be read twice.
    """
    lines = []
    for link_id, values in answers.items():
        item = topic.questionnaire.item(link_id) if topic else None
        files = [each for each in values if isinstance(each, Attachment)]
        if files:
            question = in_locale(item.text, words.locale) if item else link_id
            lines.append(AnswerLine(question, "", sent_files(words, files, files_at)))
        elif item is None:
            lines.append(AnswerLine(link_id, ", ".join(str(value) for value in values)))
        elif item.type != FREE_TEXT:
            question = in_locale(item.text, words.locale)
            said = answer_words(words, item, values)
            lines.append(AnswerLine(question, f"{said}{band_of(item, values)}"))
    return tuple(lines)


def band_of(item: Item, values: Sequence[AnswerValue]) -> str:
    """What a total may mean, by the thresholds that its authors published. For staff alone."""
    score, total = score_of(item), values[0] if values else None
    if score is None or not isinstance(total, Decimal):
        return ""
    return f" – {score.name}: {score.band(total)}"


def reading_lines(words: Words, policy: Policy, answers: Answers) -> tuple[AnswerLine, ...]:
    """What was measured at home, the newest first: each moment, and the numbers with their unit.

    Nothing where it cannot be told which numbers belong together.
    """
    moments = [each for each in answers.get("when", ()) if isinstance(each, datetime)]
    for kind in policy.readings.values():
        columns = [answers.get(measure.code, ()) for measure in kind.measures]
        if not moments or any(len(column) != len(moments) for column in columns):
            continue
        rows = sorted(zip(moments, *columns, strict=True), key=lambda row: row[0], reverse=True)
        unit = in_locale(kind.measures[0].unit, words.locale)
        return tuple(
            AnswerLine(
                words.date_time(moment), f"{' / '.join(number_words(each) for each in told)} {unit}"
            )
            for moment, *told in rows[:READINGS_SHOWN]
        )
    return ()


def number_words(value: AnswerValue) -> str:
    return (
        f"{value.value:f}"
        if isinstance(value, Quantity) and value.value is not None
        else str(value)
    )
