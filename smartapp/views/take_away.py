"""A copy of the record for the patient's own device: assembled while it is sent, kept nowhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, render_template, stream_with_context
from markupsafe import Markup
from werkzeug.wrappers import Response

from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.launch import Role
from smartapp.logs import under_its_name
from smartapp.pages import care, costs, take_away, visits
from smartapp.pages.access import consents_block, proxies_block
from smartapp.pages.block import Block, Row
from smartapp.pages.documents import documents_block
from smartapp.pages.health import allergies_block, conditions_block, procedures_block
from smartapp.pages.immunizations import vaccines_block
from smartapp.pages.results import by_visit, life_block, vitals_block
from smartapp.pages.showing import Showing
from smartapp.pages.summary import medicines_in_short
from smartapp.views import files, record
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.documents import gate_of
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import arrived, showing
from smartapp.views.show import patient_shell, show
from smartapp.workflow import export
from smartapp.workflow.record import Part, read_whole
from smartapp.workflow.record import care as parts
from smartapp.workflow.record import parts as health

bp = Blueprint("take_away", __name__, url_prefix="/l/<lid>/download")

JSON_TYPE = "application/fhir+json"
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;"
    "color:#1f2a2c;overflow-wrap:anywhere}h1,h2{line-height:1.25}section{margin-block:2rem}"
    "ul{padding-inline-start:1.25rem}.app-cards{list-style:none;padding:0}"
    ".app-card{border:1px solid #bbb;border-radius:.5rem;padding:.75rem 1rem;margin-block:.5rem;"
    "break-inside:avoid}h3{margin:0;font-size:1.0625rem}.app-card p{margin:.25rem 0}"
    ".app-card__meta,.app-meta{list-style:none;padding:0;margin:.25rem 0;display:flex;"
    "flex-wrap:wrap;gap:0 1rem;color:#4d5b5b}.app-badge{border:1px solid;padding:0 .375rem;"
    "border-radius:.25rem;font-weight:600}.app-small,.app-empty{color:#4d5b5b}"
    ".app-state{border-inline-start:4px solid #b3261e;padding:.5rem 1rem}"
    "@media print{body{margin:0;max-width:none}nav{break-after:page}h2{break-after:avoid}}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


@bp.get("")
@requires_launch(Role.PATIENT)
@kept_from_proxies("download")
def offer(here: Here) -> View:
    loader, words, paths = here.loader(), here.words, here.paths
    patient = loader.patient()
    record.viewed(here, patient.id)
    page = take_away.take_away_page(
        words,
        patient_shell(here, words("Take your record with you"), patient),
        html=f"{paths.page('download')}/record.html",
        json=f"{paths.page('download')}/record.json",
        number=None if here.is_proxy else export.expected_number(loader),
    )
    return show("take_away", page)


# --- for computers ----------------------------------------------------------------------------


@bp.get("/record.json")
@requires_launch(Role.PATIENT)
@kept_from_proxies("download")
def as_json(here: Here) -> View:
    loader = here.loader()
    patient = loader.client.read(f"Patient/{loader.client.patient_id}")
    base = here.services.ehr_of(here.active).base.rstrip("/")

    def pieces() -> Iterator[bytes]:
        yield export.opening(patient, base, here.now)
        missing: dict[str, str] = {}
        for batch in export.batches(loader, gate_of(here)):
            if batch.missing:
                missing[batch.kind] = batch.missing
            _on_record(here, batch.counts)
            yield export.entries(batch, base)
        yield export.closing(missing)

    return _file(here, "json", pieces, JSON_TYPE, "health-record.json")


# --- to read ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chapter:
    key: str
    heading: str
    wants: tuple[Part[Any], ...]
    blocks: Callable[[Mapping[Part[Any], Section[Any]]], Iterable[Block | None]]


@bp.get("/record.html")
@requires_launch(Role.PATIENT)
@kept_from_proxies("download")
def as_html(here: Here) -> View:
    loader, words, at = here.loader(), here.words, showing(here, "download")
    patient = Patient.from_fhir(loader.client.read(f"Patient/{loader.client.patient_id}"))
    chapters = _chapters(here, at)
    files.lock(f"{files.LOCKED}; style-src 'sha256-{STYLE_HASH}'")

    def pieces() -> Iterator[bytes]:
        contents = tuple((each.key, each.heading) for each in chapters)
        head = take_away.file_head(words, patient, at.source.ehr, here.now, contents)
        style = Markup(STYLE)  # noqa: S704  (a text of our own)
        yield render_template("file/head.html", head=head, style=style).encode()
        missing: list[str] = []
        for chapter in chapters:
            sections = {part: arrived(here, read_whole(loader, part)) for part in chapter.wants}
            _on_record(here, {p.kind: len(s.items) for p, s in sections.items()})
            if any(map(take_away.is_missing, sections.values())):
                missing.append(chapter.heading)
            blocks = [take_away.on_paper(each) for each in chapter.blocks(sections) if each]
            yield render_template("file/chapter.html", chapter=chapter, blocks=blocks).encode()
        foot = take_away.file_foot(words, tuple(missing), at.source.phone)
        yield render_template("file/foot.html", foot=foot).encode()

    return _file(here, "html", pieces, "text/html; charset=utf-8", "health-record.html")


def _chapters(here: Here, at: Showing) -> tuple[Chapter, ...]:
    words, paths, now, gate = here.words, here.paths, here.now, gate_of(here)
    where = at.source
    return (
        Chapter("allergies", words("Allergies"), (health.ALLERGIES,),
                lambda s: [allergies_block(at, s[health.ALLERGIES])]),
        Chapter("medicines", words("Medicines"), (health.ORDERS,),
                lambda s: [medicines_in_short(at, s[health.ORDERS])]),
        Chapter("conditions", words("Health conditions"), (health.CONDITIONS,),
                lambda s: [conditions_block(at, s[health.CONDITIONS])]),
        Chapter("vaccines", words("Vaccines"), (health.IMMUNIZATIONS,),
                lambda s: [vaccines_block(at, s[health.IMMUNIZATIONS])]),
        Chapter("results", words("Test results"), (health.RESULTS, health.REPORTS),
                lambda s: by_visit(at, s[health.RESULTS], s[health.REPORTS], now=now, fold=False)),
        Chapter("vitals", words("Vital signs"), (health.VITALS, health.LIFE),
                lambda s: [vitals_block(at, s[health.VITALS], now=now),
                           life_block(at, s[health.LIFE], now=now)]),
        Chapter("procedures", words("Operations and treatments"), (health.PROCEDURES,),
                lambda s: [procedures_block(at, s[health.PROCEDURES]),
                           care.follow_ups_block(at, s[health.PROCEDURES])]),
        Chapter("visits", words("Visits and appointments"), (parts.APPOINTMENTS, parts.VISITS),
                lambda s: [visits.coming_block(words, paths, s[parts.APPOINTMENTS], where, now),
                           visits.past_block(words, paths, s[parts.VISITS], where, None)]),
        Chapter("plan", words("Care plan and goals"), (parts.PLANS, parts.GOALS),
                lambda s: _plan_blocks(at, s[parts.PLANS], s[parts.GOALS])),
        Chapter("orders", words("Tests and referrals that were ordered"), (parts.REFERRALS,),
                lambda s: [care.open_orders_block(at, s[parts.REFERRALS]),
                           care.referrals_block(at, s[parts.REFERRALS])]),
        Chapter("documents", words("Notes and documents"), (parts.DOCUMENTS,),
                lambda s: [documents_block(words, paths, s[parts.DOCUMENTS],
                                           gate.shown(s[parts.DOCUMENTS].items), where,
                                           lambda d: k.name if (k := gate.kind(d)) else {},
                                           None)]),
        Chapter("team", words("Care team"), (parts.TEAMS,),
                lambda s: [care.team_block(at, s[parts.TEAMS], profiles=False, now=now)]),
        Chapter("costs", words("Bills and insurance"),
                (parts.BILLS, parts.COVERAGES, parts.BENEFITS),
                lambda s: [costs.bills_block(at, s[parts.BILLS]),
                           costs.coverage_block(at, s[parts.COVERAGES], now),
                           costs.benefits_block(at, s[parts.BENEFITS])]),
        Chapter("access", words("Who can see your record"), (parts.PROXIES, parts.CONSENTS),
                lambda s: [proxies_block(at, s[parts.PROXIES], now),
                           consents_block(at, s[parts.CONSENTS], now)]),
    )  # fmt: skip


def _plan_blocks(at: Showing, plans: Section[Any], goals: Section[Any]) -> Iterator[Block]:
    cards = care.plan_cards(at, plans)
    for number, card in enumerate(cards, 1):
        rows = tuple(Row(step.text, facts=(step.state, *step.facts)) for step in card.steps)
        yield Block(key=f"plan-{number}", heading=card.heading, rows=rows, none=card.none)
    if not cards:
        yield care.past_plans_block(at, plans)
    listed = care.checklist(at, goals)
    rows = tuple(Row(goal.text, facts=(goal.state, *goal.facts)) for goal in listed)
    yield replace(care.goals_block(at, goals), rows=rows)


# --- sending ----------------------------------------------------------------------------------


def _file(
    here: Here, form: str, pieces: Callable[[], Iterator[bytes]], kind: str, name: str
) -> Response:
    ended = record.export(here, form)

    def counted() -> Iterator[bytes]:
        digest, size, whole = hashlib.sha256(), 0, False
        try:
            for piece in pieces():
                digest.update(piece)
                size += len(piece)
                yield piece
            whole = True
        finally:
            ended(size, digest.hexdigest(), whole)

    response = Response(stream_with_context(under_its_name(counted())), content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _on_record(here: Here, counts: Mapping[str, int]) -> None:
    """Before they leave, batch by batch."""
    if any(counts.values()):
        record.viewed(here, here.active.launched.patient_id or "", **counts)
