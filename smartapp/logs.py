"""JSON lines on stderr: one event per line, and of each event only what is on a list.

Logs leave the clinic's hands (collectors, tickets, screenshots), so nothing of a record may enter
them: not a name, not a search, not a token. What was done with a record is the audit's to tell.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO, TypeVar

from smartapp.errors import ProblemsFound, SmartappError

# Set once per request; every line that is written meanwhile carries it.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

T = TypeVar("T")

_OWN = "smartapp"
_log = logging.getLogger(_OWN)

# What `extra` may carry. `route` is a route's name, never the path that somebody asked for.
_FIELDS = (
    "route",
    "method",
    "status",
    "ms",
    "ehr",
    "code",
    "place",
    "what",
    "head_seq",
    "head_hash",
)
_LONGEST = 300
_FRAMES = 8

# Also given to gunicorn (`logconfig_dict`), so that its lines look like ours.
CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "smartapp.logs.JsonLines"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {_OWN: {"level": "INFO", "handlers": [], "propagate": True}}
    | {
        name: {"level": "WARNING", "handlers": [], "propagate": True}
        for name in ("gunicorn.error", "gunicorn.access", "werkzeug", "urllib3", "authlib")
    },
}


def set_up() -> None:
    """Everything that is said from here on is said in JSON lines, the end of the process too."""
    logging.config.dictConfig(CONFIG)
    warnings.showwarning = _log_warning
    # Otherwise logging prints a message that it cannot format, with its arguments.
    logging.raiseExceptions = False
    sys.excepthook = _log_crash
    threading.excepthook = lambda crash: _log_crash(
        crash.exc_type, crash.exc_value, crash.exc_traceback
    )
    sys.unraisablehook = lambda crash: _log_crash(
        crash.exc_type, crash.exc_value, crash.exc_traceback
    )


def under_its_name(pieces: Iterable[T]) -> Iterator[T]:
    """What is still sent when a request is over, by the name of that request."""
    name = REQUEST_ID.get()

    def named() -> Iterator[T]:
        REQUEST_ID.set(name)
        try:
            yield from pieces
        finally:
            REQUEST_ID.set("")

    return named()


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": _text_of(record),
        }
        if record.name.split(".")[0] != _OWN:
            line["logger"] = record.name
        if REQUEST_ID.get():
            line["request_id"] = REQUEST_ID.get()
        for name in _FIELDS:
            if hasattr(record, name):
                line[name] = _plain(name, getattr(record, name))
        if record.exc_info and record.exc_info[1]:
            line |= _failure(record.exc_info[1])
        return json.dumps(line)


_ADDRESS = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/?#@]*@?([^\s/?#'\"]*)[^\s'\"]*", re.IGNORECASE)
_QUERY = re.compile(r"\?\S+")
_CREDENTIALS = re.compile(r"\b(bearer|basic)\s+\S+", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]*(\.[\w-]*)*")
# Long, with letters and digits mixed: more likely a token or an id than a word.
_OPAQUE = re.compile(r"(?=[\w~+/=-]*\d)(?=[\w~+/=-]*[A-Za-z])[\w~+/=-]{20,}")


def scrubbed(text: str) -> str:
    """The text without what looks like a query, a token, or the path of an address."""
    text = _ADDRESS.sub(r"\1\2/…", text)
    text = _QUERY.sub("?…", text)
    text = _CREDENTIALS.sub(r"\1 …", text)
    text = _JWT.sub("…", text)
    text = _OPAQUE.sub("…", text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _text_of(record: logging.LogRecord) -> str:
    """The message with its numbers; every other argument may hold an address or a token."""
    template = str(record.msg) if isinstance(record.msg, str) else type(record.msg).__name__
    if not record.args:
        return scrubbed(template)
    if not isinstance(record.args, tuple):
        return scrubbed(re.sub(r"%\(\w+\)[a-z]", "…", template))
    shown = tuple(arg if isinstance(arg, int | float) else "…" for arg in record.args)
    try:
        return scrubbed(template % shown)
    except (TypeError, ValueError):
        return scrubbed(template)


def _plain(name: str, value: object) -> str | int | float:
    if isinstance(value, int | float):
        return value
    return scrubbed(str(value)) if name == "what" else str(value)[:_LONGEST]


def _failure(error: BaseException) -> dict[str, Any]:
    """What failed and where. Never str(): foreign exceptions carry addresses and bodies."""
    frames = [
        f"{_place(frame.f_code.co_filename, line)} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    failure: dict[str, Any] = {
        "error": [f"{type(one).__module__}.{type(one).__qualname__}" for one in _chain(error)],
        "at": frames[-_FRAMES:],
    }
    if isinstance(error, SmartappError):
        failure["code"] = error.code
    if isinstance(error, ProblemsFound):  # words of ours, about files of the clinic's
        failure["problems"] = [str(problem) for problem in error.problems]
    return failure


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(_FRAMES):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _place(filename: str, line: int) -> str:
    return f"{'/'.join(filename.split('/')[-2:])}:{line}"


def _log_warning(
    message: Warning | str,  # noqa: ARG001  (Python's signature; the text is foreign)
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001  (as above)
    line: str | None = None,  # noqa: ARG001  (as above)
) -> None:
    where = {"place": _place(filename, lineno), "what": category.__name__}
    _log.warning("warning", extra=where)


def _log_crash(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    failure = error.with_traceback(trace) if error else None
    _log.critical("crash", exc_info=failure, extra={"what": kind.__name__})
