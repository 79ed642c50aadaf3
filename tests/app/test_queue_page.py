"""The queue as staff work it: whose lines they see, narrowed, chosen together, looked at again."""

from __future__ import annotations

import copy
import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from smartapp.fhir.routing import Routing
from smartapp.fhir.task import new_task
from smartapp.sessions.handles import seal_handle
from smartapp.views import several
from tests.app import long_queue, people
from tests.app.people import Staff
from tests.app.world import World, opened

TITLE = re.compile(r"<a href=\"[^\"]+\"><bdi>([^<]+)</bdi></a></h2>")

# Each member of staff, with the only queues whose items the server shows them.
ROLES = {
    "nina": {"nurse-triage", "refills", "review"},
    "ruiz": {"refills", "pharmacy"},
    "patel": {"physician"},
    "kim": {"front-desk", "records"},
    "shaw": {"billing"},
    "lee": {"management"},
}
QUEUES = sorted(set().union(*ROLES.values()))


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    """Only what a test puts there is open in it."""
    yield shared
    for kind in ("Task", "Communication", "QuestionnaireResponse"):
        for each in there(shared, kind):
            takes_away(shared, each)
    shared.recovers()
    shared.behaves(profile="open", truthful=True)


def there(world: World, kind: str) -> list[dict[str, Any]]:
    return [each for each in world.written(kind) if each["status"] != "entered-in-error"]


def takes_away(world: World, resource: dict[str, Any]) -> None:
    world.ehr.update({**copy.deepcopy(resource), "status": "entered-in-error"})


def holds(world: World, identity: str, **more: Any) -> str:
    """One open item; what is not said is usual."""
    said: dict[str, Any] = {
        "queue": "refills",
        "topic": "refill",
        "priority": "routine",
        "patient": "james-carter",
        "asked": world.services.now() - timedelta(hours=2),
        "due": world.services.now() + timedelta(days=2),
        "by": "",
        "site": "",
        **more,
    }
    whose = f"Patient/{said['patient']}"
    decided = Routing(
        queue=said["queue"],
        priority=said["priority"],
        due=said["due"],
        rule="almost-out",
        reason="1 to 3 days left.",
        policy_version="1",
        summary="1 to 3 days left, takes it",
    )
    task = new_task(
        vocabulary=world.vocabulary,
        identifier=identity,
        thread=identity,
        topic=(said["topic"], said["topic"]),
        description=f"Item {identity}",
        patient=whose,
        requester=(said["by"] or whose, said["by"] and "Emily Nguyen"),
        focus=f"Communication/{identity}",
        answers=None,
        about=(),
        routing=world.services.seal.sealed(decided, identity, whose),
        queue_words=said["queue"],
        authored=said["asked"],
        notes=(("site", said["site"]),) if said["site"] else (),
    )
    world.ehr.load([*long_queue.messages([task], world.vocabulary), {**task, "id": identity}])
    return f"Task/{identity}"


def at_desk(world: World, username: str, patient: str = "") -> Staff:
    staff = people.staff(world)
    staff.opens(username, patient)
    return staff


def titles(page: str) -> list[str]:
    return TITLE.findall(page)


# --- whose lines they are ------------------------------------------------------------------------


@pytest.mark.parametrize("username", ROLES)
def test_each_role_sees_its_queues_and_opens_no_other_item(world: World, username: str) -> None:
    items = {queue: holds(world, f"in-{queue}", queue=queue) for queue in QUEUES}
    someone = at_desk(world, username)

    assert set(titles(someone.queue().html)) == {f"Item in-{each}" for each in ROLES[username]}
    lid = someone.home.removeprefix("/l/")
    key = world.services.launches.find(lid, someone.browser.sessions[lid]).handle_key
    for queue, reference in items.items():
        if queue not in ROLES[username]:
            handle = seal_handle(key, lid, reference)
            answer = someone.browser.ask("GET", f"{someone.home}/queue/{handle}")
            assert answer.status_code in {403, 404}
            assert f"Item in-{queue}" not in answer.text
            chosen = {"item": f'{handle} W/"1"', "then": "take"}
            token = someone.queue().form("/several").fields
            refused = someone.browser.post(
                f"{someone.home}/queue/several", {**token, **chosen}, status=403
            )
            assert f"Item in-{queue}" not in refused.text
            assert "owner" not in (world.ehr.read("Task", f"in-{queue}") or {})


# --- what a line says ----------------------------------------------------------------------------


def test_a_line_says_who_what_why_and_until_when(world: World) -> None:
    now = world.services.now()
    holds(world, "late", by="RelatedPerson/emily-for-leo", due=now - timedelta(hours=1))

    page = at_desk(world, "nina").queue()

    for words in (
        "Late Item late",
        "James Alan Carter, born November 2",
        "Asked by Emily Nguyen for the patient",
        "1 to 3 days left, takes it",
        "Why here: 1 to 3 days left. (rule almost-out)",
        "Refills · New · Nobody has it yet",
        "1 open item",
    ):
        assert words in page.text


def test_what_waited_over_the_weekend_is_said_and_stands_first(world: World) -> None:
    monday = datetime(2026, 12, 7, 14, tzinfo=world.services.policy.calendar.zone)
    friday = monday - timedelta(days=3)
    world.clock.ahead += (monday - world.services.now()).total_seconds()
    try:
        holds(world, "monday", asked=monday - timedelta(hours=2), due=monday + timedelta(days=2))
        holds(world, "friday", asked=friday, due=monday + timedelta(days=1))
        page = at_desk(world, "nina").queue()
    finally:
        world.clock.ahead = 0.0

    assert titles(page.html) == ["Item friday", "Item monday"]
    assert "1 item was received before the weekend or holiday. It comes first." in page.text
    assert page.text.count("From before the weekend or holiday") == 1


# --- narrowed ------------------------------------------------------------------------------------


def test_the_queue_is_narrowed_by_what_the_address_says(world: World) -> None:
    holds(world, "refill", site="riverside")
    holds(world, "urgent", priority="urgent", topic="side-effect", queue="nurse-triage")
    nurse = at_desk(world, "nina")

    def narrowed(query: str) -> set[str]:
        return set(titles(nurse.browser.get(f"{nurse.home}/queue?{query}").html))

    assert narrowed("topic=refill") == {"Item refill"}
    assert narrowed("priority=urgent") == {"Item urgent"}
    assert narrowed("queue=nurse-triage") == {"Item urgent"}
    assert narrowed("site=riverside") == {"Item refill"}
    assert narrowed("site=not-known") == {"Item urgent"}
    assert narrowed("whose=mine") == set()
    assert narrowed("whose=unclaimed") == {"Item refill", "Item urgent"}
    assert narrowed("topic=<script>&whose=everybodys&show=1e9") == {"Item refill", "Item urgent"}
    assert "fits what you chose above" in nurse.browser.get(f"{nurse.home}/queue?whose=mine").text


def test_a_request_is_for_the_place_where_the_patient_was_seen_last(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse = at_desk(world, "nina")
    found = {
        site: titles(nurse.browser.get(f"{nurse.home}/queue?site={site}").html)
        for site in ("main-street", "riverside", "not-known")
    }

    assert [site for site, items in found.items() if items] == ["main-street"]


def test_what_was_narrowed_is_so_still_on_the_way_back_from_an_item(
    world: World,
) -> None:
    patient = people.patient(world)
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse = at_desk(world, "nina")
    page = nurse.browser.get(f"{nurse.home}/queue?topic=refill&whose=unclaimed")

    item = nurse.browser.get(
        next(href for text, href in page.links if "Refill" in text and "/queue/" in href)
    )
    assert item.link("Back to the queue").endswith("/queue?whose=unclaimed&topic=refill")
    taken = nurse.takes(item)
    assert taken.link("Back to the queue").endswith("/queue?whose=unclaimed&topic=refill")
    assert "topic" not in taken.path, "the handle keeps it"
    back = nurse.browser.submit(taken.form("/release"))
    assert "whose=unclaimed&topic=refill&said=released" in back.url
    assert "The item is back in the queue." in back.text


# --- several at once -----------------------------------------------------------------------------


def ticked(page: Any, *identities: str) -> dict[str, list[str]]:
    boxes = re.findall(r'name="item" value="([^"]+)".*?Choose: Item ([^,]+),', page.html)
    return {"item": [html.unescape(value) for value, name in boxes if name in identities]}


def test_several_lines_are_taken_at_once_and_who_lost_which_is_said(world: World) -> None:
    for identity in ("one", "two", "three"):
        holds(world, identity)
    nina, tom = at_desk(world, "nina"), at_desk(world, "tom")
    page, toms = nina.queue(), tom.queue()
    tom.browser.submit(toms.form("/several"), {**ticked(toms, "two"), "then": "take"})

    done = nina.browser.submit(
        page.form("/several"), {**ticked(page, "one", "two", "three"), "then": "take"}
    )

    assert "2 of 3 done." in done.text
    assert "Tom Berg, RN has it. Nothing was changed." in done.text
    owners = {each["id"]: each["owner"]["reference"] for each in there(world, "Task")}
    assert owners == {
        "one": "Practitioner/nurse-okafor",
        "two": "Practitioner/nurse-berg",
        "three": "Practitioner/nurse-okafor",
    }
    assert world.events("task.conflict")


def test_several_of_ones_own_lines_end_alike_after_a_question(world: World) -> None:
    for identity in ("one", "two", "other"):
        holds(world, identity)
    nina = at_desk(world, "nina")
    page = nina.queue()
    nina.browser.submit(page.form("/several"), {**ticked(page, "one", "two"), "then": "take"})
    page = nina.queue()

    asked = nina.browser.submit(
        page.form("/several"), {**ticked(page, "one", "two", "other"), "then": "close"}
    )
    assert "Not yours, so they stay open. Take them first: Item other" in asked.text
    mine = chosen_in(asked)
    missing = nina.browser.submit(asked.form("/close"), mine, status=422)
    assert "Choose how they ended." in missing.text
    first = {"method": "POST", "type": "Communication", "times": 1}
    world.fails({"match": first, "fault": {"kind": "status", "status": 422}})
    ended = {**mine, "outcome": "sent-to-pharmacy"}
    done = nina.browser.submit(missing.form("/close"), ended)

    assert "A summary of each goes into the record." in asked.text
    assert "2 of 2 done." in done.text
    assert done.text.count("Closed. Its summary is in the record.") == 1
    assert "1 summary is NOT in the record." in done.text
    states = {each["id"]: each["status"] for each in there(world, "Task")}
    assert states == {"one": "completed", "two": "completed", "other": "requested"}
    assert len(summaries(world) & {"Task/one", "Task/two"}) == 1
    assert titles(nina.queue().html) == ["Item other"]


def chosen_in(page: Any) -> dict[str, list[str]]:
    found = re.findall(r'name="item" value="([^"]+)"', page.html)
    return {"item": [html.unescape(each) for each in found]}


def summaries(world: World) -> set[str]:
    """The work that the chart has a summary of."""
    system = world.vocabulary.documentation
    found = [e for e in there(world, "Communication") if e["identifier"][0]["system"] == system]
    return {each["about"][0]["reference"] for each in found}


def test_nothing_chosen_and_nothing_in_common_are_said(world: World) -> None:
    holds(world, "one")
    holds(world, "two", topic="record-correction", queue="nurse-triage")
    nina = at_desk(world, "nina")
    page = nina.queue()

    nothing = nina.browser.submit(page.form("/several"), {"then": "take"})
    assert "No line was chosen." in nothing.text
    nina.browser.submit(page.form("/several"), {**ticked(page, "one", "two"), "then": "take"})
    page = nina.queue()
    asked = nina.browser.submit(
        page.form("/several"), {**ticked(page, "one", "two"), "then": "close"}
    )
    assert not asked.has_form("/close")
    assert "These lines have no outcome in common." in asked.text


def test_who_chooses_more_lines_than_can_be_done_at_once_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "MOST", 2)
    for identity in ("one", "two", "three"):
        holds(world, identity)
    nina = at_desk(world, "nina")
    page = nina.queue()

    done = nina.browser.submit(
        page.form("/several"), {**ticked(page, "one", "two", "three"), "then": "take"}
    )

    assert "2 of 2 done. You chose more than 2 lines. This is about the first 2." in done.text
    assert sum("owner" in each for each in there(world, "Task")) == 2


# --- looked at again -----------------------------------------------------------------------------


def test_looking_again_shows_what_changed_and_keeps_nobody_signed_in(world: World) -> None:
    holds(world, "one")
    nina = at_desk(world, "nina")
    lid = nina.home.removeprefix("/l/")
    ends = world.services.launches.ends_at(
        world.services.launches.find(lid, nina.browser.sessions[lid], touch=False)
    )
    now = f"{nina.home}/queue/now"
    first = nina.browser.ask("GET", now)
    seen = len(world.events("list.view"))
    world.clock.passes(30)
    world.forgets_what_was_asked()
    same = nina.browser.ask("GET", now, headers={"X-Seen": first.headers["X-State"]})
    asked = [each["path"] for each in world.asked("GET", "/fhir/")]
    unshown = len(world.events("list.view"))
    holds(world, "two")
    changed = nina.browser.ask("GET", now, headers={"X-Seen": first.headers["X-State"]})

    assert "Item one" in first.text
    assert "Item" not in same.text
    assert "Read from the EHR at" in same.text
    assert unshown == seen, "what is not shown is not on record as seen"
    kinds = {"Task", "Communication", "QuestionnaireResponse"}
    assert {each.partition("?")[0].rpartition("/")[2] for each in asked} == kinds
    assert len(asked) == 3, "whether anything changed, and nothing else"
    assert "Item two" in changed.text
    assert len(world.events("list.view")) > unshown
    active = world.services.launches.find(lid, nina.browser.sessions[lid], touch=False)
    assert world.services.launches.ends_at(active) == ends
    world.clock.ahead = 0.0


def test_a_line_becomes_late_though_nothing_changes_in_the_ehr(world: World) -> None:
    holds(world, "one", due=world.services.now() + timedelta(seconds=90))
    nina = at_desk(world, "nina")
    now = f"{nina.home}/queue/now"
    first = nina.browser.ask("GET", now)
    seen = {"X-Seen": first.headers["X-State"]}
    world.clock.passes(45)
    before = nina.browser.ask("GET", now, headers=seen)
    world.clock.passes(60)
    after = nina.browser.ask("GET", now, headers=seen)
    world.clock.ahead = 0.0

    assert "Item one" not in before.text
    assert ">Late<" in after.text


def test_an_open_item_sees_what_is_written_and_keeps_nobody_signed_in(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril")
    nina = at_desk(world, "nina")
    item = nina.opens_item("Refill")
    now = f"{item.url.partition('?')[0]}/now"
    first = nina.browser.ask("GET", now)
    same = nina.browser.ask("GET", now, headers={"X-Seen": first.headers["X-State"]})
    world.forgets_what_was_asked()
    third = nina.browser.ask("GET", now, headers={"X-Seen": same.headers["X-State"]})
    assert len(world.asked("GET", "/fhir/")) == 3, "whether anything changed, and nothing else"
    page = patient.browser.get(receipt.url)
    patient.browser.submit(page.form("/reply"), {"text": "I forgot to say: none is left."})
    later = nina.browser.ask("GET", now, headers={"X-Seen": third.headers["X-State"]})

    assert "app-message" in first.text
    assert "app-message" not in same.text
    assert "none is left" in later.text
    mine = nina.takes(nina.browser.get(item.link("Look again")))
    typed = nina.answers(mine, text="One moment.", then="look-again")
    assert typed.form("/answer").fields["text"] == ["One moment."], "looking keeps it"
    kim = at_desk(world, "kim")
    foreign = now.replace(nina.home, kim.home)
    assert kim.browser.ask("GET", foreign).status_code == 404


# --- forms that came alone -----------------------------------------------------------------------


def form_alone(world: World, identity: str = "alone", **more: Any) -> None:
    form = world.services.policy.forms.forms["phq-4"].plan.form
    who = {"reference": "Patient/james-carter", "display": "James Carter"}
    world.ehr.load(
        [
            {
                "resourceType": "QuestionnaireResponse",
                "id": identity,
                "identifier": {"system": world.vocabulary.response, "value": f"sid-{identity}"},
                "questionnaire": form.canonical,
                "_questionnaire": {
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/display",
                            "valueString": "How you feel",
                        }
                    ]
                },
                "status": "completed",
                "subject": who,
                "author": who,
                "source": who,
                "authored": (world.services.now() - timedelta(hours=1)).isoformat(
                    timespec="seconds"
                ),
                **more,
            }
        ]
    )


def test_a_form_that_came_alone_is_an_item_from_the_queue_to_its_end(world: World) -> None:
    form_alone(world)
    form_alone(world, "draft", status="in-progress")
    form_alone(world, "by-staff", author={"reference": "Practitioner/x"}, questionnaire="urn:x")
    nina = at_desk(world, "nina")

    queue = nina.queue()
    assert titles(queue.html) == ["How you feel"]
    assert "No work item yet" in queue.text
    item = nina.takes(nina.opens_item("How you feel"))
    assert titles(nina.queue().html) == ["How you feel"], "once, as its work"
    (task,) = there(world, "Task")
    assert task["focus"] == {"reference": "QuestionnaireResponse/alone"}
    nina.answers(item, text="Thank you. All is well.", outcome="reviewed", then="close")

    (reply,) = [e for e in there(world, "Communication") if "Patient/" in str(e.get("recipient"))]
    assert reply["about"][0]["reference"] == "QuestionnaireResponse/alone"
    assert "partOf" not in reply
    assert titles(nina.queue().html) == []


def test_a_form_of_which_a_message_speaks_is_no_second_item(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    (task,) = there(world, "Task")
    takes_away(world, task)

    nina = at_desk(world, "nina")

    assert [each.partition(":")[0] for each in titles(nina.queue().html)] == ["Refill"]
    (message,) = there(world, "Communication")
    world.ehr.update({**copy.deepcopy(message), "about": []})
    assert len(titles(nina.queue().html)) == 1, "by its identifier, too"
