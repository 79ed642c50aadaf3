"""An observation: a laboratory result, a vital sign, an answer to a question about life."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from smartapp.fhir.absence import absence_of
from smartapp.fhir.amounts import Period, Quantity, Range, Ratio, Sampled
from smartapp.fhir.codes import ENTERED_IN_ERROR, INTERPRETATION, LOINC, OBSERVATION_CATEGORY
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept, Element, Json
from smartapp.fhir.plain import plain

Value = Quantity | Concept | str | bool | int | Range | Ratio | FhirDate | Period | Sampled

NOT_FINAL = frozenset({"registered", "preliminary"})
CHANGED = frozenset({"amended", "corrected"})


@dataclass(frozen=True)
class UsualRange:
    """What is usual, for people whom `applies_to` describes."""

    low: Quantity | None
    high: Quantity | None
    text: str
    applies_to: tuple[str, ...]
    kind: str = ""  # normal, treatment, ...; "" where the record does not say


@dataclass(frozen=True)
class Measured:
    """What was looked at and what was found: of an observation, or of a part of it."""

    what: Concept
    value: Value | None  # None is not zero, and not normal
    absent: str  # the reason that is given for there being none
    interpretation: tuple[Concept, ...]
    usual: tuple[UsualRange, ...]

    @property
    def name(self) -> str:
        return self.what.label

    @property
    def flags(self) -> frozenset[str]:
        """What the laboratory says of the value, such as H, L or HH."""
        return frozenset(
            coding.code
            for concept in self.interpretation
            for coding in concept.codings
            if coding.system == INTERPRETATION
        )

    @property
    def number(self) -> Decimal | None:
        """To draw a line with: only an exact number is one."""
        exact = isinstance(self.value, Quantity) and not self.value.comparator
        return self.value.amount if isinstance(self.value, Quantity) and exact else None


@dataclass(frozen=True)
class Observation:
    id: str
    status: str
    categories: frozenset[str]
    main: Measured
    parts: tuple[Measured, ...]
    members: tuple[str, ...]  # "Observation/id" of a panel's results
    when: FhirDate | None
    until: FhirDate | None
    issued: FhirDate | None
    performers: tuple[str, ...]
    specimen: str
    method: str
    body_site: str
    notes: tuple[str, ...]
    encounter: str  # "Encounter/id" or ""

    @classmethod
    def from_fhir(cls, json: Json) -> Observation | None:
        """None for what was entered in error: such an entry may hold nothing but its id."""
        observation = Element.resource(json, "Observation")
        status = observation.text("status") or "unknown"
        if status == ENTERED_IN_ERROR:
            return None
        if observation.has_unknown_modifier():
            raise observation.wrong("modifierExtension", "not understood")
        start, end = _when(observation)
        encounter = observation.reference("encounter")
        specimen = observation.reference("specimen")
        return cls(
            id=observation.required_text("id"),
            status=status,
            categories=frozenset(
                coding.code
                for concept in observation.concepts("category")
                for coding in concept.codings
                if coding.system == OBSERVATION_CATEGORY
            ),
            main=_measured(observation),
            parts=tuple(_measured(each) for each in observation.children("component")),
            members=tuple(r.target for r in observation.references("hasMember") if r.target),
            when=start,
            until=end,
            issued=observation.date("issued"),
            performers=tuple(r.display for r in observation.references("performer") if r.display),
            specimen=specimen.display if specimen else "",
            method=_label(observation.concept("method")),
            body_site=_label(observation.concept("bodySite")),
            notes=notes_of(observation),
            encounter=(encounter.target if encounter else None) or "",
        )

    @property
    def reference(self) -> str:
        return f"Observation/{self.id}"

    @property
    def name(self) -> str:
        return self.main.name

    @property
    def is_preliminary(self) -> bool:
        return self.status in NOT_FINAL

    @property
    def was_changed(self) -> bool:
        return self.status in CHANGED

    @property
    def test(self) -> str:
        """What makes two results results of the same test: their code, else their name."""
        loinc = self.main.what.code(LOINC)
        if loinc:
            return f"{LOINC}|{loinc}"
        coding = next((each for each in self.main.what.codings if each.code), None)
        return f"{coding.system}|{coding.code}" if coding else self.name

    @property
    def is_of(self) -> FhirDate | None:
        """When what it tells of was so; else when it was told."""
        return self.when or self.issued


def notes_of(element: Element) -> tuple[str, ...]:
    return tuple(
        text for each in element.children("note") if (text := plain(each.text("text") or ""))
    )


def _label(concept: Concept | None) -> str:
    return concept.label if concept else ""


def _when(observation: Element) -> tuple[FhirDate | None, FhirDate | None]:
    period = observation.child("effectivePeriod")
    if period is not None:
        return period.date("start") or period.date("end"), period.date("end")
    moment = observation.date("effectiveDateTime") or observation.date("effectiveInstant")
    return moment, None


def _measured(element: Element) -> Measured:
    return Measured(
        what=element.concept("code") or Concept(""),
        value=_value(element),
        absent=absence_of(element),
        interpretation=element.concepts("interpretation"),
        usual=tuple(_usual(each) for each in element.children("referenceRange")),
    )


def _value(element: Element) -> Value | None:
    """All forms of a value, in the order in which the standard lists them."""
    for read in (_counted, _said, _timed):
        value = read(element)
        if value is not None:
            return value
    return None


def _counted(element: Element) -> Value | None:
    quantity = element.child("valueQuantity")
    if quantity is not None:
        return Quantity.of(quantity)
    whole = element.whole("valueInteger")
    if whole is not None:
        return whole
    sampled = element.child("valueSampledData")
    if sampled is not None:
        return Sampled(len((sampled.text("data") or "").split()))
    return Range.of(element.child("valueRange")) or Ratio.of(element.child("valueRatio"))


def _said(element: Element) -> Value | None:
    concept = element.concept("valueCodeableConcept")
    if concept is not None:
        return concept if concept.label else None
    truth = element.boolean("valueBoolean")
    if truth is not None:
        return truth
    return plain(element.text("valueString") or "") or None


def _timed(element: Element) -> Value | None:
    clock = element.text("valueTime")
    if clock is not None:
        return clock
    return element.date("valueDateTime") or Period.of(element.child("valuePeriod"))


def _usual(element: Element) -> UsualRange:
    kind = element.concept("type")
    codes = [coding.code for coding in kind.codings] if kind else []
    return UsualRange(
        low=Quantity.of(element.child("low")),
        high=Quantity.of(element.child("high")),
        text=plain(element.text("text") or ""),
        applies_to=tuple(c.label for c in element.concepts("appliesTo") if c.label),
        kind=codes[0] if codes else "",
    )
