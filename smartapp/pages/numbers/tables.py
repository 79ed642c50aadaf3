"""A table of figures. The same cells are shown, and written into the file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.pages.shell import Link
from smartapp.words import Words
from smartapp.workflow.metrics.statistics import Share

WHOLE = 100.0
HARD = "\u00a0"  # a space at which no line ends
ROOM = 1.08  # beyond the longest bar

Value = float | int | str | None


@dataclass(frozen=True)
class Cell:
    text: str
    value: Value = None  # for the file; None where there is no figure


@dataclass(frozen=True)
class Row:
    label: str
    cells: tuple[Cell, ...]
    bar: str = ""  # how long, of 100; "" where there is none to draw
    note: str = ""


@dataclass(frozen=True)
class Marks:
    """What the bars are held against: from here to there, or at one place. All of 100."""

    start: str
    width: str
    label: str


@dataclass(frozen=True)
class Table:
    key: str
    caption: str
    columns: tuple[str, ...]  # the first is that of the labels
    rows: tuple[Row, ...]
    picture: str = ""  # the heading of the column with the bars, where there are any
    marks: tuple[Marks, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """One section of the page."""

    key: str
    heading: str
    lead: str = ""
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: str = ""
    kind: str = "failed"  # or "partial"
    more: Link | None = None


@dataclass(frozen=True)
class Against:
    """A line, or a range, of others' figures."""

    start: float
    end: float
    label: str


def pictured(
    table: Table,
    values: Sequence[float | None],
    heading: str,
    against: Sequence[Against] = (),
) -> Table:
    """The table with a bar for each row, all on one scale that begins at nothing."""
    every = [value for value in values if value is not None]
    longest = max([*every, *(each.end for each in against)], default=0.0) * ROOM
    if longest <= 0:
        return table
    rows = tuple(
        Row(row.label, row.cells, "" if value is None else _of(value, longest), row.note)
        for row, value in zip(table.rows, values, strict=True)
    )
    marks = tuple(
        Marks(_of(each.start, longest), _of(max(each.end - each.start, 0.0), longest), each.label)
        for each in against
    )
    return Table(table.key, table.caption, table.columns, rows, heading, marks, table.note)


def _of(value: float, longest: float) -> str:
    return f"{WHOLE * value / longest:.2f}"


# --- cells --------------------------------------------------------------------------------------


def number(words: Words, value: float | None, digits: int = 0) -> Cell:
    if value is None:
        return unknown(words)
    return Cell(words.number(value, digits), round(value, digits) if digits else round(value))


def hours(words: Words, value: float | None) -> Cell:
    if value is None:
        return unknown(words)
    text = words("{number} h", number=words.number(value, 1))
    return Cell(text.replace(" ", HARD), round(value, 1))


def percent(words: Words, share: Share) -> Cell:
    """With how many that are, so that a share of few is seen to be one."""
    if share.percent is None:
        return unknown(words)
    text = words("{percent} % ({part})", percent=words.number(share.percent, 1), part=share.part)
    return Cell(text.replace(" ", HARD), round(share.percent, 1))


def unknown(words: Words) -> Cell:
    return Cell(words("not known"))
