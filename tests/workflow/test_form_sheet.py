"""A filled-in form as it is handed in: to a team, with scores for staff, and words for the rest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smartapp.fhir.people import Patient
from smartapp.workflow.forms import Reading
from smartapp.workflow.forms.finding import FoundForm
from smartapp.workflow.forms.sheet import SUBMISSION, Sheet, asked, is_typed, scores_in
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.submission import Asked, steps_for
from tests.fhir import writing

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MARIA = Patient.from_fhir({"resourceType": "Patient", "id": "maria"})


def sheet(policy: Policy, code: str, **fields: str) -> Sheet:
    form = policy.forms.forms[code]
    kept = {SUBMISSION: [writing.SID], **{name: [value] for name, value in fields.items()}}
    return Sheet(FoundForm(form.plan, form.topic), kept, NOON, {}, Reading())


def handed_in(policy: Policy, copy: Sheet) -> Asked:
    return asked(
        copy,
        copy.filled(),
        policy=policy,
        patient=MARIA,
        author=("Patient/maria", "Maria"),
        words="I filled in a form.",
        language="en",
    )


def test_an_ehr_that_takes_no_forms_gets_the_answers_in_the_message(policy: Policy) -> None:
    """Without what is hidden from the patient: the message stays before their eyes."""
    answers = {"/88122-7": "LA28397-0", "/88123-5": "LA28398-8"}
    ready = handed_in(policy, sheet(policy, "hunger-vital-sign", **answers))

    (step,) = steps_for(ready, writing.VOCABULARY, with_response=False, with_task=False)

    assert "Often true" in step.body
    assert "At risk" not in step.body
    assert "LA19952-3" in str(ready.response_items)


@pytest.mark.parametrize(
    ("thoughts", "priority"),
    [("LA6568-5", "routine"), ("LA6569-3", "stat"), ("LA6571-9", "stat")],
)
def test_thoughts_of_self_harm_come_before_all_else(
    policy: Policy, thoughts: str, priority: str
) -> None:
    form = policy.forms.forms["phq-9"]
    scored = [i for i in form.plan.form.items if i.options and i.options[0].score is not None]
    answers = {item.link_id: "LA6568-5" for item in scored} | {"/44260-8": thoughts}
    ready = handed_in(policy, sheet(policy, "phq-9", **answers))

    assert ready.routing.priority == priority
    assert bool(ready.routing.red_flags) is (thoughts != "LA6568-5")
    assert ready.routing.summary.startswith("PHQ-9: ")


def test_an_incomplete_form_has_no_total(policy: Policy) -> None:
    assert scores_in(sheet(policy, "gad-7").filled()) == "GAD-7: incomplete, no total"


def test_every_form_of_the_clinic_has_a_team_and_an_end(policy: Policy) -> None:
    assert len(policy.forms.forms) == 17
    for form in policy.forms.forms.values():
        assert policy.topics[form.topic.code] is form.topic
        assert form.topic.outcomes
        assert form.topic.rules[-1].route.queue.code in policy.queues
        assert policy.forms.by_canonical(form.canonical) is form
        assert policy.forms.by_canonical(f"{form.plan.form.url}|99") is None


def test_what_the_form_brought_itself_is_not_typed() -> None:
    begun = {"submission": ["x"], "~prefilled": ["name"], "name": ["Maria"], "g~rows": ["1"]}

    assert not is_typed(begun)
    assert is_typed({**begun, "phone": ["312"]})
