"""What is wrong or odd in the configuration, collected so that all of it is said at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from smartapp.errors import ConfigurationError, Problem


class Findings:
    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []

    def problem(self, place: str, what: str) -> None:
        self._problems.append(Problem(place, what))

    def warn(self, place: str, what: str) -> None:
        self._warnings.append(Problem(place, what))

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(self._warnings)

    def raise_if_any(self) -> None:
        if self._problems:
            raise ConfigurationError(tuple(self._problems))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
