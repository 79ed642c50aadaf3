"""What is in the EHR's record, read as a member of its staff reads it: by FHIR, with a token."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from tests.journeys.programs import Programs

# One of the sandbox's own example apps; it has nothing to do with smartapp.
CLIENT = ("secret-example", "not+really:a/secret%25")
CALLBACK = "http://localhost:8765/callback"
KINDS = ("Communication", "Task", "QuestionnaireResponse")
OPEN = "requested,accepted,in-progress,received,on-hold"
CHANGED = "user/Task.ru user/QuestionnaireResponse.ru"
SCOPE = f"launch openid fhirUser {CHANGED} " + " ".join(f"user/{each}.rs" for each in KINDS)


@dataclass(frozen=True)
class Record:
    base: str
    token: str

    def find(self, kind: str, **query: str) -> list[dict[str, Any]]:
        answer = self._ask("GET", kind, params=query | {"_count": "100"}).json()
        return [entry["resource"] for entry in answer.get("entry", ())]

    def of(self, patient: str) -> dict[str, list[dict[str, Any]]]:
        """All that was ever written about one patient, by kind, oldest first."""
        found = {kind: self.find(kind, patient=patient) for kind in KINDS}
        for resources in found.values():
            resources.sort(key=lambda each: str(each["meta"]["lastUpdated"]))
        return found

    def counts(self, patient: str) -> dict[str, int]:
        return {kind: len(resources) for kind, resources in self.of(patient).items()}

    def written_since(self, before: dict[str, int], patient: str) -> dict[str, int]:
        return {kind: count - before[kind] for kind, count in self.counts(patient).items()}

    def closes_all_work(self) -> None:
        """So that each journey starts with an empty queue, and every medicine can be asked for."""
        for task in self.find("Task", status=OPEN):
            self._gets(task, "completed")
        spoken_of = {
            about["reference"]
            for message in self.find("Communication", _sort="-sent")
            for about in message.get("about", ())
        }
        for form in self.find("QuestionnaireResponse", status="completed", _sort="-authored"):
            if f"QuestionnaireResponse/{form['id']}" not in spoken_of:
                self._gets(form, "entered-in-error")

    def _gets(self, resource: dict[str, Any], status: str) -> None:
        self._ask(
            "PUT",
            f"{resource['resourceType']}/{resource['id']}",
            json=resource | {"status": status},
            headers={"If-Match": f'W/"{resource["meta"]["versionId"]}"'},
        )

    def _ask(self, method: str, path: str, **rest: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/fhir+json"}
        headers |= rest.pop("headers", {})
        url = f"{self.base}/{path}"
        answer = requests.request(method, url, headers=headers, timeout=10, **rest)
        answer.raise_for_status()
        return answer


def open_record(programs: Programs) -> Record:
    """By the same door as every app: an EHR launch, a code, a token."""
    verifier = secrets.token_urlsafe(48)
    base = f"{programs.ehr}/fhir"
    browser = requests.Session()
    page = _follow(
        browser,
        f"{programs.ehr}/oauth/authorize",
        params={
            "response_type": "code",
            "client_id": CLIENT[0],
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "state": "state",
            "nonce": "nonce",
            "aud": base,
            "launch": _launch(programs),
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        },
    )
    allowed = re.findall(r'name="allow"[^>]* value="([^"]+)"', page.text)
    back = _follow(browser, page.url, data={"allow": allowed})
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    answer = requests.post(
        f"{programs.ehr}/oauth/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        },
        auth=CLIENT,
        timeout=10,
    )
    answer.raise_for_status()
    return Record(base, answer.json()["access_token"])


def _launch(programs: Programs) -> str:
    page = requests.get(f"{programs.ehr}/ehr/nina/queue", timeout=10).text
    (source,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page)
    return parse_qs(urlsplit(html.unescape(source)).query)["launch"][0]


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _follow(browser: requests.Session, url: str, **rest: Any) -> requests.Response:
    """Up to a page of the EHR's, or to where it sends back to the app."""
    method = "POST" if "data" in rest else "GET"
    answer = browser.request(method, url, timeout=10, allow_redirects=False, **rest)
    while answer.is_redirect and not answer.headers["Location"].startswith(CALLBACK):
        place = urljoin(answer.url, answer.headers["Location"])
        answer = browser.get(place, timeout=10, allow_redirects=False)
    return answer
