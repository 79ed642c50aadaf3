"""A form that came without a message, seen as the first message of a thread: work like any."""

from __future__ import annotations

from smartapp.fhir.asked_form import AskedForm
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Element, Json, Reference
from smartapp.fhir.message import PATIENTS_SIDE, Message
from smartapp.fhir.response import answers_of
from smartapp.fhir.routing import Routing
from smartapp.words import in_locale
from smartapp.workflow.decided import travelling
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.routing import decide
from smartapp.workflow.seal import Seal


def form_as_message(
    policy: Policy, vocabulary: Vocabulary, json: Json, *, seal: Seal | None = None
) -> Message | None:
    """None for what is nobody's work: drafts, what staff filled in, and what this app keeps for
    itself, such as home readings, which always come with a message.

    Where what was decided travels with it, under the seal, it stands; otherwise the rules decide
    from the answers alone.
    """
    form = AnsweredForm.from_fhir(json)
    if form is None or not form.is_sent or form.authored is None:
        return None
    element = Element.resource(json, "QuestionnaireResponse")
    topic = _topic_of(policy, vocabulary, form, element)
    subject = element.reference("subject")
    if topic is None or subject is None or subject.kind != "Patient":
        return None
    identifier = element.identifier(vocabulary.response)
    said = AskedForm.from_response(element, vocabulary.request)
    routing = _vouched(element, vocabulary, identifier, subject.target, seal)
    if routing is None:
        answers = answers_of(json) if topic.questionnaire.items else {}
        decision = decide(topic, answers, {}, form.authored.earliest, policy.calendar)
        routing = travelling(topic, answers, decision)
    return Message(
        id=form.id,
        identifier=identifier,
        topic=topic.code,
        subject_line=(said.subject_line if said else "")
        or form.title
        or in_locale(topic.words.short, "en"),
        priority=routing.priority,
        patient=subject.target,
        sender=form.author or element.reference("source"),
        sent=form.authored,
        received=None,
        root=None,
        about=(Reference(form.reference, ""), *(said.about if said else ())),
        words=(said.words,) if said and said.words else (),
        language=element.text("language"),
        routing=routing,
        unreadable=False,
        kind="QuestionnaireResponse",
    )


def _vouched(
    response: Element,
    vocabulary: Vocabulary,
    identifier: str | None,
    patient: str | None,
    seal: Seal | None,
) -> Routing | None:
    said = Routing.from_extension(response, vocabulary.routing)
    if said is None or seal is None or not seal.holds(said, identifier, patient):
        return None
    return said


def _topic_of(
    policy: Policy, vocabulary: Vocabulary, form: AnsweredForm, element: Element
) -> Topic | None:
    """By the form that was answered. What the clinic does not know counts where a patient wrote
    it: an EHR keeps the questionnaires of its own staff in the same place.
    """
    url = form.questionnaire.partition("|")[0]
    for topic in policy.topics.values():
        if url and topic.questionnaire.url == url:
            return topic
    if url.startswith(f"{vocabulary.base}/"):
        return None
    writers = (element.reference("author"), element.reference("source"))
    if any(each is not None and each.kind in PATIENTS_SIDE for each in writers):
        return policy.forms.other
    return None
