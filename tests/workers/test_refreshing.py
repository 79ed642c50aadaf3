"""Many workers and one refresh token that works once: one of them uses it, whatever happens."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from smartapp.cli import main
from tests.workers.gunicorn import Answer, Clinic, SignedIn, clinic


@pytest.fixture(scope="module")
def two() -> Iterator[Clinic]:
    with clinic(workers=2) as running:
        yield running


@pytest.fixture(scope="module")
def four() -> Iterator[Clinic]:
    with clinic(workers=4) as running:
        yield running


def refreshes(running: Clinic) -> list[int | None]:
    asked = running.world.asked("POST", "/oauth/token")
    return [each["status"] for each in asked if each["grant"] == "refresh_token"]


def is_slow(seconds: float) -> dict[str, Any]:
    """It spends the refresh token at once, and takes its time to say so."""
    return {
        "match": {"grant": "refresh_token"},
        "fault": {"kind": "delay", "seconds": seconds, "after_commit": True},
    }


def shows_the_page(answer: Answer) -> bool:
    return answer.status == 200 and "James Alan Carter" in answer.text


def at_expiry(person: SignedIn, number: int) -> list[Answer]:
    """All at the moment when the token is dead."""
    person.token_has(-1)
    person.clinic.world.forgets_what_was_asked()
    answers = person.asks(number)
    assert refreshes(person.clinic) == [200]
    assert [each.status for each in answers if not shows_the_page(each)] == []
    return answers


@pytest.mark.smart(99)
def test_twelve_pages_on_two_workers_at_expiry_cause_one_refresh(two: Clinic) -> None:
    person = two.signs_in()
    two.world.fails(is_slow(0.5))
    for _ in range(2):
        at_expiry(person, 12)


@pytest.mark.smart(99)
@pytest.mark.proof
def test_fifty_pages_on_four_workers_at_expiry_cause_one_refresh_twenty_times(
    four: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    person = four.signs_in()
    four.world.fails(is_slow(8))
    slowest = [max(each.seconds for each in at_expiry(person, 50)) for _ in range(20)]
    with capsys.disabled():
        print(
            f"\n20 times 50 pages at expiry on 4 workers, token endpoint of 8 s: 1 refresh each,"
            f" 0 logouts; slowest page {max(slowest):.1f} s, fastest round {min(slowest):.1f} s"
        )


@pytest.mark.smart(99)
@pytest.mark.proof
def test_a_worker_that_is_killed_while_it_asks_costs_nobody_their_session(
    four: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    """It cannot be known whether the EHR took the token: nobody sends it again."""
    calls, broken, shown = [], 0, 0
    for _ in range(3):
        person = four.signs_in()
        four.world.fails(is_slow(8))
        person.token_has(50)
        four.world.forgets_what_was_asked()
        with ThreadPoolExecutor(1) as aside:
            asking = aside.submit(person.asks, 30)
            killed = holder(four)
            os.kill(killed, signal.SIGKILL)
            answers = asking.result()
        lost = [each for each in answers if each.status == 0]
        assert 0 < len(lost) < 30
        assert all(shows_the_page(each) for each in answers if each.status != 0)
        again = person.asks(1)[0]
        assert shows_the_page(again), four.log()
        assert again.seconds < 5  # nobody waits for the lease of the dead
        assert len(refreshes(four)) <= 2
        assert not [status for status in refreshes(four) if status not in (200, None)]
        assert person.active.upkeep.unheard
        calls.append(len(refreshes(four)))
        broken, shown = broken + len(lost), shown + len(answers) - len(lost)
        _until_whole(four)
    with capsys.disabled():
        print(
            f"\na worker killed while it held the lease, 3 times: refresh calls {calls}, none with"
            f" a used token; {shown} pages shown, {broken} were in the killed worker"
        )


def test_a_command_ends_sessions_on_every_worker_within_a_second(
    two: Clinic, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    people = [two.signs_in() for _ in range(2)]
    for person in people:
        assert all(shows_the_page(each) for each in person.asks(6))
    for name, value in two.world.environ.items():
        monkeypatch.setenv(name, value)

    assert (
        main(["sessions", "end", "--ehr", "sandbox-patients", "--person", "Patient/james-carter"])
        == 0
    )
    said = time.monotonic()
    answers = [each for person in people for each in person.asks(6)]
    assert [each.status for each in answers] == [401] * 12
    assert "The clinic ended this sign-in" in answers[0].text
    assert time.monotonic() - said < 5
    assert "is over" in capsys.readouterr().out


def holder(running: Clinic) -> int:
    """The worker that has waited for half a second for the token endpoint."""
    end = time.monotonic() + 30
    seen: set[int] = set()
    while time.monotonic() < end:
        now = {each for each in running.workers if _waits_for(each, _ehr_port(running))}
        if len(now & seen) == 1:
            return (now & seen).pop()
        seen = now
        time.sleep(0.5)
    raise AssertionError("no worker waits for the EHR")


def _ehr_port(running: Clinic) -> int:
    return int(running.world.running.addresses.base.rpartition(":")[2])


def _waits_for(worker: int, port: int) -> bool:
    """A connection to the EHR is open: it closes each with its answer."""
    inodes = set()
    for line in Path(f"/proc/{worker}/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[2].endswith(f":{port:04X}") and columns[3] == "01":
            inodes.add(f"socket:[{columns[9]}]")
    return bool(inodes & set(_open_files(worker)))


def _open_files(worker: int) -> Iterator[str]:
    for each in Path(f"/proc/{worker}/fd").iterdir():
        try:
            yield str(each.readlink())
        except OSError:
            continue


def _until_whole(running: Clinic) -> None:
    end = time.monotonic() + 60
    while len(running.workers) < 4 and time.monotonic() < end:
        time.sleep(0.5)
    running.ask_together(16, "/readyz", "")
