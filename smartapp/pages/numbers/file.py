"""The same figures as a file for a spreadsheet, which must not take any of them for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from smartapp.pages.numbers.tables import Figures, Value
from smartapp.words import Words

MARK = "\ufeff"  # a spreadsheet then knows that it is UTF-8
_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def lines(words: Words, sections: Iterable[Figures]) -> Iterator[str]:
    """One figure a line: section, table, group, what it is, and its value without separators."""
    head = (
        words("Section"), words("Table"), words("Group"), words("Figure"), words("Value"),
        words("Note"),
    )  # fmt: skip
    yield MARK + _line(head)
    for section in sections:
        if section.trouble:
            yield _line((section.heading, "", "", "", "", section.trouble))
        for table in section.tables:
            for row in table.rows:
                for column, cell in zip(table.columns[1:], row.cells, strict=True):
                    value = cell.text if cell.value is None else cell.value
                    yield _line(
                        (section.heading, table.caption, row.label, column, value, row.note)
                    )


def _line(values: Iterable[Value]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([harmless(value) for value in values])
    return out.getvalue()


def harmless(value: Value) -> str:
    """A number stays one. A text that a spreadsheet could run is marked as a text."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = value.replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(_BEGIN_FORMULAS) else text
