"""The times that the clinic has free, where its EHR shows them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Blueprint, request

from smartapp.errors import NotOffered
from smartapp.launch import Role
from smartapp.pages.shell import Link
from smartapp.pages.times import times_page
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import arrived, sure_of_patient
from smartapp.views.show import patient_shell, show
from smartapp.workflow.free_times import NEEDS, Finder
from smartapp.workflow.policy.model import Topic

AT_A_TIME = timedelta(days=7)

bp = Blueprint("times", __name__, url_prefix="/l/<lid>/times")


@bp.get("")
@requires_launch(Role.PATIENT)
def times(here: Here) -> View:
    """A week at a time. The number of the week is all that the address says."""
    topic = _topic(here)
    here.gate.require("free times", *NEEDS)
    weeks = (topic.free_times.days if topic.free_times else 0) // AT_A_TIME.days
    week = min(_number(request.args.get("week", "")), max(weeks - 1, 0))
    first = _midnight(here) + week * AT_A_TIME
    loader = here.loader()
    finder = Finder(loader, here.now)
    got = loader.all_of(
        patient=loader.patient, times=lambda: finder.between(first, first + AT_A_TIME)
    )
    patient = sure_of_patient(got["patient"])
    record.viewed(here, patient.id)
    words, paths, calendar = here.words, here.paths, here.services.policy.calendar
    page = times_page(
        words,
        patient_shell(
            here,
            words("Free times"),
            patient,
            back=Link(words("All that you can ask for"), paths.ask),
        ),
        times=arrived(here, got["times"]),
        asking=lambda reference: paths.asking(topic.code, reference),
        local=calendar.local,
        earlier=f"{paths.times}?week={week - 1}" if week else "",
        later=f"{paths.times}?week={week + 1}" if week + 1 < weeks else "",
        other=f"{paths.asking(topic.code)}?about=none",
        phone=here.services.policy.phones.clinic,
    )
    return show("times", page)


def _topic(here: Here) -> Topic:
    for topic in here.services.policy.topics.values():
        if topic.free_times is not None and here.can_ask:
            return topic
    raise NotOffered("free times", "not enabled")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _midnight(here: Here) -> datetime:
    local = here.services.policy.calendar.local(here.now)
    return datetime.combine(local.date(), time(), local.tzinfo)
