"""JSON read with care, and statuses in the app's own names."""

from __future__ import annotations

import contextlib
import gzip
import json
from decimal import Decimal
from email.utils import formatdate
from time import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.errors import (
    Conflict,
    EhrBusy,
    EhrError,
    EhrServerError,
    MalformedAnswer,
    NotAllowed,
    NotDone,
    NotFound,
    RedirectRefused,
    Rejected,
    TokenNotAccepted,
)
from smartapp.transport import Answer


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): v for name, v in headers.items()}, body, "")


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def test_numbers_keep_the_digits_the_laboratory_wrote() -> None:
    value = answer(b'{"value": 7.10, "count": 12}').json()

    assert str(value["value"]) == "7.10"
    assert isinstance(value["value"], Decimal)
    assert value["count"] == 12


def test_a_byte_order_mark_is_no_reason_to_fail() -> None:
    assert answer(b'\xef\xbb\xbf{"a": 1}').json() == {"a": 1}


@pytest.mark.parametrize(
    "body",
    {
        "nothing": b"",
        "a login page": b"<!DOCTYPE html><title>Log in</title>",
        "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x/>',
        "cut short": b'{"resourceType": "Bundle", "entry": [',
        "something after the end": b'{"a": 1} {"b": 2}',
        "not a number": b'{"value": NaN}',
        "infinity": b'{"value": -Infinity}',
        "the same name twice": b'{"patient": "1", "patient": "2"}',
        "latin-1": '{"name": "Peña"}'.encode("latin-1"),
        "utf-16": '{"a": 1}'.encode("utf-16"),
        "five thousand digits": b"[" + b"1" * 5_000 + b"]",
        "fifty-one digits": b"[" + b"1" * 51 + b"]",
        "fifty-one decimals": b"[0." + b"1" * 51 + b"]",
        "a number with a milliard zeros": b"[1e1000000000]",
        "a number that is no number to anyone": b"[1e99999999999999999999999]",
        "a hundred thousand nested lists": b"[" * 100_000 + b"]" * 100_000,
        "sixty-five nested objects": nested(65),
        "still compressed": gzip.compress(b'{"a": 1}'),
    }.items(),
    ids=lambda item: item[0],
)
def test_what_is_not_plain_json_is_malformed(body: tuple[str, bytes]) -> None:
    with pytest.raises(MalformedAnswer):
        answer(body[1]).json()


def test_sixty_four_nested_objects_are_still_read() -> None:
    assert answer(nested(64)).json()


@given(st.binary(max_size=60), st.integers(0, 200))
def test_a_mutated_body_is_read_or_malformed_and_nothing_else(noise: bytes, at: int) -> None:
    good = json.dumps({"resourceType": "Patient", "id": "1", "n": [1.5, {"a": None}]}).encode()
    with contextlib.suppress(MalformedAnswer):
        answer(good[:at] + noise + good[at:]).json()


@pytest.mark.smart(92)
@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (301, RedirectRefused),
        (304, RedirectRefused),
        (307, RedirectRefused),
        (400, Rejected),
        (401, TokenNotAccepted),
        (403, NotAllowed),
        (404, NotFound),
        (405, NotDone),
        (406, Rejected),
        (408, EhrServerError),
        (409, Conflict),
        (410, NotFound),
        (412, Conflict),
        (422, Rejected),
        (425, EhrServerError),
        (429, EhrBusy),
        (500, EhrServerError),
        (503, EhrServerError),
        (599, EhrServerError),
    ],
)
def test_each_status_has_a_name(status: int, failure: type[EhrError]) -> None:
    with pytest.raises(EhrError) as raised:
        answer(status=status).raise_for_status()

    assert type(raised.value) is failure


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_success_is_passed_on(status: int) -> None:
    assert answer(status=status).raise_for_status().status == status


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("30", 30),
        ("0", 0),
        ("999999999", 86_400),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("inf", None),
        ("soon", None),
    ],
)
def test_an_ehr_that_is_busy_says_when_to_come_back(stated: str, seconds: float | None) -> None:
    with pytest.raises(EhrBusy) as raised:
        answer(status=429, Retry_After=stated).raise_for_status()

    assert raised.value.retry_after == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(60, 60), (-60, 0), (10**6, 86_400)])
def test_an_ehr_may_name_the_hour_instead(ahead: int, seconds: float) -> None:
    stated = formatdate(time() + ahead, usegmt=True)

    assert answer(Retry_After=stated).retry_after == pytest.approx(seconds, abs=2)


def test_unavailable_with_a_time_to_come_back_means_busy() -> None:
    with pytest.raises(EhrBusy):
        answer(status=503, Retry_After="5").raise_for_status()


def test_a_refused_resource_tells_its_codes_and_never_its_words() -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {"code": "invariant", "diagnostics": "Ada Lovelace, born 1815"},
            {"code": "Ada Lovelace"},
            "odd",
            {"code": "required"},
        ],
    }
    with pytest.raises(Rejected) as raised:
        answer(json.dumps(outcome).encode(), status=422).raise_for_status()

    assert raised.value.issue_codes == ("invariant", "required")
    assert "Ada" not in str(raised.value)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"issue": 3}', b'{"issue": [{"code": []}]}'])
def test_a_refusal_without_a_readable_outcome_is_still_a_refusal(body: bytes) -> None:
    with pytest.raises(Rejected) as raised:
        answer(body, status=400).raise_for_status()

    assert raised.value.issue_codes == ()


def test_an_answer_shows_nothing_of_a_patient_when_it_is_printed() -> None:
    shown = repr(
        Answer(200, {"Location": "Patient/ada"}, b"Ada", "https://ehr.example/Patient/ada")
    )

    assert "ada" not in shown.lower()
