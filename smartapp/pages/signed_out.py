"""The page after signing out."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.shell import Link, Shell, shell
from smartapp.words import Words


@dataclass(frozen=True)
class SignedOutPage:
    shell: Shell
    heading: str
    text: str
    still_sending: str
    others: str
    again: Link | None


def signed_out_page(
    words: Words, *, app_name: str, staff: bool, is_all_sent: bool, others_open: bool
) -> SignedOutPage:
    return SignedOutPage(
        shell=shell(words, app_name=app_name, title=words("You are signed out")),
        heading=words("You are signed out"),
        text=words("Open the app again from the EHR when you need it.")
        if staff
        else words("You can close this page. On a shared computer, close the browser too."),
        still_sending=""
        if is_all_sent
        else words("Something that you sent is still on its way. We go on with it."),
        others=words("Another record is still open in this browser. Sign out of it too.")
        if others_open
        else "",
        again=None if staff else Link(words("Go to the front page"), "/"),
    )
