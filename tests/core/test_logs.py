"""What a log may say, and the canaries that it must never repeat."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from smartapp import logs
from smartapp.errors import ConfigurationError, Problem, TokenRefused

OWN = logging.getLogger("smartapp.views")
ROOT = Path(__file__).parents[2]
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"


@pytest.fixture
def written():
    """The lines that a logger writes, read back."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    loggers = [logging.getLogger(name) for name in ("smartapp", "urllib3.pool", "authlib")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for logger in loggers:
        logger.removeHandler(handler)
        logger.propagate = True


def test_an_event_is_one_line_with_the_fields_that_were_given(written):
    token = logs.REQUEST_ID.set("0199c0de4f1a7bd29b1e")
    OWN.info("served", extra={"route": "launch.callback", "status": 400, "ms": 12, "code": "old"})
    logs.REQUEST_ID.reset(token)

    (line,) = written()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "event": "served",
        "request_id": "0199c0de4f1a7bd29b1e",
        "route": "launch.callback",
        "status": 400,
        "ms": 12,
        "code": "old",
    }


def test_a_field_that_is_not_on_the_list_is_not_written(written):
    OWN.info("shown", extra={"patient": "canary", "status": 200})

    (line,) = written()
    assert "canary" not in str(line)
    assert line["status"] == 200


def test_a_line_break_cannot_forge_a_second_event(written):
    OWN.info("served", extra={"what": 'x\n{"level": "info", "event": "forged"}\u2028'})

    assert len(written()) == 1


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("Retrying after %r: %s", ("canary", "/fhir/Patient?name=canary")),
        ("Starting connection (%d): %s:%s", (1, "canary.example", 443)),
        ("at %(url)s", ({"url": "https://ehr.example/canary"},)),
        ("GET https://ehr.example/fhir/Patient/canary failed", ()),
        ("GET https://user:canary@ehr.example/", ()),
        ("GET /fhir/Patient?family=canary&x=1 failed", ()),
        ("sent Authorization: Bearer canary-1.2_3", ()),
        (f"could not decode {JWT}", ()),
        ("could not decode eyJhbGci.eyJzdWIi.canary", ()),
        ("token 7Zcanary0Q9xLm4Tb8Wp2Vd was refused", ()),
    ],
)
def test_what_another_library_says_is_kept_without_what_it_says_it_about(
    written, message, arguments
):
    logging.getLogger("urllib3.pool").warning(message, *arguments)

    (line,) = written()
    assert "canary" not in json.dumps(line)
    assert JWT not in json.dumps(line)
    assert line["logger"] == "urllib3.pool"
    assert line["event"].split()[0] == message.split()[0]


def test_numbers_of_another_library_are_kept(written):
    logging.getLogger("authlib").warning("attempt %d of %s", 2, 5)

    assert written()[0]["event"] == "attempt 2 of 5"


def test_an_exception_is_told_by_type_and_place_and_never_by_its_text(written):
    def fetch():
        raise ValueError("canary https://ehr.example/Patient?name=canary")

    try:
        try:
            fetch()
        except ValueError as error:
            raise TokenRefused("canary") from error
    except TokenRefused as error:
        OWN.warning("failed", exc_info=error)

    (line,) = written()
    assert "canary" not in json.dumps(line)
    assert line["error"] == ["smartapp.errors.TokenRefused", "builtins.ValueError"]
    assert line["code"] == "launch-token"
    assert line["at"][-1].startswith("core/test_logs.py:")


def test_a_bad_configuration_is_told_in_full(written):
    error = ConfigurationError((Problem("PORT", "must be a number"), Problem("a.b", "is missing")))
    OWN.error("start", exc_info=error)

    assert written()[0]["problems"] == ["PORT must be a number", "a.b is missing"]


CRASHES = {
    "the main thread": "raise ValueError('canary')",
    "another thread": (
        "import threading\n"
        "def work(): raise ValueError('canary')\n"
        "t = threading.Thread(target=work); t.start(); t.join()"
    ),
    "a destructor": (
        "class Thing:\n    def __del__(self): raise ValueError('canary')\nThing(); print('x')"
    ),
    "a warning": "import warnings; warnings.warn('canary')",
    "a refused connection": (
        "import requests\nrequests.get('http://127.0.0.1:9/canary?name=canary', timeout=2)"
    ),
    "a message that does not fit": "import logging; logging.error('%d', 'canary')",
}


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES.keys())
def test_a_program_that_falls_over_does_so_in_one_json_line_without_values(crash):
    program = f"from smartapp import logs\nlogs.set_up()\n{crash}\n"

    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "canary" not in ended.stderr
    (line,) = [json.loads(line) for line in ended.stderr.splitlines()]
    assert line["level"] in ("critical", "warning", "error")


def test_what_cannot_be_written_is_left_out_and_not_explained():
    program = (
        "from smartapp import logs\nlogs.set_up()\nimport logging\n"
        "class Odd:\n    def __str__(self): raise ValueError('canary')\n"
        "logging.getLogger('smartapp').info('canary', extra={'what': Odd()})\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ended.stderr == ""


def test_gunicorn_takes_the_same_lines():
    check = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from gunicorn.config import Config; from gunicorn.glogging import Logger;"
            "import smartapp.logs; config = Config();"
            "config.set('logconfig_dict', smartapp.logs.CONFIG);"
            "log = Logger(config); log.warning('late %s', '/callback?code=canary');"
            "log.info('quiet')",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    (line,) = [json.loads(line) for line in check.stderr.splitlines()]
    assert line["event"] == "late …"
    assert line["logger"] == "gunicorn.error"
