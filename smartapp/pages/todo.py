"""What the clinic has left for the patient to do: to open this app, or another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.fhir.app_task import AppTask
from smartapp.pages.menu import open_page
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link
from smartapp.pages.when import day_words
from smartapp.words import Words
from smartapp.workflow.gate import Gate


@dataclass(frozen=True)
class ToDo:
    text: str
    facts: tuple[str, ...]
    link: Link | None


@dataclass(frozen=True)
class ToDoList:
    heading: str
    todos: tuple[ToDo, ...]


def todo_list(
    words: Words,
    paths: Paths,
    gate: Gate,
    todos: Sequence[AppTask],
    *,
    base_url: str,
    phone: str,
) -> ToDoList | None:
    """An address that somebody wrote into the record is never a link: this app knows its own pages,
    and of other apps the clinic has to tell.
    """
    if not todos:
        return None
    shown = []
    for each in todos:
        is_ours = each.is_for(base_url)
        href = open_page(words, paths, gate, each.page) if is_ours else ""
        facts = []
        if each.due is not None:
            facts.append(words("Please do it by {date}.", date=day_words(words, each.due)))
        if not is_ours:
            facts.append(
                words(
                    "This is in another app. If you do not know which one, call the clinic at "
                    "{phone}.",
                    phone=phone,
                )
            )
        said = each.words or words("Your clinic asks you to look at something here.")
        shown.append(ToDo(said, tuple(facts), Link(words("Open it"), href) if href else None))
    return ToDoList(words("Your clinic asks you"), tuple(shown))
