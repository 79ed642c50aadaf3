"""On the way to the EHR's login, where the request is too long for an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from smartapp.pages.shell import Shell, shell
from smartapp.words import Words


@dataclass(frozen=True)
class LeavingPage:
    shell: Shell
    heading: str
    text: str
    action: str
    fields: tuple[tuple[str, str], ...]
    button: str


def leaving_page(
    words: Words, *, app_name: str, clinic: str, action: str, fields: Mapping[str, str]
) -> LeavingPage:
    """No way out but one: the languages would be a POST to an address of ours, and back."""
    heading = words("Sign in with {clinic}", clinic=clinic)
    return LeavingPage(
        shell=shell(words, app_name=app_name, title=heading, home="", languages=()),
        heading=heading,
        text=words("Your clinic’s system will ask who you are."),
        action=action,
        fields=tuple(fields.items()),
        button=words("Continue"),
    )
