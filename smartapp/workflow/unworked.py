"""What waits without any work: messages that nobody answered, and forms that nobody looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from smartapp.errors import NotAllowed, NotDone, SmartappError
from smartapp.fhir.haul import Found
from smartapp.fhir.message import Message
from smartapp.fhir.section import Section, section_of
from smartapp.fhir.task import WorkTask
from smartapp.workflow.loading import Loader, as_found
from smartapp.workflow.requests import threads_of, waits_for_answer, with_forms

RECENT = timedelta(days=30)  # most of what waits without work
MOST_OLDER = 500  # messages of ours that are looked through for one that nobody answered
PAGES = 5  # of a hundred each, of what is recent, for one look

MESSAGE, FORM = "Communication", "QuestionnaireResponse"
Calls = Mapping[str, Callable[[], object]]


@dataclass(frozen=True)
class Said:
    """What the patients' side sent of late, with the work that was found for it."""

    messages: Section[Message]  # and the forms that no message speaks of
    worked: Section[WorkTask]
    looked_through: int
    following: tuple[str, ...] = ()  # what was not read to its end: type and address of each

    @property
    def whole(self) -> bool:
        return self.messages.whole and self.worked.whole


def calls(loader: Loader, now: datetime, *, pages: int = 1) -> Calls:
    """The first page of each search; `said` reads on where that is wanted."""
    return {
        "messages": partial(recent_messages, loader, now, pages=pages),
        "older": partial(_older_messages, loader, now),
        "forms": partial(_recent_forms, loader, now),
    }


def recent_messages(loader: Loader, now: datetime, *, pages: int = 1) -> Found:
    since = ("sent", f"ge{(now - RECENT).date().isoformat()}")
    return _messages(loader, since, ("_sort", "-sent"), pages=pages)


def _older_messages(loader: Loader, now: datetime) -> Found:
    """A message that nobody has answered does not end with the month. Only what this app has
    written: the other letters of the years are no work of its queues.
    """
    return _messages(
        loader,
        ("category", f"{loader.vocabulary.topic}|"),
        ("sent", f"lt{(now - RECENT).date().isoformat()}"),
        ("_sort", "-sent"),
        pages=1,
    )


def _messages(loader: Loader, *parameters: tuple[str, str], pages: int) -> Found:
    if not loader.gate.may("Communication", "search-type"):
        return Found(())
    return loader.said(*parameters, pages=pages)


def _recent_forms(loader: Loader, now: datetime) -> Found:
    if not loader.gate.may("QuestionnaireResponse", "search-type") or loader.as_message is None:
        return Found(())
    since = ("authored", f"ge{(now - RECENT).date().isoformat()}")
    sent = ("status", "completed,amended")
    counted = ("_count", "100")
    try:
        return loader.search(
            "QuestionnaireResponse", sent, since, ("_sort", "-authored"), counted, fresh=True
        )
    except NotDone:
        raise
    except NotAllowed:
        return Found((), complete=False)  # it was granted, and still it is not to be had


def said(
    loader: Loader, got: Mapping[str, object], known: Sequence[WorkTask], *, pages: int = PAGES
) -> Said:
    """Reads on from the first pages, and looks for work for what has none among `known`."""
    recent = _read_on(loader, as_found(got["messages"]), pages)
    older = _read_on(loader, as_found(got["older"]), MOST_OLDER // 100)
    return _said(loader, recent, older, as_found(got["forms"]), known)


def said_from(loader: Loader, following: Sequence[str]) -> Said:
    """The next part of a search that was not finished. The answer to what was written then may
    have come long after it: for what seems to wait, the rest of its thread is asked for.
    """
    (kind, _, address), *others = [each.partition(" ") for each in following]
    found = loader.client.follow(kind, address, pages=PAGES)
    nothing = Found(())
    messages, forms = (nothing, found) if kind == FORM else (found, nothing)
    part = _said(loader, messages, nothing, forms, (), with_threads=True)
    return replace(part, following=(*part.following, *(" ".join((k, a)) for k, _, a in others)))


def _read_on(loader: Loader, found: Found | SmartappError, pages: int) -> Found | SmartappError:
    if isinstance(found, SmartappError) or found.following is None or pages < 2:
        return found
    more = loader.client.follow("Communication", found.following, pages=pages - 1)
    known = {str(each["id"]) for each in found.matches}
    new = tuple(each for each in more.matches if str(each["id"]) not in known)
    return replace(more, matches=(*found.matches, *new))


def _said(
    loader: Loader,
    recent: Found | SmartappError,
    older: Found | SmartappError,
    forms: Found | SmartappError,
    known: Sequence[WorkTask],
    *,
    with_threads: bool = False,
) -> Said:
    messages, before = loader.read_messages(recent), loader.read_messages(older)
    told = [*messages.items, *before.items]
    if with_threads:
        told += _rest_of_threads(loader, told)
    bare = _bare_forms(loader, _not_spoken_of(forms, told), known)
    everything = with_forms(told, bare.items)
    worked = _work_for(loader, everything, known)
    searches = ((MESSAGE, recent, messages), (MESSAGE, older, before), (FORM, forms, bare))
    return Said(
        Section(
            everything,
            whole=all(part.whole or _goes_on(found) for _, found, part in searches),
            failure=messages.failure,
        ),
        worked,
        looked_through=len(messages.items) + len(before.items) + _count(forms),
        following=tuple(
            f"{kind} {found.following}"
            for kind, found, _ in searches
            if isinstance(found, Found) and found.following
        ),
    )


def _goes_on(found: Found | SmartappError) -> bool:
    """It is not whole, and it is known where the rest is."""
    return isinstance(found, Found) and found.following is not None


def _count(found: Found | SmartappError) -> int:
    return len(found.matches) if isinstance(found, Found) else 0


def _rest_of_threads(loader: Loader, messages: Sequence[Message]) -> list[Message]:
    waiting = [first for first, thread in threads_of(messages).items() if waits_for_answer(thread)]
    if not waiting or not loader.gate.capability.searches_by("Communication", "part-of"):
        return []
    known = {each.reference for each in messages}
    found = [
        message
        for each in loader.in_portions("Communication", "part-of", waiting)
        for message in loader.read_messages(each).items
    ]
    return [each for each in found if each.reference not in known]


# --- forms ---------------------------------------------------------------------------------------


def _bare_forms(
    loader: Loader,
    forms: Found | SmartappError,
    known: Iterable[WorkTask],
) -> Section[Message]:
    """Those that no work speaks of, nor any message of the same submission, which has the same
    identifier: it is found also where it was not among those that were read.
    """
    read = loader.as_message
    if read is None:
        return Section()
    if isinstance(forms, SmartappError):
        return Section(whole=False)
    worked = {task.response for task in known} | {task.focus for task in known}
    left = tuple(each for each in forms.matches if f"{FORM}/{each['id']}" not in worked)
    sent = section_of(replace(forms, matches=left), read)
    named = _submissions_with_a_message(loader, sent.items)
    return replace(sent, items=tuple(e for e in sent.items if e.identifier not in named))


def _not_spoken_of(
    forms: Found | SmartappError, messages: Iterable[Message]
) -> Found | SmartappError:
    """Without those of which a message of the patient is at hand: most of them, at no cost."""
    if isinstance(forms, SmartappError):
        return forms
    spoken_of = {a.target for each in messages if each.may_be_from_patient for a in each.about}
    left = (each for each in forms.matches if f"{FORM}/{each['id']}" not in spoken_of)
    return replace(forms, matches=tuple(left))


def _submissions_with_a_message(loader: Loader, forms: Sequence[Message]) -> frozenset[str]:
    sids = [each.identifier for each in forms if each.identifier]
    if not sids or not loader.gate.may("Communication", "search-type"):
        return frozenset()
    if not loader.gate.capability.searches_by("Communication", "identifier"):
        return frozenset()
    system = loader.vocabulary.message
    found = loader.in_portions("Communication", "identifier", [f"{system}|{e}" for e in sids])
    return frozenset(
        message.identifier
        for each in found
        for message in section_of(each, loader.read_message).items
        if message.identifier
    )


# --- work ----------------------------------------------------------------------------------------


def _work_for(
    loader: Loader, messages: Sequence[Message], known: Sequence[WorkTask]
) -> Section[WorkTask]:
    """Work for what waits, in any state and queue: what has some is not asked for again."""
    taken = {(task.focus, task.patient) for task in known}
    waiting = {
        first: thread[0].patient
        for first, thread in threads_of(messages).items()
        if waits_for_answer(thread)
    }
    roots = [first for first, patient in waiting.items() if (first, patient) not in taken]
    if not roots or not loader.gate.may("Task", "search-type"):
        return Section()
    found = loader.in_portions("Task", "focus", roots)
    parts = [section_of(each, loader.read_task) for each in found]
    whole = all(part.whole for part in parts)
    return Section(tuple(task for part in parts for task in part.items), whole)
