"""What staff hand in on an item: an answer, an outcome, or both, and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import new_message
from smartapp.fhir.people import Patient
from smartapp.sessions.submission import Step
from smartapp.words import in_locale
from smartapp.workflow.forms import typed
from smartapp.workflow.policy.model import Outcome, Reply, Topic
from smartapp.workflow.requests import Request
from smartapp.workflow.submission import Named, step

LONGEST_ANSWER = 4000


@dataclass(frozen=True)
class Answering:
    sid: str
    text: str
    outcome: Outcome | None  # None keeps the item open
    outcome_code: str
    template_chosen: bool
    missing: tuple[str, ...]  # "text", "outcome", "length" or "not-sent"
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
        """The answer as a message in the patient's thread."""
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
    topic: Topic, posted: Mapping[str, str], medicine: str, language: str
) -> Answering:
    text = typed(posted.get("text", ""))
    template = topic.reply(posted.get("template", ""))
    then = posted.get("then", "")
    closes = then in {"close", "close-only"}
    outcome = topic.outcome(posted.get("outcome", ""))
    if template is not None:
        text = _with_template(text, template, medicine, language)
    missing = []
    if then == "close-only" and text:
        missing.append("not-sent")
    if then != "close-only" and not text:
        missing.append("text")
    if len(text) > LONGEST_ANSWER:
        missing.append("length")
    if closes and outcome is None:
        missing.append("outcome")
    return Answering(
        sid=posted.get("submission", ""),
        text=text,
        outcome=outcome if closes else None,
        outcome_code=template.outcome if template else posted.get("outcome", ""),
        template_chosen=template is not None,
        missing=tuple(missing),
        language=language,
    )


def _with_template(text: str, template: Reply, medicine: str, language: str) -> str:
    """What was typed stays; the template's words come after it."""
    words = filled(template, medicine, language)
    return words if not text or text == words else f"{text}\n\n{words}"


def filled(template: Reply, medicine: str, language: str) -> str:
    return in_locale(template.text, language).replace("{about}", medicine)
