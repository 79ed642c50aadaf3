"""Asking for something: choosing what, the questions, and the check before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smartapp.pages.ask_choose import TopicLine
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy, Topic


@dataclass(frozen=True)
class TopicList:
    heading: str
    topics: tuple[TopicLine, ...]


@dataclass(frozen=True)
class Unfinished:
    """Something that was begun and not sent."""

    title: str
    until: str
    go_on: Link
    discard: str  # the address that a button posts to


@dataclass(frozen=True)
class Rules:
    """Of writing to the clinic, until somebody has said that they read them."""

    heading: str
    texts: tuple[str, ...]
    action: str
    button: str


@dataclass(frozen=True)
class AskPage:
    shell: Shell
    heading: str
    rules: Rules | None
    instead: str  # why nothing can be asked for here, and what to do
    urgent_heading: str
    urgent: str
    unfinished_heading: str
    unfinished: tuple[Unfinished, ...]
    discard_button: str
    groups: tuple[TopicList, ...]
    readings: Link | None


# --- choosing ---------------------------------------------------------------------------------


def ask_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    policy: Policy,
    instead: str,
    rules: str,
    readings: str,
    unfinished: Sequence[Unfinished],
) -> AskPage:
    def line(topic: Topic) -> TopicLine:
        title = in_locale(topic.words.title, words.locale)
        return TopicLine(title, in_locale(topic.words.hint, words.locale), paths.asking(topic.code))

    return AskPage(
        shell=shell,
        heading=words("What do you need?"),
        rules=_rules(words, policy, rules) if rules else None,
        instead=instead,
        urgent_heading=words("Do you need help now?"),
        urgent=in_locale(policy.urgent, words.locale),
        unfinished_heading=words("You have not finished this"),
        unfinished=tuple(unfinished),
        discard_button=words("Delete it"),
        groups=tuple(
            TopicList(
                in_locale(group.name, words.locale),
                tuple(line(policy.topics[code]) for code in group.topics if code in policy.topics),
            )
            for group in policy.groups
        )
        if not instead
        else (),
        readings=Link(words("Send home readings"), readings) if readings else None,
    )


def _rules(words: Words, policy: Policy, action: str) -> Rules:
    said = policy.first_use
    return Rules(
        heading=in_locale(said.title, words.locale),
        texts=tuple(in_locale(rule, words.locale) for rule in said.rules),
        action=action,
        button=in_locale(said.acknowledge, words.locale),
    )


def unfinished(words: Words, title: str, ends_at: datetime, address: str) -> Unfinished:
    return Unfinished(
        title=title,
        until=words("Kept until {time}. Nothing is sent yet.", time=words.date_time(ends_at)),
        go_on=Link(words("Go on"), f"{address}?about=none"),
        discard=f"{address}/discard",
    )


# --- the questions ----------------------------------------------------------------------------


# --- the check --------------------------------------------------------------------------------
