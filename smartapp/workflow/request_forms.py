"""Which answers were given to ask for something, and are no form that a clinic has."""

from __future__ import annotations

from smartapp.fhir.codes import Vocabulary
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.rating import rating_form
from smartapp.workflow.readings import questionnaire_of


def went_with_a_request(questionnaire: str, policy: Policy, vocabulary: Vocabulary) -> bool:
    """By the address of the form. Its answers are followed where the request is."""
    asked = (each for code, each in policy.topics.items() if code not in policy.forms.topics)
    measured = (questionnaire_of(each, vocabulary) for each in policy.readings.values())
    known = {each.questionnaire.url for each in asked} | set(measured)
    return questionnaire in known | {rating_form(vocabulary).url}
