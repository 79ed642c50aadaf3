"""What a form is on a page: fields, rows of them, and the lines that say what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartapp.pages.form.shelf import ShownFile


@dataclass(frozen=True)
class Choice:
    value: str
    text: str
    checked: bool
    hint: str = ""
    exclusive: bool = False


@dataclass(frozen=True)
class Own:
    """Where somebody writes their own answer beside those to choose from."""

    name: str
    label: str
    value: str
    choice: Choice


@dataclass(frozen=True)
class Column:
    label: str


@dataclass(frozen=True)
class Row:
    """One time that a group stands on the page, of several."""

    number: int
    label: str
    fields: tuple[Field, ...]
    remove: str  # what the button says


@dataclass(frozen=True)
class Field:
    # "group", "display", "radios", "checkboxes", "select", "text", "textarea", "number", "date",
    # "datetime-local", "time", "url", "files", "lines" (several that are written), "rows",
    # "choices" (a table of them) or "fixed" (shown, and not to be changed)
    kind: str
    name: str
    label: str
    hint: str = ""
    value: str = ""
    values: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    error: str = ""
    max_length: int | None = None
    numeric: bool = False
    required: bool = False
    counter: Mapping[str, object] | None = None  # how the letters left are said
    asked_when: str = ""  # for the page's script: the same conditions that the server applies
    fields: tuple[Field, ...] = ()
    suffix: str = ""  # the unit, where there is one only
    units: tuple[Choice, ...] = ()
    unit_name: str = ""
    unit_label: str = ""
    own: Own | None = None
    more: str = ""  # a longer explanation
    more_label: str = ""
    legal: str = ""
    low: str = ""
    high: str = ""
    files: tuple[ShownFile, ...] = ()
    horizontal: bool = False
    purpose: str = ""  # for browsers, which fill in what somebody has told them once
    nothing: str = ""  # what a list to choose from begins with
    shown: bool = True  # by the answers so far
    html: str = ""  # the question with its looks, harmless already
    rows: tuple[Row, ...] = ()
    columns: tuple[Column, ...] = ()  # a table where it has some
    add: str = ""  # what the button for one more says

    @property
    def id(self) -> str:
        """A name may have spaces and other signs that an id may not."""
        return ident(self.name)

    @property
    def anchor(self) -> str:
        """Where the error summary leads: the first control of the field."""
        return f"#{self.id}"


@dataclass(frozen=True)
class FaultLine:
    text: str
    href: str


def ident(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", lambda found: f"_{ord(found[0]):x}_", name)


def fault_lines(fields: Sequence[Field]) -> tuple[FaultLine, ...]:
    lines: list[FaultLine] = []
    for field in fields:
        if field.error:
            lines.append(FaultLine(f"{field.error}: {field.label}", field.anchor))
        lines.extend(fault_lines(field.fields if not field.rows else ()))
        for row in field.rows:
            lines.extend(fault_lines(row.fields))
    return tuple(lines)
