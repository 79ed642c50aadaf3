"""A page whose parts arrive one by one, in one answer: what is ready waits for nothing slower.

The opening is sent at once, before the EHR has said anything. When it is known whose record it is,
the frame of the page follows, with a place for each part; then each part as it comes, whatever the
order. The browser puts it into its place by itself (declarative shadow DOM), without a script.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

from flask import render_template, stream_with_context
from werkzeug.wrappers import Response

from smartapp.errors import SmartappError
from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.logs import under_its_name
from smartapp.pages.block import Block
from smartapp.pages.shell import Shell
from smartapp.transport import Arrivals
from smartapp.views import errors, record
from smartapp.views.here import Here
from smartapp.views.reading import arrived, sure_of_patient
from smartapp.views.show import of_patient, patient_shell
from smartapp.workflow.loading import PAGE_SECONDS, Loader
from smartapp.workflow.record import Part, read_part

T = TypeVar("T")

WHOSE = 0  # the place of the call that says whose record it is
MARK = "<!--parts-->"  # where in a template the parts go

log = logging.getLogger("smartapp.views")

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Piece(Generic[T]):
    """One part of such a page: how it is read, how it looks, and what the audit says of it."""

    key: str
    kind: str  # the type of resource that it is about
    load: Callable[[Loader], Section[T]]
    look: Callable[[Section[T]], Block]
    count: Callable[[Section[T]], Counts]


def piece(part: Part[T], look: Callable[[Section[T]], Block]) -> Piece[T]:
    return Piece(
        key=part.key,
        kind=part.kind,
        load=partial(_load, part),
        look=look,
        count=lambda section: {part.kind: len(section.items)},
    )


def for_reader(here: Here, pieces: Sequence[Piece[Any]]) -> tuple[Piece[Any], ...]:
    """Without those that are kept from who reads: they have no place on the page."""
    return tuple(each for each in pieces if each.kind not in here.hidden.kinds)


def _load(part: Part[T], loader: Loader) -> Section[T]:
    return read_part(loader, part)


def stream(
    here: Here,
    name: str,
    *,
    title: str,
    pieces: Sequence[Piece[Any]],
    page: Callable[[Shell, Patient], object],
) -> Response:
    """`page` makes the model of everything but the parts. A failure that comes before the first
    word has a page and a status of its own; after that, it is said in the page.
    """
    loader = here.loader()
    calls: list[Callable[[], Any]] = [partial(_whose, here, loader)]
    calls += [partial(each.load, loader) for each in pieces]
    arrivals = here.services.transport.begin(calls, within=PAGE_SECONDS)
    early = arrivals.early(WHOSE, here.services.first_word)
    if isinstance(early, SmartappError):
        raise early
    flow = _Flow(here, name, title, pieces, page, arrivals)
    response = Response(
        stream_with_context(under_its_name(flow.chunks())),
        content_type="text/html; charset=utf-8",
    )
    response.headers["X-Accel-Buffering"] = "no"  # a proxy in front passes on what is there
    return response


def _whose(here: Here, loader: Loader) -> Patient:
    """The patient, and who acts for them: the banner needs both."""
    if not here.is_proxy:
        return loader.patient()
    patient, _ = loader.together([loader.patient, lambda: here.acting], within=PAGE_SECONDS)
    here.acts_still()
    return sure_of_patient(patient)


class _Flow:
    """What is sent, in the order in which it is known."""

    def __init__(
        self,
        here: Here,
        name: str,
        title: str,
        pieces: Sequence[Piece[Any]],
        page: Callable[[Shell, Patient], object],
        arrivals: Arrivals[Any],
    ) -> None:
        self._here = here
        self._name = name
        self._shell = patient_shell(here, title, None)
        self._page = page
        self._arrivals = arrivals
        self._waiting = dict(enumerate(pieces, start=1))  # by the place of the call
        self._rest: str | None = None  # what comes after the parts, as soon as there is a frame

    def chunks(self) -> Iterator[str]:
        yield render_template("opening.html", page=Opening(self._shell))
        try:
            yield from self._as_they_come()
        except SmartappError as failure:
            log.warning("failed", extra={"code": failure.code, "status": 200})
            yield from self._ended_by(failure)
        except Exception:
            log.exception("unexpected")
            yield from self._ended_by(SmartappError())

    def _as_they_come(self) -> Iterator[str]:
        """Nothing before it is known whose it is, and nothing that is not on record."""
        patient: Patient | None = None
        early: dict[int, Section[Any]] = {}
        for batch in self._arrivals:
            results = dict(batch)
            frame = ""
            if WHOSE in results:
                patient = sure_of_patient(results.pop(WHOSE))
            early |= {place: arrived(self._here, result) for place, result in results.items()}
            if patient is None:
                continue
            self._put_on_record(patient, early)
            if self._rest is None:
                frame, _, self._rest = self._frame(patient).partition(MARK)
            yield frame + self._shown(early)
            early = {}
        yield self._rest or ""

    def _put_on_record(self, patient: Patient, came: Mapping[int, Section[Any]]) -> None:
        counts: Counter[str] = Counter()
        for place, section in came.items():
            counts.update(self._waiting[place].count(section))
        record.viewed(self._here, patient.id, **counts)

    def _frame(self, patient: Patient) -> str:
        shell = of_patient(self._here, self._shell, patient)
        return render_template(f"pages/{self._name}.html", page=self._page(shell, patient))

    def _shown(self, came: Mapping[int, Section[Any]]) -> str:
        """One part that cannot be shown takes no other with it."""
        pieces = [(self._waiting.pop(place), section) for place, section in came.items()]
        try:
            return _rendered((each.key, each.look(section)) for each, section in pieces)
        except Exception:
            log.exception("unexpected")
            return "".join(_alone(*each) for each in pieces)

    def _ended_by(self, failure: SmartappError) -> Iterator[str]:
        """Before there is a frame, by the page for it; after that, in each part that is missing."""
        if self._rest is None:
            page = errors.problem_of(failure)
            page = replace(page, shell=replace(page.shell, begun=True))
            yield render_template("pages/problem.html", page=page)
            return
        yield self._shown(dict.fromkeys(self._waiting, Section(whole=False, failure=failure)))
        yield self._rest


@dataclass(frozen=True)
class Opening:
    shell: Shell


def _alone(piece: Piece[Any], section: Section[Any]) -> str:
    try:
        return _rendered([(piece.key, piece.look(section))])
    except Exception:
        log.exception("unexpected")
        failed: Section[Any] = Section(whole=False, failure=SmartappError())
        return _rendered([(piece.key, piece.look(failed))])


def _rendered(blocks: Iterable[tuple[str, Block]]) -> str:
    return render_template("arrived.html", arrived=list(blocks))
