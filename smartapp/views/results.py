"""Test results: the newest of each test, visit by visit, and all of one test."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from smartapp.config import LaunchKind
from smartapp.errors import NotFound
from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.pages.one_test import one_test_page
from smartapp.pages.results import ResultsPage, by_visit, fold_of, results_block
from smartapp.pages.shell import Link
from smartapp.sessions.handles import open_handle
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.cookies import keep
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import Got, read, read_older, showing
from smartapp.views.show import patient_shell, see_other, show
from smartapp.workflow.record.part import Part
from smartapp.workflow.record.parts import REPORTS, RESULTS, series

bp = Blueprint("results", __name__, url_prefix="/l/<lid>")

FOLDED = "__Host-Results"  # a cookie that says how, and nothing of whom
YEAR = 31_536_000


@bp.get("/results")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def results(here: Here) -> View:
    words, paths, at = here.words, here.paths, showing(here, "results")
    visits = request.args.get("by") == "visit"
    got = _read(here, RESULTS, *((REPORTS,) if visits else ()))
    section, fold = got[RESULTS], is_folded()
    address = paths.page("results")
    blocks = (
        by_visit(at, section, got[REPORTS], now=here.now, fold=fold)
        if visits
        else (results_block(at, section, now=here.now, fold=fold),)
    )
    page = ResultsPage(
        shell=patient_shell(here, words("Your test results"), got.patient),
        heading=words("Your test results"),
        lead=words("What a result means for you, your care team can tell you."),
        ways=(
            Link(words("By test"), address, not visits),
            Link(words("By visit"), f"{address}?by=visit", visits),
        ),
        ways_label=words("How to sort the results"),
        fold=fold_of(at, folded=fold),
        blocks=blocks,
        older=older_link(here, section, address, words("Older results"), "by=visit" * visits),
        newest=Link(words("Back to the newest results"), address)
        if request.args.get("older")
        else None,
    )
    return show("results", page)


@bp.get("/results/<handle>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def one_result(here: Here, handle: str) -> View:
    return _one(here, handle, "results", here.words("Back to all test results"))


@bp.get("/vitals/<handle>")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def one_vital(here: Here, handle: str) -> View:
    return _one(here, handle, "vitals", here.words("Back to all vital signs"))


@bp.post("/results/fold")
@requires_launch(Role.PATIENT)
def fold(here: Here) -> View:
    """Whether new results stay covered until somebody chooses to look."""
    response = see_other(here.paths.page("results"))
    value = "1" if request.form.get("fold") == "1" else "0"
    keep(response, FOLDED, value, LaunchKind.STANDALONE, YEAR)
    return response


def is_folded() -> bool:
    return request.cookies.get(FOLDED) == "1"


def _one(here: Here, handle: str, page: str, back: str) -> View:
    test = here.named(handle, "Test").removeprefix("Test/")
    part = series(test)
    got = _read(here, part)
    address = f"{here.paths.page(page)}/{handle}"
    at = showing(here, f"{page}/{handle}")
    older = older_link(here, got[part], address, here.words("Older results"))
    shell = patient_shell(
        here,
        here.words("Results of one test"),
        got.patient,
        back=Link(back, here.paths.page(page)),
    )
    return show("one_test", one_test_page(at, shell, got[part], older=older))


def _read(here: Here, part: Part[Any], *others: Part[Any]) -> Got:
    handle = request.args.get("older", "")
    if not handle:
        return read(here, part, *others)
    named = open_handle(here.active.handle_key, here.active.lid, handle) or ""
    kind, _, address = named.partition("/")
    if kind != "Page":
        raise NotFound("no such page in this session")
    return read_older(here, part, address, *others)


def older_link(
    here: Here, section: Section[Any], address: str, text: str, more: str = ""
) -> Link | None:
    """Where an EHR's search goes on. Its address is sealed: it may name the patient."""
    if not section.following:
        return None
    handle = here.paths.seal(f"Page/{section.following}")
    query = "&".join(part for part in (more, f"older={handle}") if part)
    return Link(text, f"{address}?{query}")
