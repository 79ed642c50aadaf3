"""In a frame where something cannot work: the way into a window of its own, by one click."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.shell import Link, Shell, shell
from smartapp.words import Words


@dataclass(frozen=True)
class OwnWindowPage:
    shell: Shell
    heading: str
    text: str
    open: Link
    after: str


def own_window_page(words: Words, *, app_name: str, href: str) -> OwnWindowPage:
    heading = words("Open this app in its own window")
    return OwnWindowPage(
        shell=shell(words, app_name=app_name, title=heading, home="", languages=()),
        heading=heading,
        text=words("Here inside the EHR the sign-in cannot be shown."),
        open=Link(words("Open in its own window"), href),
        after=words("You can close this part afterwards. The patient stays the same."),
    )
