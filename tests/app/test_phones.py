"""A phone number is one tap from a call, and a browser may fill in what it knows of its owner."""

from __future__ import annotations

from typing import Any

import pytest

from smartapp.views.templating import dialled
from tests.app import forms
from tests.app.people import Patient
from tests.app.world import World

NUMBERS = ("312-555-0142", "988", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call 988.", 'Call <a class="app-phone" href="tel:988">988</a>.'),
        ("Since 1988, or 988-1 of 29-988", "Since 1988, or 988-1 of 29-988"),
        ("<b>988</b>", '&lt;b&gt;<a class="app-phone" href="tel:988">988</a>&lt;/b&gt;'),
        ('"&#988;', "&#34;&amp;#988;"),
        ("", ""),
    ],
)
def test_only_known_numbers_become_links(text: str, shown: str) -> None:
    assert dialled(text, NUMBERS) == shown


def test_the_clinic_is_called_by_a_tap_wherever_a_page_says_to_call(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    world.fails({"match": {"type": "Condition"}, "fault": {"kind": "status", "status": 500}})

    for page in ("conditions", "documents", "help"):
        shown = patient.go(page)
        assert ("312-555-0142", "tel:3125550142") in shown.links, page
        assert 'target="' not in shown.html, "nothing opens a window of its own"


def test_a_browser_is_told_what_a_question_about_its_owner_asks_for(patient: Patient) -> None:
    patient.logs_in("james")
    page = forms.opens(patient, "About you").html
    assert 'autocomplete="name"' in page
    assert 'autocomplete="bday"' in page

    details: Any = patient.go("ask/update-details").html
    for purpose in ("tel", "email", "name", "address-line1"):
        assert f'autocomplete="{purpose}"' in details
