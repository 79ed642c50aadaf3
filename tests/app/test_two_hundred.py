"""Two hundred requests through an EHR in trouble: none lost, none doubled, no false receipt."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from smartapp.sessions.handles import seal_handle
from smartapp.views.sweep import sweep_once
from tests.app import people
from tests.app.page import Form
from tests.app.people import PLAIN, Patient
from tests.app.world import Json, World, opened
from tests.sessions.servers import redis_on_socket

KINDS = ("QuestionnaireResponse", "Communication", "Task")
PEOPLE = (
    *("james", "dorothy", "zoe", "walter", "aisha", "priya"),
    *("robert", "thordis", "samuel", "carol", "nadia", "noname"),
)
RECEIVED = "The clinic has your request"
CONFIRMING = (
    "We are making sure that the clinic has it too.",
    "We could not make sure that the clinic has your request",
)
ONCE = (1, 1, 1)


def trouble(seed: int) -> list[Json]:
    """About a third of the writes go wrong, and some of the looks at what became of them."""
    writes: list[Json] = [
        {"kind": "lost"},
        {"kind": "lost", "how": "reset"},
        {"kind": "lost", "how": "cut"},
        {"kind": "refused"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 502, "after_commit": True},
        {"kind": "status", "status": 429, "retry_after": 1},
        {"kind": "status", "status": 503, "retry_after": 1},
        {"kind": "truncated"},
        {"kind": "delay", "seconds": 0.02, "after_commit": True},
    ]
    rules = [_sometimes("POST", "/fhir/", 0.03, seed + n, each) for n, each in enumerate(writes)]
    reads = [{"kind": "status", "status": 500}, {"kind": "lost"}, {"kind": "truncated"}]
    for number, fault in enumerate(reads):
        # Behind the slash is an id: what was stored is read back, or is not.
        for kind in KINDS:
            rules.append(_sometimes("GET", f"/fhir/{kind}/", 0.1, seed - number, fault))
    return rules


def _sometimes(method: str, path: str, probability: float, seed: int, fault: Json) -> Json:
    match = {"method": method, "path": path, "probability": probability, "seed": seed}
    return {"match": match, "fault": fault}


@dataclass
class Tally:
    """What the authors were told, and whether it was so at that moment."""

    world: World
    said: dict[str, str] = field(default_factory=dict)
    false_receipts: list[str] = field(default_factory=list)
    faults: int = 0
    unclear: list[str] = field(default_factory=list)

    def note(self, sid: str, text: str) -> None:
        if RECEIVED in text:
            self.said[sid] = "received"
            if self.stored(sid) != ONCE:
                self.false_receipts.append(sid)
        elif any(sentence in text for sentence in CONFIRMING):
            self.said[sid] = "being confirmed"
        else:
            self.unclear.append(sid)

    def stored(self, sid: str) -> tuple[int, ...]:
        return tuple(len(self.world.ehr.identified(kind, sid)) for kind in KINDS)


def asks_for_all(world: World, username: str, count: int, tally: Tally) -> None:
    """One person, one medicine after the other, with a hasty hand."""
    dice = random.Random(username)  # noqa: S311  (the same hands each time)
    patient = people.patient(world)
    patient.logs_in(username)
    token = patient.go("start").form("/language").fields["csrf_token"]
    for number in range(count):
        form = _checked(world, patient, number, token)
        hand = dice.choice([_once, _twice_at_once, _twice, _in_two_tabs])
        for answer in hand(patient, form):
            tally.note(form.fields["submission"][0], answer)


def _checked(world: World, patient: Patient, number: int, token: list[str]) -> Form:
    """The page before sending, with the usual answers."""
    ((lid, secret),) = patient.browser.sessions.items()
    active = world.services.launches.find(lid, secret)
    order = f"MedicationRequest/{active.launched.patient_id}-test-{number}"
    address = f"{patient.home}/ask/{seal_handle(active.handle_key, lid, order)}/refill"
    check = patient.browser.post(address, {**PLAIN, "csrf_token": token, "then": "check"})
    return check.form("/send")


def _shown(patient: Patient, form: Form) -> str:
    return str(patient.browser.follow("POST", form.action, fields=form.fields).text)


def _once(patient: Patient, form: Form) -> Iterator[str]:
    yield _shown(patient, form)


def _twice(patient: Patient, form: Form) -> Iterator[str]:
    """Sent, gone back, and sent again."""
    yield _shown(patient, form)
    yield _shown(patient, form)


def _twice_at_once(patient: Patient, form: Form) -> Iterator[str]:
    """A double click: a browser shows what the last of the answers leads to."""
    with ThreadPoolExecutor(3) as pool:
        sent = [
            pool.submit(patient.browser.ask, "POST", form.action, fields=form.fields)
            for _ in range(3)
        ]
    yield str(patient.browser.follow("GET", sent[-1].result().headers["Location"]).text)


def _in_two_tabs(patient: Patient, form: Form) -> Iterator[str]:
    """The same page in a second tab, sent while the first one is on its way."""
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(_shown, patient, form) for _ in range(2))
    yield first.result()
    yield second.result()


@contextmanager
def sweeping(world: World) -> Iterator[None]:
    """What every worker does beside its requests, only more often."""
    worker, over = world.another_worker(), threading.Event()

    def sweep() -> None:
        while not over.wait(1.0):
            sweep_once(worker.services)

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def all_ask(world: World, count: int) -> Tally:
    """As many as `count` each, all at once, while the EHR is in trouble; then it recovers."""
    tally = Tally(world)
    medicines = [f"medicine {number}" for number in range(count)]
    for login in world.running.app.extensions["ehr"].directory.with_role({"patient"}):
        if login.username in PEOPLE:
            world.prescribes(login.patients[0], *medicines)
    world.fails(*trouble(seed=20_26))
    with sweeping(world), ThreadPoolExecutor(len(PEOPLE)) as pool:
        for each in [pool.submit(asks_for_all, world, who, count, tally) for who in PEOPLE]:
            each.result()
    tally.faults = sum(rule["hits"] for rule in world.faults())
    world.recovers()
    for _ in range(4):
        world.clock.passes(70)
        sweep_once(world.services)
    return tally


def judged(world: World, tally: Tally, wanted: int) -> None:
    stored = {sid: tally.stored(sid) for sid in tally.said}
    lost = [sid for sid, found in stored.items() if min(found) == 0]
    doubled = [sid for sid, found in stored.items() if max(found) > 1]
    print(
        f"{len(tally.said)} submissions, {tally.faults} faults, told at once: "
        f"{dict(Counter(tally.said.values()))}; {len(lost)} lost, {len(doubled)} doubled, "
        f"{len(tally.false_receipts)} false receipts"
    )
    assert len(tally.said) == wanted
    assert tally.faults > wanted / 2, "there was no trouble to speak of"
    assert lost == []
    assert doubled == []
    assert tally.false_receipts == []
    assert tally.unclear == []
    for kind in KINDS:
        assert len(world.written(kind)) == wanted, "nothing of which nobody was told"
    assert world.services.outbox.unfinished() == ()


def test_two_hundred_requests_arrive_once_each() -> None:
    with opened() as world:
        judged(world, all_ask(world, 17), 204)


def test_the_same_with_a_real_redis_between_two_workers() -> None:
    with redis_on_socket() as server, opened(redis_url=server.url) as world:
        judged(world, all_ask(world, 2), 24)
