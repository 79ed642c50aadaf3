"""The one door to an EHR: every request of the app leaves here."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from smartapp.errors import (
    AnswerLost,
    EhrBusy,
    EhrError,
    EhrTooSlow,
    EhrUnreachable,
    OutsideFhirBase,
    SmartappError,
)
from smartapp.logs import REQUEST_ID
from smartapp.transport.address import Address, is_under, parse
from smartapp.transport.answer import Answer, retry_after
from smartapp.transport.arrivals import Arrivals, outcome
from smartapp.transport.breaker import Breaker
from smartapp.transport.connection import Attempt, tls_trusting
from smartapp.transport.flow import BREAKS, Flow, named
from smartapp.transport.line import Line
from smartapp.transport.memory import Memory
from smartapp.transport.reply import Reply

T = TypeVar("T")
Answered = TypeVar("Answered", Answer, Flow)

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})  # a read that met these may be repeated
GATEWAY_DOWN = frozenset({502, 503, 504})

HEADERS = {"Accept-Encoding": "gzip", "User-Agent": "smartapp"}

_page_ends: ContextVar[float] = ContextVar("page_ends", default=float("inf"))


@dataclass(frozen=True)
class Limits:
    connect: float = 3.0
    first_byte: float = 8.0
    total: float = 10.0
    patient: float = 14.0  # some token endpoints are slow, and an answer lost is a login lost
    max_bytes: int = 8_000_000  # after decompression
    retries: int = 2
    longest_pause: float = 0.2  # before the first repeat; doubled before the second
    in_flight: int = 20  # to one origin; real EHRs throttle
    threads: int = 256  # the searches of a page times the threads of a worker: no page queues
    failures: int = 5
    failure_window: float = 10.0
    probe_every: float = 5.0


@dataclass(frozen=True)
class Bearer:
    token: str = field(repr=False)
    base: str


@dataclass(frozen=True)
class _Patience:
    ends: float
    first_byte: float
    max_bytes: int


@dataclass(frozen=True)
class _Request:
    method: str
    address: Address
    headers: Mapping[str, str]
    body: bytes | None


class Transport:
    """Shared by all threads of a process. `authorities` names a file with further certificate
    authorities: a hospital often has its own.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        allow_http: bool = False,
        *,
        authorities: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.memory = Memory(clock)
        self._limits = limits or Limits()
        self._allow_http = allow_http
        self._clock = clock
        self._lines: dict[str, Line] = {}
        self._lines_lock = threading.Lock()
        self._threads = ThreadPoolExecutor(self._limits.threads, thread_name_prefix="ehr")
        self._tls = tls_trusting(authorities)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        bearer: Bearer | None = None,
        within: float | None = None,
        patiently: bool = False,
        max_bytes: int | None = None,
    ) -> Answer:
        """Any status is an answer. EhrUnreachable, EhrBusy: the request did not leave. EhrTooSlow:
        it may have been carried out. Only reads are ever repeated. `patiently` is for an answer
        that costs more when it is lost than when it is late.
        """
        limits = self._limits
        total = limits.patient if patiently else limits.total
        patience = _Patience(
            ends=min(time.monotonic() + (within or total), _page_ends.get()),
            first_byte=total if patiently else limits.first_byte,
            max_bytes=max_bytes or limits.max_bytes,
        )
        request = self._prepared(method, url, headers or {}, body, bearer)
        return self._repeated(self._line(request.address), request, patience)

    def open(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        bearer: Bearer,
        within: float,
        max_bytes: int,
    ) -> Flow:
        """A GET whose body is handed on as it arrives. Not repeated: a person can click again."""
        request = self._prepared("GET", url, headers or {}, None, bearer)
        line = self._line(request.address)
        patience = _Patience(time.monotonic() + within, self._limits.first_byte, max_bytes)
        self._enter(line, patience.ends)
        try:
            return self._noted(
                line.breaker, lambda: self._opened(line, request, patience, line.slots.release)
            )
        except BaseException:
            line.slots.release()
            raise

    def together(
        self, calls: Sequence[Callable[[], T]], *, within: float
    ) -> list[T | SmartappError]:
        """All calls at once; failures come back as values, at the latest after `within` seconds."""
        ends = min(time.monotonic() + within, _page_ends.get())
        futures = self._begun(calls, ends)
        wait(futures, timeout=max(0.0, ends - time.monotonic()))
        return [outcome(future) for future in futures]

    def begin(self, calls: Sequence[Callable[[], T]], *, within: float) -> Arrivals[T]:
        """As `together`, but each result can be taken as soon as it is there."""
        ends = min(time.monotonic() + within, _page_ends.get())
        return Arrivals(self._begun(calls, ends), ends)

    def _begun(self, calls: Sequence[Callable[[], T]], ends: float) -> list[Future[Any]]:
        return [self._threads.submit(copy_context().run, _until, ends, call) for call in calls]

    def in_its_own_time(self, call: Callable[[], T]) -> T:
        """For work that a page began and that must not be cut short because the page gives up."""
        page = _page_ends.set(float("inf"))
        try:
            return call()
        finally:
            _page_ends.reset(page)

    def permits(self, url: str) -> bool:
        """Https always; http only in development, and then only to this machine."""
        address = parse(url)
        return address is not None and self._may_go_to(address)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for line in list(self._lines.values()):
            line.close()

    def _may_go_to(self, address: Address) -> bool:
        return address.scheme == "https" or (self._allow_http and address.is_loopback)

    def _line(self, address: Address) -> Line:
        with self._lines_lock:
            if address.origin not in self._lines:
                self._lines[address.origin] = self._new_line()
            return self._lines[address.origin]

    def _new_line(self) -> Line:
        limits = self._limits
        breaker = Breaker(
            failures=limits.failures,
            window=limits.failure_window,
            probe_every=limits.probe_every,
            clock=self._clock,
        )
        return Line(breaker, in_flight=limits.in_flight)

    def _prepared(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        bearer: Bearer | None,
    ) -> _Request:
        """Nothing leaves for an address that may not be asked, and no token for another base."""
        address = parse(url)
        if bearer is not None and (address is None or not is_under(_home(bearer.base), address)):
            raise OutsideFhirBase
        if address is None or not self._may_go_to(address):
            raise EhrUnreachable("not an address that may be asked")
        named = REQUEST_ID.get()  # the EHR's log and ours then share a name for it
        sent = {**HEADERS, "X-Request-Id": named} if named else dict(HEADERS)
        sent |= headers
        if bearer is not None:
            sent["Authorization"] = f"Bearer {bearer.token}"
        return _Request(method, address, sent, body)

    def _repeated(self, line: Line, request: _Request, patience: _Patience) -> Answer:
        """Reads only, and only what failed at once: who waited in vain has no patience left."""
        repeats = self._limits.retries if request.method in {"GET", "HEAD"} else 0
        for repeat in range(repeats):
            longest = self._limits.longest_pause * 2**repeat
            pause = random.uniform(0, longest)  # noqa: S311  (spreads load, hides nothing)
            try:
                answer = self._once(line, request, patience)
            except AnswerLost:
                if time.monotonic() + pause >= patience.ends:
                    raise
            else:
                if answer.status not in PASSING:
                    return answer
                pause = max(pause, answer.retry_after or 0.0)
                if time.monotonic() + pause >= patience.ends:
                    return answer
            time.sleep(pause)
        return self._once(line, request, patience)

    def _once(self, line: Line, request: _Request, patience: _Patience) -> Answer:
        self._enter(line, patience.ends)
        try:
            return self._noted(line.breaker, lambda: self._exchange(line, request, patience))
        finally:
            line.slots.release()

    def _enter(self, line: Line, ends: float) -> None:
        """Takes one of the ways to this EHR, or says why there is none. It must be given back."""
        if not line.slots.acquire(timeout=max(0.0, ends - time.monotonic())):
            raise EhrBusy(None)
        if time.monotonic() >= ends:
            line.slots.release()
            raise EhrBusy(None)
        if not line.breaker.lets_through():
            line.slots.release()
            raise EhrUnreachable("left alone for a while")

    def _noted(self, breaker: Breaker, exchange: Callable[[], Answered]) -> Answered:
        """The breaker hears how it went."""
        started = time.monotonic()
        try:
            answer = exchange()
        except EhrError as failure:
            if not isinstance(failure, (EhrUnreachable, EhrTooSlow)):
                breaker.worked()
            elif not self._was_hurried(failure, started):
                breaker.failed()
            raise
        if answer.status in GATEWAY_DOWN and retry_after(answer.headers) is None:
            breaker.failed()
        else:
            breaker.worked()
        return answer

    def _was_hurried(self, failure: EhrError, started: float) -> bool:
        """A caller with less patience than usual says nothing about the EHR."""
        waited = time.monotonic() - started
        return type(failure) is EhrTooSlow and waited < self._limits.first_byte

    def _exchange(self, line: Line, request: _Request, patience: _Patience) -> Answer:
        with self._opened(line, request, patience) as flow:
            return Answer(flow.status, flow.headers, flow.whole(), flow.url)

    def _opened(
        self,
        line: Line,
        request: _Request,
        patience: _Patience,
        close: Callable[[], None] = lambda: None,
    ) -> Flow:
        """The answer up to its body. Redirects are answers: nobody follows them."""
        now = time.monotonic()
        attempt = Attempt(now + self._limits.connect, now + patience.first_byte, patience.ends)
        address, connection = request.address, None
        try:
            connection = line.connection(address, attempt, self._tls)
            connection.ask(request.method, address, request.headers, request.body, attempt)
            reply = Reply(connection, attempt)
        except (*BREAKS, ValueError) as error:  # ValueError: a header that no header can be
            line.give_back(connection)
            raise named(error, attempt) from None  # its text holds the whole address

        def over() -> None:
            line.give_back(connection, reply)
            close()

        return Flow(reply, address.url, attempt, patience.max_bytes, over)


@lru_cache(maxsize=64)
def _home(base: str) -> Address | None:
    return parse(base)


def _until(ends: float, call: Callable[[], T]) -> T | SmartappError:
    _page_ends.set(ends)
    try:
        return call()
    except SmartappError as failure:
        return failure
