"""Out of the EHR's frame, into a window of its own."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.shell import Link, Shell, shell
from smartapp.words import Words


@dataclass(frozen=True)
class OwnWindowPage:
    shell: Shell
    heading: str
    text: str
    action: str
    ticket: str
    button: str
    how_long: str
    after: str
    if_not: str


def own_window_page(
    words: Words, *, app_name: str, login_refuses: bool, action: str, ticket: str
) -> OwnWindowPage:
    """Where nothing can begin in the frame. No languages: they are a POST that leads nowhere."""
    heading = words("Open this app in its own window")
    return OwnWindowPage(
        shell=shell(words, app_name=app_name, title=heading, home="", languages=()),
        heading=heading,
        text=words("Here inside the EHR the sign-in cannot be shown.")
        if login_refuses
        else words("This frame cannot keep you signed in. In a window of its own the app can."),
        **_button(words, action, ticket),
    )


def move_page(words: Words, shell: Shell, *, action: str, ticket: str) -> OwnWindowPage:
    """For whoever wants more room than the frame has."""
    return OwnWindowPage(
        shell=shell,
        heading=shell.title,
        text=words(
            "You go on where you are, with more room. Here in the frame nothing stays open."
        ),
        **_button(words, action, ticket),
    )


def _button(words: Words, action: str, ticket: str) -> dict[str, str]:
    return {
        "action": action,
        "ticket": ticket,
        "button": words("Open in its own window"),
        "how_long": words(
            "The button works once, for one minute. After that, open the app again in the EHR."
        ),
        "after": words("You can close this part afterwards. The patient stays the same."),
        "if_not": words(
            "If no window opens, the EHR does not let this frame open one. Tell your EHR team."
        ),
    }


@dataclass(frozen=True)
class OnTheWayPage:
    """The first page of the new window: a form may lead nowhere else, so it is not a redirect."""

    shell: Shell
    heading: str
    text: str
    onward: Link


def on_the_way_page(words: Words, *, app_name: str, clinic: str, address: str) -> OnTheWayPage:
    heading = words("Sign in with {clinic}", clinic=clinic)
    return OnTheWayPage(
        shell=shell(words, app_name=app_name, title=heading, home="", languages=()),
        heading=heading,
        text=words("Your clinic’s system will ask who you are."),
        onward=Link(words("Continue"), address),
    )
