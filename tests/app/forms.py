"""How a patient of these tests fills in forms: by the buttons of the page, as a browser would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tests.app.page import Form, Page
from tests.app.people import Patient

Answers = Mapping[str, str | Sequence[str]]
NOTHING: Answers = MappingProxyType({})


def opens(patient: Patient, title: str, *, status: int = 200) -> Page:
    for place in ("forms", "forms/first-visit"):
        links = patient.go(place).links
        found = [href for words, href in links if title in words and "/forms/" in href]
        if found:
            break
    assert found, f"{title} is not among the forms"
    return patient.browser.get(found[0], status=status)


def goes_on(
    patient: Patient,
    page: Page,
    answers: Answers = NOTHING,
    then: str = "next",
    *,
    status: int = 200,
) -> Page:
    changes: dict[str, Any] = {**answers, "then": then}
    return patient.browser.submit(sheet(page), changes, status=status)


def sheet(page: Page) -> Form:
    """The form of the page that holds the questions."""
    (found,) = [each for each in page.forms if "part" in each.fields]
    return found


def sends(patient: Patient, review: Page) -> Page:
    return patient.browser.submit(review.form("/send"))
