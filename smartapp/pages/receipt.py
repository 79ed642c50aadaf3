"""What became of something that was sent: only what is known."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.words import Words


@dataclass(frozen=True)
class Receipt:
    state: str  # "received", "confirming" or "refused": a fourth would be a lie
    heading: str
    text: str
    reference_label: str
    reference: str
    facts: tuple[str, ...]
    action: str = ""  # where sending once more leads, where only the author can decide it
    button: str = ""
    sending: str = ""


def short_reference(submission: str) -> str:
    """What a person reads out on the phone: the first part of the submission's id."""
    return submission.split("-")[0].upper()


def no_answer_here(words: Words) -> str:
    """Where a form is the request: what nobody can see here is not promised."""
    return words(
        "Your clinic’s system cannot carry an answer to this app, and does not show who works on "
        "your request. The clinic can only answer by phone or by letter."
    )


def heard_by(words: Words, time: str, phone: str) -> str:
    return words(
        "If you have not heard from the clinic by {time}, call {phone}.", time=time, phone=phone
    )


@dataclass(frozen=True)
class Receipts:
    """Of one submission, to be made as it turns out."""

    words: Words
    reference: str
    clinic_phone: str

    def received(self, *, team: str, due: str, text: str) -> Receipt:
        words = self.words
        known = (
            words("It is with {team}.", team=team) if team else "",
            words("You get an answer by {time}.", time=due) if due else "",
        )
        return Receipt(
            state="received",
            heading=words("The clinic has your request"),
            text=text,
            reference_label=words("Your reference"),
            reference=self.reference,
            facts=tuple(fact for fact in known if fact),
        )

    def in_record(self, *, team: str, due: str) -> Receipt:
        """A form alone: no answer comes back here."""
        words = self.words
        known = (
            words("It is meant for {team}.", team=team) if team else "",
            heard_by(words, due, self.clinic_phone) if due else "",
        )
        return Receipt(
            state="received",
            heading=words("Your request is in the clinic’s record"),
            text=no_answer_here(words),
            reference_label=words("Your reference"),
            reference=self.reference,
            facts=tuple(fact for fact in known if fact),
        )

    def confirming(self) -> Receipt:
        words = self.words
        return self._open(
            words("We have your request. We are making sure that the clinic has it too."),
            words(
                "Your clinic’s system has not told us yet that it arrived. Do not send it again: "
                "we keep it and keep checking. Look at this page again in a few minutes."
            ),
        )

    def unsure(self, action: str) -> Receipt:
        words = self.words
        return self._open(
            words("We could not find out if the clinic has your request"),
            words(
                "Your clinic’s system does not tell us. You can call and ask. Or send it once "
                "more: then the clinic may get it twice, and a person there sees that it is the "
                "same."
            ),
            action=action,
            button=words("Send it once more"),
        )

    def waiting(self) -> Receipt:
        words = self.words
        return self._open(
            words("We could not make sure that the clinic has your request"),
            words(
                "Your sign-in ended before the clinic’s system answered. We kept your request. "
                "Sign in again, and we go on from here."
            ),
        )

    def refused(self) -> Receipt:
        words = self.words
        return Receipt(
            state="refused",
            heading=words("The clinic did NOT get your request"),
            text=words(
                "Your clinic’s system refused it. What you wrote is below, so that you can copy it."
            ),
            reference_label=words("Support code"),
            reference=self.reference,
            facts=(words("Call the clinic at {phone}.", phone=self.clinic_phone),),
        )

    def _open(self, heading: str, text: str, *, action: str = "", button: str = "") -> Receipt:
        words = self.words
        urgent = words("If it is urgent, call the clinic at {phone}.", phone=self.clinic_phone)
        return Receipt(
            state="confirming",
            heading=heading,
            text=text,
            reference_label=words("Your reference"),
            reference=self.reference,
            facts=(urgent,),
            action=action,
            button=button,
            sending=words("Sending. This can take a few seconds. Please wait.") if action else "",
        )
