"""Words about an item that more than one page of staff says."""

from __future__ import annotations

from smartapp.fhir.task import WorkTask
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Topic


def outcome_words(words: Words, topic: Topic | None, task: WorkTask | None) -> str:
    """How it ended, by the clinic's own word for it."""
    if task is None or task.outcome is None:
        return ""
    code = next((each.code for each in task.outcome.codings), "")
    outcome = topic.outcome(code) if topic else None
    return in_locale(outcome.words, words.locale) if outcome else task.outcome.label
