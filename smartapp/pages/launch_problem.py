"""Why the app could not be opened, in the words of the person who wanted to open it."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.words import Words


@dataclass(frozen=True)
class Explanation:
    heading: str
    what_happened: str
    nothing_lost: str
    to_do: tuple[str, ...]


TROUBLE = {
    "launch",
    "launch-discovery",
    "launch-token",
    "launch-token-malformed",
    "launch-identity",
}


def explain_launch(words: Words, code: str) -> Explanation | None:
    """None for what is no failure of a launch."""
    if code in TROUBLE:
        return _trouble(words)
    return _way_in(words, code) or _answer_of_ehr(words, code) or _who(words, code)


def _nothing(words: Words) -> str:
    return words("Nothing was read from your record, and nothing was changed.")


def _again_from_ehr(words: Words) -> str:
    return words("Go back to your clinic’s system and open this app again.")


def _trouble(words: Words) -> Explanation:
    return Explanation(
        words("Your clinic’s system is not answering as it should"),
        words("We could not finish the sign-in with it."),
        _nothing(words),
        (words("Try again in a few minutes."), words("If it is urgent, call the clinic.")),
    )


def _way_in(words: Words, code: str) -> Explanation | None:
    """Before anybody was asked to sign in, or in another browser."""
    table = {
        "launch-issuer": Explanation(
            words("This clinic is not set up here"),
            words("The app was opened from a system that it does not know."),
            _nothing(words),
            (
                words("If you are a patient, start from the front page and choose your clinic."),
                words("If you work at the clinic, tell your EHR team. They can add this system."),
            ),
        ),
        "launch-incomplete": Explanation(
            words("Something was missing when the app was opened"),
            words("The system that opened the app did not send all that it needs."),
            _nothing(words),
            (_again_from_ehr(words), words("If it happens again, tell the clinic.")),
        ),
        "launch-expired": Explanation(
            words("That sign-in is too old"),
            words("You took too long to sign in, or you opened an old page again."),
            _nothing(words),
            (words("Start again. It takes a minute."),),
        ),
        "launch-cookie": Explanation(
            words("Your browser did not keep this sign-in"),
            words(
                "You came back in another browser or window, or your browser blocks the small "
                "file (a cookie) that keeps your sign-in safe."
            ),
            _nothing(words),
            (
                words("Start again, and stay in the same browser."),
                words("If you block cookies, allow them for this site."),
            ),
        ),
        "launch-mixed-up": Explanation(
            words("The answer came from the wrong system"),
            words("To keep your record safe, we stopped the sign-in."),
            _nothing(words),
            (words("Start again."), words("If it happens again, tell the clinic.")),
        ),
    }
    return table.get(code)


def _answer_of_ehr(words: Words, code: str) -> Explanation | None:
    """It came back with an error in place of a code."""
    table = {
        "launch-denied": Explanation(
            words("You did not allow access"),
            words("You said no, or your clinic’s system did. So this app cannot show anything."),
            _nothing(words),
            (
                words("If you pressed no by mistake, start again and allow access."),
                words("If you do not want to use the app, call your clinic instead."),
            ),
        ),
        "launch-refused": Explanation(
            words("Your clinic’s system refused the sign-in"),
            words("It did not say why in a way that we can show you."),
            _nothing(words),
            (words("Try again in a few minutes."), words("If it happens again, tell the clinic.")),
        ),
        "launch-later": Explanation(
            words("Your clinic’s system cannot sign you in right now"),
            words("It is too busy, or a part of it is not working. You did nothing wrong."),
            _nothing(words),
            (words("Try again in a few minutes."), words("If it is urgent, call the clinic.")),
        ),
        "launch-set-up": Explanation(
            words("This app is not set up right at your clinic"),
            words("Your clinic’s system does not let it in. You did nothing wrong."),
            _nothing(words),
            (
                words("Tell the clinic. Read out the code below, so that they can mend it."),
                words("Trying again does not help until they have."),
            ),
        ),
        "launch-unfinished": Explanation(
            words("The sign-in was not finished"),
            words("Your clinic’s system needs you to sign in, or to say yes, first."),
            _nothing(words),
            (words("Start again, and follow each step until you are back here."),),
        ),
    }
    return table.get(code)


def _who(words: Words, code: str) -> Explanation | None:
    """Somebody signed in, and may not come in like that."""
    table = {
        "launch-no-patient": Explanation(
            words("No patient was chosen"),
            words("The app needs to know whose record to open, and was not told."),
            _nothing(words),
            (
                _again_from_ehr(words),
                words("Choose the person whose record you want to see."),
            ),
        ),
        "launch-audience": Explanation(
            words("This way in is for someone else"),
            words(
                "You are signed in as a patient, but this way in is for staff. "
                "Or you are staff, and this way in is for patients."
            ),
            _nothing(words),
            (
                words("If you are a patient, start from the front page and choose your clinic."),
                words("If you work at the clinic, open the app from your EHR."),
            ),
        ),
        "launch-acting-ended": Explanation(
            words("You no longer act for this person"),
            words("The clinic’s record says that your time to act for them is over."),
            _nothing(words),
            (
                words("If you think that this is wrong, call the clinic."),
                words("If you act for somebody else too, start again and choose that person."),
            ),
        ),
        "launch-mfa": Explanation(
            words("A safer sign-in is needed"),
            words("This clinic asks for a second step when you sign in, such as a code by phone."),
            _nothing(words),
            (
                words("Turn on the second step in your clinic’s system. Then start again."),
                words("If you do not know how to turn it on, call the clinic."),
            ),
        ),
    }
    return table.get(code)
