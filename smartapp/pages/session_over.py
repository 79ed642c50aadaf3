"""Why a session is over, and how to go on from there."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.words import Words


@dataclass(frozen=True)
class Over:
    heading: str
    what_happened: str


def why_over(words: Words, code: str) -> Over | None:
    """None for a code that is about something else."""
    signed_out = words("You are signed out")
    table = {
        "session": Over(signed_out, words("Your sign-in has ended. This keeps your record safe.")),
        "session-logout": Over(signed_out, words("You signed out here.")),
        "session-idle": Over(
            signed_out,
            words("Nothing was done here for a while, so we closed the record to keep it safe."),
        ),
        "session-absolute": Over(
            signed_out,
            words(
                "You were signed in for many hours. To keep the record safe, everyone has to "
                "sign in again after that."
            ),
        ),
        "session-replaced": Over(
            words("This page was closed"),
            words(
                "You opened more records in this browser than the app keeps open at once, "
                "so the one that you opened first was closed."
            ),
        ),
        "session-moved": Over(
            words("You went on in another window"),
            words("The app is open in a window of its own now, and nothing is left here."),
        ),
        "session-revoked": Over(
            words("The clinic ended this sign-in"),
            words("Somebody who looks after this app closed it, to keep the record safe."),
        ),
        "session-context-changed": Over(
            words("The clinic’s system changed the record"),
            words(
                "It answered with another record than the one that you had open. "
                "We stopped, so that nothing is mixed up."
            ),
        ),
        "session-acting-ended": Over(
            words("You no longer act for this person"),
            words(
                "The clinic’s record says that your time to act for them is over. "
                "If you think that this is wrong, call the clinic."
            ),
        ),
        "session-ticket": Over(
            words("That took too long"),
            words("The button to open the app in its own window works once, for one minute."),
        ),
        "ehr-login-ended": Over(
            words("Please sign in again"),
            words("The clinic’s system wants to be sure that it is still you."),
        ),
    }
    return table.get("session" if code == "session-none" else code)


def what_is_safe(words: Words) -> str:
    return words("What you sent is safe. What you wrote is kept for you for a while.")


def way_back_in(words: Words, *, by_ehr: bool) -> str:
    """`by_ehr`: only a launch from the EHR leads back; a link in a frame would lead nowhere."""
    if by_ehr:
        return words("Leave this page and open the app again in the EHR. That signs you in.")
    return words("Sign in again. Then you can go on.")
