"""What the clinic lets patients, and those who act for them, see of what the EHR would show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from smartapp.fhir.dates import FhirDate
from smartapp.fhir.element import Concept
from smartapp.words import LocalText
from smartapp.workflow.policy.reading import Reading, Table

Label = tuple[str, str]  # system and code

# What a section is made of, wherever it stands: whoever does not see the section sees none of it.
KINDS_OF: Mapping[str, frozenset[str]] = {
    "costs": frozenset({"Account", "Coverage", "ExplanationOfBenefit", "Invoice"}),
    "documents": frozenset({"DocumentReference"}),
    "plan": frozenset({"CarePlan", "Goal", "ServiceRequest"}),
    "results": frozenset({"DiagnosticReport", "Observation"}),
    "team": frozenset({"CareTeam"}),
    "visits": frozenset({"Appointment", "Encounter"}),
}
# And what is asked about it.
TOPICS_OF: Mapping[str, frozenset[str]] = {
    "costs": frozenset({"billing"}),
    "documents": frozenset({"record-correction"}),
    "plan": frozenset({"referral"}),
    "results": frozenset({"test-result"}),
    "visits": frozenset({"appointment", "visit-follow-up"}),
}
SECTIONS = ("costs", "documents", "download", "plan", "results", "team", "visits")


@dataclass(frozen=True)
class DocumentKind:
    """A class of documents that patients can open."""

    code: str
    name: LocalText
    codes: frozenset[Label]
    words: frozenset[str]  # in small letters: for types without a code

    def covers(self, type_: Concept, categories: tuple[Concept, ...]) -> bool:
        codings = [coding for concept in (type_, *categories) for coding in concept.codings]
        if any((coding.system, coding.code) in self.codes for coding in codings):
            return True
        return not type_.codings and type_.text.casefold() in self.words


@dataclass(frozen=True)
class Hidden:
    """What is kept from one reader. Whatever reads for them asks here (`Gate`, `FhirClient`)."""

    sections: frozenset[str] = frozenset()
    named_topics: frozenset[str] = frozenset()  # that the clinic names, whatever is in a section

    @property
    def anything(self) -> bool:
        return bool(self.sections or self.named_topics)

    @property
    def kinds(self) -> frozenset[str]:
        """Of resources."""
        return _all_of(KINDS_OF, self.sections)

    @property
    def topics(self) -> frozenset[str]:
        """Of requests that somebody else made."""
        return self.named_topics | _all_of(TOPICS_OF, self.sections)

    @property
    def readings(self) -> bool:
        """What was measured at home is a result like others."""
        return "results" in self.sections


def _all_of(table: Mapping[str, frozenset[str]], sections: frozenset[str]) -> frozenset[str]:
    return frozenset(each for section in sections for each in table.get(section, ()))


NOTHING_HIDDEN = Hidden()


@dataclass(frozen=True)
class TeenRule:
    """What those who act for a teenager do not see, in one jurisdiction."""

    from_age: int
    until_age: int
    hidden_sections: frozenset[str]
    hidden_topics: frozenset[str]
    explained: LocalText

    @property
    def hidden(self) -> Hidden:
        return Hidden(self.hidden_sections, self.hidden_topics)

    def hides(self, section: str) -> bool:
        """A copy of the whole record would hold whatever else is kept back."""
        if section == "download":
            return self.hidden.anything
        return section in self.hidden_sections

    def holds(self, born: FhirDate | None, today: date) -> bool:
        """Who may be of that age counts as such, also where the record does not say it exactly."""
        if born is None:
            return True
        youngest, oldest = _age(born.last_day, today), _age(born.day, today)
        return youngest < self.until_age and oldest >= self.from_age


@dataclass(frozen=True)
class Privacy:
    everybody: frozenset[Label]
    patient_only: frozenset[Label]
    nobody: frozenset[Label]
    teenagers: TeenRule
    staff: frozenset[Label] = frozenset()  # of documents, what staff may open here

    def keeps_back(self, labels: frozenset[Label], *, proxy: bool) -> bool:
        """A label that nobody has decided on stops those who act for a patient, not the patient."""
        if labels & self.nobody:
            return True
        return proxy and not labels <= self.everybody

    def keeps_back_document(self, labels: frozenset[Label], *, proxy: bool) -> bool:
        """Of documents, what nobody has decided on is shown to nobody."""
        shown = self.everybody if proxy else self.everybody | self.patient_only
        return not labels <= shown

    def keeps_document_from_staff(self, labels: frozenset[Label]) -> bool:
        """What nobody has decided on, and what only some of them may see, is in the chart alone."""
        return not labels <= self.everybody | self.staff


def read_kinds(reading: Reading) -> tuple[DocumentKind, ...]:
    file = reading.toml("documents.toml")
    kinds: list[DocumentKind] = []
    for index, table in enumerate(file.tables("kinds")):
        kind = _kind(table)
        for earlier in kinds:
            shared = {*(earlier.codes & kind.codes), *(earlier.words & kind.words)}
            if earlier.code == kind.code or shared:
                file.wrong(
                    f"kinds[{index}]", f"shares its code or its documents with {earlier.code!r}"
                )
        kinds.append(kind)
    if not kinds:
        file.wrong("kinds", "is missing: no document could ever be shown")
    file.check_nothing_else()
    return tuple(kinds)


def _kind(table: Table) -> DocumentKind:
    codes = frozenset(_labels(table, "codes")) if "codes" in table else frozenset()
    words = table.texts("words") if "words" in table else ()
    if not codes and not words:
        table.wrong("", "has neither codes nor words: no document can be of this kind")
    return DocumentKind(
        code=table.text("code"),
        name=table.local("name"),
        codes=codes,
        words=frozenset(each.casefold() for each in words),
    )


def read_privacy(reading: Reading, topics: Mapping[str, object]) -> Privacy:
    file = reading.toml("privacy.toml")
    table = file.table("labels")
    everybody, patient_only, nobody = (
        frozenset(_labels(table, name)) for name in ("everybody", "patient_only", "nobody")
    )
    for system, code in (everybody & patient_only) | (everybody & nobody) | (patient_only & nobody):
        table.wrong("", f"'{system}|{code}' is in two lists")
    privacy = Privacy(
        everybody,
        patient_only,
        nobody,
        _teenagers(file.table("teenagers"), topics),
        staff=frozenset(_labels(table, "staff")),
    )
    file.check_nothing_else()
    return privacy


def _labels(table: Table, key: str) -> Iterator[Label]:
    for index, text in enumerate(table.texts(key)):
        system, bar, code = text.partition("|")
        if not (system and bar and code):
            table.wrong(f"{key}[{index}]", f"{text!r} is not a system and a code with | between")
        yield system, code


def _teenagers(table: Table, topics: Mapping[str, object]) -> TeenRule:
    """All of them are read, so that a mistake shows before somebody relies on it."""
    places = [key for key in table if key != "jurisdiction"]
    rules = {place: _teen_rule(table.table(place), topics) for place in places}
    chosen = table.one_of("jurisdiction", rules, "one of the tables below")
    nothing = TeenRule(0, 0, frozenset(SECTIONS), frozenset(), {})
    return rules[chosen] if chosen else nothing


def _teen_rule(table: Table, topics: Mapping[str, object]) -> TeenRule:
    sections = table.texts("hidden_sections", may_be_empty=True)
    for index, section in enumerate(sections):
        table.is_known(f"hidden_sections[{index}]", section, SECTIONS, "a section")
    hidden = table.texts("hidden_topics", may_be_empty=True)
    for index, topic in enumerate(hidden):
        table.is_known(f"hidden_topics[{index}]", topic, topics, "a topic")
    rule = TeenRule(
        from_age=table.whole("from_age"),
        until_age=table.whole("until_age"),
        hidden_sections=frozenset(sections),
        hidden_topics=frozenset(hidden),
        explained=table.local("explained"),
    )
    if rule.from_age >= rule.until_age:
        table.wrong("until_age", "is not above from_age")
    return rule


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
