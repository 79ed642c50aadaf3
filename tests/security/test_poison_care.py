"""Two hundred texts that attack, dealt out over every text of a patient's care."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count
from typing import Any

from tests.app import people
from tests.app.people import Patient
from tests.app.world import Json, World

CANARY = "poison()"
WAYS = (
    "<script>{}</script>",
    '"><script>{}</script>',
    "'><img src=x onerror={}>",
    "<svg onload={}>",
    '" onfocus={} autofocus x="',
    "' onmouseover={} '",
    "<iframe srcdoc='<script>{}</script>'></iframe>",
    "<a href='javascript:{}'>x</a>",
    "javascript:{}",
    "</title><script>{}</script>",
    "</style><script>{}</script>",
    "</textarea><script>{}</script>",
    "<!--><script>{}</script>-->",
    "<math><mtext><style><img src=x onerror={}></math>",
    "{{{{ {} }}}}",
    "{{% print({}) %}}",
    "${{{}}}",
    "<details open ontoggle={}>",
    "<form action=https://evil.example><input name=x value={}>",
    "<base href=https://evil.example/>{}",
    "<meta http-equiv=refresh content='0;url=https://evil.example/{}'>",
    "<object data=https://evil.example/{}></object>",
    "<link rel=stylesheet href=https://evil.example/{}>",
    "<div style='position:fixed;inset:0'>{}</div>",
    "<div class=app-record>{}</div>",
)
AROUND = ("{}", "a {}", "{}\u202e", "&lt;{}", "]]>{}", "--{}", "{}\\", "\u2028{}")
PAYLOADS = [around.format(way.format(CANARY)) for around in AROUND for way in WAYS]
KINDS = (
    *("Appointment", "Encounter", "DocumentReference", "CarePlan", "Goal", "CareTeam", "Location"),
    *("ServiceRequest", "Procedure", "Coverage", "Account", "Invoice", "ExplanationOfBenefit"),
    *("Consent", "RelatedPerson", "Practitioner", "PractitionerRole", "Organization", "Patient"),
)
# What is no text: by these the app finds its way, and a change would only make it find nothing.
STRUCTURE = {
    *("resourceType", "id", "reference", "system", "code", "status", "lifecycleStatus", "intent"),
    *("docStatus", "start", "end", "date", "created", "authoredOn", "occurrenceDateTime", "data"),
    *("contentType", "url", "birthDate", "gender", "use", "type", "versionId", "lastUpdated"),
    *("valueUrl", "currency", "dateTime", "dueDate", "startDate", "hash", "performedDateTime"),
    *("servicedDate", "mode", "openingTime", "closingTime", "valueCode", "priority", "required"),
    *("role", "daysOfWeek", "profile", "recorded", "outcome", "family"),
}
NUMBERS = count()
LEADS = ("/", "#", "tel:", "https://clinic.example.org/pay", "https://connect.medlineplus.gov/")


def poisoned(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: poisoned(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, name) for inner in value]
    if isinstance(value, str) and name not in STRUCTURE:
        return PAYLOADS[next(NUMBERS) % len(PAYLOADS)]
    return value


class Alive(HTMLParser):
    """What a browser would run, load or be led away by."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        source = given.get("src") or ""
        own = source.startswith(("/l/", "/static/"))
        if tag in {"script", "img", "iframe", "object", "embed", "base"} and not own:
            self.found.append(f"{tag} {given}")
        if tag == "iframe" and given.get("sandbox", "none") is not None:
            self.found.append("no sandbox, or one with a hole")
        self.found += [name for name in given if name.startswith("on") or name == "style"]
        for name in ("href", "action", "formaction"):
            address = given.get(name) or ""
            if address and not address.startswith(LEADS):
                self.found.append(f"{name}={address}")


def alive_in(html: str) -> list[str]:
    reader = Alive()
    reader.feed(html)
    return [each for each in reader.found if "http://127.0.0.1" not in each]  # the EHR's own page


def everything(patient: Patient) -> Iterator[str]:
    """Every page of care, and every page and frame and file below it."""
    for section in ("visits", "next", "documents", "plan", "team", "costs", "access", "download"):
        html = patient.browser.ask("GET", f"{patient.home}/{section}").text
        yield html
        below = re.findall(rf'(?:href|src)="({re.escape(patient.home)}/{section}/[^"]+)"', html)
        for address in dict.fromkeys(below):
            answer = patient.browser.ask("GET", address)
            assert answer.status_code == 200, address
            if answer.mimetype == "text/html":
                yield answer.text
    yield patient.browser.ask("GET", f"{patient.home}/download/record.html").text


def test_no_text_of_a_patients_care_comes_alive(world: World) -> None:
    assert len(set(PAYLOADS)) == 200
    patient = people.patient(world)
    patient.logs_in("walter")
    for kind in KINDS:
        world.ehr.load(_poisoned(each) for each in world.ehr.of_type(kind))
    shown = 0
    for html in everything(patient):
        assert not alive_in(html)
        shown += html.count(CANARY)

    assert shown > 200
    assert not [line for line in world.log.lines if CANARY in line]
    assert not [file for file in world.audit_folder.iterdir() if CANARY in file.read_text()]


def _poisoned(resource: Json) -> Json:
    changed: Json = poisoned(copy.deepcopy(resource))
    return changed
