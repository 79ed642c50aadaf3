"""The clinic's queue: each line is already a summary, with the oldest promise first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from smartapp.pages.earlier import Earlier
from smartapp.pages.paths import Paths
from smartapp.pages.queue_filters import Filters, filters
from smartapp.pages.queue_line import QueueRow, Reading
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words, in_locale
from smartapp.workflow.loaded_queue import Lack, LoadedQueue
from smartapp.workflow.narrowing import FIRST_LINES, MOST_LINES, PAGE_LINES, Narrowing, Whose
from smartapp.workflow.policy.model import Policy, Queue


@dataclass(frozen=True)
class Several:
    """What can be done with all chosen lines at once."""

    action: str
    label: str
    hint: str
    take: str
    close: str


@dataclass(frozen=True)
class Turn:
    """The pages before and after this one."""

    label: str
    before: Link | None
    after: Link | None
    end: str  # that the pages end here, and the queue does not


@dataclass(frozen=True)
class Lines:
    """What changes while the page is open; a script asks for this part again."""

    rows: tuple[QueueRow, ...]
    why_label: str
    rule_label: str
    count: str
    none: str
    trouble: str
    again: Link | None
    weekend: str
    more: Link | None
    turn: Turn | None
    freshness: str


@dataclass(frozen=True)
class QueuePage:
    shell: Shell
    heading: str
    lead: str
    notes: tuple[str, ...]  # what this EHR cannot do for a queue
    lines: Lines
    filters: Filters | None
    several: Several | None
    refresh: str  # where the script asks for the lines again
    look_again: Link
    changed: str  # what is said when they have changed
    unworked: Link | None
    unworked_note: str
    earlier: tuple[Earlier, ...]  # what this patient asked for so far, in a chart
    urgent_label: str
    urgent: str


def queue_lines(
    reading: Reading, loaded: LoadedQueue, narrowing: Narrowing, *, again: str, read_at: str
) -> Lines:
    words, items = reading.words, loaded.items
    rows = tuple(reading.row(item) for item in loaded.shown)
    known = loaded.shown if loaded.is_long else items.items
    before = sum(reading.is_before_closing(item) for item in known)
    return Lines(
        rows=rows,
        why_label=words("Why here"),
        rule_label=words("rule"),
        count=_count(words, loaded, narrowing),
        none=_none(words, narrowing, loaded),
        trouble=_trouble(words, loaded),
        again=Link(words("Try again"), again) if not items.whole else None,
        weekend=words.plural(
            "{count} item was received before the weekend or holiday. It comes first.",
            "{count} items were received before the weekend or holiday. They come first.",
            before,
            count=before,
        )
        if before
        else "",
        more=_more(reading, loaded, narrowing),
        turn=_turn(reading, loaded, narrowing),
        freshness=words("Read from the EHR at {time}.", time=read_at),
    )


def queue_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    *,
    policy: Policy,
    queues: tuple[Queue, ...],
    lines: Lines,
    loaded: LoadedQueue,
    narrowing: Narrowing,
    only_patient: bool,
    may_change: bool,
    earlier: tuple[Earlier, ...] = (),
) -> QueuePage:
    names = ", ".join(in_locale(queue.name, words.locale) for queue in queues)
    return QueuePage(
        shell=shell,
        heading=words("This patient’s open requests") if only_patient else words("Queue"),
        lead=words("You work these queues: {queues}.", queues=names)
        if names
        else words("Your role works no queue here. Ask your manager if that is wrong."),
        notes=tuple(_notes(words, loaded.lacks)),
        lines=lines,
        filters=filters(words, paths, policy, queues, narrowing)
        if queues and not only_patient
        else None,
        several=several(words, paths) if may_change and any(r.choose for r in lines.rows) else None,
        refresh=f"{paths.queue}/now?{narrowing.query}" if queues else "",
        look_again=Link(words("Look again"), paths.back_to_queue()),
        changed=words("The queue has changed. You see it as it is now."),
        unworked=_unworked(words, paths, loaded),
        unworked_note=_unworked_note(words, loaded),
        earlier=earlier,
        urgent_label=words("What counts as urgent"),
        urgent=in_locale(policy.urgent, words.locale),
    )


def several(words: Words, paths: Paths) -> Several:
    return Several(
        action=f"{paths.queue}/several",
        label=words("With the chosen lines"),
        hint=words("Choose lines by their boxes first."),
        take=words("Take them"),
        close=words("Close them…"),
    )


# --- what there is, and what there is not --------------------------------------------------------


def _count(words: Words, loaded: LoadedQueue, narrowing: Narrowing) -> str:
    """How many are here, and of how many, as far as that is known."""
    shown, known = len(loaded.shown), len(loaded.items.items)
    if not shown:
        return ""
    if not loaded.is_long and shown == known:
        return words.plural("{count} open item", "{count} open items", shown, count=shown)
    total = _total(loaded, narrowing)
    place = {"first": loaded.start + 1, "last": loaded.start + shown}
    if loaded.start and total is not None:
        return words(
            "Lines {first} to {last} of {total} open items, by when they are due.",
            **place,
            total=total,
        )
    if loaded.start:
        return words("Lines {first} to {last}, by when they are due.", **place)
    if total is not None:
        return words(
            "The first {count} of {total} open items, by when they are due.",
            count=shown,
            total=total,
        )
    return words("The first {count} open items, by when they are due.", count=shown)


def _total(loaded: LoadedQueue, narrowing: Narrowing) -> int | None:
    """The EHR counts without the place and the owner: then its count says nothing of these."""
    if not loaded.is_long:
        return len(loaded.items.items) if loaded.items.whole else None
    return None if narrowing.site or _is_unclaimed(narrowing) else loaded.total


def _is_unclaimed(narrowing: Narrowing) -> bool:
    return narrowing.whose == Whose.UNCLAIMED


def _none(words: Words, narrowing: Narrowing, loaded: LoadedQueue) -> str:
    if loaded.start and not loaded.shown and loaded.items.whole:
        return words("There is nothing on this page any more. Go back to the page before.")
    if not loaded.items.is_known_empty:
        return ""
    if narrowing.is_all:
        return words("Nothing is waiting.")
    return words("Nothing is waiting that fits what you chose above.")


def _trouble(words: Words, loaded: LoadedQueue) -> str:
    items = loaded.items
    if Lack.MANY_PATIENTS in loaded.lacks:
        return ""
    if items.failed:
        return words("The queue could not be loaded. This does not mean that it is empty.")
    if not items.whole:
        return words("Not all of the queue could be loaded. There may be more than is shown.")
    return ""


def _notes(words: Words, lacks: Iterable[Lack]) -> Iterable[str]:
    sentences = {
        Lack.MANY_PATIENTS: words(
            "This EHR answers for one patient at a time, so there is no queue of all patients. "
            "Open this app from a patient’s chart: there you see what is open for that patient."
        ),
        Lack.SOME_PATIENTS: words(
            "This EHR answers for one patient at a time. You see the patients whom your "
            "administrator has listed, and no others."
        ),
        Lack.WORK: words(
            "This EHR keeps no work items. The list is made from what patients sent and nobody "
            "has answered. Nobody can take a line here, so agree who answers."
        ),
        Lack.MESSAGES: words(
            "This EHR shows this app no messages. What patients wrote is not in this list."
        ),
        Lack.FORMS: words("This EHR shows this app no forms. They are not in this list."),
        Lack.ORDER: words(
            "This EHR does not sort work. What it sent first is shown, in order of due time; "
            "choose a topic to see less at a time."
        ),
    }
    return [text for lack, text in sentences.items() if lack in frozenset(lacks)]


def _more(reading: Reading, loaded: LoadedQueue, narrowing: Narrowing) -> Link | None:
    """Below the lines that are there, until the page is full."""
    if not loaded.is_long or not loaded.goes_on or narrowing.show >= PAGE_LINES:
        return None
    further = replace(narrowing, show=narrowing.show + FIRST_LINES)
    return Link(
        reading.words("Show {count} more", count=FIRST_LINES),
        f"{reading.paths.queue}?{further.query}#line-{narrowing.show}",
    )


def _turn(reading: Reading, loaded: LoadedQueue, narrowing: Narrowing) -> Turn | None:
    words, start = reading.words, loaded.start
    is_full = loaded.count is not None and loaded.count >= PAGE_LINES
    goes_on = is_full and loaded.goes_on
    ends = goes_on and start + PAGE_LINES >= MOST_LINES
    if not start and not goes_on:
        return None

    def page(text: str, at: int) -> Link:
        return Link(text, f"{reading.paths.queue}?{narrowing.page_at(at).query}")

    return Turn(
        label=words("Pages of the queue"),
        before=page(words("Previous {count}", count=PAGE_LINES), start - PAGE_LINES)
        if start
        else None,
        after=page(words("Next {count}", count=PAGE_LINES), start + PAGE_LINES)
        if goes_on and not ends
        else None,
        end=words(
            "The pages end here, and the queue does not: there are more than {count} lines. Choose "
            "a queue, a topic or how urgent above to see the others.",
            count=MOST_LINES,
        )
        if ends
        else "",
    )


def _unworked(words: Words, paths: Paths, loaded: LoadedQueue) -> Link | None:
    """Beside a long queue all of it; beside a short one what lies further back."""
    if loaded.following:
        return Link(words("Look further back"), further(paths, loaded.following))
    if loaded.is_long:
        return Link(words("Look for messages and forms without a work item"), paths.unworked)
    return None


def further(paths: Paths, following: tuple[str, ...]) -> str:
    """The EHR's own addresses of what comes next, sealed: nobody else knows how to make one."""
    return f"{paths.unworked}?from={paths.seal('Page/' + chr(10).join(following))}"


def _unworked_note(words: Words, loaded: LoadedQueue) -> str:
    if loaded.following:
        return words(
            "The newest {count} messages and forms were looked through for what nobody answered.",
            count=loaded.looked_through,
        )
    if loaded.is_long:
        return words("Messages and forms that have no work item yet are not in this list.")
    return ""
