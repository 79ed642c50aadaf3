"""A patient's health: all of it in short, and page by page."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any, TypeVar

from flask import Blueprint

from smartapp.launch import Role
from smartapp.pages.block import Block
from smartapp.pages.health import (
    BlocksPage,
    allergies_block,
    conditions_block,
    past_allergies_block,
    past_conditions_block,
    procedures_block,
)
from smartapp.pages.immunizations import vaccines_block, vaccines_page
from smartapp.pages.medicines import statements_block
from smartapp.pages.results import life_block, reports_block, results_block, vitals_block
from smartapp.pages.shell import Link
from smartapp.pages.showing import IN_SHORT, first_of
from smartapp.pages.summary import medicines_in_short, summary_page
from smartapp.pages.visits import coming_block, past_block
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import Got, read, showing
from smartapp.views.results import is_folded
from smartapp.views.show import patient_shell, show
from smartapp.views.stream import Piece, for_reader, piece, stream
from smartapp.workflow.record import Part, at_once
from smartapp.workflow.record.care import APPOINTMENTS, VISITS
from smartapp.workflow.record.parts import (
    ALLERGIES,
    CONDITIONS,
    IMMUNIZATIONS,
    LIFE,
    ORDERS,
    PROCEDURES,
    REPORTS,
    RESULTS,
    STATEMENTS,
    VITALS,
)

T = TypeVar("T")
A_FEW = 12  # several may be of one test, of which the newest is shown
SINGLE = 8  # of what is one row each: some of them may be nothing to show

bp = Blueprint("health", __name__, url_prefix="/l/<lid>")


@bp.get("/summary")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def summary(here: Here) -> View:
    """Every part that describes the patient's health, each as soon as it is there."""
    at, now, fold = showing(here, "summary", in_short=True), here.now, is_folded()
    whole = replace(at, in_short=False)  # what somebody who treats the patient has to know
    coming = partial(coming_block, here.words, here.paths, source=at.source, now=now)
    past = partial(past_block, here.words, here.paths, source=at.source, more=None)
    visits = Link(here.words("All visits and appointments"), here.paths.page("visits"))
    pieces: tuple[Piece[Any], ...] = (
        piece(ALLERGIES, lambda section: allergies_block(whole, section)),
        piece(ORDERS, lambda section: medicines_in_short(whole, section)),
        piece(STATEMENTS, lambda section: statements_block(whole, section)),
        piece(CONDITIONS, lambda section: conditions_block(whole, section)),
        piece(in_short(RESULTS), lambda section: results_block(at, section, now=now, fold=fold)),
        piece(in_short(VITALS), lambda section: vitals_block(at, section, now=now)),
        piece(IMMUNIZATIONS, lambda section: vaccines_block(at, section)),
        piece(in_short(PROCEDURES, SINGLE), lambda section: procedures_block(at, section)),
        piece(in_short(REPORTS, SINGLE), lambda section: reports_block(at, section)),
        piece(at_once(APPOINTMENTS), lambda section: first_of(coming(section), IN_SHORT, visits)),
        piece(in_short(VISITS, SINGLE), lambda section: first_of(past(section), IN_SHORT, visits)),
        piece(in_short(LIFE), lambda section: life_block(at, section, now=now)),
    )
    pieces = for_reader(here, pieces)
    return stream(
        here,
        "summary",
        title=here.words("Your health in short"),
        pieces=pieces,
        page=lambda shell, patient: summary_page(at, shell, patient, [each.key for each in pieces]),
    )


@cache
def in_short(part: Part[T], count: int = A_FEW) -> Part[T]:
    """Few rows are shown: the newest entries are enough to find them."""
    return replace(at_once(part), a_page=count)


@bp.get("/allergies")
@requires_launch(Role.PATIENT)
def allergies(here: Here) -> View:
    got, at = read(here, ALLERGIES), showing(here, "allergies")
    blocks = (allergies_block(at, got[ALLERGIES]), past_allergies_block(at, got[ALLERGIES]))
    return _blocks(here, got, here.words("Your allergies"), *blocks)


@bp.get("/conditions")
@requires_launch(Role.PATIENT)
def conditions(here: Here) -> View:
    got, at = read(here, CONDITIONS), showing(here, "conditions")
    blocks = (conditions_block(at, got[CONDITIONS]), past_conditions_block(at, got[CONDITIONS]))
    return _blocks(here, got, here.words("Your health conditions"), *blocks)


@bp.get("/procedures")
@requires_launch(Role.PATIENT)
def procedures(here: Here) -> View:
    got, at = read(here, PROCEDURES), showing(here, "procedures")
    title = here.words("Your operations and treatments")
    return _blocks(here, got, title, procedures_block(at, got[PROCEDURES]))


@bp.get("/vitals")
@requires_launch(Role.PATIENT)
@kept_from_proxies("results")
def vitals(here: Here) -> View:
    got, at = read(here, VITALS, LIFE), showing(here, "vitals")
    title = here.words("Your vital signs")
    return _blocks(
        here,
        got,
        title,
        vitals_block(at, got[VITALS], now=here.now),
        life_block(at, got[LIFE], now=here.now),
    )


@bp.get("/immunizations")
@requires_launch(Role.PATIENT)
def immunizations(here: Here) -> View:
    got, at = read(here, IMMUNIZATIONS), showing(here, "immunizations")
    shell = patient_shell(here, here.words("Your vaccines"), got.patient)
    return show("vaccines", vaccines_page(at, shell, got[IMMUNIZATIONS]))


def _blocks(here: Here, got: Got, title: str, *blocks: Block | None) -> View:
    shell = patient_shell(here, title, got.patient)
    shown = tuple(each for each in blocks if each is not None)
    return show("blocks", BlocksPage(shell, title, shown))
