"""What an answer can be, how two of them compare, and how each stands in FHIR JSON."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Reference

UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True)
class Quantity:
    value: Decimal
    unit: str = ""
    system: str = ""
    code: str = ""
    comparator: str = ""

    def __str__(self) -> str:
        parts = (self.comparator, str(self.value), self.unit or self.code)
        return " ".join(part for part in parts if part)

    def as_fhir(self) -> dict[str, Any]:
        said = {
            "value": self.value,
            "comparator": self.comparator,
            "unit": self.unit,
            "system": self.system,
            "code": self.code,
        }
        return {name: part for name, part in said.items() if part != ""}


@dataclass(frozen=True)
class Attachment:
    """A file that stands in the answer itself."""

    content_type: str
    title: str
    data: str = field(default="", repr=False)  # base64
    size: int | None = None
    url: str = ""  # where an EHR has put it, if it took it out of the answer

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        return self.title

    @property
    def mark(self) -> str:
        """By which it is found again among the files of a response."""
        return hashlib.sha256((self.data or self.url).encode()).hexdigest()[:24]

    def content(self) -> bytes | None:
        """None where it lies somewhere else, or cannot be read."""
        try:
            return base64.b64decode(self.data, validate=True) if self.data else None
        except ValueError:
            return None

    def as_fhir(self) -> dict[str, Any]:
        said = {
            "contentType": self.content_type,
            "data": self.data,
            "size": self.size,
            "title": self.title,
        }
        return {name: part for name, part in said.items() if part not in ("", None)}


# A coded answer is its code; a date or time that says less than a day is its own text.
AnswerValue = str | bool | Decimal | date | datetime | time | Quantity | Attachment | Reference
# By linkId; a question that was not answered is not there.
Answers = Mapping[str, tuple[AnswerValue, ...]]


def is_same(value: AnswerValue, wanted: AnswerValue) -> bool:
    """To Python, 1 and True are the same."""
    if isinstance(value, bool) is not isinstance(wanted, bool):
        return False
    if isinstance(value, Quantity) and isinstance(wanted, Quantity):
        return value.value == wanted.value and _same_unit(value, wanted)
    if isinstance(value, Reference) and isinstance(wanted, Reference):
        return value.raw == wanted.raw
    return value == wanted


def compares(value: AnswerValue, operator: str, wanted: AnswerValue) -> bool:
    """False for what cannot be compared, such as a text with a number."""
    ends = _comparable(value, wanted)
    if ends is None:
        return False
    less, greater = bool(ends[0] < ends[1]), bool(ends[0] > ends[1])
    return {"<": less, ">": greater, "<=": not greater, ">=": not less}.get(operator, False)


def _comparable(value: AnswerValue, wanted: AnswerValue) -> tuple[Any, Any] | None:
    if isinstance(value, Decimal) and isinstance(wanted, Decimal):
        return value, wanted
    if isinstance(value, Quantity) and isinstance(wanted, Quantity):
        return (value.value, wanted.value) if _same_unit(value, wanted) else None
    if isinstance(value, time) and isinstance(wanted, time):
        return value, wanted
    left, right = _moment(value), _moment(wanted)
    return (left, right) if left is not None and right is not None else None


def _same_unit(value: Quantity, wanted: Quantity) -> bool:
    if value.code and wanted.code:
        return value.code == wanted.code
    return value.unit == wanted.unit or not (wanted.unit or wanted.code)


def _moment(value: AnswerValue) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    found = FhirDate.parse(value) if isinstance(value, str) else None
    return found.earliest if found else None


# --- in JSON --------------------------------------------------------------------------------------


def value_in(element: Element, stem: str) -> AnswerValue | None:
    """The value[x], answer[x] or initial[x] of an element; None where it has none that is known."""
    coding = element.child(f"{stem}Coding")
    if coding is not None:
        return coding.text("code") or coding.text("display")
    boolean = element.boolean(f"{stem}Boolean")
    if boolean is not None:
        return boolean
    for name in ("Integer", "Decimal"):
        number = element.number(f"{stem}{name}")
        if number is not None:
            return number
    moment = _time_in(element, stem)
    if moment is not None:
        return moment
    for name in ("String", "Markdown", "Uri", "Url", "Code"):
        if text := element.text(f"{stem}{name}"):
            return text
    return _structured(element, stem)


def _time_in(element: Element, stem: str) -> AnswerValue | None:
    day = element.date(f"{stem}Date")
    if day is not None:
        return day.day if day.precision == "day" else element.text(f"{stem}Date")
    moment = element.date(f"{stem}DateTime")
    if moment is not None:
        return moment.earliest if moment.precision == "time" else element.text(f"{stem}DateTime")
    hour = element.text(f"{stem}Time")
    return read_time(hour) if hour else None


def _structured(element: Element, stem: str) -> AnswerValue | None:
    quantity = element.child(f"{stem}Quantity")
    number = quantity.number("value") if quantity else None
    if quantity is not None and number is not None:
        return Quantity(
            number,
            quantity.text("unit") or "",
            quantity.text("system") or "",
            quantity.text("code") or "",
            quantity.text("comparator") or "",
        )
    attachment = element.child(f"{stem}Attachment")
    if attachment is not None:
        return Attachment(
            attachment.text("contentType") or "",
            attachment.text("title") or "",
            attachment.text("data") or "",
            attachment.whole("size"),
            attachment.text("url") or "",
        )
    return element.reference(f"{stem}Reference")


def read_time(text: str) -> time | None:
    """As "14:30", or with seconds; a time of day has no zone."""
    try:
        found = time.fromisoformat(text) if text[2:3] == ":" else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo is None else None


_PLAIN = {"string": "String", "text": "String", "url": "Uri", "integer": "Integer"}


def as_fhir(kind: str, value: AnswerValue) -> dict[str, Any]:
    """A value that is not coded, as the answer to an item of this type."""
    if isinstance(value, Quantity):
        return {"valueQuantity": value.as_fhir()}
    if isinstance(value, Attachment):
        return {"valueAttachment": value.as_fhir()}
    if isinstance(value, Reference):
        said = {"reference": value.raw, "display": value.display}
        return {"valueReference": {name: part for name, part in said.items() if part}}
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if kind == "integer":
        return {"valueInteger": int(Decimal(str(value)))}
    if kind == "decimal":
        return {"valueDecimal": value}
    if kind == "date":
        return {"valueDate": value.isoformat() if isinstance(value, date) else str(value)}
    if kind == "dateTime":
        return {"valueDateTime": in_iso(value)}
    if kind == "time":
        return {"valueTime": in_iso(value)}
    return {f"value{_PLAIN.get(kind, 'String')}": str(value)}


def in_iso(value: AnswerValue) -> str:
    """Seconds are part of a FHIR time, even where nobody was asked for them."""
    if isinstance(value, datetime | time):
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
