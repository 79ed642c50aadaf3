"""What staff do with an item beyond answering it: the clinic's reasons, letters and choices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from smartapp.words import LocalText
from smartapp.workflow.calendar import ResponseTime
from smartapp.workflow.policy.reading import Reading, Table
from smartapp.workflow.policy.route import Queue
from smartapp.workflow.policy.topics import response_time

PARTS = (
    "order",
    "fills",
    "duplicates",
    "medicines",
    "allergies",
    "problems",
    "labs",
    "results",
    "pressure",
    "vitals",
    "visits",
    "appointments",
)
CONFLICTS = ("taking", "allergies", "medicines", "contact", "correction")
QUESTION_VARIABLES = ("about", "name", "staff")
LETTER_VARIABLES = (*QUESTION_VARIABLES, "appointment", "results", "medicines", "visit")


@dataclass(frozen=True)
class Choice:
    """One of a list: a code that is counted, and its words for staff."""

    code: str
    words: LocalText


@dataclass(frozen=True)
class Letter:
    """Words to start from, for the patient; what stands in curly brackets is filled in."""

    code: str
    name: LocalText
    text: LocalText


@dataclass(frozen=True)
class VisitKind:
    code: str
    name: LocalText
    topic: str
    queue: Queue
    respond_within: ResponseTime
    billing: LocalText  # for staff
    patient: LocalText


@dataclass(frozen=True)
class Labs:
    """The values that matter for medicines with one of these words in their names."""

    medicines: tuple[str, ...]
    loinc: frozenset[str]


@dataclass(frozen=True)
class DeskPolicy:
    reminder: LocalText
    handing_on: tuple[Choice, ...]
    escalate_to: Queue
    escalation_reasons: tuple[Choice, ...]
    escalation_asks: tuple[Choice, ...]
    visits: tuple[VisitKind, ...]
    questions: tuple[Letter, ...]
    letters: tuple[Letter, ...]
    usual: tuple[str, ...]  # parts of the record beside an item
    beside: Mapping[str, tuple[str, ...]]  # those of some topics
    labs: tuple[Labs, ...]
    conflicts: Mapping[str, Queue]  # who settles it, by what it is about

    def parts_for(self, topic: str) -> tuple[str, ...]:
        return self.beside.get(topic, self.usual)

    def labs_for(self, medicine: str) -> frozenset[str]:
        """None where the clinic has not said what matters for it."""
        name = medicine.casefold()
        fitting = (each for each in self.labs if any(word in name for word in each.medicines))
        found = next(fitting, None)
        return found.loinc if found else frozenset()

    def visit(self, code: str) -> VisitKind | None:
        return next((each for each in self.visits if each.code == code), None)


def read_desk(reading: Reading, queues: Mapping[str, Queue], topics: Collection[str]) -> DeskPolicy:
    file = reading.toml("desk.toml")
    escalation, beside = file.table("escalation"), file.table("beside")
    own, owners = beside.table("topics"), file.table("conflicts")
    for topic in own:
        own.is_known(topic, topic, topics, "a topic")
    desk = DeskPolicy(
        reminder=file.local("reminder"),
        handing_on=_choices(file, "handing_on"),
        escalate_to=_queue(escalation, "queue", queues),
        escalation_reasons=_choices(escalation, "reasons"),
        escalation_asks=_choices(escalation, "asks"),
        visits=tuple(_visit(each, queues, topics) for each in file.tables("visits")),
        questions=_letters(file, "questions", QUESTION_VARIABLES),
        letters=_letters(file, "letters", LETTER_VARIABLES),
        usual=_parts(beside, "usual"),
        beside=MappingProxyType({topic: _parts(own, topic) for topic in own}),
        labs=tuple(_labs(each) for each in file.tables("labs")),
        conflicts=MappingProxyType({kind: _queue(owners, kind, queues) for kind in CONFLICTS}),
    )
    file.check_nothing_else()
    return desk


def _queue(table: Table, key: str, queues: Mapping[str, Queue]) -> Queue:
    code = table.one_of(key, queues, "a queue")
    return queues[code] if code else Queue("", {}, {}, frozenset(), ())


def _choices(table: Table, key: str) -> tuple[Choice, ...]:
    choices = tuple(Choice(each.text("code"), each.local("words")) for each in table.tables(key))
    if not choices:
        table.wrong(key, "is missing: staff need something to choose from")
    _check_unique(table, key, [each.code for each in choices])
    return choices


def _letters(table: Table, key: str, variables: tuple[str, ...]) -> tuple[Letter, ...]:
    letters = tuple(
        Letter(each.text("code"), each.local("name"), each.local("text", variables))
        for each in table.tables(key)
    )
    _check_unique(table, key, [each.code for each in letters])
    return letters


def _check_unique(table: Table, key: str, codes: list[str]) -> None:
    for code in sorted({each for each in codes if codes.count(each) > 1}):
        table.wrong(key, f"has {code!r} twice")


def _visit(table: Table, queues: Mapping[str, Queue], topics: Collection[str]) -> VisitKind:
    return VisitKind(
        code=table.text("code"),
        name=table.local("name"),
        topic=table.one_of("topic", topics, "a topic") or "",
        queue=_queue(table, "queue", queues),
        respond_within=response_time(table, "respond_within"),
        billing=table.local("billing"),
        patient=table.local("patient"),
    )


def _parts(table: Table, key: str) -> tuple[str, ...]:
    parts = table.texts(key)
    for index, part in enumerate(parts):
        table.is_known(f"{key}[{index}]", part, PARTS, "a part of the record")
    return parts


def _labs(table: Table) -> Labs:
    words = tuple(each.casefold() for each in table.texts("medicines"))
    return Labs(words, frozenset(table.texts("loinc")))
