"""What is decided about a request, and the words that go with it."""

from __future__ import annotations

from smartapp.pages.ask_choose import subject_words
from smartapp.views.ask_matter import is_the_patient
from smartapp.views.drafting import (
    Drafting,
)
from smartapp.views.here import Here
from smartapp.words import in_locale
from smartapp.workflow.asking import (
    LONGEST_NAME,
    WRITER,
    WRITER_NAME,
    WRITER_RELATION,
    Asking,
    fingerprint,
)
from smartapp.workflow.forms import typed
from smartapp.workflow.matter import Matter
from smartapp.workflow.policy.facts import Facts
from smartapp.workflow.uploads import Chosen


def asking_of(here: Here, matter: Matter, draft: Drafting) -> Asking:
    return Asking(
        policy=here.services.policy,
        topic=matter.topic,
        subject=matter.subject,
        patient=matter.patient,
        person={**matter.person, **_another_writes(here, matter, draft)},
        answers=draft.filled.answers,
        language=here.words.locale,
        now=here.now,
    )


def fingerprint_of(here: Here, asked: Asking, draft: Drafting) -> str:
    files = "\n".join(f"{each.id} {each.name}" for each in draft.files)
    return fingerprint(draft.answers, f"{words_of(here, asked, draft)}\n{files}")


def _another_writes(here: Here, matter: Matter, draft: Drafting) -> Facts:
    """With the patient's own sign-in: the rules hear of it, too."""
    another = "other" in draft.answers.get(WRITER, ())
    is_meant = another and is_the_patient(here, matter.patient.id)
    return {"someone-else-writes": True} if is_meant else {}


def words_of(here: Here, asked: Asking, draft: Drafting) -> str:
    """The patient's own words, or else a plain sentence; and who really wrote them."""
    about = subject_words(here.words, asked.subject)
    plain = in_locale(asked.topic.words.plain, here.words.locale).replace("{about}", about)
    said = asked.own_words() or plain
    if asked.subject is not None and asked.subject.is_time:
        said += "\n\n" + here.words("I ask for this time: {time}.", time=about)
    writer = _writer(here, asked, draft)
    return f"{said}\n\n{writer}" if writer else said


def _writer(here: Here, asked: Asking, draft: Drafting) -> str:
    fields, words = draft.answers, here.words
    if "other" not in fields.get(WRITER, ()) or not is_the_patient(here, asked.patient.id):
        return ""
    name, relation = (
        " ".join(typed(next(iter(fields.get(each, ())), "")).split())[:LONGEST_NAME]
        for each in (WRITER_NAME, WRITER_RELATION)
    )
    if relation:
        return words(
            "Written by {name} ({relation}), with the patient’s sign-in.",
            name=name,
            relation=relation,
        )
    return words("Written by {name}, with the patient’s sign-in.", name=name)


def content_of(here: Here, draft: Drafting, file: Chosen) -> bytes | None:
    """None once the time is over for which it is kept."""
    return here.services.uploads.find(here.active.person, draft.form, file.id)
