"""What to do now, before anything else: said wherever a danger was named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import RedFlag


@dataclass(frozen=True)
class Urgent:
    heading: str
    text: str


def urgent_words(words: Words, red_flags: Sequence[RedFlag]) -> tuple[Urgent, ...]:
    return tuple(
        Urgent(in_locale(flag.do_now, words.locale), in_locale(flag.message, words.locale))
        for flag in red_flags
    )
