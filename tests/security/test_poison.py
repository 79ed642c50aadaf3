"""Text that attacks, in every text of a record: it stands in pages as text, and nowhere else."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from tests.app import people
from tests.app.page import Page
from tests.app.people import Patient, Staff
from tests.app.world import World

CANARY = "poison()"
POISON = (
    f'"><script>{CANARY}</script><img src=x onerror={CANARY}>\'" onfocus={CANARY} '
    "{name} {0.__class__} %s </title></textarea>"
)
TEXTS = {
    *("text", "display", "family", "given", "prefix", "suffix", "description", "contentString"),
    *("patientInstruction", "valueString", "language"),
}
KINDS = (
    *("Patient", "Practitioner", "Medication", "MedicationRequest", "MedicationDispense"),
    *("AllergyIntolerance", "Communication", "Task", "QuestionnaireResponse"),
)


def poisoned(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: poisoned(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, name) for inner in value]
    return f"{value[:10]}{POISON}" if name in TEXTS and isinstance(value, str) else value


class Alive(HTMLParser):
    """What a browser would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"img", "iframe"} or (tag == "script" and "src" not in given):
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on") or name == "style"]


def alive_in(page: Page) -> list[str]:
    reader = Alive()
    reader.feed(page.html)
    return reader.found


def all_pages(patient: Patient, nurse: Staff, request: str) -> Iterator[Page]:
    browser = patient.browser
    for path in ("start", "requests", "medicines"):
        yield patient.go(path)
    yield browser.get(request)
    links = patient.go("medicines").links
    form = browser.get(next(href for _, href in links if href.endswith("/refill")))
    yield form
    written = {**people.PLAIN, "more": POISON, "then": "check"}
    yield browser.submit(form.form("/refill"), written)
    yield nurse.queue()
    item = nurse.takes(nurse.opens_item())
    yield item
    yield nurse.answers(item, text=POISON, then="close", status=422)
    yield nurse.answers(item, text=POISON, template="approved")


def test_no_text_of_a_record_comes_alive_or_leaves_the_page(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    receipt = patient.asks_for("lisinopril", more=POISON)
    for kind in KINDS:
        for resource in world.ehr.of_type(kind):
            world.ehr.update(poisoned(copy.deepcopy(resource)))
    nurse.opens("tom")
    shown = 0
    for page in all_pages(patient, nurse, receipt.url):
        assert not alive_in(page), page.path
        assert CANARY not in page.url
        shown += page.html.count(CANARY)

    assert shown > 100
    assert not [line for line in world.log.lines if CANARY in line]
    files = world.audit_folder.iterdir()
    assert not [file for file in files if CANARY in file.read_text()]
