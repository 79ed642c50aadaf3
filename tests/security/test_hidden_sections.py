"""What a clinic hides of a section from proxies is on no page of another section either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

from smartapp.fhir.message import new_message
from smartapp.workflow.policy.disclosure import KINDS_OF, TOPICS_OF
from tests.app import people
from tests.app.papers import inside
from tests.app.world import Json, World
from tests.security.crawl import crawl

ZOE = {"reference": "Patient/zoe-bennett"}
NOW = datetime.now(UTC)
TODAY = NOW.date().isoformat()
MARK = re.compile(r"Zyx(\w+?)Zyx")

# Four clinics. Each section is hidden at two of them, and no two sections at the same two: for any
# two there is a clinic that hides the one and shows the other.
CLINICS = tuple(combinations(range(4), 2))
HIDDEN = [
    frozenset(section for section, at in zip(KINDS_OF, CLINICS, strict=True) if clinic in at)
    for clinic in range(4)
]
BEGINS = (
    *("all", "start", "summary", "next", "requests", "requests/unread", "forms", "readings"),
    *("ask/appointment", "ask/billing", "ask/record-correction", "ask/test-result"),
    *("ask/visit-follow-up", "download/record.json", "download/record.html"),
)


def mark(section: str) -> str:
    return f"Zyx{section}Zyx"


def called(section: str) -> Json:
    return {"text": mark(section)}


def pointers(kinds: frozenset[str]) -> list[Json]:
    """What an EHR likes to put beside a pointer: the name of what it leads to."""
    return [{"reference": f"{each}/marked-{each.lower()}", "display": mark(section)}
            for section, held in KINDS_OF.items() for each in sorted(held & kinds)]  # fmt: skip


def planted() -> Iterator[Json]:
    """Something of each section, and in what is never hidden a pointer to it with its name."""
    for section, kinds in KINDS_OF.items():
        said, everything = called(section), pointers(frozenset().union(*KINDS_OF.values()))
        others = [each for each in everything if each["display"] != mark(section)]
        for kind in sorted(kinds):
            yield {
                "resourceType": kind,
                "id": f"marked-{kind.lower()}",
                **_fields(said, section)[kind],
                "basedOn": [each for each in others if each["reference"].startswith("ServiceRe")],
                "reasonReference": [each for each in others if "Observation" in each["reference"]],
                "supportingInformation": others,
            }
    every = pointers(frozenset().union(*KINDS_OF.values()))
    yield {
        "resourceType": "Procedure",
        "id": "marked-procedure",
        "status": "completed",
        "subject": ZOE,
        "code": {"text": "A small operation"},
        "performedDateTime": TODAY,
        "reasonReference": every,
        "report": every,
        "basedOn": every,
        "encounter": every[-1],
    }
    yield {
        "resourceType": "MedicationRequest",
        "id": "marked-order",
        "status": "active",
        "intent": "order",
        "subject": ZOE,
        "authoredOn": TODAY,
        "medicationCodeableConcept": {"text": "Iron tablets"},
        "dosageInstruction": [{"text": "1 a day"}],
        "reasonReference": every,
        "supportingInformation": every,
        "contained": [{"resourceType": "Observation", "id": "o", "code": called("results")}],
    }
    yield {
        "resourceType": "Condition",
        "id": "marked-condition",
        "subject": ZOE,
        "code": {"text": "A cough"},
        "encounter": every[-1],
        "evidence": [{"detail": every}],
    }


def _fields(said: Json, section: str) -> dict[str, Json]:
    """What an EHR has to say of each, and the pages show."""
    name = mark(section)
    coming = (NOW + timedelta(days=9)).isoformat()
    content = inside(name.encode(), "text/plain")
    measured = {"status": "final", "subject": ZOE, "code": said, "effectiveDateTime": TODAY}
    laboratory = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                              "code": "laboratory"}]}  # fmt: skip
    plan = {"coding": [{"system": "http://hl7.org/fhir/us/core/CodeSystem/careplan-category",
                        "code": "assess-plan"}]}  # fmt: skip
    note = {"coding": [{"system": "http://loinc.org", "code": "69730-0"}], **said}
    visit = {"encounter": [{"reference": "Encounter/zoe-bennett-visit-yearly"}]}
    return {
        "Account": {"status": "active", "subject": [ZOE], "name": name, "type": said},
        "Coverage": {"status": "active", "beneficiary": ZOE, "payor": [{"display": name}],
                     "type": said},
        "ExplanationOfBenefit": {"status": "active", "patient": ZOE, "type": said, "use": "claim",
                                 "created": TODAY, "outcome": "complete",
                                 "insurer": {"display": name}, "provider": {"display": name},
                                 "item": [{"sequence": 1, "productOrService": said}]},
        "Invoice": {"status": "issued", "subject": ZOE, "date": TODAY, "type": said,
                    "issuer": {"display": name}},
        "DocumentReference": {"status": "current", "subject": ZOE, "type": note,
                              "date": f"{TODAY}T08:00:00Z", "description": name,
                              "content": [{"attachment": content}],
                              "context": visit},
        "CarePlan": {"status": "active", "intent": "plan", "subject": ZOE, "category": [plan],
                     "title": name, "description": name,
                     "activity": [{"detail": {"status": "in-progress", "code": said}}]},
        "Goal": {"lifecycleStatus": "active", "subject": ZOE, "description": said},
        "ServiceRequest": {"status": "active", "intent": "order", "subject": ZOE, "code": said,
                           "authoredOn": TODAY, "encounter": visit["encounter"][0]},
        "Observation": {**measured, "category": [laboratory], "valueString": name},
        "DiagnosticReport": {**measured, "category": [called(section)], "conclusion": name},
        "CareTeam": {"status": "active", "subject": ZOE, "name": name,
                     "participant": [{"role": [said], "member": {"display": name}}]},
        "Appointment": {"status": "booked", "start": coming, "description": name,
                        "serviceType": [said],
                        "participant": [{"actor": ZOE, "status": "accepted"}]},
        "Encounter": {"status": "finished", "class": {"code": "AMB"}, "subject": ZOE,
                      "type": [said], "reasonCode": [said],
                      "period": {"start": TODAY, "end": TODAY}},
    }  # fmt: skip


def wrote(world: World) -> Iterator[Json]:
    """What the teenager asked about each section: by its topic, or only by what it is about."""
    for at, section in enumerate(KINDS_OF):
        about = [(each["reference"], each["display"]) for each in pointers(KINDS_OF[section])]
        asked = [
            ("medical-question", about),
            *((topic, []) for topic in TOPICS_OF.get(section, ())),
        ]
        asked += [("", [])] if section == "results" else []  # a series from home
        for nth, (topic, named) in enumerate(sorted(asked)):
            yield new_message(
                vocabulary=world.vocabulary,
                identifier=f"6d0c3d6e-0000-4000-8000-0000000{at:02}0{nth:02}",
                topic=(topic, topic),
                subject_line="A question" if topic else "Home readings: Weight",
                patient="Patient/zoe-bennett",
                sender=("Patient/zoe-bennett", "Zoe Bennett"),
                sent=NOW,
                words=f"{mark(section)} is what I ask about.",
                about=named,
            )


def hides(world: World, sections: frozenset[str]) -> None:
    """The same app goes on by other rules."""
    policy = world.services.policy
    rule = replace(policy.privacy.teenagers, hidden_sections=sections, hidden_topics=frozenset())
    privacy = replace(policy.privacy, teenagers=rule)
    services = replace(world.services, policy=replace(policy, privacy=privacy))
    world.app.extensions["smartapp"] = services


def _marks(text: str) -> set[str]:
    return set(MARK.findall(text))


def test_what_is_hidden_of_a_section_is_on_no_page_that_her_mother_gets_to(world: World) -> None:
    world.ehr.load(planted())
    for each in wrote(world):
        world.ehr.create(each)
    rachel = people.patient(world)
    rachel.logs_in("rachel")
    begins = [f"{rachel.home}/{each}" for each in BEGINS]

    hides(world, frozenset())
    shown = {
        page.address: _marks(page.body + page.headers)
        for page in crawl(world.app, rachel.browser, begins)
    }
    assert set().union(*shown.values()) == set(KINDS_OF), "where nothing is hidden"

    for hidden in HIDDEN:
        hides(world, hidden)
        leaks, seen = [], set[str]()
        for address in (each for each, marks in shown.items() if marks & hidden):
            found = _marks(rachel.browser.follow("GET", address).get_data(as_text=True))
            leaks += [(address, sorted(found & hidden))] if found & hidden else []
            seen |= found
        assert leaks == []
        assert seen == set(KINDS_OF) - hidden, "and everything else is there"
