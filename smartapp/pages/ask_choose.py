"""Asking for something: what it is about, and why it cannot be asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartapp.pages.shell import Link, Shell
from smartapp.pages.when import day_words
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.intake import AskedAbout
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.subjects import Subject


@dataclass(frozen=True)
class TopicLine:
    title: str
    hint: str
    href: str


@dataclass(frozen=True)
class ChoosePage:
    """What is it about? One thing of the record, or nothing of it."""

    shell: Shell
    heading: str
    lead: str
    trouble: str
    choices: tuple[TopicLine, ...]
    none: str
    times: Link | None  # where free times can be seen
    times_hint: str
    other: Link


@dataclass(frozen=True)
class InsteadPage:
    """Why this cannot be asked for here, and what to do instead: never a dead end."""

    shell: Shell
    heading: str
    about: str
    texts: tuple[str, ...]
    links: tuple[Link, ...]


def choose_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    subjects: Sequence[tuple[Subject, str]],
    whole: bool,
    other: str,
    times: str = "",
) -> ChoosePage:
    is_new = topic.about.kind is AskedAbout.APPOINTMENT
    return ChoosePage(
        shell=shell,
        heading=in_locale(topic.words.title, words.locale),
        lead=words("What is it about?"),
        trouble=""
        if whole
        else words(
            "We could not load all of this list. If something is missing, you can still ask."
        ),
        choices=tuple(
            TopicLine(subject_words(words, each), each.detail, href) for each, href in subjects
        ),
        none=words("There is nothing in your record to choose from.")
        if whole and not subjects and not times
        else "",
        times=Link(words("See free times"), times) if times else None,
        times_hint=words("Choose one and ask for it. Nothing is booked until the clinic confirms."),
        other=Link(words("A new appointment") if is_new else words("None of these"), other),
    )


def subject_words(words: Words, subject: Subject | None) -> str:
    if subject is None:
        return ""
    if subject.is_time and subject.when is not None:
        at = words.day_and_time(subject.when.earliest)
        return words("{name}, {date}", name=subject.name, date=at) if subject.name else at
    name = subject.name or words("No name in the record")
    if subject.when is None:
        return name
    return words("{name}, {date}", name=name, date=day_words(words, subject.when))


def instead_page(
    words: Words,
    shell: Shell,
    *,
    topic: Topic,
    subject: Subject | None,
    texts: Sequence[str],
    links: Mapping[str, str],
) -> InsteadPage:
    return InsteadPage(
        shell=shell,
        heading=in_locale(topic.words.title, words.locale),
        about=subject_words(words, subject),
        texts=tuple(text for text in texts if text),
        links=tuple(Link(text, href) for text, href in links.items()),
    )
