"""What a patient adds to a request: another message, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.fhir.questionnaire import Answers, Item, Questionnaire
from smartapp.pages.form import FaultLine, Field, answer_words, fault_lines, fields_of
from smartapp.words import Words
from smartapp.workflow.forms import FieldFault, Fields
from smartapp.workflow.requests import Request

REPLY = "text"  # the name of the field for a message, as the error page knows it


@dataclass(frozen=True)
class RatingForm:
    heading: str
    action: str
    fields: tuple[Field, ...]
    fault_heading: str
    faults: tuple[FaultLine, ...]
    button: str
    sending: str


@dataclass(frozen=True)
class ReplyForm(RatingForm):
    note: str
    urgent: str
    submission: str
    slip: str


def reply_form(
    words: Words,
    *,
    request: Request,
    urgent: str,
    longest: int,
    action: str,
    submission: str,
    slip: str,
    posted: Fields,
    faults: Sequence[FieldFault] = (),
) -> ReplyForm:
    fields = fields_of(words, reply_questions(words, longest), posted, faults)
    return ReplyForm(
        heading=words("Write again"),
        note=words("This opens your request again, and the clinic sees it.")
        if request.is_closed
        else words("The clinic sees it together with this request."),
        urgent=urgent,
        action=action,
        submission=submission,
        slip=slip,
        fields=fields,
        fault_heading=words("There is a problem"),
        faults=fault_lines(fields),
        button=words("Send this message"),
        sending=words("Sending. This can take a few seconds. Please wait."),
    )


def reply_questions(words: Words, longest: int) -> Questionnaire:
    text = words("Your message")
    item = Item(REPLY, "text", {"en": text, words.locale: text}, required=True, max_length=longest)
    return Questionnaire(url="", version="", title={"en": ""}, items=(item,))


def rating_page(
    words: Words,
    questions: Questionnaire,
    *,
    action: str,
    posted: Fields,
    faults: Sequence[FieldFault] = (),
) -> RatingForm:
    fields = fields_of(words, questions, posted, faults)
    return RatingForm(
        heading=words("How did it go?"),
        action=action,
        fields=fields,
        fault_heading=words("There is a problem"),
        faults=fault_lines(fields),
        button=words("Send your opinion"),
        sending=words("Sending. This can take a few seconds. Please wait."),
    )


def rated_lines(words: Words, questions: Questionnaire, answers: Answers) -> tuple[str, ...]:
    lines = [
        answer_words(words, item, answers[item.link_id])
        for item in questions.items
        if item.link_id in answers and not item.hidden
    ]
    return (words("Thank you. You told us:"), *lines) if lines else ()
