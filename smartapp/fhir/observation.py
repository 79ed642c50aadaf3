"""An observation: a laboratory result, a vital sign, an answer to a question about life."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """Of all its forms the first that says something. Most of them are not there."""
    for name, read in _FORMS.items():
        if name in element.json:
            value = read(element, name)
            if value is not None:
                return value
    return None


def _concept_with_words(element: Element, name: str) -> Concept | None:
    concept = element.concept(name)
    return concept if concept is not None and concept.label else None


def _sampled(element: Element, name: str) -> Sampled | None:
    sampled = element.child(name)
    return None if sampled is None else Sampled(len((sampled.text("data") or "").split()))


# In the order in which the standard lists them.
_FORMS: Mapping[str, Callable[[Element, str], Value | None]] = {
    "valueQuantity": lambda element, name: Quantity.of(element.child(name)),
    "valueInteger": Element.whole,
    "valueSampledData": _sampled,
    "valueRange": lambda element, name: Range.of(element.child(name)),
    "valueRatio": lambda element, name: Ratio.of(element.child(name)),
    "valueCodeableConcept": _concept_with_words,
    "valueBoolean": Element.boolean,
    "valueString": lambda element, name: plain(element.text(name) or "") or None,
    "valueTime": Element.text,
    "valueDateTime": Element.date,
    "valuePeriod": lambda element, name: Period.of(element.child(name)),
}


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
