"""A Questionnaire as the app uses it: items, options, and when each is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from smartapp.fhir.codes import HIDDEN, ITEM_CONTROL, ITEM_CONTROL_CODES, TRANSLATION
from smartapp.fhir.element import Element, Json

AnswerValue = str | bool | Decimal | date  # a coded answer is its code
Answers = Mapping[
    str, tuple[AnswerValue, ...]
]  # by linkId; a question that was not answered is not there
LocalText = Mapping[str, str]  # by language, with English always there

NO_TEXT: LocalText = {"en": ""}


@dataclass(frozen=True)
class Option:
    code: str
    system: str
    display: LocalText
    coded: bool = True  # False: the option is its own text


@dataclass(frozen=True)
class Condition:
    """One enableWhen."""

    question: str
    operator: str
    answer: AnswerValue


@dataclass(frozen=True)
class Item:
    link_id: str
    type: str
    text: LocalText
    required: bool = False
    repeats: bool = False
    hidden: bool = False
    max_length: int | None = None
    options: tuple[Option, ...] = ()
    conditions: tuple[Condition, ...] = ()
    any_condition: bool = False  # enableBehavior: one condition is enough
    control: str | None = None  # the item control's code, such as "help"
    items: tuple[Item, ...] = ()

    @property
    def help(self) -> LocalText | None:
        return next((item.text for item in self.items if item.control == "help"), None)

    def option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)

    def is_asked(self, answers: Answers) -> bool:
        if not self.conditions:
            return True
        met = (_is_met(condition, answers) for condition in self.conditions)
        return any(met) if self.any_condition else all(met)


@dataclass(frozen=True)
class Questionnaire:
    url: str
    version: str
    title: LocalText
    items: tuple[Item, ...]

    @property
    def canonical(self) -> str:
        return f"{self.url}|{self.version}" if self.version else self.url

    def all_items(self) -> Iterator[Item]:
        return _walk(self.items)

    def item(self, link_id: str) -> Item | None:
        return next((item for item in self.all_items() if item.link_id == link_id), None)

    @classmethod
    def from_fhir(cls, json: Json) -> Questionnaire:
        questionnaire = Element.resource(json, "Questionnaire")
        return cls(
            url=questionnaire.required_text("url"),
            version=questionnaire.text("version") or "",
            title=_local(questionnaire, "title"),
            items=tuple(_item(item) for item in questionnaire.children("item")),
        )


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)


def _item(element: Element) -> Item:
    control = element.extension(ITEM_CONTROL)
    hidden = element.extension(HIDDEN)
    concept = control.concept("valueCodeableConcept") if control else None
    conditions = tuple(_condition(each) for each in element.children("enableWhen"))
    return Item(
        link_id=element.required_text("linkId"),
        type=element.required_text("type"),
        text=_local(element, "text"),
        required=element.boolean("required") or False,
        repeats=element.boolean("repeats") or False,
        hidden=bool(hidden and hidden.boolean("valueBoolean")),
        max_length=element.whole("maxLength"),
        options=tuple(_option(each) for each in element.children("answerOption")),
        conditions=conditions,
        # Two conditions without enableBehavior have no defined meaning: ask rather than hide.
        any_condition=element.text("enableBehavior") != "all" and len(conditions) > 1,
        control=concept.code(ITEM_CONTROL_CODES) if concept else None,
        items=tuple(_item(each) for each in element.children("item")),
    )


def _option(element: Element) -> Option:
    coding = element.child("valueCoding")
    if coding is not None:
        display = _local(coding, "display")
        code = coding.text("code") or display["en"]
        if not code:
            raise element.wrong("valueCoding", "has neither code nor display")
        return Option(code, coding.text("system") or "", display if display["en"] else {"en": code})
    text = element.text("valueString")
    if text is None:
        raise element.wrong("value[x]", "missing or of a kind that is not supported")
    return Option(text, "", {"en": text}, coded=False)


def _condition(element: Element) -> Condition:
    coding = element.child("answerCoding")
    answer: AnswerValue | None = coding.text("code") if coding else None
    if answer is None:
        answer = element.boolean("answerBoolean")
    if answer is None:
        answer = element.text("answerString")
    if answer is None:
        answer = element.number("answerInteger")
    if answer is None:
        answer = element.number("answerDecimal")
    if answer is None:
        raise element.wrong("answer[x]", "missing or of a kind that is not supported")
    return Condition(element.required_text("question"), element.required_text("operator"), answer)


def _is_met(condition: Condition, answers: Answers) -> bool:
    given = answers.get(condition.question, ())
    wanted = condition.answer
    if condition.operator == "exists":
        return bool(given) is wanted
    same = any(_is_same(value, wanted) for value in given)
    if condition.operator == "!=":
        return bool(given) and not same
    if condition.operator == "=":
        return same
    return any(_compares(value, condition.operator, wanted) for value in given)


def _is_same(value: AnswerValue, wanted: AnswerValue) -> bool:
    """To Python, 1 and True are the same."""
    return isinstance(value, bool) is isinstance(wanted, bool) and value == wanted


def _compares(value: AnswerValue, operator: str, wanted: AnswerValue) -> bool:
    if not isinstance(value, Decimal) or not isinstance(wanted, Decimal):
        return False
    order = {">": value > wanted, "<": value < wanted, ">=": value >= wanted, "<=": value <= wanted}
    return order.get(operator, False)


def _local(element: Element, name: str) -> LocalText:
    """The text and its translations, which stand in an extension beside the primitive."""
    words = {"en": element.text(name) or ""}
    shadow = element.child(f"_{name}")
    for extension in shadow.children("extension") if shadow else ():
        if extension.json.get("url") != TRANSLATION:
            continue
        parts = {part.json.get("url"): part for part in extension.children("extension")}
        language, content = parts.get("lang"), parts.get("content")
        if language is None or content is None:
            continue
        code = language.text("valueCode")
        translated = content.text("valueString") or content.text("valueMarkdown")
        if code and translated:
            words[code] = translated
    return words
