"""What a topic's rules need of the record beyond the person: read only where a rule asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Element, Json
from smartapp.fhir.haul import Found
from smartapp.workflow.loading import Loader, read_orders
from smartapp.workflow.person_facts import Background, appointment_facts, result_facts
from smartapp.workflow.policy.conditions import checks_in
from smartapp.workflow.policy.facts import Facts
from smartapp.workflow.policy.model import Topic

MEDICINES = frozenset({"medicine-groups", "active-medicines"})
CARE_TEAMS = frozenset({"care-programs"})
PROVIDER = frozenset({"has-primary-provider"})
ENDED = frozenset({"stopped", "cancelled", "completed", "entered-in-error"})


def facts_asked(topic: Topic) -> frozenset[str]:
    """All facts that something in the topic is decided by."""
    conditions = [
        *(each.when for each in topic.exclusions),
        *(each.when for each in topic.self_service),
        *(each.when for each in topic.rules),
    ]
    checks = (check for each in conditions for check in checks_in(each))
    return frozenset(check.name for check in checks if check.source == "fact")


def background_calls(loader: Loader, topic: Topic) -> Mapping[str, Callable[[], object]]:
    """To be made together with the others of the page."""
    asked = facts_asked(topic)
    calls: dict[str, Callable[[], object]] = {}
    if asked & MEDICINES:
        calls["medicines"] = loader.orders
    if asked & CARE_TEAMS and loader.gate.may("CareTeam", "search-type"):
        calls["teams"] = partial(loader.search, "CareTeam")
    if asked & PROVIDER:
        calls["provider"] = lambda: loader.client.read(f"Patient/{loader.client.patient_id}")
    return calls


def background_of(got: Mapping[str, object], *, someone_else_writes: bool) -> Background:
    return Background(
        medicines=_medicines(got.get("medicines")),
        care_teams=_teams(got.get("teams")),
        places=last_places(got.get("visits")),
        primary_provider=_has_provider(got.get("provider")),
        someone_else_writes=someone_else_writes,
    )


def facts_about(json: Json, today: date) -> Facts:
    """Of the appointment or the result that a request is about."""
    kind = str(json.get("resourceType"))
    if kind == "Appointment":
        starts = Element.resource(json, kind).date("start")
        return appointment_facts(starts.day if starts else None, today)
    if kind == "Observation":
        marks = Element.resource(json, kind).concepts("interpretation")
        return result_facts([coding.code for each in marks for coding in each.codings])
    return {}


def _medicines(found: object) -> tuple[str, ...] | None:
    """Only from a whole list: the one that matters might be in the part that is missing."""
    if not isinstance(found, Found):
        return None
    orders = read_orders(found)
    if not orders.whole or orders.failed:
        return None
    current = [each for each in orders.items if each.status not in ENDED and not each.do_not_take]
    if any(each.not_understood or not each.name for each in current):
        return None
    return tuple(each.name for each in current)


def _teams(found: object) -> tuple[str, ...] | None:
    if not isinstance(found, Found) or not found.complete or found.withheld:
        return None
    teams = [Element.resource(each, "CareTeam") for each in found.matches]
    current = [each for each in teams if each.text("status") not in {"inactive", *ENDED}]
    return tuple(" | ".join(_said(each)) for each in current)


def _said(team: Element) -> tuple[str, ...]:
    kinds = (*team.concepts("category"), *team.concepts("reasonCode"))
    return (team.text("name") or "", *(each.label for each in kinds))


def last_places(found: object) -> tuple[str, ...] | None:
    """Of the visit that began last, among those of which it is known."""
    if not isinstance(found, Found) or not found.complete:
        return None
    dated: list[tuple[datetime, Element]] = []
    for json in found.matches:
        visit = Element.resource(json, "Encounter")
        period = visit.child("period")
        began = period.date("start") if period else None
        if began is not None and visit.text("status") in {"finished", "in-progress"}:
            dated.append((began.earliest, visit))
    if not dated:
        return ()
    _, latest = max(dated, key=lambda each: each[0])
    places = [each.reference("location") for each in latest.children("location")]
    references = (*places, latest.reference("serviceProvider"))
    return tuple(each.target for each in references if each and each.target)


def _has_provider(read: object) -> bool | None:
    if not isinstance(read, dict):
        return None
    try:
        return bool(Element.resource(read, "Patient").references("generalPractitioner"))
    except MalformedAnswer:
        return None
