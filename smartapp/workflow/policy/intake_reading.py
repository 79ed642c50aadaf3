"""Reading what a topic file says about asking: about what, with which notices, what helps first."""

from __future__ import annotations

from types import MappingProxyType

from smartapp.workflow.policy.condition_reading import catching
from smartapp.workflow.policy.intake import (
    About,
    AskedAbout,
    Confidentiality,
    FeeNotice,
    FirstUse,
    FreeTimes,
    Page,
    Prefill,
    Prefills,
    Progress,
    SelfService,
)
from smartapp.workflow.policy.reading import Table

ALWAYS = "always"


def about(file: Table) -> About:
    if "about" not in file:
        return About()
    table = file.table("about")
    kind = table.one_of("kind", list(AskedAbout), "a kind of thing")
    return About(AskedAbout(kind or AskedAbout.NOTHING), table.flag("required"))


def prefills(file: Table) -> Prefills:
    if "prefill" not in file:
        return MappingProxyType({})
    table = file.table("prefill")
    found = {link_id: table.one_of(link_id, list(Prefill), "known") for link_id in table}
    return MappingProxyType({link_id: Prefill(name) for link_id, name in found.items() if name})


def free_times(table: Table) -> FreeTimes:
    answers = table.table("answers")
    return FreeTimes(
        days=table.whole("days"),
        answers=MappingProxyType({link_id: answers.text(link_id) for link_id in answers}),
        part_of_day=table.text("part_of_day"),
        weekday=table.text("weekday"),
        form=table.text("form"),
    )


def self_service(table: Table) -> SelfService:
    page = table.one_of("page", list(Page), "a page") if "page" in table else None
    return SelfService(
        name=table.text("name"),
        when=catching(table, "when", ALWAYS),
        title=table.local("title"),
        text=table.local("text"),
        page=Page(page) if page else None,
    )


def fee(table: Table) -> FeeNotice:
    return FeeNotice(table.local("text"), table.local("acknowledge"))


def confidentiality(table: Table) -> Confidentiality:
    from_age, to_age = table.whole("from_age"), table.whole("to_age")
    if from_age > to_age:
        table.wrong("to_age", "is below from_age")
    return Confidentiality(
        from_age=from_age,
        to_age=to_age,
        patient=table.local("patient"),
        proxy=table.local("proxy"),
        proxy_may_ask=table.flag("proxy_may_ask"),
    )


def progress(table: Table) -> Progress:
    return Progress(
        table.text("code"), table.text("system"), table.local("words"), table.flag("ends")
    )


def first_use(table: Table) -> FirstUse:
    return FirstUse(
        title=table.local("title"),
        rules=tuple(rule.local("text") for rule in table.tables("rules")),
        acknowledge=table.local("acknowledge"),
    )
