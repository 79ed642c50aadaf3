"""The draft behind a form that is asked in steps: what was typed, and which steps were seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from uuid import uuid4

from flask import g, request

from smartapp.fhir.questionnaire import Item
from smartapp.launch import Role
from smartapp.services import Services
from smartapp.sessions.drafts import Draft
from smartapp.sessions.person import Person
from smartapp.sessions.submission import SubmissionState
from smartapp.views.here import Here
from smartapp.words import Words
from smartapp.workflow.asking import (
    WRITER,
    WRITER_NAME,
    WRITER_RELATION,
    names_in,
    parts_of,
    question_of,
    subject_line,
)
from smartapp.workflow.forms import Fault, Fields, Filled, Reading, fill
from smartapp.workflow.matter import Matter
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.uploads import Chosen

SUBMISSION = "submission"
SEEN, TYPED, WORDS, TITLE, KNOWN = "app-seen", "app-typed", "app-words", "app-title", "app-known"
NOT_TYPED = {"csrf_token", "slip", "then", "checked"}
FILES = "app-files"
OURS = (SUBMISSION, SEEN, TYPED, TITLE, KNOWN, FILES)
NOT_ANSWERS = {"csrf_token", "slip", "then", "step", "checked", "fee", WORDS, *OURS}
ABOUT_THE_WRITER = (WRITER, WRITER_NAME, WRITER_RELATION)


def form_name(topic: Topic, reference: str) -> str:
    return f"ask:{topic.code}:{reference}"


@dataclass(frozen=True)
class Author:
    """Whose drafts they are, whether or not there is a session."""

    services: Services = field(repr=False)
    person: Person
    role: Role


def author_here(here: Here) -> Author:
    return Author(here.services, here.active.person, here.role)


@dataclass(frozen=True)
class Drafting:
    """One person's draft of one form."""

    author: Author
    topic: Topic
    form: str
    fields: Mapping[str, list[str]] = field(repr=False)
    ends_at: float

    @property
    def sid(self) -> str:
        return self.fields[SUBMISSION][0]

    @property
    def answers(self) -> Fields:
        return {name: got for name, got in self.fields.items() if name not in NOT_ANSWERS}

    @property
    def files(self) -> tuple[Chosen, ...]:
        return tuple(Chosen(**json.loads(each)) for each in self.fields.get(FILES, ()))

    def with_files(self, files: Sequence[Chosen]) -> Drafting:
        kept = [json.dumps(asdict(each)) for each in files]
        return self.saved({**self.fields, FILES: kept, TYPED: ["1"]})

    @property
    def is_typed(self) -> bool:
        """What was only filled in from the record is nobody's work yet."""
        return SEEN in self.fields or TYPED in self.fields

    @property
    def parts(self) -> tuple[tuple[Item, ...], ...]:
        return parts_of(self.topic)

    def saved_until(self, words: Words) -> str:
        end = datetime.fromtimestamp(self.ends_at, UTC)
        return words.date_time(end) if self.is_typed else ""

    @property
    def is_nameless(self) -> bool:
        """Somebody else writes, and does not say who."""
        is_another = "other" in self.answers.get(WRITER, ())
        return is_another and not any(each.strip() for each in self.answers.get(WRITER_NAME, ()))

    @cached_property
    def filled(self) -> Filled:
        """What came from the record and turns out not to be asked is no mistake of anybody's."""
        reading = Reading(self.author.services.policy.calendar.zone)
        filled = fill(self.topic.questionnaire, self.answers, reading)
        known: dict[str, str] = json.loads(next(iter(self.fields.get(KNOWN, ())), "{}"))
        idle = {
            each.link_id
            for each in filled.faults
            if each.fault is Fault.NOT_ASKED
            and list(self.answers.get(each.link_id, ())) == [known.get(each.link_id)]
        }
        if not idle:
            return filled
        return replace(
            filled, faults=tuple(each for each in filled.faults if each.link_id not in idle)
        )

    def faulty(self, at: int) -> bool:
        names = names_in(self.parts[at])
        is_last = at == len(self.parts) - 1
        wrong = any(each.link_id in names for each in self.filled.faults)
        return wrong or (is_last and self.is_nameless)

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
        kept = {n: list(v) for n, v in self.answers.items() if question_of(n) not in replaced}
        fresh = {n: got for n, got in posted.items() if question_of(n) in replaced}
        own = {name: self.fields[name] for name in OURS if name in self.fields}
        return self.saved({**kept, **fresh, **own, TYPED: ["1"]}), touched

    def with_seen(self, at: tuple[int, ...]) -> Drafting:
        seen = sorted({*self.fields.get(SEEN, []), *map(str, at)})
        return self.saved({**self.fields, SEEN: seen})

    def with_words(self, words: str) -> Drafting:
        return self.saved({**self.fields, WORDS: [words]})

    def saved(self, fields: Mapping[str, list[str]]) -> Drafting:
        ends = self.author.services.drafts.save(
            self.author.person, self.author.role, self.form, fields
        )
        g.kept_unsent = True
        return replace(self, fields=fields, ends_at=ends)

    def discard(self) -> None:
        """With the files that were to go along: nobody would find them any more."""
        files = (each.id for each in self.files)
        self.author.services.uploads.discard(self.author.person, self.form, *files)
        self.author.services.drafts.discard(self.author.person, self.form)

    def slip(self) -> str:
        return self.author.services.drafts.slip(self.author.person, self.author.role, self.form)


def draft_of(author: Author, topic: Topic, reference: str) -> Drafting | None:
    """What was refused can be sent again, as a submission of its own: the old one is over."""
    form = form_name(topic, reference)
    services, person = author.services, author.person
    found: Draft | None = services.drafts.find(person, form)
    if found is None:
        return None
    drafting = Drafting(author, topic, form, found.fields, found.ends_at)
    sent = services.outbox.find(drafting.sid, person)
    if sent is None or sent.state is not SubmissionState.REFUSED:
        return drafting
    return drafting.saved({**found.fields, SUBMISSION: [str(uuid4())]})


def new_draft(here: Here, matter: Matter) -> Drafting:
    """The submission's id is made with the form: every copy of this form sends the same one."""
    form = form_name(matter.topic, matter.reference)
    title = subject_line(matter.topic, matter.subject, here.words.locale)
    fields = {
        **{link: [value] for link, value in matter.known.items()},
        SUBMISSION: [str(uuid4())],
        TITLE: [title],
        KNOWN: [json.dumps(dict(matter.known))],
    }
    return Drafting(author_here(here), matter.topic, form, {}, 0.0).saved(fields)


def topic_and_reference(services: Services, form: str) -> tuple[Topic, str] | None:
    """What a form of this name asks, if it is one of a topic."""
    kind, _, rest = form.partition(":")
    code, _, reference = rest.partition(":")
    topic = services.policy.topics.get(code) if kind == "ask" else None
    return (topic, reference) if topic else None


# --- what waits for its author ----------------------------------------------------------------


@dataclass(frozen=True)
class Begun:
    """Something that was begun and not sent, as the list of it is shown."""

    title: str
    topic: Topic
    reference: str
    ends_at: datetime


def begun(here: Here) -> list[Begun]:
    found = []
    author = author_here(here)
    for form in author.services.drafts.forms(author.person):
        named = topic_and_reference(author.services, form)
        draft = draft_of(author, *named) if named else None
        if named is None or draft is None or not draft.is_typed:
            continue
        if author.services.outbox.find(draft.sid, author.person) is None:
            title = next(iter(draft.fields.get(TITLE, ())), "")
            found.append(Begun(title, *named, datetime.fromtimestamp(draft.ends_at, UTC)))
    return found


def keep_after_the_end(services: Services) -> bool:
    """A form that comes in when its session is over is not acted on, but what was typed is kept
    for its author, who looks at it again and sends it. True where there is something to find.
    """
    slip = services.drafts.read_slip(request.form.get("slip", ""))
    if slip is None or request.method != "POST":
        return False
    named = topic_and_reference(services, slip.form)
    author = Author(services, slip.person, slip.role)
    if named is None:
        kept = {name: request.form.getlist(name) for name in request.form if name not in NOT_TYPED}
        if "checked" in request.form:
            return services.drafts.find(slip.person, slip.form) is not None
        services.drafts.save(slip.person, slip.role, slip.form, kept)
        return True
    draft = draft_of(author, *named)
    if draft is None or services.outbox.find(draft.sid, slip.person) is not None:
        return False
    if "checked" not in request.form:  # the page of the check has nothing to type in
        draft.with_posted()
    return True
