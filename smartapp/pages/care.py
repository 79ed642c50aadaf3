"""A patient's care: what happens next, the plan and its goals, the people of the team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.fhir.appointment import Appointment
from smartapp.fhir.order import Order
from smartapp.fhir.people import CareTeam, Member
from smartapp.fhir.plan import CarePlan, Goal
from smartapp.fhir.procedure import Procedure
from smartapp.fhir.profile import Profile
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row
from smartapp.pages.orders import order_row
from smartapp.pages.shell import Link, Shell
from smartapp.pages.showing import Showing
from smartapp.pages.visits import Fact, appointment_row, coming
from smartapp.words import Words

# --- what happens next ------------------------------------------------------------------------


def next_visits_block(at: Showing, section: Section[Appointment], now: datetime) -> Block:
    words = at.words
    return at.block(
        section,
        key="coming",
        heading=words("Coming appointments"),
        rows=[appointment_row(words, at.paths, each, now) for each in coming(section, now)],
        none=words("You have no coming appointments in this record."),
    )


def open_orders_block(at: Showing, section: Section[Order]) -> Block:
    words = at.words
    return at.block(
        section,
        key="orders",
        heading=words("Tests and other orders that are open"),
        rows=[order_row(words, o) for o in section.items if o.is_open and not o.is_referral],
        none=words("No tests or other orders are open in this record."),
    )


def referrals_block(at: Showing, section: Section[Order]) -> Block:
    words = at.words
    return at.block(
        section,
        key="referrals",
        heading=words("Referrals"),
        rows=[order_row(words, each) for each in section.items if each.is_referral],
        none=words("No referrals are in this record."),
    )


def follow_ups_block(at: Showing, section: Section[Procedure]) -> Block:
    words = at.words
    rows = [
        Row(
            title=step,
            facts=tuple(
                fact
                for fact in (words("After: {what}", what=each.name), at.day(each.when))
                if each.name and fact
            ),
        )
        for each in section.items
        if not each.was_not_done
        for step in each.follow_up
    ]
    return at.block(
        section,
        key="follow-ups",
        heading=words("Steps after a treatment"),
        rows=rows,
        none=words("No steps after a treatment are in this record."),
    )


# --- the plan ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChecklistItem:
    text: str
    state: str  # in words
    done: bool
    facts: tuple[str, ...]


@dataclass(frozen=True)
class PlanCard:
    heading: str
    facts: tuple[str, ...]
    steps: tuple[ChecklistItem, ...]
    none: str
    frame: Link | None  # the clinic's own words, cleaned, alone in a frame


@dataclass(frozen=True)
class PlanPage:
    shell: Shell
    heading: str
    lead: str
    plans: Block
    cards: tuple[PlanCard, ...]
    goals: Block
    checklist: tuple[ChecklistItem, ...]
    freshness: str  # of the goals
    print_hint: str


def plan_cards(at: Showing, plans: Section[CarePlan]) -> tuple[PlanCard, ...]:
    return tuple(_plan(at, each) for each in plans.items if each.is_current)


def checklist(at: Showing, goals: Section[Goal]) -> tuple[ChecklistItem, ...]:
    return tuple(_goal(at, each) for each in _sorted(goals.items))


def past_plans_block(at: Showing, plans: Section[CarePlan]) -> Block:
    words = at.words
    past = [each for each in plans.items if not each.is_current]
    return at.block(
        plans,
        key="plans",
        heading=words("Plans"),
        rows=[Row(_title(words, each), quiet=True) for each in past],
        none=words("There is no care plan in this record."),
    )


def goals_block(at: Showing, goals: Section[Goal]) -> Block:
    """Its rows are the checklist."""
    words = at.words
    return at.block(
        goals,
        key="goals",
        heading=words("Your goals"),
        rows=[],
        none=words("There are no goals in this record.") if not goals.items else "",
    )


def plan_page(
    at: Showing, shell: Shell, plans: Section[CarePlan], goals: Section[Goal]
) -> PlanPage:
    words = at.words
    aims = goals_block(at, goals)
    return PlanPage(
        shell=shell,
        heading=words("Your care plan"),
        lead=words(
            "What you and your clinic agreed on. The clinic ticks the steps. "
            "If something does not fit, tell them."
        ),
        plans=past_plans_block(at, plans),
        cards=plan_cards(at, plans),
        goals=replace(aims, freshness=""),
        checklist=checklist(at, goals),
        freshness=aims.freshness,
        print_hint=words("You can print this page or save it as a PDF from your browser."),
    )


def _title(words: Words, plan: CarePlan) -> str:
    return plan.title or words("A plan without a name")


def _plan(at: Showing, plan: CarePlan) -> PlanCard:
    words = at.words
    facts = []
    if plan.since:
        facts.append(words("Since {date}", date=at.day(plan.since)))
    if plan.until:
        facts.append(words("Until {date}", date=at.day(plan.until)))
    if plan.by:
        facts.append(words("By {name}", name=plan.by))
    if plan.status == "on-hold":
        facts.append(words("On hold"))
    address = f"{at.paths.below('plan', plan.reference)}/text"
    return PlanCard(
        heading=_title(words, plan),
        facts=tuple(facts),
        steps=tuple(
            ChecklistItem(
                each.what,
                _step_state(words, each.status),
                each.status == "completed",
                (words("Planned for {date}", date=at.day(each.planned)),) if each.planned else (),
            )
            for each in plan.steps
        ),
        none="" if plan.steps or plan.narrative else words("The plan has no steps written down."),
        frame=Link(_title(words, plan), address) if plan.narrative else None,
    )


def _step_state(words: Words, status: str) -> str:
    table = {
        "completed": words("Was done"),
        "in-progress": words("Going on now"),
        "scheduled": words("Planned"),
        "not-started": words("Not begun"),
        "on-hold": words("On hold"),
        "cancelled": words("Cancelled"),
        "stopped": words("Stopped"),
    }
    return table.get(status, words("Status not stated"))


def _sorted(goals: Sequence[Goal]) -> list[Goal]:
    return sorted(goals, key=lambda each: (each.is_reached, not each.is_current))


def _goal(at: Showing, goal: Goal) -> ChecklistItem:
    words = at.words
    facts = []
    if goal.due:
        facts.append(words("Until {date}", date=at.day(goal.due)))
    if goal.by:
        facts.append(words("Said by {name}", name=goal.by))
    return ChecklistItem(
        goal.what or words("A goal without words"),
        _goal_state(words, goal),
        goal.is_reached,
        tuple(facts),
    )


def _goal_state(words: Words, goal: Goal) -> str:
    if goal.status in {"cancelled", "rejected"}:
        return words("Given up")
    table = {
        "achieved": words("Reached"),
        "in-progress": words("On the way"),
        "improving": words("Getting better"),
        "worsening": words("Getting worse"),
        "no-change": words("No change"),
        "not-achieved": words("Not reached"),
        "not-attainable": words("Cannot be reached"),
        "sustaining": words("Reached, and being kept"),
        "no-progress": words("No progress yet"),
    }
    if goal.status == "completed" and not goal.achievement:
        return words("Reached")
    return table.get(goal.achievement, words("Status not stated"))


# --- the team ---------------------------------------------------------------------------------


def team_block(at: Showing, section: Section[CareTeam], *, profiles: bool, now: datetime) -> Block:
    words = at.words
    rows = [
        _member(at, each, team.name, profiles=profiles)
        for team in section.items
        for each in team.members
        if each.kind != "Patient" and (each.until is None or each.until.latest >= now)
    ]
    return at.block(
        section,
        key="team",
        heading=words("People who look after you"),
        rows=rows,
        none=words("The record names no team. Ask the clinic who looks after you."),
    )


def _member(at: Showing, member: Member, team: str, *, profiles: bool) -> Row:
    words = at.words
    name = member.name or words("Somebody without a name in the record")
    facts = [team] if team else []
    if member.until:
        facts.append(words("Until {date}", date=at.day(member.until)))
    leads = profiles and member.kind == "Practitioner" and bool(member.reference)
    return Row(
        title=name,
        facts=tuple(facts),
        badges=tuple(Badge(role) for role in member.roles),
        link=Link(name, at.paths.below("team", member.reference)) if leads else None,
    )


@dataclass(frozen=True)
class ProfilePage:
    shell: Shell
    heading: str
    facts: tuple[Fact, ...]
    none: str
    ask: Link | None
    note: str


def profile_page(
    words: Words, shell: Shell, profile: Profile, *, ask: str, phone: str
) -> ProfilePage:
    labelled = (
        (words("What they do here"), profile.roles),
        (words("Field"), profile.specialties),
        (words("Where"), profile.places),
        (words("Phone"), profile.phones),
        (words("Languages"), profile.languages),
    )
    facts = tuple(
        Fact(label, lines, dials=lines is profile.phones) for label, lines in labelled if lines
    )
    return ProfilePage(
        shell=shell,
        heading=profile.name or words("Somebody without a name in the record"),
        facts=facts,
        none="" if facts else words("The record says no more about this person."),
        ask=Link(words("Ask for something"), ask) if ask else None,
        note=words(
            "What you ask goes to the right team, not to one person. So nobody has to wait for "
            "somebody who is away. Or call the clinic at {phone}.",
            phone=phone,
        ),
    )
