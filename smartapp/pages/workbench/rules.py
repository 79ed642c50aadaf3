"""What each topic does, as a table that is made from the policy itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from smartapp.pages.numbers.tables import Cell, Figures, Row, Table
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.workbench.conditions import Teller, Told
from smartapp.words import Words, in_locale
from smartapp.workflow.metrics.statistics import Share
from smartapp.workflow.policy.model import Policy, Reason, RedFlag, Route, Topic

Errors = Mapping[tuple[str, str], Share]


@dataclass(frozen=True)
class RuleRow:
    name: str
    when: Told
    queue: str
    priority: str
    within: str
    why: str  # as staff read it
    patient: str  # as the patient reads it
    errors: str


@dataclass(frozen=True)
class Form:
    """By which another version of the files is tried out."""

    heading: str
    lead: str
    label: str
    hint: str
    button: str
    action: str


@dataclass(frozen=True)
class WorkbenchPage:
    shell: Shell
    heading: str
    lead: str
    topics_label: str
    topics: tuple[Link, ...]
    file: Link
    topic: str
    owner: str
    columns: tuple[str, ...]
    rows: tuple[RuleRow, ...]
    patient_label: str
    why_label: str
    note: str
    trouble: str
    form: Form


def workbench_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    policy: Policy,
    topic: Topic,
    errors: Errors | None,
) -> WorkbenchPage:
    """`errors` is None where it is not known how often a rule was put right."""
    return WorkbenchPage(
        shell=shell,
        heading=words("Rules"),
        lead=words(
            "Policy {version}, owned by: {owner}. Rules are read from the top; the first that fits"
            " decides. They are changed in the clinic’s files, not here.",
            version=policy.version,
            owner=policy.owner,
        ),
        topics_label=words("Topics"),
        topics=tuple(
            Link(
                in_locale(each.words.short, words.locale),
                f"{paths.workbench}?topic={each.code}",
                current=each.code == topic.code,
            )
            for each in policy.topics.values()
        ),
        file=Link(words("Download all rules (CSV)"), f"{paths.workbench}/rules.csv"),
        topic=in_locale(topic.words.title, words.locale),
        owner=words("Owner: {owner}", owner=topic.owner),
        columns=(
            words("When"),
            words("Goes to"),
            words("How urgent"),
            words("Answer within"),
            words("Put right by staff"),
        ),
        rows=tuple(rule_rows(words, topic, errors)),
        patient_label=words("The patient reads"),
        why_label=words("Staff read"),
        note=words("Put right: staff sent it on, because it had come to the wrong team."),
        trouble="" if errors is not None else words(
            "How often each rule was put right could not be read from the EHR."
        ),
        form=trial_form(words, paths),
    )  # fmt: skip


def trial_form(words: Words, paths: Paths) -> Form:
    return Form(
        heading=words("Try out a change"),
        lead=words(
            "Choose edited files of the policy. They are read beside the others, and forgotten"
            " again: nothing is changed, neither here nor in the EHR."
        ),
        label=words("Edited files"),
        hint=words("With the names that they have now, such as refill.toml."),
        button=words("Try it on what came in the last 4 weeks"),
        action=f"{paths.workbench}/trial",
    )


def rule_rows(words: Words, topic: Topic, errors: Errors | None) -> Iterator[RuleRow]:
    """Dangers first, as they win; last what no rule decides."""
    teller = Teller(words, topic)
    for flag in topic.red_flags:
        yield _row(words, topic, flag.name, _raised(teller, flag), flag.route, flag.reason, errors)
    for rule in topic.rules:
        when = teller.told(rule.when)
        yield _row(words, topic, rule.name, when, rule.route, rule.reason, errors)
    last = topic.unclassified
    undecided = Told(
        words("What the rules cannot decide, such as an answer that is not understood")
    )
    yield _row(words, topic, last.name, undecided, last.route, last.reason, errors)


def _raised(teller: Teller, flag: RedFlag) -> Told:
    words = teller.words
    answers = [teller.value("answer", flag.question, each) for each in flag.answers]
    return Told(words("Danger: {answers}", answers=", ".join(answers)))


def _row(
    words: Words,
    topic: Topic,
    name: str,
    when: Told,
    route: Route,
    reason: Reason,
    errors: Errors | None,
) -> RuleRow:
    share = errors.get((topic.code, name)) if errors is not None else None
    return RuleRow(
        name=name,
        when=when,
        queue=in_locale(route.queue.name, words.locale),
        priority=priority_words(words, route.priority),
        within=within_words(words, str(route.respond_within)),
        why=in_locale(reason.staff, words.locale),
        patient=in_locale(reason.patient, words.locale),
        errors=_errors(words, share, known=errors is not None),
    )


def _errors(words: Words, share: Share | None, *, known: bool) -> str:
    if not known:
        return words("not known")
    if share is None or not share.whole:
        return words("nothing yet")
    return words("{part} of {whole}", part=share.part, whole=share.whole)


def priority_words(words: Words, priority: str) -> str:
    return {
        "routine": words("Routine"),
        "urgent": words("Urgent"),
        "asap": words("Very urgent"),
        "stat": words("At once"),
    }.get(priority, priority)


def within_words(words: Words, time: str) -> str:
    """As in "4 business hours"."""
    number, _, unit = time.partition(" ")
    if unit.startswith("business day"):
        return words.plural("1 business day", "{n} business days", int(number))
    return words.plural("1 business hour", "{n} business hours", int(number))


def as_figures(words: Words, policy: Policy, errors: Errors | None) -> Iterator[Figures]:
    """All topics, for the file: the same columns, with conditions in one line."""
    columns = (
        words("Rule"), words("When"), words("Goes to"), words("How urgent"),
        words("Answer within"), words("Staff read"), words("Put right by staff"),
    )  # fmt: skip
    for topic in policy.topics.values():
        rows = tuple(
            Row(each.name, tuple(
                Cell(text) for text in (
                    in_one_line(each.when), each.queue, each.priority, each.within, each.why,
                    each.errors,
                )
            ))
            for each in rule_rows(words, topic, errors)
        )  # fmt: skip
        name = in_locale(topic.words.title, words.locale)
        yield Figures(topic.code, name, tables=(Table(topic.code, topic.code, columns, rows),))


def in_one_line(told: Told) -> str:
    if not told.parts:
        return told.text
    return f"{told.text} ({'; '.join(map(in_one_line, told.parts))})"
