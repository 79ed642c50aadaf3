"""What a patient asked for before: none is said only where all of it was read."""

from __future__ import annotations

from smartapp.fhir.section import Section
from smartapp.pages.similar import earlier_panel
from smartapp.words import words_for
from smartapp.workflow.requests import Request
from tests.workflow.threads import message

WORDS = words_for("en")
ASKED = Request(message("1"), (message("1"),), None)


def test_none_earlier_is_said_only_where_all_requests_were_read() -> None:
    whole = earlier_panel(WORDS, None, ASKED, Section())
    partly = earlier_panel(WORDS, None, ASKED, Section(whole=False))

    assert (whole.none, whole.trouble) == ("None are recorded.", "")
    assert partly.none == ""
    assert "Not all could be loaded." in partly.trouble
