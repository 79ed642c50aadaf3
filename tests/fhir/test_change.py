"""What a change by staff leaves in the work, and reading it again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.change import Change, Kind, changes_of
from smartapp.fhir.element import Element, Reference
from smartapp.fhir.task import WorkTask
from tests.fhir import writing
from tests.fhir.writing import NOON, VOCABULARY, maybe_text, times

TOM = Reference("Practitioner/tom", "Tom Reyes")
REROUTED = Change(
    kind=Kind.REROUTED,
    when=NOON,
    by=TOM,
    before="nurse-triage",
    after="refills",
    rule="side-effects",
    reason="another-team",
    words="No side effects: she means her old pills",
    minutes=3,
    seal="word",
)

codes = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20)
changes = st.builds(
    Change,
    kind=st.sampled_from(Kind),
    when=times.map(lambda when: when.replace(microsecond=0)),
    by=st.builds(Reference, st.sampled_from(["Practitioner/tom", ""]), codes | st.just("")),
    before=codes | st.just(""),
    after=codes | st.just(""),
    rule=codes | st.just(""),
    reason=codes | st.just(""),
    words=maybe_text.map(str.strip),
    minutes=st.none() | st.integers(0, 600),
    seal=codes | st.just(""),
)


def read(*extensions: Any) -> tuple[Change, ...]:
    return changes_of(Element({"extension": list(extensions)}, "Task"), VOCABULARY.change)


def work(*extensions: Any) -> WorkTask:
    json = {"id": "9", "meta": {"versionId": "4"}, **writing.task()}
    found = WorkTask.from_fhir({**json, "extension": list(extensions)}, VOCABULARY)
    assert found is not None
    return found


def test_a_change_is_an_extension_that_names_each_of_its_parts() -> None:
    assert REROUTED.as_extension(VOCABULARY.change) == {
        "url": "https://clinic.example/fhir/StructureDefinition/change",
        "extension": [
            {"url": "kind", "valueCode": "rerouted"},
            {"url": "when", "valueDateTime": "2026-11-20T12:00:00+00:00"},
            {
                "url": "by",
                "valueReference": {"reference": "Practitioner/tom", "display": "Tom Reyes"},
            },
            {"url": "from", "valueString": "nurse-triage"},
            {"url": "to", "valueString": "refills"},
            {"url": "rule", "valueString": "side-effects"},
            {"url": "reason", "valueCode": "another-team"},
            {"url": "words", "valueString": "No side effects: she means her old pills"},
            {"url": "seal", "valueString": "word"},
            {"url": "minutes", "valueInteger": 3},
        ],
    }


@given(st.lists(changes, max_size=4))
def test_every_change_comes_back_as_it_was_made_and_in_order(made: list[Change]) -> None:
    assert read(*(each.as_extension(VOCABULARY.change) for each in made)) == tuple(made)


def test_a_change_is_appended_and_none_before_it_is_touched() -> None:
    theirs = {"url": "urn:ehr", "valueDecimal": 1}
    first = REROUTED.as_extension(VOCABULARY.change)
    note = Change(Kind.NOTE, datetime(2026, 11, 20, 13, tzinfo=UTC), TOM, words="Called her")

    changed = work(theirs, first).changed(
        vocabulary=VOCABULARY, now=NOON, status="accepted", stage="with-nurse", changes=(note,)
    )

    assert changed["extension"] == [theirs, first, note.as_extension(VOCABULARY.change)]
    assert work(*changed["extension"]).changes == (REROUTED, note)


def test_work_whose_ehr_dropped_the_extensions_has_no_history() -> None:
    assert work().changes == ()


@pytest.mark.parametrize(
    "odd",
    [
        {"url": VOCABULARY.change},
        {"url": VOCABULARY.change, "valueString": "closed"},
        {"url": VOCABULARY.change, "extension": [{"url": "kind", "valueCode": "closed"}]},
        {"url": VOCABULARY.change, "extension": [{"url": "kind", "valueCode": 7}]},
        {"url": VOCABULARY.change, "extension": "closed"},
    ],
)
def test_what_makes_no_sense_as_a_change_does_not_hide_the_others(odd: Any) -> None:
    assert read(odd, REROUTED.as_extension(VOCABULARY.change)) == (REROUTED,)


def test_a_change_of_a_later_version_keeps_its_name() -> None:
    later = REROUTED.as_extension(VOCABULARY.change)
    later["extension"][0] = {"url": "kind", "valueCode": "merged"}

    assert [each.kind for each in read(later)] == ["merged"]
