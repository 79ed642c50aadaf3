"""The clinic's figures: for managers, computed from the EHR when asked, part by part."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, stream_with_context
from werkzeug.wrappers import Response

from smartapp.errors import NotOffered, SmartappError, WrongRole
from smartapp.fhir.change import Change
from smartapp.fhir.section import Section
from smartapp.fhir.task import WorkTask
from smartapp.launch import Role
from smartapp.logs import under_its_name
from smartapp.pages.numbers import file
from smartapp.pages.numbers.effort import TellingOfEffort
from smartapp.pages.numbers.elsewhere import elsewhere, not_known
from smartapp.pages.numbers.named import Names
from smartapp.pages.numbers.page import USUAL, WEEKS, Line, numbers_page, read_line
from smartapp.pages.numbers.patients import TellingOfPatients
from smartapp.pages.numbers.tables import Figures
from smartapp.pages.numbers.work import TellingOfWork
from smartapp.pages.staff_menu import sees_numbers, sees_rules
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import arrived
from smartapp.views.show import staff_shell
from smartapp.views.staff import staff_here
from smartapp.views.stream import MARK, Opening
from smartapp.workflow.loading import Loader
from smartapp.workflow.metrics import reading
from smartapp.workflow.metrics.people import People, read_people
from smartapp.workflow.metrics.reading import Period
from smartapp.workflow.metrics.tally import Tally
from smartapp.workflow.rating import rating_form
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.trail import Trail

bp = Blueprint("numbers", __name__, url_prefix="/l/<lid>/numbers")

SECONDS = 60.0
MOST_RULES = 10
READ: dict[str, tuple[str, Callable[[Loader, Period], Section[Any]]]] = {
    "tasks": ("Task", reading.read_tasks),
    "messages": ("Communication", reading.read_messages),
    "answers": ("QuestionnaireResponse", reading.read_answers),
    "appointments": ("Appointment", reading.read_appointments),
}

log = logging.getLogger("smartapp.views")


@bp.get("")
@requires_launch(Role.STAFF)
def numbers(here: Here) -> View:
    staff, period = _manager(here), _period(here)
    title = here.words("Numbers")
    shell = replace(staff_shell(here, title, person=staff.name), begun=True)
    page = numbers_page(
        here.words, shell, here.paths, period, sees_rules=sees_rules(staff, here.services.policy)
    )
    opening = render_template("opening.html", page=Opening(replace(shell, begun=False)))
    before, _, after = render_template("pages/numbers.html", page=page).partition(MARK)

    def chunks() -> Iterator[str]:
        yield opening + before
        try:
            for part in _Book(here, period).parts():
                yield render_template("numbers_part.html", part=part)
        except SmartappError as failure:
            log.warning("failed", extra={"code": failure.code, "status": 200})
            yield render_template("numbers_part.html", part=_broken(here))
        except Exception:
            log.exception("unexpected")
            yield render_template("numbers_part.html", part=_broken(here))
        yield after

    response = Response(
        stream_with_context(under_its_name(chunks())), content_type="text/html; charset=utf-8"
    )
    response.headers["X-Accel-Buffering"] = "no"
    return response


@bp.get("/figures.csv")
@requires_launch(Role.STAFF)
def as_file(here: Here) -> View:
    _manager(here)
    period = _period(here)
    sections = [part for part in _Book(here, period).parts() if isinstance(part, Figures)]
    text = "".join(file.lines(here.words, sections))
    response = Response(text.encode(), content_type="text/csv; charset=utf-8")
    name = f"figures-{period.start.date()}-{period.end.date()}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _manager(here: Here) -> StaffMember:
    """By the record. In a patient's chart the EHR may show no more than that patient."""
    staff = staff_here(here)
    if not sees_numbers(staff, here.services.policy):
        raise WrongRole
    if here.active.launched.patient_id:
        raise NotOffered("numbers", "opened in one patient's chart")
    return staff


def _period(here: Here) -> Period:
    asked = request.args.get("weeks", "")
    weeks = next((each for each in WEEKS if str(each) == asked), USUAL)
    return Period(weeks, here.now)


def _broken(here: Here) -> Figures:
    words = here.words
    return Figures(
        "broken",
        words("The rest is missing"),
        trouble=words("Something went wrong while the figures were computed. Load the page again."),
    )


class _Book:
    """What has been read so far, and the parts of the page that come of it."""

    def __init__(self, here: Here, period: Period) -> None:
        self._here = here
        self._words = here.words
        self._period = period
        self._policy = here.services.policy
        self._loader = here.loader()
        self._names = Names(here.words, self._policy)
        self._read: dict[str, Section[Any]] = {}

    def parts(self) -> Iterator[Line | Figures]:
        """In the order in which they are known."""
        calls = [partial(read, self._loader, self._period) for _, read in READ.values()]
        names, tally = list(READ), None
        for batch in self._here.services.transport.begin(calls, within=SECONDS):
            for place, result in batch:
                yield self._line(names[place], arrived(self._here, result))
            if tally is None and {"tasks", "messages"} <= self._read.keys():
                tally = self._tally()
                yield from self._of_work(tally)
        if tally is not None:
            yield from self._of_patients(tally)
        yield elsewhere(
            self._words,
            self._policy.numbers,
            not_known(self._words, tasks=not self._read["tasks"].failed),
        )

    def _line(self, source: str, section: Section[Any]) -> Line:
        self._read[source] = section
        count = len(section.items)
        record.numbers(self._here, "figures", {READ[source][0]: count})
        return read_line(self._words, source, count, whole=section.whole, failed=section.failed)

    def _tally(self) -> Tally:
        seal = self._here.services.seal

        def is_ours(task: WorkTask, change: Change) -> bool:
            return Trail(task, seal).is_ours(change)

        tasks, messages = self._read["tasks"], self._read["messages"]
        return Tally.of(self._policy, self._period, tasks, messages, is_ours)

    def _of_work(self, tally: Tally) -> Iterator[Figures]:
        if self._read["tasks"].failed and self._read["messages"].failed:
            yield Figures(
                "short",
                self._words("In short"),
                trouble=self._words(
                    "Neither work items nor messages could be read. That does not mean that there"
                    " were none."
                ),
            )
            return
        telling = TellingOfWork(self._words, self._names)
        effort = TellingOfEffort(self._words, self._names)
        yield telling.in_short(tally)
        yield telling.volume(tally)
        yield telling.speed(tally)
        yield telling.backlog(tally)
        yield effort.around_the_clock(tally)
        if tally.tasks_known:
            yield effort.physicians(tally)
            yield effort.rules(tally, MOST_RULES)
            yield effort.staffing(tally)

    def _of_patients(self, tally: Tally) -> Iterator[Line | Figures]:
        telling = TellingOfPatients(self._words, self._names)
        form = rating_form(self._here.services.vocabulary).url
        yield telling.went(tally, self._read["answers"], form)
        yield telling.appointments(tally, self._read["appointments"])
        if self._period.weeks != USUAL:
            yield telling.fairness_not_here(USUAL)
            return
        people = self._people(tally)
        whole = not people.partly
        yield read_line(
            self._words, "people", people.counts.get("Patient", 0), whole=whole, failed=False
        )
        yield telling.fairness(tally, people)

    def _people(self, tally: Tally) -> People:
        today = self._policy.calendar.local(self._here.now).date()
        people = read_people(self._loader, tally.patients, self._policy.named, today)
        record.numbers(self._here, "figures", people.counts)
        return people
