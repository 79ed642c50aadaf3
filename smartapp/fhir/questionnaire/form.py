"""A Questionnaire as the app uses it: its items, and what is said of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Coding, Element, Json
from smartapp.fhir.questionnaire import extensions as has
from smartapp.fhir.questionnaire.item import Expression, Item, LocalText, no_text
from smartapp.fhir.questionnaire.reading import ValueSets, contained_value_sets, items_of


@dataclass(frozen=True)
class Questionnaire:
    url: str
    version: str
    title: LocalText
    items: tuple[Item, ...]
    status: str = "active"
    description: LocalText = field(default_factory=no_text)
    codes: tuple[Coding, ...] = ()
    variables: tuple[Expression, ...] = ()
    contexts: tuple[str, ...] = ()  # names of what the launch is to bring, such as "patient"
    starts: FhirDate | None = None
    ends: FhirDate | None = None
    copyright: str = ""
    json: Json = field(default_factory=dict, repr=False, compare=False, hash=False)

    @property
    def canonical(self) -> str:
        return f"{self.url}|{self.version}" if self.version else self.url

    def all_items(self) -> Iterator[Item]:
        return _walk(self.items)

    def item(self, link_id: str) -> Item | None:
        return next((item for item in self.all_items() if item.link_id == link_id), None)

    @classmethod
    def from_fhir(cls, json: Json, value_sets: ValueSets | None = None) -> Questionnaire:
        """`value_sets` are the options of those that stand outside the form, by their address."""
        questionnaire = Element.resource(json, "Questionnaire")
        period = questionnaire.child("effectivePeriod")
        sets = {**contained_value_sets(questionnaire), **(value_sets or {})}
        return cls(
            url=questionnaire.required_text("url"),
            version=questionnaire.text("version") or "",
            title=has.local(questionnaire, "title"),
            items=items_of(questionnaire, sets),
            status=questionnaire.text("status") or "",
            description=has.local(questionnaire, "description"),
            codes=tuple(each.as_coding() for each in questionnaire.children("code")),
            variables=has.variables(questionnaire),
            contexts=tuple(_contexts(questionnaire)),
            starts=period.date("start") if period else None,
            ends=period.date("end") if period else None,
            copyright=questionnaire.text("copyright") or "",
            json=json,
        )


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _walk(item.items)


def _contexts(questionnaire: Element) -> Iterator[str]:
    for each in has.extensions(questionnaire, "launchContext"):
        for part in each.children("extension"):
            coding = part.child("valueCoding") if part.json.get("url") == "name" else None
            name = coding.text("code") if coding else part.text("valueId")
            if part.json.get("url") == "name" and name:
                yield name
