"""What the rules decided, as it travels; and decided again where what travelled is not ours."""

from __future__ import annotations

from smartapp.errors import MalformedAnswer
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.element import Element, Json
from smartapp.fhir.message import Message
from smartapp.fhir.questionnaire import Answers
from smartapp.fhir.response import answers_of
from smartapp.fhir.routing import Routing
from smartapp.words import in_locale
from smartapp.workflow.policy.model import Policy, Topic
from smartapp.workflow.routing import Decision, decide
from smartapp.workflow.summary import summary


def travelling(topic: Topic, answers: Answers, decision: Decision) -> Routing:
    return Routing(
        queue=decision.queue,
        priority=decision.priority,
        due=decision.due,
        rule=decision.rule,
        reason=in_locale(decision.reason.staff, "en"),
        policy_version=decision.policy_version,
        summary=summary(topic, answers, "en"),
        red_flags=tuple(flag.name for flag in decision.red_flags),
    )


def decided_again(
    policy: Policy, vocabulary: Vocabulary, message: Message, response: Json
) -> Routing | None:
    """By the same rules, from the answers alone: what the record said then is not known now.

    None where the answers are not those of this message.
    """
    topic = policy.topics.get(message.topic or "")
    if topic is None or message.sent is None:
        return None
    try:
        element = Element.resource(response, "QuestionnaireResponse")
        subject = element.reference("subject")
        is_its_own = (
            element.identifier(vocabulary.response) == message.identifier
            and message.identifier is not None
            and subject is not None
            and subject.target == message.patient
        )
        answers = answers_of(response) if is_its_own else {}
    except MalformedAnswer:
        return None
    if not answers:
        return None
    decision = decide(topic, answers, {}, message.sent.earliest, policy.calendar)
    return travelling(topic, answers, decision)
