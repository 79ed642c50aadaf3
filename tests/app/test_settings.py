"""Settings: what a reader chose is how every page looks, and says nothing of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.pages.settings import CHOICES, Look
from tests.app.people import Patient
from tests.app.world import World

COOKIE = "__Host-Look"


def html_classes(html: str) -> set[str]:
    return set(html.partition('class="')[2].partition('"')[0].split())


def test_a_reader_chooses_once_and_every_page_follows(world: World, james: Patient) -> None:
    assert html_classes(james.go("start").html) == {"govuk-template"}
    form = james.go("settings").form("/settings")
    assert form.choices["text"] == list(CHOICES["text"])

    saved = james.browser.submit(
        form, {"text": "150", "colours": "dark", "contrast": "high", "words": "medical"}
    )

    assert "Your settings are saved." in saved.text
    chosen = {"govuk-template", "app-text-150", "app-dark", "app-contrast-high"}
    for page in (saved, james.go("medicines"), james.go("nowhere", status=404)):
        assert html_classes(page.html) == chosen
    cookie = james.browser.cookies["localhost"][COOKIE]
    assert cookie.value == "text-150.colours-dark.contrast-high.words-medical"
    assert {"secure", "httponly"} <= cookie.attributes.keys()
    world.forgets_what_was_asked()
    checked = james.go("settings").form("/settings").fields
    assert (checked["text"], checked["words"]) == (["150"], ["medical"])
    assert not world.asked(path="/fhir/")  # nothing of the record is needed for it


def test_medical_words_are_explained_until_somebody_does_not_want_it(james: Patient) -> None:
    explained = james.go("conditions").html
    form = james.go("settings").form("/settings")
    james.browser.submit(form, {"words": "medical"})

    assert "app-card__explain" in explained
    assert "app-card__explain" not in james.go("conditions").html


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "text-999",
        "text-150;x",
        "colours-<script>",
        "text-150.text-200.",
        "a" * 5000,
        "text",
        "é",
    ],
)
def test_a_cookie_that_somebody_made_up_chooses_nothing(kept: str) -> None:
    assert Look.read(kept) == Look()


@given(st.text(max_size=60))
def test_whatever_a_cookie_holds_only_known_classes_come_of_it(kept: str) -> None:
    known = {f"app-{value}" for value in CHOICES["colours"]}
    known |= {f"app-text-{value}" for value in CHOICES["text"]}
    known |= {f"app-contrast-{value}" for value in CHOICES["contrast"]}

    assert set(Look.read(kept).classes.split()) <= known


def test_what_is_kept_is_read_again() -> None:
    look = Look("200", "light", "high", "medical")

    assert Look.read(look.kept) == look
