"""Reading a file that a person wrote: what is wrong is noted with its place, and reading goes on.

Every reader gives back a value of the right type, a neutral one where the file has none, so that
one pass finds everything. Nothing is used while there is a single problem.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from smartapp.errors import Problem
from smartapp.words import LocalText

_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass
class Reading:
    """One pass over the policy folder."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    languages: tuple[str, ...] = ("en",)
    phones: Mapping[str, str] = field(default_factory=dict)  # put into texts: "{clinic}"

    def wrong(self, place: str, what: str) -> None:
        self.problems.append(Problem(place, what))

    def place(self, file: str) -> str:
        return f"{self.folder.name}/{file}:"

    def toml(self, file: str) -> Table:
        try:
            text = (self.folder / file).read_text(encoding="utf-8")
            values = tomllib.loads(text, parse_float=Decimal)
        except FileNotFoundError:
            self.wrong(self.place(file), "is missing")
        except (OSError, UnicodeDecodeError) as trouble:
            self.wrong(self.place(file), f"cannot be read: {type(trouble).__name__}")
        except tomllib.TOMLDecodeError as trouble:
            self.wrong(self.place(file), f"is not valid TOML: {trouble}")
        else:
            return Table(values, self.place(file), "", self)
        return Table({}, self.place(file), "", Reading(self.folder))  # one problem is enough


class Table:
    """One table of a TOML file, and the path to it."""

    def __init__(self, values: Mapping[str, Any], file: str, path: str, reading: Reading) -> None:
        self.values = values
        self.file = file
        self.path = path
        self.reading = reading
        self._read: set[str] = set()
        self._inner: list[Table] = []

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def place(self, key: str = "") -> str:
        return f"{self.file} {'.'.join(part for part in (self.path, key) if part)}".strip()

    def wrong(self, key: str, what: str) -> None:
        self.reading.wrong(self.place(key), what)

    def __iter__(self) -> Iterator[str]:
        """For tables whose keys are names that the clinic chose."""
        return iter(self.values)

    def check_nothing_else(self) -> None:
        """A key that nobody reads is most likely a misspelt one."""
        for key in self.values.keys() - self._read:
            hint = did_you_mean(key, sorted(self._read))
            self.wrong(key, f"is not something that can stand here{hint}")
        for inner in self._inner:
            inner.check_nothing_else()

    # --- values -----------------------------------------------------------------------------

    def text(self, key: str) -> str:
        value = self._value(key, str, "text")
        if isinstance(value, str) and not value.strip():
            self.wrong(key, "is empty")
        return value or ""

    def whole(self, key: str) -> int:
        value = self._value(key, int, "a whole number")
        if isinstance(value, bool) or (value is not None and value < 0):
            self.wrong(key, "is not a whole number of 0 or more")
        return int(value or 0)

    def flag(self, key: str) -> bool:
        return bool(self._value(key, bool, "true or false"))

    def scalar(self, key: str) -> str | bool | Decimal | None:
        value = self._value(key, (str, bool, int, Decimal), "text, a number, or true or false")
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        return value  # type: ignore[no-any-return]  # _value has just looked

    def moment(self, key: str) -> datetime | None:
        value = self._value(key, datetime, "a date and time such as 2026-12-24T15:30:00")
        return value if isinstance(value, datetime) else None

    def anything(self, key: str) -> Any:
        return self._value(key, object, "")

    def texts(self, key: str, *, may_be_empty: bool = False) -> tuple[str, ...]:
        values = self._value(key, list, "a list") or []
        if self.values.get(key) == [] and not may_be_empty:
            self.wrong(key, "is empty")
        for index, value in enumerate(values):
            if not isinstance(value, str):
                self.wrong(f"{key}[{index}]", "is not text")
        return tuple(value for value in values if isinstance(value, str))

    def one_of(self, key: str, options: Iterable[str], kind: str) -> str | None:
        value = self.text(key)
        if value and self.is_known(key, value, options, kind):
            return value
        return None

    def is_known(self, key: str, value: str, options: Iterable[str], kind: str) -> bool:
        options = tuple(options)
        if options and value not in options:  # no options: their own file says what is wrong
            self.wrong(key, f"{value!r} is not {kind}{did_you_mean(value, options)}")
        return value in options

    def local(self, key: str, placeholders: tuple[str, ...] = ()) -> LocalText:
        """Words in every language of the clinic, with its phone numbers put in."""
        words = self.table(key)
        for language in self.reading.languages:
            if language not in words and key in self.values:
                words.wrong(language, "is missing: every text is needed in every language")
        return MappingProxyType(
            {
                language: words._worded(language, placeholders)
                for language in self.reading.languages
                if language in words
            }
        )

    def _worded(self, language: str, placeholders: tuple[str, ...]) -> str:
        text = self.text(language)
        known = (*self.reading.phones, *placeholders)
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                hint = did_you_mean(name, known)
                self.wrong(language, f"'{{{name}}}' is nothing that can be put in here{hint}")
        if _PLACEHOLDER.sub("", text).count("{") or _PLACEHOLDER.sub("", text).count("}"):
            self.wrong(language, "has a curly bracket that stands alone")
        return _PLACEHOLDER.sub(lambda at: self.reading.phones.get(at[1], at[0]), text)

    # --- structures -------------------------------------------------------------------------

    def table(self, key: str) -> Table:
        values = self._value(key, dict, "a table")
        reading = self.reading if values is not None else Reading(self.reading.folder)
        return self._within(values or {}, key, reading)

    def tables(self, key: str) -> tuple[Table, ...]:
        """A list of tables, `[[rules]]`. None at all is an empty list."""
        self._read.add(key)
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
            self.wrong(key, "is not a list of tables")
            return ()
        return tuple(
            self._within(each, f"{key}[{index}]", self.reading) for index, each in enumerate(values)
        )

    def _within(self, values: Mapping[str, Any], key: str, reading: Reading) -> Table:
        path = f"{self.path}.{key}" if self.path else key
        inner = Table(values, self.file, path, reading)
        self._inner.append(inner)
        return inner

    def _value(self, key: str, kind: type | tuple[type, ...], name: str) -> Any:
        self._read.add(key)
        value = self.values.get(key)
        if value is None:
            self.wrong(key, "is missing")
            return None
        if not isinstance(value, kind):
            self.wrong(key, f"is not {name}")
            return None
        return value


def did_you_mean(name: str, options: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, tuple(options), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
