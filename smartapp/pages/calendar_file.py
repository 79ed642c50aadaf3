"""An appointment as a calendar file (RFC 5545), for the calendar on a person's own device.

Calendars are shared with families and clouds: the file says where and when, and not why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from smartapp.fhir.dates import FhirDate

LONGEST_LINE = 75  # octets
TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Event:
    uid: str
    made: datetime
    start: FhirDate
    end: FhirDate | None
    summary: str
    place: str
    description: str
    sure: bool  # booked, not only asked for


def calendar_file(event: Event) -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//smartapp//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{_utc(event.made)}",
        *_times(event),
        f"SUMMARY:{_escaped(event.summary)}",
        *([f"LOCATION:{_escaped(event.place)}"] if event.place else []),
        f"DESCRIPTION:{_escaped(event.description)}",
        f"STATUS:{'CONFIRMED' if event.sure else 'TENTATIVE'}",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _times(event: Event) -> list[str]:
    """A day without a time is a whole day; its end is the day after."""
    if event.start.precision != "time":
        last = event.start.last_day + timedelta(days=1)
        return [
            f"DTSTART;VALUE=DATE:{event.start.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{last:%Y%m%d}",
        ]
    times = [f"DTSTART:{_utc(event.start.earliest)}"]
    end = event.end
    if end is not None and end.precision == "time" and end.earliest > event.start.earliest:
        times.append(f"DTEND:{_utc(end.earliest)}")
    return times


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> bytes:
    """No line is longer than 75 octets, and no character is cut in two."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        octets = character.encode()
        room = LONGEST_LINE - (1 if pieces else 0)
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
