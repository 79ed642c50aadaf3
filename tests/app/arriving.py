"""Many people who ask for much with hasty hands, an EHR in trouble, and workers that are killed."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from smartapp.launch import Token
from smartapp.sessions.drafts import Drafts
from smartapp.sessions.handles import seal_handle
from smartapp.sessions.launches import Launches
from smartapp.sessions.outbox import Claim, Outbox
from smartapp.sessions.store.memory import MemoryStore
from smartapp.sessions.store.protocol import Lease
from smartapp.sessions.submission import Submission
from smartapp.sessions.vault import Vault
from smartapp.transport import Limits
from smartapp.views.sweep import sweep_once
from tests.app import people
from tests.app.page import Form
from tests.app.people import PLAIN, Patient
from tests.app.world import Clock, Json, World

LIMITS = Limits(longest_pause=0.01, failures=100_000, first_byte=4.0, total=5.0)
TOO_LATE_SECONDS = 5.2  # more than the app waits for an answer

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
ONCE = {"QuestionnaireResponse": 1, "Communication": 1, "Task": 1}
WITHOUT_TASK = {**ONCE, "Task": 0}


def trouble(seed: int, together: bool) -> list[Json]:
    """A third or more of the writes go wrong, and some of the looks at what became of them."""
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
        {"kind": "delay", "seconds": TOO_LATE_SECONDS, "after_commit": True},
    ]
    share = 0.05 if together else 0.03  # three writes are one
    rules = [_sometimes("POST", "/fhir", share, seed + n, each) for n, each in enumerate(writes)]
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
    whole: dict[str, int]  # what one submission comes to in this EHR
    said: dict[str, str] = field(default_factory=dict)
    false_receipts: list[str] = field(default_factory=list)
    faults: int = 0
    killed: int = 0
    unclear: list[str] = field(default_factory=list)

    def note(self, sid: str, text: str) -> None:
        if RECEIVED in text:
            self.said[sid] = "received"
            if self.stored(sid) != self.whole:
                self.false_receipts.append(sid)
        elif any(sentence in text for sentence in CONFIRMING):
            self.said[sid] = "being confirmed"
        else:
            self.unclear.append(sid)

    def stored(self, sid: str) -> dict[str, int]:
        return {kind: len(self.world.ehr.identified(kind, sid)) for kind in KINDS}


def asks_for_all(world: World, username: str, count: int, tally: Tally, seed: int = 0) -> None:
    """One person, one medicine after the other, with a hasty hand."""
    dice = random.Random(f"{username} {seed}")  # noqa: S311  (the same hands each time)
    patient = people.patient(world)
    patient.logs_in(username)
    token = patient.go("start").form("/language").fields["csrf_token"]
    for number in range(count):
        form = _checked(world, patient, number, token)
        hand = dice.choice([_once, _twice_at_once, _twice, _in_two_tabs])
        for answer in _until_answered(hand, patient, form):
            tally.note(form.fields["submission"][0], answer)


def _until_answered(
    hand: Callable[[Patient, Form], Iterator[str]], patient: Patient, form: Form
) -> Iterator[str]:
    """Where the worker died there is no answer at all, and where the EHR was too slow, a page that
    says so: they send the same page again.
    """
    for _ in range(20):
        try:
            answers = list(hand(patient, form))
        except Killed:
            hand = _once
            continue
        if all(RECEIVED in each or any(said in each for said in CONFIRMING) for each in answers):
            yield from answers
            return
        hand = _once
    raise AssertionError("no answer after twenty times")


def _checked(world: World, patient: Patient, number: int, token: list[str]) -> Form:
    """The page before sending, with the usual answers."""
    ((lid, secret),) = patient.browser.sessions.items()
    active = world.services.launches.find(lid, secret)
    order = f"MedicationRequest/{active.launched.patient_id}-test-{number}"
    address = f"{patient.home}/ask/{seal_handle(active.handle_key, lid, order)}/refill"
    fields = {**PLAIN, "csrf_token": token, "then": "check"}
    for _ in range(5):  # on a busy machine the record itself may be too slow: they look again
        with suppress(AssertionError):
            return patient.browser.post(address, fields).form("/send")
    raise AssertionError("the page before sending was never there")


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
    last = sent[-1].result()
    leads_to = last.headers.get("Location")
    yield str(patient.browser.follow("GET", leads_to).text if leads_to else last.text)


def _in_two_tabs(patient: Patient, form: Form) -> Iterator[str]:
    """The same page in a second tab, sent while the first one is on its way."""
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(_shown, patient, form) for _ in range(2))
    yield first.result()
    yield second.result()


# --- workers that are killed ----------------------------------------------------------------------


class Killed(BaseException):
    """As SIGKILL is: nobody handles it, and nothing is given back."""


@dataclass
class Reaper:
    """Kills a worker now and then: before or after any word is written down."""

    share: float
    dice: random.Random
    kills: int = 0
    dead: set[int] = field(default_factory=set)  # the fences of claims that nobody gives back
    calm: bool = False

    def strikes(self, fence: int = 0) -> None:
        if not self.calm and self.dice.random() < self.share:
            self.kills += 1
            self.dead.add(fence)
            raise Killed


class MortalOutbox(Outbox):
    """The outbox of workers that may be killed at each of their steps."""

    def __init__(self, store: MemoryStore, vault: Vault, clock: Clock, reaper: Reaper) -> None:
        super().__init__(store, vault, clock)
        self._reaper = reaper

    def receive(self, submission: Submission, token: Token) -> Submission:
        self._reaper.strikes()
        received = super().receive(submission, token)
        self._reaper.strikes()
        return received

    def work(self, sid: str, seconds: float) -> Claim | None:
        claim = super().work(sid, seconds)
        if claim is None:
            return None
        lease = claim._lease

        def give_back() -> None:
            if claim.fence not in self._reaper.dead:
                lease.release()

        return replace(claim, _lease=Lease(lease.name, lease.fence, give_back))

    def record(self, claim: Claim, submission: Submission) -> Submission:
        self._reaper.strikes(claim.fence)
        recorded = super().record(claim, submission)
        self._reaper.strikes(claim.fence)
        return recorded


def with_mortal_workers(world: World, reaper: Reaper) -> World:
    """The same app, where time in the store is the time of the test."""
    store, vault = MemoryStore(world.clock), Vault(world.services.settings.secret_keys)
    return world.with_services(
        store=store,
        launches=Launches(store, vault, world.clock),
        drafts=Drafts(store, vault, world.clock),
        outbox=MortalOutbox(store, vault, world.clock, reaper),
    )


# --- all of it together ---------------------------------------------------------------------------


@contextmanager
def sweeping(world: World, worker: World) -> Iterator[None]:
    """What every worker does beside its requests, only more often."""
    over = threading.Event()

    def sweep() -> None:
        while not over.wait(1.0):
            with suppress(Killed):
                sweep_once(worker.services)

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def all_ask(
    world: World,
    count: int,
    whole: dict[str, int],
    *,
    reaper: Reaper | None = None,
    worker: World | None = None,
    seed: int = 0,
    together: bool = False,
) -> Tally:
    """As many as `count` each, all at once, while the EHR is in trouble; then it recovers."""
    tally = Tally(world, whole)
    medicines = [f"medicine {number}" for number in range(count)]
    for login in world.running.app.extensions["ehr"].directory.with_role({"patient"}):
        if login.username in PEOPLE:
            world.prescribes(login.patients[0], *medicines)
    world.clock.passes(10)  # until a slow index finds what is prescribed
    world.fails(*trouble(20_26 + 100 * seed, together))
    with sweeping(world, worker or world), ThreadPoolExecutor(len(PEOPLE)) as pool:
        for each in [pool.submit(asks_for_all, world, who, count, tally, seed) for who in PEOPLE]:
            each.result()
    tally.faults = sum(rule["hits"] for rule in world.faults())
    world.recovers()
    if reaper is not None:
        tally.killed, reaper.calm = reaper.kills, True
    for _ in range(4):
        world.clock.passes(70)
        sweep_once(world.services)
    return tally


def told(tally: Tally, **more: int) -> str:
    """The figures, in one line."""
    counted = Counter(tally.said.values())
    figures = {
        "submissions": len(tally.said),
        "faults": tally.faults,
        "workers killed": tally.killed,
        "received at once": counted["received"],
        "being confirmed at first": counted["being confirmed"],
        **more,
        "doubled": len(doubled(tally)),
        "false receipts": len(tally.false_receipts),
    }
    return ", ".join(f"{number} {name}" for name, number in figures.items())


def missing(tally: Tally) -> list[str]:
    """Those of which something is not in the EHR."""
    return [
        sid
        for sid in tally.said
        if any(found < tally.whole[kind] for kind, found in tally.stored(sid).items())
    ]


def doubled(tally: Tally) -> list[str]:
    return [sid for sid in tally.said if max(tally.stored(sid).values()) > 1]


def judged_with_search(world: World, tally: Tally, wanted: int) -> None:
    """Where an EHR finds by identifier, everything is settled in the end."""
    print(f"with identifier search: {told(tally, lost=len(missing(tally)))}")
    _no_harm(tally, wanted)
    assert missing(tally) == []
    for kind in KINDS:
        assert len(world.written(kind)) == wanted, "nothing of which nobody was told"
    assert world.services.outbox.unfinished() == ()


def judged_without_search(world: World, tally: Tally, wanted: int) -> None:
    """Where it does not, what is not sure stays so: counted, and shown to who wrote it."""
    open_ones = world.services.outbox.unfinished()
    absent, shown = missing(tally), _shown_to_authors(world)
    unseen = [sid for sid in absent if sid not in open_ones]
    figures = {"unconfirmed": len(open_ones), "not in the EHR": len(absent)}
    print(f"without identifier search: {told(tally, **figures)}, {len(unseen)} of them unseen")
    _no_harm(tally, wanted)
    assert unseen == [], "lost without a word"
    assert shown == set(open_ones), "its author sees each that is not confirmed"
    assert open_ones == () or world.services.outbox.oldest_age() > 0


def _no_harm(tally: Tally, wanted: int) -> None:
    assert len(tally.said) == wanted
    assert tally.faults > wanted / 2, "there was no trouble to speak of"
    assert doubled(tally) == []
    assert tally.false_receipts == []
    assert tally.unclear == []


def _shown_to_authors(world: World) -> set[str]:
    """What each person's list of requests says is being confirmed."""
    shown: set[str] = set()
    for username in PEOPLE:
        patient = people.patient(world)
        patient.logs_in(username)
        page = patient.go("requests")
        ((lid, secret),) = patient.browser.sessions.items()
        person = world.services.launches.find(lid, secret).person
        mine = [each for each in world.services.outbox.of(person) if not each.is_finished]
        said = page.text.count("Being confirmed")
        assert said == len(mine), (username, said, len(mine))
        shown |= {each.sid for each in mine}
    return shown
