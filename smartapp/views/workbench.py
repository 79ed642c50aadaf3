"""The rules, for who owns them: what they do, how often they were wrong, and what another version
would do. It reads, and never writes.
"""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from smartapp.errors import NotOffered, SmartappError, WrongRole
from smartapp.fhir.change import Change
from smartapp.fhir.message import Message
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.fhir.routing import Routing
from smartapp.fhir.section import Section
from smartapp.fhir.task import WorkTask
from smartapp.launch import Role
from smartapp.pages.numbers import file
from smartapp.pages.shell import Link, whose_record
from smartapp.pages.staff_menu import sees_rules
from smartapp.pages.workbench.rules import Errors, as_figures, workbench_page
from smartapp.pages.workbench.trial import trial_page
from smartapp.pages.workbench.why import why_page
from smartapp.views import record
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.item_opened import OpenItem, open_item
from smartapp.views.show import show, staff_shell
from smartapp.views.staff import staff_here
from smartapp.workflow.metrics import figures, reading
from smartapp.workflow.metrics.reading import Given, Period
from smartapp.workflow.metrics.tally import Tally
from smartapp.workflow.staff import StaffMember
from smartapp.workflow.trail import Trail
from smartapp.workflow.trial import tried

bp = Blueprint("workbench", __name__, url_prefix="/l/<lid>/workbench")

WEEKS = 4
MOST_FILES = 12


@bp.get("")
@requires_launch(Role.STAFF)
def rules(here: Here) -> View:
    staff = _owner(here)
    policy, words = here.services.policy, here.words
    asked = request.args.get("topic", "")
    topic = policy.topics.get(asked) or next(iter(policy.topics.values()))
    page = workbench_page(
        words,
        staff_shell(here, words("Rules"), person=staff.name),
        here.paths,
        policy,
        topic,
        _errors(here),
    )
    return show("workbench", page)


@bp.get("/rules.csv")
@requires_launch(Role.STAFF)
def as_file(here: Here) -> View:
    _owner(here)
    sections = as_figures(here.words, here.services.policy, _errors(here))
    text = "".join(file.lines(here.words, sections))
    response = Response(text.encode(), content_type="text/csv; charset=utf-8")
    name = f"rules-{here.services.policy.version}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.post("/trial")
@requires_launch(Role.STAFF)
def trial(here: Here) -> View:
    """Read beside the policy's own files, in a folder that is gone when this has been answered."""
    staff, words = _owner(here), here.words
    files = {
        each.filename: each.read()
        for each in request.files.getlist("files")[:MOST_FILES]
        if each.filename
    }
    period = _period(here)
    answers, tally = _answers(here, period), _tally(here, period)
    trouble = answers.failed or tally is None
    found = None
    if files and not trouble and tally is not None:
        folder = here.services.settings.policy_folder
        found = tried(here.services.policy, folder, files, answers.items, tally.asked)
    page = trial_page(
        words,
        staff_shell(
            here,
            words("A change that was tried out"),
            person=staff.name,
            failing=not files,
            back=Link(words("Back to the rules"), here.paths.workbench),
        ),
        here.paths,
        here.services.policy,
        found,
        names=tuple(files),
        trouble=trouble,
        whole=answers.whole and (tally is None or tally.whole),
    )
    return show("workbench_trial", page, 200 if files else 422)


@bp.get("/item/<handle>")
@requires_launch(Role.STAFF)
def why(here: Here, handle: str) -> View:
    """One item, step by step: only for who works its queue, as everything of it."""
    staff, words = _owner(here), here.words
    opened = open_item(here, handle)
    answers = _given(opened)
    record.viewed(here, opened.patient.id, QuestionnaireResponse=int(bool(answers)))
    page = why_page(
        words,
        staff_shell(
            here,
            words("Why it is here, step by step"),
            person=staff.name,
            whose=whose_record(words, opened.patient),
            back=Link(words("Back to the item"), here.paths.item(opened.reference)),
        ),
        here.services.policy,
        opened.topic,
        opened.request,
        _decided(opened),
        answers,
    )
    return show("workbench_why", page)


def _owner(here: Here) -> StaffMember:
    staff = staff_here(here)
    if not sees_rules(staff, here.services.policy):
        raise WrongRole
    return staff


def _decided(opened: OpenItem) -> Routing | None:
    """As the rules had left it, before staff sent it anywhere."""
    trail = opened.trail
    return (trail.as_decided() if trail else None) or opened.request.routing


def _given(opened: OpenItem) -> Answers | None:
    """None where there are none, or where they cannot be read now."""
    task, root = opened.request.task, opened.request.root
    about = (each.target or "" for each in root.about)
    response = (task.response if task else None) or next(
        (each for each in about if each.startswith("QuestionnaireResponse/")), None
    )
    if response is None:
        return None
    try:
        return answers_of(opened.loader.client.read(response)) or None
    except SmartappError:
        return None


# --- what came in -----------------------------------------------------------------------------


def _period(here: Here) -> Period:
    return Period(WEEKS, here.now)


def _errors(here: Here) -> Errors | None:
    """None where it cannot be known: in a patient's chart, or from an EHR without work items."""
    tally = _tally(here, _period(here))
    return figures.errors_of_rules(tally.asked) if tally is not None else None


def _tally(here: Here, period: Period) -> Tally | None:
    if here.active.launched.patient_id:
        return None
    loader, seal = here.loader(), here.services.seal

    def is_ours(task: WorkTask, change: Change) -> bool:
        return Trail(task, seal).is_ours(change)

    try:
        tasks = reading.read_tasks(loader, period)
    except SmartappError:
        return None
    if tasks.failed:
        return None
    record.numbers(here, "rules", {"Task": len(tasks.items)})
    none: Section[Message] = Section()
    return Tally.of(here.services.policy, period, tasks, none, is_ours)


def _answers(here: Here, period: Period) -> Section[Given]:
    if here.active.launched.patient_id:
        return Section(whole=False, failure=NotOffered("workbench", "one patient's chart"))
    try:
        answers = reading.read_answers(here.loader(), period)
    except SmartappError as failure:
        return Section(whole=False, failure=failure)
    record.numbers(here, "rules", {"QuestionnaireResponse": len(answers.items)})
    return answers
