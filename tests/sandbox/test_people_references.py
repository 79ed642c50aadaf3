"""What refers to something finds it, and nobody's record reaches into another's."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from sandbox.people import resources

PEOPLE = resources(date(2026, 1, 31))
SAME_PERSON_ELSEWHERE = ("Patient", "Person")  # their links say who else somebody is
BY_KEY = {f"{each['resourceType']}/{each['id']}": each for each in PEOPLE}


def test_every_reference_resolves():
    lost = [
        f"{key} -> {target}"
        for key, each in BY_KEY.items()
        for target in _references(each)
        if not target.startswith("#") and target not in BY_KEY
    ]

    assert lost == []


def test_every_contained_reference_is_contained_in_the_same_resource():
    inside = [
        (each, target) for each in PEOPLE for target in _references(each) if target.startswith("#")
    ]

    assert inside
    for each, target in inside:
        assert target[1:] in [part["id"] for part in each["contained"]]


def test_every_file_that_a_document_names_is_there_and_is_what_it_says():
    named = [
        attachment for each in PEOPLE for attachment in _attachments(each) if "url" in attachment
    ]

    assert named
    for attachment in named:
        assert BY_KEY[attachment["url"]]["contentType"] == attachment["contentType"]


def test_every_file_is_protected_by_the_document_that_shows_it():
    files = [each for each in PEOPLE if each["resourceType"] == "Binary"]

    assert files
    for file in files:
        document = BY_KEY[file["securityContext"]["reference"]]
        assert f"Binary/{file['id']}" in [each["url"] for each in _attachments(document)]


def test_content_inside_a_document_matches_its_size_and_hash():
    inline = [each for one in PEOPLE for each in _attachments(one) if "data" in each]

    assert inline
    for attachment in inline:
        data = base64.b64decode(attachment["data"], validate=True)
        digest = hashlib.sha1(data, usedforsecurity=False).digest()
        assert attachment["size"] == len(data)
        assert base64.b64decode(attachment["hash"]) == digest


def test_no_resource_is_about_two_patients():
    mixed = [
        key
        for key, each in BY_KEY.items()
        if each["resourceType"] != "Patient" and len(_patients(each)) > 1
    ]

    assert mixed == []


def test_what_belongs_to_a_patient_points_only_at_things_of_that_patient():
    strays = [
        f"{key} -> {target}"
        for key, each in BY_KEY.items()
        for target in _references(each)
        if each["resourceType"] not in SAME_PERSON_ELSEWHERE and target in BY_KEY
        if (mine := _patients(each)) and (theirs := _patients(BY_KEY[target])) and mine != theirs
    ]

    assert strays == []


def _patients(each: dict[str, Any]) -> set[str]:
    if each["resourceType"] == "Patient":
        return {f"Patient/{each['id']}"}
    return {target for target in _references(each) if target.startswith("Patient/")}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _references(each)
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from _references(each)


def _attachments(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from _attachments(each)
    if isinstance(value, dict):
        if "attachment" in value:
            yield value["attachment"]
        yield from value.get("presentedForm", [])
        for each in value.values():
            yield from _attachments(each)
