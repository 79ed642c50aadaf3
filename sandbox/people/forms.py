"""The one form that the clinic keeps in its EHR: to fill in before a visit."""

from __future__ import annotations

from sandbox.people.codes.systems import SANDBOX
from sandbox.people.shapes import Json, resource


def before_your_visit() -> Json:
    return resource(
        "Questionnaire",
        "before-your-visit",
        url=f"{SANDBOX}/Questionnaire/before-your-visit",
        version="1",
        name="BeforeYourVisit",
        title="Before your visit",
        status="active",
        subjectType=["Patient"],
        item=[
            {"linkId": "reason", "text": "What matters most to you?", "type": "text"},
            {
                "linkId": "new-medicines",
                "text": "Do you take any new medicines?",
                "type": "boolean",
            },
        ],
    )
