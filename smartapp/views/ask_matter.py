"""What somebody wants to ask for, and where they are sent instead where that cannot be."""

from __future__ import annotations

from collections import Counter

from flask import request

from smartapp.errors import NotFound, NotOffered
from smartapp.pages.ask_choose import choose_page, instead_page
from smartapp.pages.shell import Link, Shell
from smartapp.views import record
from smartapp.views.documents import gate_of
from smartapp.views.drafting import (
    form_name,
)
from smartapp.views.here import Here, View
from smartapp.views.sending import waiting
from smartapp.views.show import patient_shell, see_other, show
from smartapp.words import in_locale
from smartapp.workflow.free_times import are_shown
from smartapp.workflow.matter import CHOSEN_ELSEWHERE, KINDS, Matter, Reader
from smartapp.workflow.policy.model import Topic
from smartapp.workflow.refills import RefillCheck


def named_topic(here: Here, code: str, handle: str) -> tuple[Topic, str]:
    topic = here.services.policy.topics.get(code)
    if topic is None or code in here.services.policy.forms.topics:
        raise NotFound("no such topic")
    if not handle:
        return topic, ""
    elsewhere = CHOSEN_ELSEWHERE.get(topic.about.kind, ())
    return topic, here.named(handle, *KINDS[topic.about.kind], *elsewhere)


def is_chosen() -> bool:
    return "about" in request.args or "step" in request.args


def choose(here: Here, topic: Topic) -> View:
    """What is it about? Where nothing can be chosen and nothing has to be, nobody is asked."""
    if not here.can_ask:
        raise NotOffered(topic.code, "cannot arrive")
    words, paths = here.words, here.paths
    reader = _reader(here)
    patient, subjects = reader.loader.patient(), reader.choices(topic.about.kind)
    none = f"{paths.asking(topic.code)}?about=none"
    times = paths.times if topic.free_times and are_shown(here.gate) else ""
    if subjects.is_known_empty and not topic.about.required and not times:
        return see_other(none)
    kinds = Counter(each.reference.split("/", 1)[0] for each in subjects.items)
    record.viewed(here, patient.id, **kinds)
    page = choose_page(
        words,
        patient_shell(
            here,
            in_locale(topic.words.title, words.locale),
            patient,
            back=Link(words("All that you can ask for"), paths.ask),
        ),
        topic=topic,
        subjects=[(each, paths.asking(topic.code, each.reference)) for each in subjects.items],
        whole=subjects.whole,
        other=paths.ask if topic.about.required else none,
        times=times,
    )
    return show("ask_choose", page)


def _reader(here: Here) -> Reader:
    return Reader(
        here.loader(),
        here.services.policy,
        here.words.locale,
        here.now,
        here.fhir_user,
        documents=gate_of(here),
    )


def matter_of(here: Here, topic: Topic, reference: str) -> Matter:
    """What can be asked for. What keeps it from being sent is said before anything is typed."""
    if not here.can_ask:
        raise NotOffered(topic.code, "cannot arrive")
    return _reader(here).matter(topic, reference)


def elsewhere_than(here: Here, matter: Matter) -> View | None:
    """Where to go instead, where this cannot be asked for: to the request, or to the reason."""
    asked = matter.blocking
    if asked is not None and asked.submission:
        return see_other(f"{here.paths.request(asked.submission)}?said=already-asked")
    handed_in = waiting(here, form_name(matter.topic, matter.reference))
    if handed_in:
        return see_other(f"{here.paths.request(handed_in.sid)}?said=already-asked")
    texts = _why_not(here, matter)
    if not texts:
        return None
    record.viewed(here, matter.patient.id, **shown_of(matter))
    words, paths = here.words, here.paths
    links = {words("Ask for something else"): paths.ask}
    if matter.is_taken:
        links = {words("See other free times"): paths.times, **links}
    if matter.topic.refills:
        links = {words("Back to your medicines"): paths.medicines, **links}
    page = instead_page(
        words,
        shell_of(here, matter),
        topic=matter.topic,
        subject=matter.subject,
        texts=texts,
        links=links,
    )
    return show("ask_instead", page)


def _why_not(here: Here, matter: Matter) -> list[str]:
    words, phone = here.words, here.services.policy.phones.clinic
    if matter.is_taken:
        return [
            words("This time is no longer free. Somebody else has it now, or it is over."),
            words("Call us at {phone}.", phone=phone),
        ]
    if matter.exclusion is not None:
        return [in_locale(matter.exclusion.instead, words.locale)]
    private = matter.topic.confidentiality
    is_patient = is_the_patient(here, matter.patient.id)
    if private and private.covers(matter.age) and not is_patient and not private.proxy_may_ask:
        return [in_locale(private.proxy, words.locale), words("Call us at {phone}.", phone=phone)]
    if matter.topic.about.required and matter.subject is None:
        return [words("Choose first what it is about.")]
    check = matter.offer.check if matter.offer else None
    if check is None or check.askable:
        return []
    return [*_refill_words(here, matter.topic, check), words("Call us at {phone}.", phone=phone)]


def _refill_words(here: Here, topic: Topic, check: RefillCheck) -> list[str]:
    words = here.words
    reason = topic.limits.words.get(check.reason)
    texts = [words("A refill of this medicine cannot be asked for now.")]
    if reason:
        texts.append(in_locale(reason, words.locale))
    if check.from_when is not None:
        texts.append(words("You can ask from {date}.", date=words.date(check.from_when)))
    return texts


def shown_of(matter: Matter) -> dict[str, int]:
    return {matter.reference.split("/", 1)[0]: 1} if matter.reference else {}


def is_the_patient(here: Here, patient_id: str) -> bool:
    return here.fhir_user == f"Patient/{patient_id}"


def shell_of(
    here: Here, matter: Matter, *, failing: bool = False, back: Link | None = None
) -> Shell:
    title = in_locale(matter.topic.words.title, here.words.locale)
    return patient_shell(here, title, matter.patient, failing=failing, back=back)
