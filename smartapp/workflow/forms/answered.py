"""A form as it was answered and stored, read by itself: the form it answers may be gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smartapp.fhir.codes import ENTERED_IN_ERROR
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Element, Json, Reference
from smartapp.fhir.plain import plain
from smartapp.fhir.questionnaire import AnswerValue
from smartapp.fhir.questionnaire.values import value_in
from smartapp.fhir.task import etag_of


@dataclass(frozen=True)
class AnsweredLine:
    text: str
    values: tuple[AnswerValue, ...]  # a coded one as its words
    heading: bool = False


@dataclass(frozen=True)
class AnsweredForm:
    id: str
    status: str
    questionnaire: str
    title: str
    authored: FhirDate | None
    author: Reference | None
    lines: tuple[AnsweredLine, ...]
    etag: str | None
    identifiers: tuple[str, ...]

    @property
    def reference(self) -> str:
        return f"QuestionnaireResponse/{self.id}"

    @property
    def is_draft(self) -> bool:
        return self.status == "in-progress"

    @property
    def is_sent(self) -> bool:
        return self.status in {"completed", "amended"}

    def is_about(self, url: str) -> bool:
        return self.questionnaire.partition("|")[0] == url

    def is_by(self, person: str) -> bool:
        return self.author is not None and self.author.target == person

    @classmethod
    def from_fhir(cls, json: Json) -> AnsweredForm | None:
        """None for what was entered in error."""
        response = Element.resource(json, "QuestionnaireResponse")
        status = response.required_text("status")
        if status == ENTERED_IN_ERROR:
            return None
        if response.has_unknown_modifier():
            raise response.wrong("modifierExtension", "not understood")
        shadow = response.child("_questionnaire")
        display = next(
            (
                said
                for each in (shadow.children("extension") if shadow else ())
                if str(each.json.get("url")).endswith("/display")
                and (said := each.text("valueString"))
            ),
            "",
        )
        identifier = response.child("identifier")
        value = identifier.text("value") if identifier else None
        return cls(
            id=response.required_text("id"),
            status=status,
            questionnaire=response.text("questionnaire") or "",
            title=plain(display),
            authored=response.date("authored"),
            author=response.reference("author"),
            lines=tuple(_lines(response)),
            etag=etag_of(json),
            identifiers=(value,) if value else (),
        )


def _lines(holder: Element) -> Iterator[AnsweredLine]:
    """An item that is there without an answer is as good as one that is not there."""
    for item in holder.children("item"):
        text = plain(item.text("text") or "") or item.required_text("linkId")
        answers = list(item.children("answer"))
        values = tuple(v for each in answers if (v := _words_of(each)) is not None)
        if values:
            yield AnsweredLine(text, values)
        inner = [*_lines(item), *(line for each in answers for line in _lines(each))]
        if inner and not answers:
            yield AnsweredLine(text, (), heading=True)
        yield from inner


def _words_of(answer: Element) -> AnswerValue | None:
    coding = answer.child("valueCoding")
    if coding is not None:
        return plain(coding.text("display") or coding.text("code") or "") or None
    return value_in(answer, "value")
