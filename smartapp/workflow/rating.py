"""How it went, in the patient's words: one to five and a comment, once for each request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from smartapp.errors import EhrError, MalformedAnswer
from smartapp.fhir.client import FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.questionnaire import Answers, Item, Questionnaire
from smartapp.fhir.questionnaire.item import Option
from smartapp.fhir.response import answers_of, new_response
from smartapp.sessions.submission import Step
from smartapp.workflow.submission import Named, step

SCORE, COMMENT, REQUEST = "score", "comment", "request"
LONGEST_COMMENT = 500
_SCORES = {
    "5": {"en": "Very well", "es": "Muy bien"},
    "4": {"en": "Well", "es": "Bien"},
    "3": {"en": "So-so", "es": "Regular"},
    "2": {"en": "Badly", "es": "Mal"},
    "1": {"en": "Very badly", "es": "Muy mal"},
}


def rating_form(vocabulary: Vocabulary) -> Questionnaire:
    system = f"{vocabulary.base}/CodeSystem/rating"
    score = Item(
        link_id=SCORE,
        type="choice",
        text={"en": "How well did we help you?", "es": "¿Qué tan bien le ayudamos?"},
        required=True,
        options=tuple(Option(code, system, words) for code, words in _SCORES.items()),
    )
    comment = Item(
        link_id=COMMENT,
        type="text",
        text={"en": "What could we do better?", "es": "¿Qué podemos hacer mejor?"},
        max_length=LONGEST_COMMENT,
    )
    about = Item(link_id=REQUEST, type="string", text={"en": "Request"}, hidden=True)
    return Questionnaire(
        url=f"{vocabulary.base}/Questionnaire/rating",
        version="1",
        title={"en": "How it went", "es": "Cómo fue"},
        items=(score, comment, about),
    )


def rating_id(request: str) -> str:
    """The same for every rating of one request: the EHR holds one."""
    return str(uuid5(UUID(request), "rating"))


@dataclass(frozen=True)
class Rating:
    request: str  # the submission it is about
    answers: Answers
    patient: str
    author: Named
    language: str
    now: datetime

    def steps(self, vocabulary: Vocabulary) -> tuple[Step, ...]:
        sid = rating_id(self.request)
        body = new_response(
            vocabulary=vocabulary,
            identifier=sid,
            questionnaire=rating_form(vocabulary),
            answers={**self.answers, REQUEST: (self.request,)},
            patient=self.patient,
            author=self.author,
            authored=self.now,
            language=self.language,
        )
        return (step(body, vocabulary.response, sid, self.patient),)


def rated(client: FhirClient, vocabulary: Vocabulary, request: str) -> Answers | None:
    """None where it is not known: then it may be asked, and the EHR is not asked for it twice."""
    try:
        found = client.by_identifier(
            "QuestionnaireResponse", vocabulary.response, rating_id(request)
        )
        return answers_of(found.matches[0]) if found.matches else {}
    except (EhrError, MalformedAnswer):
        return None
