"""One item of a form: what it asks, how it is shown, what may be answered, and when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from smartapp.fhir.element import Coding
from smartapp.fhir.questionnaire.values import Answers, AnswerValue, Quantity, compares, is_same

LocalText = Mapping[str, str]  # by language, with English always there

NO_TEXT: LocalText = {"en": ""}
NOT_ANSWERED = frozenset({"group", "display"})
# What stands beside a question and says something about it, instead of asking anything.
BESIDE = frozenset({"help", "flyover", "legal", "prompt", "unit", "lower", "upper"})


def no_text() -> LocalText:
    return NO_TEXT


@dataclass(frozen=True)
class Expression:
    language: str
    text: str
    name: str = ""

    @property
    def is_path(self) -> bool:
        return self.language in {"text/fhirpath", ""}


@dataclass(frozen=True)
class Rule:
    """A constraint that an expression checks."""

    key: str
    human: str
    expression: Expression
    is_error: bool = True


@dataclass(frozen=True)
class Option:
    code: str
    system: str
    display: LocalText
    coded: bool = True  # False: the option is its own text
    kind: str = "string"  # of an option without a code: "string", "integer", "date", "time", ...
    prefix: str = ""
    score: Decimal | None = None
    exclusive: bool = False  # cannot be chosen together with another
    selected: bool = False  # from the start
    key: str = ""  # what a browser posts, where the code alone would be ambiguous

    @property
    def posted(self) -> str:
        return self.key or self.code


@dataclass(frozen=True)
class Condition:
    """One enableWhen."""

    question: str
    operator: str
    answer: AnswerValue

    def is_met(self, given: tuple[AnswerValue, ...]) -> bool:
        if self.operator == "exists":
            return bool(given) is self.answer
        same = any(is_same(value, self.answer) for value in given)
        if self.operator == "!=":
            return bool(given) and not same
        if self.operator == "=":
            return same
        return any(compares(value, self.operator, self.answer) for value in given)


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
    read_only: bool = False
    prefix: str = ""
    codes: tuple[Coding, ...] = ()
    min_length: int | None = None
    min_value: AnswerValue | None = None
    max_value: AnswerValue | None = None
    max_decimals: int | None = None
    min_occurs: int | None = None
    max_occurs: int | None = None
    regex: str = ""
    unit: Coding | None = None
    unit_options: tuple[Coding, ...] = ()
    value_set: str = ""  # of the options, where they stand somewhere else
    open_units: bool = False
    entry_format: LocalText = field(default_factory=no_text)
    xhtml: LocalText = field(
        default_factory=no_text
    )  # the text with its looks; not yet safe to show
    horizontal: bool = False
    definition: str = ""  # the element of the record that is asked for, by its address
    max_size: int | None = None  # of a file, in bytes
    mime_types: tuple[str, ...] = ()
    initial: tuple[AnswerValue, ...] = ()
    initial_expression: Expression | None = None
    calculated: Expression | None = None
    enabled_by: Expression | None = None  # enableWhenExpression
    variables: tuple[Expression, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def help(self) -> LocalText | None:
        return next((item.text for item in self.items if item.control == "help"), None)

    @property
    def is_question(self) -> bool:
        return self.type not in NOT_ANSWERED

    @property
    def is_beside(self) -> bool:
        return self.control in BESIDE and self.type == "display"

    @property
    def takes_own_words(self) -> bool:
        return self.type == "open-choice"

    def beside(self, control: str) -> LocalText | None:
        found = (item.text for item in self.items if item.is_beside and item.control == control)
        return next(found, None)

    def option(self, code: str) -> Option | None:
        """By what a browser posts, else by the code."""
        named = (each for each in self.options if each.posted == code)
        return next(named, None) or next((o for o in self.options if o.code == code), None)

    def units(self) -> tuple[Coding, ...]:
        return self.unit_options or ((self.unit,) if self.unit else ())

    def in_unit(self, number: Decimal, unit: str = "") -> Quantity:
        """`unit` is the code, or else the words, of one that may be chosen."""
        known = self.units()
        chosen = next((each for each in known if unit in {each.code, each.display}), None)
        chosen = chosen or self.unit or next(iter(known), None)
        if chosen is None:
            return Quantity(number)
        words = chosen.display or chosen.code
        return Quantity(number, words, chosen.system if chosen.code else "", chosen.code)

    def is_asked(self, answers: Answers) -> bool:
        """By its own conditions alone, where each question of the form is there once."""
        return self.is_asked_by(
            tuple(answers.get(condition.question, ()) for condition in self.conditions)
        )

    def is_asked_by(self, given: tuple[tuple[AnswerValue, ...], ...]) -> bool:
        """`given` holds the answers that each condition asks about, in their order."""
        if not self.conditions:
            return True
        met = (each.is_met(said) for each, said in zip(self.conditions, given, strict=True))
        return any(met) if self.any_condition else all(met)
