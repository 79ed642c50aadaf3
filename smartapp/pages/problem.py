"""A page for something that went wrong: what happened, that nothing was lost, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.launch_problem import Explanation, explain_launch
from smartapp.pages.session_over import way_back_in, what_is_safe, why_over
from smartapp.pages.shell import Link, Shell, shell
from smartapp.words import Words

# Where to load the page again may help.
OF_THE_EHR = frozenset(
    {
        "ehr",
        "ehr-unreachable",
        "ehr-slow",
        "ehr-answer-lost",
        "ehr-error",
        "ehr-busy",
        "ehr-malformed",
        "ehr-too-large",
        "ehr-redirect",
        "ehr-outside",
        "ehr-rejected",
        "ehr-conflict",
    }
)


@dataclass(frozen=True)
class ProblemPage:
    shell: Shell
    heading: str
    what_happened: str
    nothing_lost: str
    to_do_heading: str
    to_do: tuple[str, ...]
    again: Link | None
    others: tuple[Link, ...]  # further ways on
    support_label: str
    support_code: str
    kept_heading: str
    kept: tuple[tuple[str, str], ...]  # what was typed, so that it can be copied


def problem_page(
    words: Words,
    explanation: Explanation,
    *,
    app_name: str,
    support_code: str,
    again: Link | None = None,
    others: tuple[Link, ...] = (),
    kept: tuple[tuple[str, str], ...] = (),
) -> ProblemPage:
    return ProblemPage(
        shell=shell(words, app_name=app_name, title=explanation.heading),
        heading=explanation.heading,
        what_happened=explanation.what_happened,
        nothing_lost=explanation.nothing_lost,
        to_do_heading=words("What you can do"),
        to_do=explanation.to_do,
        again=again,
        others=others,
        support_label=words("If you call for help, read out this code:"),
        support_code=support_code,
        kept_heading=words("What you wrote. You can copy it from here."),
        kept=kept,
    )


def explain(words: Words, code: str, *, by_ehr: bool = False, phone: str = "") -> Explanation:
    """The explanation for an error's code. Every code that a page can meet has one."""
    return (
        explain_launch(words, code)
        or _of_documents(words, code)
        or _over(words, code, by_ehr)
        or _in_session(words, code, phone)
        or _unexpected(words, phone)
    )


def _over(words: Words, code: str, by_ehr: bool) -> Explanation | None:
    over = why_over(words, code)
    if over is None:
        return None
    to_do = (way_back_in(words, by_ehr=by_ehr),)
    return Explanation(over.heading, over.what_happened, what_is_safe(words), to_do)


def _of_documents(words: Words, code: str) -> Explanation | None:
    nothing = words("Nothing was changed.")
    table = {
        "link-expired": Explanation(
            words("This link has ended"),
            words("Links to documents work for 15 minutes. This keeps them safe."),
            nothing,
            (words("Go to your documents and open it again."),),
        ),
        "document-changed": Explanation(
            words("This document has changed"),
            words("There is a newer version, or the clinic has taken it back."),
            nothing,
            (words("Go to your documents. The newest version is there, if there is one."),),
        ),
        "document-kept-back": Explanation(
            words("This document is not shared here"),
            words("The clinic does not share it with you in this app."),
            nothing,
            (words("If you need it, call the clinic."),),
        ),
        "document-elsewhere": Explanation(
            words("This document is in another system"),
            words("This app opens only what lies in your clinic’s own system."),
            nothing,
            (words("If you need it, call the clinic."),),
        ),
    }
    return table.get(code)


def _urgent(words: Words, phone: str) -> str:
    if phone:
        return words("If it is urgent, call the clinic at {phone}.", phone=phone)
    return words("If it is urgent, call the clinic.")


def _in_session(words: Words, code: str, phone: str) -> Explanation | None:
    if code in {"store-unavailable", "audit-unavailable"}:
        return Explanation(
            words("The app is not available for a moment"),
            words("A part of it is not answering."),
            _perhaps_sent(words),
            (words("Wait a minute. Then load this page again."),),
        )
    if code == "forged":
        return Explanation(
            words("We could not be sure that this came from you"),
            words("The form was too old, or it came from another page."),
            words("Nothing was sent."),
            (words("Go back, load the page again, and send it again."),),
        )
    if code == "frame-sandbox":
        return Explanation(
            words("This frame does not let the app send anything"),
            words("The EHR shows the app in a frame that is locked too tightly for it."),
            words("Nothing was sent."),
            (words("Tell your EHR team: the sandbox of the frame needs allow-same-origin."),),
        )
    if code == "role":
        return Explanation(
            words("This page is not for you"),
            words("It is for another kind of user."),
            words("Nothing was read and nothing was changed."),
            (words("Go to the start page."),),
        )
    if code in {"ehr-not-found", "missing-page"}:
        return Explanation(
            words("This page is not here"),
            words("It was moved or removed, or the address is not right."),
            words("Nothing was changed."),
            (words("Go to the start page."),),
        )
    if code in {"not-offered", "ehr-not-allowed"}:
        return Explanation(
            words("Your clinic’s system does not offer this"),
            words("It does not let this app do that for you."),
            words("Nothing was sent."),
            (
                words("Call the clinic at {phone}.", phone=phone)
                if phone
                else words("Call the clinic instead."),
            ),
        )
    if code == "claim-lost":
        return Explanation(
            words("Somebody was faster"),
            words("This item was changed in the meantime. Look at it again."),
            words("Nothing was sent."),
            (words("Go to the start page."),),
        )
    if code in {"too-many", "draft-too-large"}:
        return Explanation(
            words("That was too much at once"),
            words("What you sent is larger than this app takes."),
            words("Nothing was sent."),
            (words("Go back and make it shorter."),),
        )
    if code in OF_THE_EHR:
        return Explanation(
            words("Your clinic’s system is not answering as it should"),
            words("We could not load this page from it."),
            words("What you sent before is safe."),
            (words("Load the page again in a minute."), _urgent(words, phone)),
        )
    return None


def _unexpected(words: Words, phone: str) -> Explanation:
    return Explanation(
        words("Something went wrong on our side"),
        words("We did not expect this. It has been noted."),
        _perhaps_sent(words),
        (words("Go to the start page and try again."), _urgent(words, phone)),
    )


def _perhaps_sent(words: Words) -> str:
    """Where the failure may have come after the text was taken in."""
    return words("If you were sending something, look at your requests to see whether it arrived.")
