"""What staff hand in on an item: an answer, an outcome, or both, and what is still missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import new_message
from smartapp.fhir.people import Patient
from smartapp.sessions.submission import Step
from smartapp.workflow.forms import typed
from smartapp.workflow.policy.model import Outcome, Topic
from smartapp.workflow.requests import Request
from smartapp.workflow.submission import Named, step

LONGEST_ANSWER = 4000
LONGEST_WORK = 600  # minutes
GAP = "[…]"  # stands where the record did not know what to fill in
_GAP = re.compile(r"\[[^\[\]\n]{1,60}\]")
_VARIABLE = re.compile(r"\{([a-z]+)\}")
CLOSES = frozenset({"close", "close-only"})
SENDS_NOTHING = "close-only"
WAITS = "wait"
PREVIEWS = "preview"
LOOKS_AGAIN = "look-again"  # and keeps what was typed


@dataclass(frozen=True)
class Answering:
    sid: str
    text: str
    outcome: Outcome | None  # None keeps the item open
    waits: bool  # for the patient
    previews: bool
    minutes: int | None
    missing: tuple[str, ...]  # "text", "outcome", "length", "not-sent", "gap" or "minutes"
    language: str


@dataclass(frozen=True)
class Message:
    """Words of staff to a patient, in the thread of what they asked."""

    sid: str
    text: str
    language: str

    def step(
        self,
        vocabulary: Vocabulary,
        *,
        request: Request,
        patient: Patient,
        author: Named,
        at: datetime,
    ) -> Step:
        root, last = request.root, request.messages[-1]
        reference = f"Patient/{patient.id}"
        body = new_message(
            vocabulary=vocabulary,
            identifier=self.sid,
            topic=(root.topic or "", root.topic or ""),
            subject_line=root.subject_line,
            patient=reference,
            sender=author,
            sent=at,
            words=self.text,
            recipients=(_asker(request) or reference,),
            root=None if root.is_form else root.thread,
            answer_to=None if last.is_form else last.reference,
            about=((root.reference, ""),) if root.is_form else (),
            language=self.language,
        )
        return step(body, vocabulary.message, self.sid, reference)


def _asker(request: Request) -> str | None:
    """The person who acts for the patient, if one asked. Never a patient that a message names as
    its sender: an EHR gives a message to the record of each patient in it.
    """
    asker = next((each.sender for each in request.messages if each.is_from_patient), None)
    return asker.target if asker and asker.kind == "RelatedPerson" else None


def read_answering(
    topic: Topic, posted: Mapping[str, str], language: str, reminder: str = ""
) -> Answering:
    """`reminder` is what the clinic adds at the end, where that was asked for."""
    text = typed(posted.get("text", ""))
    then = posted.get("then", "")
    outcome = topic.outcome(posted.get("outcome", ""))
    whole = f"{text}\n\n{reminder}" if text and reminder else text
    minutes, known = _minutes(posted.get("minutes", "").strip())
    return Answering(
        sid=posted.get("submission", ""),
        text=whole,
        outcome=outcome if then in CLOSES else None,
        waits=then == WAITS,
        previews=then == PREVIEWS,
        minutes=minutes,
        missing=tuple(_missing(then, text, whole, outcome, minutes_known=known)),
        language=language,
    )


def _missing(
    then: str, text: str, whole: str, outcome: Outcome | None, *, minutes_known: bool
) -> list[str]:
    missing = []
    if then == SENDS_NOTHING and text:
        missing.append("not-sent")
    if then != SENDS_NOTHING and not text:
        missing.append("text")
    if then not in {SENDS_NOTHING, PREVIEWS} and _GAP.search(text):
        missing.append("gap")
    if len(whole) > LONGEST_ANSWER:
        missing.append("length")
    if then in CLOSES and outcome is None:
        missing.append("outcome")
    if not minutes_known:
        missing.append("minutes")
    return missing


def _minutes(text: str) -> tuple[int | None, bool]:
    """How many, and whether that could be understood."""
    if not text:
        return None, True
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > LONGEST_WORK:
        return None, False
    return int(text), True


def with_template(text: str, words: str) -> str:
    """What was typed stays; the template's words come after it."""
    text = typed(text)
    return words if not text or text == words else f"{text}\n\n{words}"


def filled(words: str, known: Mapping[str, str]) -> str:
    """With what the record knows. What it does not know leaves a gap that must be filled in."""
    return _VARIABLE.sub(lambda at: known.get(at[1]) or GAP, words)
