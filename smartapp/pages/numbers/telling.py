"""What all pages of figures are told with: words, and the names of what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from smartapp.pages.numbers.named import Names
from smartapp.words import Words
from smartapp.workflow.metrics.tally import Tally

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Telling:
    words: Words
    names: Names

    def week_end(self, tally: Tally, place: int) -> str:
        end = tally.period.start + (place + 1) * 7 * DAY
        return self.words.date(end)
