"""Loading the policy folder: everything, or all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smartapp.errors import PolicyError
from smartapp.workflow.calendar import DAYS, Calendar, Opening, Week
from smartapp.workflow.policy.clinic_forms import read_clinic_forms
from smartapp.workflow.policy.conditions import Otherwise
from smartapp.workflow.policy.costs import read_costs
from smartapp.workflow.policy.desk import read_desk
from smartapp.workflow.policy.disclosure import read_kinds, read_privacy
from smartapp.workflow.policy.glossary import read_glossary
from smartapp.workflow.policy.intake import TopicGroup
from smartapp.workflow.policy.intake_reading import first_use
from smartapp.workflow.policy.lint import check_topic
from smartapp.workflow.policy.model import Phones, Policy, Queue, RoleCode, Rule, Topic
from smartapp.workflow.policy.named import read_named
from smartapp.workflow.policy.numbers import read_numbers
from smartapp.workflow.policy.reading import Reading, Table
from smartapp.workflow.policy.readings_reading import read_readings
from smartapp.workflow.policy.topics import (
    Danger,
    Surroundings,
    danger,
    parsed,
    read_topic,
    reason,
    route,
)

_ALWAYS_OPEN: Week = ((Opening(0, 24 * 60),),) * 7  # stands in where the file cannot be read


def load_policy(folder: Path) -> Policy:
    """Raises PolicyError with every problem that the folder has."""
    reading = Reading(folder)
    policy = _read(reading)
    if reading.problems:
        raise PolicyError(tuple(reading.problems))
    return policy


def _read(reading: Reading) -> Policy:
    file = reading.toml("policy.toml")
    if "languages" in file:
        reading.languages = _languages(file)
    phones = _phones(file.table("phones"))
    reading.phones = {name: value for name, value in vars(phones).items() if value}
    weeks, calendar = _calendar(reading, file)
    queues, roles = _queues(reading, weeks)
    around = Surroundings(
        version=file.text("version"),
        queues=queues,
        unclassified=_unclassified(file.table("unclassified"), queues),
        dangers=_dangers(reading, queues),
        named=read_named(reading),
    )
    groups = tuple(_group(each) for each in file.tables("groups"))
    if not groups:
        file.wrong("groups", "is missing: what can patients ask for?")
    policy = Policy(
        version=around.version,
        owner=file.text("owner"),
        code_system=_address(file, "code_system"),
        languages=reading.languages,
        urgent=file.local("urgent"),
        phones=phones,
        calendar=calendar,
        queues=queues,
        review=around.unclassified.route.queue,
        groups=groups,
        topics=(topics := _topics(reading, file, groups, around)),
        forms=(forms := read_clinic_forms(reading, around)),
        first_use=first_use(file.table("first_use")),
        readings=read_readings(reading, queues),
        document_kinds=read_kinds(reading),
        privacy=read_privacy(reading, {**topics, **forms.topics}),
        costs=read_costs(reading),
        desk=(desk := read_desk(reading, queues, {**topics, **forms.topics})),
        numbers=read_numbers(
            reading,
            queues,
            roles,
            frozenset(topics),
            tuple(each.code for each in desk.handing_on),
        ),
        named=around.named,
        glossary=read_glossary(reading),
    )
    file.check_nothing_else()
    return replace(policy, topics=MappingProxyType({**topics, **forms.topics}))


def _languages(file: Table) -> tuple[str, ...]:
    languages = file.texts("languages")
    if "en" not in languages:
        file.wrong("languages", "must hold 'en': staff read English reasons in the record")
    return languages


def _phones(table: Table) -> Phones:
    return Phones(
        clinic=table.text("clinic"),
        after_hours=table.text("after_hours"),
        emergency=table.text("emergency"),
        crisis=table.text("crisis"),
    )


def _address(file: Table, key: str) -> str:
    address = file.text(key)
    if address and not re.fullmatch(r"https?://\S+[^/\s]", address):
        file.wrong(key, f"{address!r} is not an address without a slash at its end")
    return address


def _unclassified(table: Table, queues: Mapping[str, Queue]) -> Rule:
    rule = Rule(
        name="unclassified",
        when=Otherwise(),
        route=route(table, queues),
        reason=reason(table.table("reason")),
    )
    if rule.route.priority.rank == 0:
        table.wrong("priority", "is routine: what nobody understood must not wait its turn")
    return rule


# --- calendar and queues --------------------------------------------------------------------------


def _calendar(reading: Reading, policy: Table) -> tuple[Mapping[str, Week], Calendar]:
    file = reading.toml("calendar.toml")
    zone = parsed(policy, "time_zone", _zone, ZoneInfo("UTC"))
    hours = file.table("hours")
    weeks = {name: _week(hours.table(name)) for name in hours}
    if weeks and "clinic" not in weeks:
        hours.wrong("clinic", "is missing: the hours that queues without their own have")
    holidays = _holidays(file.table("holidays"))
    file.check_nothing_else()
    return weeks, Calendar(zone, weeks.get("clinic", _ALWAYS_OPEN), holidays)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a time zone such as 'America/Chicago'") from None


def _week(table: Table) -> Week:
    week = tuple(_openings(table, day) if day in table else () for day in DAYS)
    if not any(week):
        table.wrong("", "is never open")
        return _ALWAYS_OPEN
    return week


def _openings(table: Table, day: str) -> tuple[Opening, ...]:
    openings: list[Opening] = []
    for text in table.texts(day, may_be_empty=True):
        try:
            opening = Opening.parse(text)
        except ValueError as trouble:
            table.wrong(day, f"{text!r} {trouble}")
            continue
        if openings and opening.opens <= openings[-1].closes:
            table.wrong(day, f"{text!r} begins before the opening before it has ended")
        openings.append(opening)
    return tuple(openings)


def _holidays(table: Table) -> Mapping[date, str]:
    holidays: dict[date, str] = {}
    for key in table:
        name = table.text(key)
        try:
            holidays[date.fromisoformat(key)] = name
        except ValueError:
            table.wrong(key, "is not a date such as 2026-12-25")
    return MappingProxyType(holidays)


def _queues(
    reading: Reading, weeks: Mapping[str, Week]
) -> tuple[Mapping[str, Queue], Mapping[str, RoleCode]]:
    file = reading.toml("queues.toml")
    table = file.table("roles")
    roles = {name: _role(table.table(name)) for name in table}
    queues: dict[str, Queue] = {}
    for each in file.tables("queues"):
        queue = _queue(each, roles, weeks)
        if queue.code in queues:
            each.wrong("code", f"{queue.code!r} is there twice")
        queues[queue.code] = queue
    if not queues:
        file.wrong("queues", "is missing: somebody must do the work")
    file.check_nothing_else()
    return MappingProxyType(queues), roles


def _role(table: Table) -> RoleCode:
    return table.text("system"), table.text("code")


def _queue(table: Table, roles: Mapping[str, RoleCode], weeks: Mapping[str, Week]) -> Queue:
    names = [
        name
        for index, name in enumerate(table.texts("worked_by"))
        if table.is_known(f"worked_by[{index}]", name, roles, "a role")
    ]
    hours = table.one_of("hours", weeks, "one of the hours in calendar.toml")
    return Queue(
        code=table.text("code"),
        name=table.local("name"),
        team=table.local("team"),
        roles=frozenset(roles[name] for name in names),
        week=weeks[hours] if hours else _ALWAYS_OPEN,
    )


# --- topics ---------------------------------------------------------------------------------------


def _dangers(reading: Reading, queues: Mapping[str, Queue]) -> Mapping[str, Danger]:
    file = reading.toml("red-flags.toml")
    dangers: dict[str, Danger] = {}
    for table in file.tables("red_flags"):
        name = table.text("name")
        if name in dangers:
            table.wrong("name", f"{name!r} is there twice")
        dangers[name] = danger(table, queues)
    file.check_nothing_else()
    return MappingProxyType(dangers)


def _group(table: Table) -> TopicGroup:
    return TopicGroup(table.text("code"), table.local("name"), table.texts("topics"))


def _topics(
    reading: Reading, policy: Table, groups: tuple[TopicGroup, ...], around: Surroundings
) -> Mapping[str, Topic]:
    """In the order of policy.toml, which is the order on the page."""
    topics: dict[str, Topic] = {}
    for code in (code for group in groups for code in group.topics):
        if code in topics:
            policy.wrong("groups", f"have the topic {code!r} twice")
            continue
        topics[code], file = read_topic(reading, code, around)
        for place, what in check_topic(topics[code], around.named):
            file.wrong(place, what)
    for path in sorted((reading.folder / "topics").glob("*.toml")):
        if path.stem not in topics:
            reading.wrong(reading.place(f"topics/{path.name}"), "is not in policy.toml: groups")
    return MappingProxyType(topics)
