"""Documents: which are shown, which are opened, and what is checked again at the click."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.app import people
from tests.app.papers import addresses, beside, document, inside, opens, save_address
from tests.app.people import Patient
from tests.app.world import Json, World

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
PDF = b"%PDF-1.7\n" + b"1234567890" * 9000


pytestmark = pytest.mark.usefixtures("recovering")


@pytest.fixture(scope="module")
def world(lasting: World) -> World:
    """One for all: each test puts its own papers in it."""
    return lasting


def put(world: World, *papers: Json) -> None:
    world.ehr.load(papers)


def test_a_patient_sees_the_last_version_of_what_the_clinic_shares(walter: Patient) -> None:
    page = walter.go("documents")

    assert "corrected: right knee" in page.text
    assert "first version" not in page.text
    assert "draft" not in page.text
    assert "By Dr. Anita Patel" in page.text
    assert "From Lindenfield Community Hospital" in page.text


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"status": "superseded"}, id="superseded"),
        pytest.param({"status": "entered-in-error"}, id="withdrawn"),
        pytest.param({"status": None}, id="without a status"),
        pytest.param({"docStatus": "preliminary"}, id="a draft"),
        pytest.param({"docStatus": "entered-in-error"}, id="withdrawn as a document"),
        pytest.param({"type": {"text": "Something new"}}, id="of a kind that nobody named"),
        pytest.param({"type": None}, id="of no kind"),
        pytest.param(
            {"meta": {"security": [{"system": CONFIDENTIALITY, "code": "V"}]}}, id="very restricted"
        ),
        pytest.param(
            {"securityLabel": [{"coding": [{"system": "urn:x", "code": "y"}]}]},
            id="with a label that nobody knows",
        ),
        pytest.param({"modifierExtension": [{"url": "urn:x"}]}, id="with a modifier"),
    ],
)
def test_what_is_not_for_the_patient_is_neither_listed_nor_opened(
    world: World, walter: Patient, changed: dict[str, Any]
) -> None:
    shared = document("paper", inside(b"SECRET", "text/plain"))
    put(world, shared)
    handle = walter.go("documents").link("Paper paper")
    assert "SECRET" in walter.browser.get(handle).text

    new = {key: value for key, value in (shared | changed).items() if value is not None}
    world.ehr.update(new)

    assert "Paper paper" not in walter.go("documents").text
    answer = walter.browser.ask("GET", handle)
    assert answer.status_code in {403, 404, 410}
    assert b"SECRET" not in answer.data
    (refusal,) = world.events("document.deny")[-1:]
    assert refusal["entities"][0]["ref"] == "DocumentReference/paper"


def test_a_file_is_opened_on_record_and_what_was_sent_is_too(world: World, walter: Patient) -> None:
    put(world, document("pdf", beside(world, "b-pdf", PDF, "application/pdf")))
    page = opens(walter, "Paper pdf")
    address = next(href for href in addresses(page) if not href.endswith("/save"))
    before = len(world.events("document"))

    answer = walter.browser.ask("GET", address)

    assert answer.data == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert answer.headers["Content-Disposition"] == 'inline; filename="Paper pdf.pdf"'
    opened, sent = world.events("document")[before:]
    assert (opened["type"], opened["subtype"]) == ("document.open", "pdf")
    assert opened["entities"][0] == {
        "type": "DocumentReference",
        "ref": "DocumentReference/pdf",
        "version": world.ehr.read("DocumentReference", "pdf")["meta"]["versionId"],
    }
    assert opened["patient"]["ref"] == "Patient/walter-brooks"
    assert sent["extras"] == {"bytes": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest()}
    assert (
        walter.browser.ask("GET", save_address(page)).headers["Content-Disposition"]
        == 'attachment; filename="Paper pdf.pdf"'
    )


# --- the link ---------------------------------------------------------------------------------


@pytest.fixture
def link(world: World, walter: Patient) -> str:
    put(world, document("paper", inside(b"SECRET", "text/plain")))
    return save_address(opens(walter, "Paper paper"))


def test_a_link_ends_after_a_quarter_of_an_hour(world: World, walter: Patient, link: str) -> None:
    world.clock.passes(14 * 60)
    assert walter.browser.ask("GET", link).data == b"SECRET"
    world.clock.passes(61)

    page = walter.browser.get(link, status=410)

    assert page.headings == ("This link has ended",)
    assert page.link("Go to your documents").endswith("/documents")


def test_a_link_is_of_no_use_without_its_own_launch(
    world: World, walter: Patient, link: str
) -> None:
    stranger = people.patient(world)
    stranger.browser.get(link, status=401)
    stranger.logs_in("walter")  # himself, in another launch
    lid = stranger.home.removeprefix("/l/")
    moved = link.replace(walter.home.removeprefix("/l/"), lid)

    stranger.browser.get(moved, status=404)

    maria = people.patient(world)
    maria.logs_in("maria")
    maria.browser.get(
        link.replace(walter.home.removeprefix("/l/"), maria.home.removeprefix("/l/")), status=404
    )


def test_a_link_ends_with_the_session(world: World, walter: Patient, link: str) -> None:
    himself = people.patient(world)
    himself.logs_in("walter")
    link = save_address(opens(himself, "Paper paper"))
    himself.browser.submit(himself.go("documents").form("/sign-out"))

    himself.browser.get(link, status=401)


def test_no_link_can_be_made_up(walter: Patient, link: str) -> None:
    place, _, handle = link.removesuffix("/save").rpartition("/")
    plain = walter.go("documents").link("Paper paper").rpartition("/")[2]
    for made_up in (plain, handle[:-1], f"{handle}A", "..", "%2e%2e%2fBinary", "A" * 5000):
        answer = walter.browser.ask("GET", f"{place}/{made_up}/save")
        assert answer.status_code == 404, made_up


def test_an_address_holds_nothing_of_the_patient(walter: Patient, link: str) -> None:
    assert "walter" not in link.lower()
    assert "paper" not in link.rpartition("/file/")[2].lower()


def test_a_newer_version_takes_the_place_of_the_one_that_was_promised(
    world: World, walter: Patient, link: str
) -> None:
    world.ehr.update(document("paper", inside(b"NEWER", "text/plain")))

    assert walter.browser.get(link, status=410).headings == ("This document has changed",)
    assert "NEWER" in opens(walter, "Paper paper").text


def test_what_was_replaced_by_another_document_is_not_opened_any_more(
    world: World, walter: Patient, link: str
) -> None:
    target = {"reference": "DocumentReference/paper"}
    relation = [{"code": "replaces", "target": target}]
    put(world, document("newer", inside(b"NEWER", "text/plain"), relatesTo=relation))

    walter.browser.get(link, status=410)
    page = walter.go("documents")
    assert "Paper newer" in page.text
    assert "Paper paper" not in page.text
    put(world, document("newer", status="entered-in-error"))


def test_a_replacement_that_the_patient_may_not_see_still_replaces(
    world: World, walter: Patient, link: str
) -> None:
    relation = [{"code": "replaces", "target": {"reference": "DocumentReference/paper"}}]
    hidden = document("newer", inside(b"x", "text/plain"), relatesTo=relation, type={"text": "?"})
    put(world, hidden)

    walter.browser.get(link, status=410)
    assert "Paper paper" not in walter.go("documents").text
    put(world, hidden | {"status": "entered-in-error"})


def test_while_the_ehr_cannot_say_whether_it_is_the_last_version_nothing_is_opened(
    world: World, walter: Patient, link: str
) -> None:
    world.fails(
        {"match": {"type": "DocumentReference"}, "fault": {"kind": "status", "status": 500}}
    )

    answer = walter.browser.ask("GET", link)

    assert answer.status_code == 502
    assert b"SECRET" not in answer.data


# --- for whom ---------------------------------------------------------------------------------


def test_a_mother_does_not_see_what_is_confidential_and_not_even_that_there_is_something(
    world: World,
) -> None:
    rachel, zoe = people.patient(world), people.patient(world)
    rachel.logs_in("rachel")
    zoe.logs_in("zoe")

    hers, own = rachel.go("documents").text, zoe.go("documents").text

    assert "Confidential visit note" in own
    assert "yearly visit" in hers
    assert "Confidential" not in hers
    assert "could not show all" not in hers


def test_a_staff_only_note_is_nowhere(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("james")
    kept = [
        each["description"]
        for each in world.ehr.of_type("DocumentReference")
        if any(label["code"] == "NOPAT" for label in each.get("meta", {}).get("security", []))
    ]
    assert kept
    page = patient.go("documents")

    assert not any(title in page.text for title in kept)


def test_many_documents_come_a_page_at_a_time_the_newest_first(
    world: World, walter: Patient
) -> None:
    world.ehr.load(
        document(
            f"many-{n}", inside(b"x", "text/plain"), date=f"{2020 - n // 12}-{n % 12 + 1:02}-01"
        )
        for n in range(60)
    )

    first = walter.go("documents")
    older = walter.browser.get(first.link("Older documents"))

    assert "Paper many-0 " in first.text
    assert "Paper many-59" not in first.text
    assert "Paper many-59" in older.text
    assert "/older/" in first.link("Older documents")
    assert "walter" not in first.link("Older documents")


def test_a_list_that_failed_is_not_an_empty_one(world: World, walter: Patient) -> None:
    world.fails(
        {"match": {"type": "DocumentReference"}, "fault": {"kind": "status", "status": 500}}
    )

    page = walter.go("documents")

    assert "This does not mean that there is nothing in it." in page.text
    assert "There are no documents" not in page.text


def test_who_did_not_allow_it_reads_why_and_what_to_do(world: World) -> None:
    patient = people.patient(world)
    patient.logs_in("walter", without={"documents"})

    page = patient.go("documents")

    assert "You did not let this app see this part" in page.text


def test_another_patients_document_in_the_answer_is_withheld_and_on_record(
    world: World, walter: Patient
) -> None:
    foreign = document(
        "foreign", inside(b"x", "text/plain"), of="james-carter", title="James's own"
    )
    mine = document("mine", inside(b"x", "text/plain"), title="Walter's own")
    put(world, foreign, mine)
    entries = [{"resource": each, "search": {"mode": "match"}} for each in (foreign, mine)]
    world.fails(
        {
            "match": {"method": "GET", "type": "DocumentReference"},
            "fault": {"kind": "edited", "set": {"entry": entries, "total": 2}},
        }
    )

    page = walter.go("documents")

    assert "Walter's own" in page.text
    assert "James's own" not in page.text
    assert world.events("compartment.mismatch")[0]["entities"][0]["type"] == "DocumentReference"
