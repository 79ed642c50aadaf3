"""Photos and papers: by what they are, painted anew, sent with the words, and opened by who may."""

from __future__ import annotations

import base64
import io
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from smartapp.workflow.uploads import (
    LARGEST_FILE,
    LARGEST_PHOTO,
    LARGEST_TOGETHER,
    Refused,
    Upload,
    taken_in,
)
from tests.app import people
from tests.app.asked import only
from tests.app.page import Form, Page
from tests.app.people import Patient, Staff
from tests.app.world import World
from tests.pictures import PDF, photo


def packed(objects: bytes, name: bytes = b"/ObjStm") -> bytes:
    """Objects that stand together in one stream, as most programs write them today."""
    body = zlib.compress(objects)
    head = b"2 0 obj\n<< /Type %s /Filter /FlateDecode /Length %d >>\n" % (name, len(body))
    return PDF[:-6] + head + b"stream\n" + body + b"\nendstream\nendobj\n%%EOF\n"


def test_a_paper_whose_objects_are_packed_and_do_nothing_is_taken() -> None:
    assert isinstance(taken_in("a.pdf", packed(b"1 0 << /Type /Page >>")), Upload)


# --- what is taken in -------------------------------------------------------------------------


def test_a_photo_is_painted_anew_smaller_and_without_its_place() -> None:
    before = photo()
    assert b"The maker of the camera" in before
    taken = taken_in("../../My rash.HEIC.jpeg", before)

    assert isinstance(taken, Upload)
    assert (taken.name, taken.content_type) == ("My rash.HEIC.jpg", "image/jpeg")
    assert b"The maker of the camera" not in taken.data
    with Image.open(io.BytesIO(taken.data)) as picture:
        assert picture.size == (1800, 900)
        assert not picture.getexif()


def test_photos_alone_always_fit_whatever_is_on_them() -> None:
    """Grass, sand, a knitted blanket: nothing takes more room than noise."""
    made, side = io.BytesIO(), (1800, 1350)
    bands = [Image.effect_noise(side, 100) for _ in range(3)]
    Image.merge("RGB", bands).save(made, "JPEG", quality=85)
    assert LARGEST_PHOTO < len(made.getvalue()) <= LARGEST_FILE

    taken = taken_in("sand.jpg", made.getvalue())

    assert isinstance(taken, Upload)
    assert len(taken.data) * 3 <= LARGEST_TOGETHER


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_become_plain_ones(kind: str) -> None:
    taken = taken_in("a.png", photo(kind, (40, 20)))
    assert isinstance(taken, Upload)
    assert taken.data.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        (b"", Refused.EMPTY),
        (b"x" * (LARGEST_FILE + 1), Refused.TOO_LARGE),
        (b"<script>alert(1)</script>", Refused.NOT_A_KIND),
        (b"MZ\x90\x00 a program", Refused.NOT_A_KIND),
        (b"\xff\xd8\xff\xe0 and then nothing of a picture", Refused.BROKEN),
        (photo(size=(6000, 5000), place=False), Refused.TOO_LARGE),
        (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), Refused.ACTIVE),
        (
            PDF.replace(b"/Catalog", b"/Catalog /Open#41ction << /S /#4aavaScript >>"),
            Refused.ACTIVE,
        ),
        (PDF[:-6], Refused.BROKEN),
        (PDF.replace(b"/Catalog", b"/Catalog /Encrypt 5 0 R"), Refused.LOCKED),
        (packed(b"1 0 << /S /JavaScript >>"), Refused.ACTIVE),
        (packed(b"1 0 << /S /#4aavaScript >>", name=b"/Obj#53tm"), Refused.ACTIVE),
        (packed(b"1 0 << /Type /Page >>" + b" " * 30_000_000), Refused.ACTIVE),
        (packed(b"1 0 << /Type /Page >>").replace(b"x\x9c", b"y\x9c"), Refused.ACTIVE),
        (packed(b"1 0 << /Type /Page >>").replace(b"endstream", b"ends"), Refused.ACTIVE),
    ],
)
def test_what_is_no_plain_photo_or_paper_is_refused(data: bytes, refused: Refused) -> None:
    assert taken_in("photo.jpg", data) is refused


# --- the way of a file ------------------------------------------------------------------------


def adds(patient: Patient, page: Page, name: str, data: bytes, *, status: int = 303) -> Any:
    form = page.form("/files")
    fields: dict[str, Any] = {
        "csrf_token": form.fields["csrf_token"][0],
        "file": FileStorage(io.BytesIO(data), filename=name),
    }
    boundary, body = encode_multipart(fields)  # as a whole: a large one would stay open in a file
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = patient.browser.ask("POST", form.action, fields=body, headers=kind)
    assert answer.status_code == status, answer.text[:500]
    return answer


def files_page(patient: Patient, topic: str = "form-or-letter") -> Page:
    form = patient.go(f"ask/{topic}").form(f"/{topic}")
    answers = {"what": "work", "how-soon": "a-week", "how": "here", "then": "check"}
    check = patient.browser.submit(form, answers)
    return patient.browser.get(check.link("Add a photo or a paper"))


def test_files_go_with_the_words_and_are_opened_by_the_patient_and_the_clinic(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    page = files_page(patient)
    adds(patient, page, "Work form.pdf", PDF)
    adds(patient, page, "photo.jpg", photo(size=(300, 200)))
    check = patient.go("ask/form-or-letter/check")
    assert "Work form.pdf (1 KB)" in check.text
    receipt = patient.sends(check)
    assert "Work form.pdf (1 KB)" in receipt.text
    assert "Not all of your files arrived" not in receipt.text

    _, paper, picture = only(world.written("Communication"))["payload"]
    assert base64.b64decode(paper["contentAttachment"]["data"]) == PDF
    assert paper["contentAttachment"]["contentType"] == "application/pdf"
    assert picture["contentAttachment"]["title"] == "photo.jpg"
    opened = patient.browser.ask("GET", receipt.link("Work form.pdf"))
    assert opened.data == PDF
    assert opened.headers["Content-Disposition"] == 'attachment; filename="Work_form.pdf"'

    nurse.opens("kim")
    item = nurse.opens_item("Form")
    assert nurse.browser.ask("GET", item.link("Work form.pdf")).data == PDF


def test_a_refused_file_loses_nothing(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    page = files_page(patient)
    adds(patient, page, "Work form.pdf", PDF)
    told = adds(patient, page, "virus.jpg", b"MZ a program", status=422)
    assert "This is not a photo (JPEG, PNG, WebP) or a PDF. Choose another" in told.text
    assert "Work form.pdf (1 KB)" in told.text
    assert patient.go("ask/form-or-letter/check").has_form("/send")


def test_a_file_can_be_taken_out_again_and_there_are_only_so_many(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    page = files_page(patient)
    for number in range(3):
        adds(patient, page, f"{number}.pdf", PDF)
    full = patient.browser.get(page.url)
    assert not full.has_form("/files"), "no more can be added"
    told = adds(patient, page, "4.pdf", PDF, status=422)
    assert "You can add 3 files at most" in told.text
    fewer = patient.browser.submit(full.form("/remove"))
    assert fewer.has_form("/files")


def test_what_fits_is_said_before_somebody_chooses(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    page = files_page(patient)
    assert "With PDF papers, all files together can have 4 MB" in page.text
    large = PDF.replace(b"%%EOF", b"x" * LARGEST_TOGETHER + b"%%EOF")

    told = adds(patient, page, "all of it.pdf", large, status=422)

    assert "This PDF is too large. Choose one of 4 MB or less" in told.text


def test_files_that_come_in_all_at_once_are_not_more_than_the_limit(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    page = files_page(patient)
    form = page.form("/files")

    def add(number: int) -> int:
        file = FileStorage(io.BytesIO(PDF), filename=f"{number}.pdf")
        fields = {"csrf_token": form.fields["csrf_token"][0], "file": file}
        return int(patient.browser.ask("POST", form.action, fields=fields).status_code)

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(add, range(6)))

    assert answers == [303] * 3 + [422] * 3
    assert patient.browser.get(page.url).html.count("/remove") == 3


def test_files_that_are_no_longer_needed_are_not_kept(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    for end in ("discard", "send"):
        adds(patient, files_page(patient), "Work form.pdf", PDF)
        check = patient.go("ask/form-or-letter/check")
        ((lid, secret),) = patient.browser.sessions.items()
        person = world.services.launches.find(lid, secret).person
        (draft,) = world.services.drafts.forms(person)
        (kept,) = world.services.drafts.find(person, draft).fields["app-files"]
        name = json.loads(kept)["id"]
        assert world.services.uploads.find(person, draft, name) == PDF
        patient.browser.submit(check.form("/send") if end == "send" else _discarding(patient))
        assert world.services.uploads.find(person, draft, name) is None


def _discarding(patient: Patient) -> Form:
    return patient.go("ask").form("/discard")


def test_a_file_whose_time_is_over_is_not_sent_without_a_word(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    adds(patient, files_page(patient), "Work form.pdf", PDF)
    check = patient.go("ask/form-or-letter/check")
    for key in [each for each in world.services.store._values if "upload:" in each]:
        world.services.store.delete(key)
    told = patient.sends(check)
    assert "The time for your files is over. Please choose them again." in told.text
    assert world.written("Communication") == []


def test_where_the_ehr_drops_files_the_patient_is_told(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    adds(patient, files_page(patient), "Work form.pdf", PDF)
    receipt = patient.sends(patient.go("ask/form-or-letter/check"))
    message = only(world.written("Communication"))
    world.ehr.update({**message, "payload": message["payload"][:1]})
    assert "Not all of your files arrived." in patient.browser.get(receipt.url).text


def test_nobody_else_opens_a_file(world: World, patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    adds(patient, files_page(patient), "Work form.pdf", PDF)
    receipt = patient.sends(patient.go("ask/form-or-letter/check"))
    address = receipt.link("Work form.pdf")

    other = people.patient(world)
    other.logs_in("dorothy")
    tail = address.split("/requests/")[1]
    assert other.browser.ask("GET", f"{other.home}/requests/{tail}").status_code == 404
    assert other.browser.ask("GET", address).status_code == 401


def test_a_topic_without_files_takes_none(patient: Patient) -> None:
    patient.logs_in("james")
    patient.go("ask/appointment?about=none")
    patient.go("ask/appointment/files", status=404)
    check = patient.checks("lisinopril")
    assert "Add a photo or a paper" not in check.text
