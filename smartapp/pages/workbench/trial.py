"""What a change of the rules would have done: how many would go elsewhere, and which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from smartapp.pages.numbers.named import Names
from smartapp.pages.numbers.tables import Cell, Figures, Row, Table, number, pictured
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Shell
from smartapp.pages.workbench.rules import Form, priority_words, trial_form
from smartapp.words import Words
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.routing import Decision
from smartapp.workflow.trial import Trial


@dataclass(frozen=True)
class TrialPage:
    shell: Shell
    heading: str
    lead: str
    missing: str  # no file was chosen
    trouble: str
    problems_heading: str
    problems: tuple[str, ...]
    cases_heading: str
    cases: tuple[str, ...]
    sections: tuple[Figures, ...]
    form: Form


def trial_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    policy: Policy,
    found: Trial | None,
    *,
    names: tuple[str, ...],
    trouble: bool,
    whole: bool,
) -> TrialPage:
    return TrialPage(
        shell=shell,
        heading=words("A change that was tried out"),
        lead=words("With: {files}. Nothing was changed.", files=", ".join(names)) if names else "",
        missing="" if names else words("Choose at least one edited file."),
        trouble=_trouble(words, trouble=trouble, whole=whole),
        problems_heading=words("These files cannot be used as they are"),
        problems=tuple(str(each) for each in found.problems) if found else (),
        cases_heading=words("The clinic’s own cases that would go elsewhere"),
        cases=tuple(str(each) for each in found.cases) if found else (),
        sections=tuple(_sections(words, policy, found)) if found and not found.problems else (),
        form=trial_form(words, paths),
    )


def _trouble(words: Words, *, trouble: bool, whole: bool) -> str:
    if trouble:
        return words(
            "What came in could not be read from the EHR, so nothing could be tried on it."
        )
    return "" if whole else words("Not all of what came in could be read.")


def _sections(words: Words, policy: Policy, found: Trial) -> list[Figures]:
    names = Names(words, policy)
    lead = words(
        "{compared} requests of the last 4 weeks were decided once more. {left} are left out: the"
        " record decided them as well as the answers, and what it said then is not known now.",
        compared=words.number(found.compared),
        left=words.number(found.left_out),
    )
    queues = sorted({*(found.before or {}), *(found.after or {})})
    table = Table(
        "trial-queues",
        words("By queue"),
        (words("Queue"), words("Now"), words("Then")),
        tuple(
            Row(names.queue(queue), (
                number(words, (found.before or {}).get(queue, 0)),
                number(words, (found.after or {}).get(queue, 0)),
            ))
            for queue in queues
        ),
    )  # fmt: skip
    then = [float((found.after or {}).get(queue, 0)) for queue in queues]
    drawn = pictured(table, then, words("Then"))
    shares = Figures("trial", words("Who would get how many"), lead, (drawn,))
    return [shares, _moves(words, names, found)]


def _moves(words: Words, names: Names, found: Trial) -> Figures:
    """The same moves together: no single request is named."""
    heading = words("What would change")
    counts = Counter(
        (each.case.topic.code, _fate(words, names, each.before), _fate(words, names, each.after))
        for each in found.moves
    )
    if not counts:
        return Figures("trial-moves", heading, words("Nothing would change."))
    table = Table(
        "trial-moves",
        words("Requests that would go elsewhere, or be due at another time"),
        (words("Topic"), words("Requests"), words("Now"), words("Then")),
        tuple(
            Row(names.topic(topic), (number(words, count), *_pair(before, after)))
            for (topic, before, after), count in counts.most_common()
        ),
    )
    return Figures("trial-moves", heading, tables=(table,))


def _pair(before: str, after: str) -> tuple[Cell, Cell]:
    return Cell(before, before), Cell(after, after)


def _fate(words: Words, names: Names, decision: Decision | None) -> str:
    if decision is None:
        return words("not offered any more")
    return words(
        "{queue}, {priority} ({rule})",
        queue=names.queue(decision.queue),
        priority=priority_words(words, decision.priority),
        rule=decision.rule,
    )
