"""What the tests of launches share: the address of the way back, and how trouble looks."""

from __future__ import annotations

import re

from tests.app.page import Page
from tests.app.people import Patient

TOKEN = "/oauth/token"


def says_so_and_offers_a_way_on(page: Page, heading: str) -> None:
    assert page.headings == (heading,), page.text
    assert re.search(r"read out this code: (launch|ehr)-[a-z-]+-[0-9a-f]{8}", page.text)
    assert "What you can do" in page.text


def callback(patient: Patient, username: str = "james") -> str:
    """The address that the EHR sends the browser back to, before the browser goes there."""
    consent = patient.reaches_consent(username)
    form = consent.forms[0]
    answer = patient.browser.ask("POST", form.action, fields={"allow": form.choices["allow"]})
    return str(answer.headers["Location"])
