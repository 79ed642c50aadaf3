"""What a receipt looks like on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Patient

pytestmark = pytest.mark.journey


def test_a_printed_receipt_is_a_receipt_and_nothing_else(patient: Patient) -> None:
    receipt = patient.is_signed_in_as("james").asks_for("lisinopril")
    page = patient.page
    page.goto(receipt.url)
    page.emulate_media(media="print")
    for kept in (
        ".app-record__name",
        ".app-receipt__title",
        ".app-receipt__code",
        ".app-receipt__facts",
        ".app-message__text",
    ):
        expect(page.locator(kept)).to_be_visible()
    for left_out in (".app-nav", ".app-languages", ".govuk-back-link", ".app-header__actions"):
        expect(page.locator(left_out)).to_be_hidden()
    expect(page.locator("button:visible")).to_have_count(0)
    after = page.locator(".app-header__name").evaluate(
        "link => getComputedStyle(link, '::after').content"
    )
    assert after == "none"  # no address on paper
    paper = page.locator(".app-receipt").evaluate("box => getComputedStyle(box).backgroundColor")
    assert paper == "rgba(0, 0, 0, 0)"
