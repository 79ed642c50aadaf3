"""A patient's medicines, and for each whether a refill can be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.errors import NotOffered
from smartapp.fhir.section import Section
from smartapp.fhir.statement import MedicationStatement
from smartapp.pages.block import Block, Row, freshness_of
from smartapp.pages.day_plan import DayPlan, day_plan
from smartapp.pages.origin import origin_link
from smartapp.pages.shell import Link, Shell
from smartapp.pages.showing import Showing
from smartapp.pages.tracker import stage_words
from smartapp.pages.when import day_words
from smartapp.words import Words, in_locale
from smartapp.workflow.medicines import Offer
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.refills import RefillCheck
from smartapp.workflow.requests import Request


@dataclass(frozen=True)
class MedicineCard:
    name: str
    dosage: str
    facts: tuple[str, ...]
    asked: str
    request: Link | None
    ask: Link | None
    why_not: str
    learn: Link | None
    origin: Link


@dataclass(frozen=True)
class MedicinesPage:
    shell: Shell
    heading: str
    lead: str
    instead: str  # why nothing can be asked for here, and what to do
    plan: DayPlan | None
    cards_heading: str
    cards: tuple[MedicineCard, ...]
    others: Block | None
    none: str
    trouble: str
    again: Link | None
    do_not_take_heading: str
    do_not_take: tuple[str, ...]
    past_heading: str
    past: tuple[str, ...]
    freshness: str


CURRENT = {"active", "unknown", "on-hold"}


def medicines_page(
    shell: Shell,
    *,
    at: Showing,
    offers: Section[Offer],
    requests_known: bool,
    instead: str,
    topic: Topic,
    statements: Section[MedicationStatement],
) -> MedicinesPage:
    words, paths = at.words, at.paths
    safe = [each for each in offers.items if not each.order.not_understood]
    takes = [each for each in safe if not each.order.do_not_take]
    current = [each for each in takes if each.order.status in CURRENT]
    return MedicinesPage(
        shell=shell,
        heading=words("Your medicines"),
        lead=words("These are the medicines your clinic has ordered for you."),
        instead=instead,
        cards_heading=words("Each medicine"),
        plan=day_plan(words, (each.order for each in offers.items), whole=offers.whole),
        cards=tuple(_card(at, each, requests_known, instead, topic) for each in current),
        none=words("Your clinic has no current medicines for you in its record.")
        if offers.is_known_empty or (not current and offers.whole)
        else "",
        trouble=_trouble(words, offers, len(offers.items) - len(safe), at.source.phone),
        again=Link(words("Try again"), paths.medicines) if not offers.whole else None,
        do_not_take_heading=words("Do not take"),
        do_not_take=tuple(
            each.order.name or words("A medicine without a name")
            for each in safe
            if each.order.do_not_take
        ),
        past_heading=words("Medicines that have ended"),
        past=tuple(
            each.order.name or words("A medicine without a name")
            for each in takes
            if each.order.status not in CURRENT
        ),
        others=_others(at, statements),
        freshness=freshness_of(words, offers, at.source),
    )


def _trouble(words: Words, offers: Section[Offer], not_understood: int, clinic_phone: str) -> str:
    if offers.failed:
        return words(
            "We could not load your medicines. This does not mean that you have none. "
            "Try again, or call the clinic at {phone}.",
            phone=clinic_phone,
        )
    if not offers.whole or not_understood:
        return words(
            "We could not show all of your medicines. There may be more. "
            "Ask the clinic at {phone} if one is missing.",
            phone=clinic_phone,
        )
    return ""


def _others(at: Showing, statements: Section[MedicationStatement]) -> Block | None:
    """An EHR without such statements has said all by its orders."""
    taken = [each for each in statements.items if each.is_taken]
    if isinstance(statements.failure, NotOffered) or (not taken and statements.whole):
        return None
    return statements_block(at, statements)


def statements_block(at: Showing, statements: Section[MedicationStatement]) -> Block:
    """What somebody says is taken, whoever ordered it."""
    words = at.words
    rows = [
        Row(
            title=each.name or words("A medicine without a name"),
            text="; ".join(dosage.text for dosage in each.dosages if dosage.text),
            facts=(words("Told by {name}", name=each.said_by),) if each.said_by else (),
        )
        for each in statements.items
        if each.is_taken
    ]
    return at.block(
        statements,
        key="statements",
        heading=words("Other medicines that you take, as the clinic was told"),
        rows=rows,
        none=words("No other medicines are in your record."),
    )


def _card(
    at: Showing, offer: Offer, requests_known: bool, instead: str, topic: Topic
) -> MedicineCard:
    words, paths = at.words, at.paths
    order = offer.order
    request = offer.request
    possible = requests_known and not instead and not offer.is_asked_for
    askable = offer.check.askable and possible
    return MedicineCard(
        name=order.name or words("A medicine without a name"),
        dosage="; ".join(text for text in order.dosage if text)
        or words("How to take it is not in the record. Ask the clinic if you are not sure."),
        facts=tuple(_facts(words, offer)),
        learn=at.learn(order.codings),
        origin=origin_link(at, order.reference),
        asked=_asked(words, request, requests_known),
        request=Link(words("See your request"), paths.request(request.submission))
        if request is not None and request.submission
        else None,
        ask=Link(words("Ask for a refill"), paths.refill(order.reference)) if askable else None,
        why_not="" if askable or offer.is_asked_for else _why_not(words, offer.check, topic),
    )


def _facts(words: Words, offer: Offer) -> Sequence[str]:
    order, refills_left = offer.order, offer.facts.refills_left
    facts = []
    if order.status == "on-hold":
        facts.append(words("On hold: do not start it again before you have asked the clinic."))
    if order.requester:
        facts.append(words("Ordered by {name}", name=order.requester))
    if offer.pharmacy:
        facts.append(words("Pharmacy: {name}", name=offer.pharmacy))
    if refills_left is not None:
        facts.append(
            words.plural(
                "{n} refill left on this order", "{n} refills left on this order", refills_left
            )
        )
    if order.days_supply is not None:
        facts.append(
            words.plural("One fill lasts {n} day", "One fill lasts {n} days", order.days_supply)
        )
    if order.valid_until is not None:
        until = day_words(words, order.valid_until)
        facts.append(words("The order is good until {date}", date=until))
    return facts


def _asked(words: Words, request: Request | None, requests_known: bool) -> str:
    if not requests_known:
        return words("We could not check whether you have asked for a refill.")
    if request is None:
        return words("You have not asked for a refill.")
    sent = request.root.sent
    when = day_words(words, sent) if sent else words("an unknown day")
    return words(
        "You asked for a refill on {date}: {stage}", date=when, stage=stage_words(words, request)
    )


def _why_not(words: Words, check: RefillCheck, topic: Topic) -> str:
    if check.askable:
        return ""
    texts = topic.refills.words if topic.refills else {}
    text = in_locale(texts.get(check.reason, {"en": ""}), words.locale)
    if check.from_when is None:
        return text
    when = words("You can ask from {date}.", date=words.date(check.from_when))
    return f"{text} {when}"
