"""The draft behind a form that is asked in steps: what was typed, and which steps were seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from uuid import uuid4

from flask import g, request

from smartapp.fhir.questionnaire import Item
from smartapp.sessions.drafts import Draft
from smartapp.sessions.submission import SubmissionState
from smartapp.views.here import Here
from smartapp.workflow.asking import (
    WRITER,
    WRITER_NAME,
    WRITER_RELATION,
    names_in,
    parts_of,
    question_of,
    subject_line,
)
from smartapp.workflow.forms import Fields, Filled, Reading, fill
from smartapp.workflow.matter import Matter
from smartapp.workflow.policy.model import Topic

SUBMISSION, SEEN, WORDS, TITLE = "submission", "app-seen", "app-words", "app-title"
OURS = (SUBMISSION, SEEN, TITLE)
NOT_ANSWERS = {"csrf_token", "then", "step", "checked", "fee", WORDS, *OURS}
ABOUT_THE_WRITER = (WRITER, WRITER_NAME, WRITER_RELATION)


def form_name(topic: Topic, reference: str) -> str:
    return f"ask:{topic.code}:{reference}"


@dataclass(frozen=True)
class Drafting:
    """One person's draft of one form."""

    here: Here
    topic: Topic
    form: str
    fields: Mapping[str, list[str]]
    ends_at: float

    @property
    def sid(self) -> str:
        return self.fields[SUBMISSION][0]

    @property
    def answers(self) -> Fields:
        return {name: got for name, got in self.fields.items() if name not in NOT_ANSWERS}

    @property
    def is_typed(self) -> bool:
        return SEEN in self.fields or any(any(got) for got in self.answers.values())

    @property
    def parts(self) -> tuple[tuple[Item, ...], ...]:
        return parts_of(self.topic)

    @property
    def saved_until(self) -> str:
        end = datetime.fromtimestamp(self.ends_at, UTC)
        return self.here.words.date_time(end) if self.is_typed else ""

    @property
    def is_nameless(self) -> bool:
        """Somebody else writes, and does not say who."""
        others = self.answers.get(WRITER, ()) and "other" in self.answers[WRITER]
        return bool(others) and not any(each.strip() for each in self.answers.get(WRITER_NAME, ()))

    @cached_property
    def filled(self) -> Filled:
        zone = self.here.services.policy.calendar.zone
        return fill(self.topic.questionnaire, self.answers, Reading(zone))

    def faulty(self, at: int) -> bool:
        names = names_in(self.parts[at])
        is_last = at == len(self.parts) - 1
        return any(each.link_id in names for each in self.filled.faults) or (
            is_last and self.is_nameless
        )

    @property
    def next_part(self) -> int | None:
        """The first that was not answered yet; None where all were."""
        seen = self.fields.get(SEEN, [])
        parts = range(len(self.parts))
        return next((at for at in parts if str(at) not in seen or self.faulty(at)), None)

    def shown_part(self) -> int:
        """The one that is asked for, if all before it are answered."""
        following = self.next_part
        last = len(self.parts) - 1
        wanted = request.args.get("step", "")
        furthest = last if following is None else following
        return min(int(wanted), furthest) if wanted in {"0", "1", "2"} else furthest

    # --- writing it down ----------------------------------------------------------------------

    def with_posted(self) -> tuple[Drafting, tuple[int, ...]]:
        """What was posted takes the place of what stood in the same steps: those are told."""
        posted = {
            name: request.form.getlist(name) for name in request.form if name not in NOT_ANSWERS
        }
        named = request.form.get("step", "")
        touched = tuple(
            at
            for at, part in enumerate(self.parts)
            if str(at) == named or not names_in(part).isdisjoint(map(question_of, posted))
        )
        replaced = frozenset[str]().union(*(names_in(self.parts[at]) for at in touched))
        if len(self.parts) - 1 in touched:
            replaced |= frozenset(ABOUT_THE_WRITER)
        kept = {n: got for n, got in self.answers.items() if question_of(n) not in replaced}
        fresh = {n: got for n, got in posted.items() if question_of(n) in replaced}
        return self.keep({**kept, **fresh}), touched

    def with_seen(self, at: tuple[int, ...]) -> Drafting:
        seen = sorted({*self.fields.get(SEEN, []), *map(str, at)})
        return self._saved({**self.fields, SEEN: seen})

    def with_words(self, words: str) -> Drafting:
        return self._saved({**self.fields, WORDS: [words]})

    def keep(self, answers: Fields) -> Drafting:
        own = {name: self.fields[name] for name in OURS if name in self.fields}
        return self._saved({**{name: list(got) for name, got in answers.items()}, **own})

    def _saved(self, fields: Mapping[str, list[str]]) -> Drafting:
        drafts, here = self.here.services.drafts, self.here
        ends = drafts.save(here.active.person, here.role, self.form, fields)
        g.kept_unsent = True
        return replace(self, fields=fields, ends_at=ends)

    def discard(self) -> None:
        self.here.services.drafts.discard(self.here.active.person, self.form)


def draft_of(here: Here, topic: Topic, reference: str) -> Drafting | None:
    """What was refused can be sent again, as a submission of its own: the old one is over."""
    form = form_name(topic, reference)
    found: Draft | None = here.services.drafts.find(here.active.person, form)
    if found is None:
        return None
    drafting = Drafting(here, topic, form, found.fields, found.ends_at)
    sent = here.services.outbox.find(drafting.sid, here.active.person)
    if sent is None or sent.state is not SubmissionState.REFUSED:
        return drafting
    return drafting._saved({**found.fields, SUBMISSION: [str(uuid4())]})


def new_draft(here: Here, matter: Matter) -> Drafting:
    """The submission's id is made with the form: every copy of this form sends the same one."""
    form = form_name(matter.topic, matter.reference)
    title = subject_line(matter.topic, matter.subject, here.words.locale)
    own = {SUBMISSION: [str(uuid4())], TITLE: [title]}
    empty = Drafting(here, matter.topic, form, own, 0.0)
    return empty.keep({link: [value] for link, value in matter.known.items()})


@dataclass(frozen=True)
class Begun:
    """Something that was begun and not sent, as the list of it is shown."""

    title: str
    topic: Topic
    reference: str
    ends_at: datetime


def begun(here: Here) -> list[Begun]:
    found = []
    drafts, person = here.services.drafts, here.active.person
    for form in drafts.forms(person):
        kind, _, rest = form.partition(":")
        code, _, reference = rest.partition(":")
        topic = here.services.policy.topics.get(code)
        draft = drafts.find(person, form) if kind == "ask" else None
        if (
            topic is None
            or draft is None
            or not Drafting(here, topic, form, draft.fields, 0).is_typed
        ):
            continue
        if here.services.outbox.find(draft.fields[SUBMISSION][0], person) is None:
            title = next(iter(draft.fields.get(TITLE, ())), "")
            ends_at = datetime.fromtimestamp(draft.ends_at, UTC)
            found.append(Begun(title, topic, reference, ends_at))
    return found
