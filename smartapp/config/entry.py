"""One object of launch-config.json, read key by key; what does not fit becomes a finding."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from smartapp.config.findings import Findings, did_you_mean

Choice = TypeVar("Choice", bound=StrEnum)


class Entry:
    """Knows its place in the file, and which of its keys were asked for."""

    def __init__(self, where: str, fields: dict[str, Any], findings: Findings) -> None:
        self.where = where
        self._fields = fields
        self._findings = findings
        self._asked: set[str] = set()

    @classmethod
    def at(cls, place: str, value: Any, findings: Findings) -> Entry | None:
        if isinstance(value, dict):
            return cls(place, value, findings)
        findings.problem(place, "must be an object, in braces")
        return None

    def place(self, key: str) -> str:
        return f"{self.where}{' ' if self.where.endswith(':') else '.'}{key}"

    def problem(self, key: str, what: str) -> None:
        self._findings.problem(self.place(key), what)

    def text(self, key: str) -> str:
        """Required; "" after a finding."""
        return (self.optional_text(key) or "") if self._has(key) else ""

    def optional_text(self, key: str) -> str | None:
        value = self._value(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or value != value.strip():
            self.problem(key, "must be text, not empty, without spaces around it")
            return None
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._value(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problem(key, "must be a list of texts, in square brackets")
            return ()
        return tuple(value)

    def texts_by_name(self, key: str) -> dict[str, str]:
        value = self._value(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            self.problem(key, "must be an object whose values are text")
            return {}
        return dict(value)

    def one_of(self, key: str, choices: type[Choice]) -> Choice | None:
        text = self.text(key)
        return self._choice(key, text, choices) if text else None

    def some_of(self, key: str, choices: type[Choice]) -> frozenset[Choice]:
        if not self._has(key):
            return frozenset()
        chosen = [self._choice(key, text, choices) for text in self.texts(key)]
        if self._fields[key] == []:
            self.problem(key, f"must name at least one of {_names(choices)}")
        return frozenset(choice for choice in chosen if choice is not None)

    def object(self, key: str) -> Any:
        return self._value(key) if self._has(key) else None

    def refuse_unknown_keys(self) -> None:
        for key in sorted(self._fields.keys() - self._asked):
            self.problem(key, f"is not a key this app knows{did_you_mean(key, self._asked)}")

    def _has(self, key: str) -> bool:
        self._asked.add(key)
        missing = self._fields.get(key) is None
        if missing:
            self.problem(key, "is missing")
        return not missing

    def _value(self, key: str) -> Any:
        self._asked.add(key)
        return self._fields.get(key)

    def _choice(self, key: str, text: str, choices: type[Choice]) -> Choice | None:
        try:
            return choices(text)
        except ValueError:
            self.problem(key, f"is {text!r}, but must be one of {_names(choices)}")
            return None


def _names(choices: type[StrEnum]) -> str:
    return ", ".join(choices)
