"""The files in the record open, and the command writes the whole record."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import zlib
from datetime import date
from xml.etree import ElementTree

import pytest

from sandbox.people import resources
from sandbox.people.__main__ import main
from sandbox.people.pdf import pdf
from sandbox.people.png import SIGNATURE, SIZE

PEOPLE = resources(date(2026, 1, 31))


def files(kind: str) -> list[bytes]:
    return [
        base64.b64decode(each["data"])
        for each in PEOPLE
        if each["resourceType"] == "Binary" and each["contentType"] == kind
    ]


def test_every_entry_in_a_pdfs_index_points_at_its_object():
    for made in files("application/pdf"):
        start = int(re.search(rb"startxref\n(\d+)", made).group(1))
        offsets = re.findall(rb"(\d{10}) 00000 n ", made[start:])

        assert made.startswith(b"%PDF-")
        assert made[start:].startswith(b"xref")
        for number, offset in enumerate(offsets, 1):
            assert made[int(offset) :].startswith(b"%d 0 obj" % number)


def test_a_pdf_bears_brackets_and_accents():
    made = pdf(["María (54) \\ café"])
    length = int(re.search(rb"/Length (\d+)", made).group(1))
    stream = re.search(rb"stream\n(.*)\nendstream", made, re.DOTALL).group(1)

    assert len(stream) == length
    assert "(María \\(54\\) \\\\ café) Tj".encode("cp1252") in stream


def test_the_picture_has_the_size_that_it_says():
    [made] = files("image/png")
    data = made.index(b"IDAT")
    length = int.from_bytes(made[data - 4 : data])

    assert made.startswith(SIGNATURE)
    assert len(zlib.decompress(made[data + 4 : data + 4 + length])) == SIZE * (1 + 3 * SIZE)


def test_the_summary_of_care_is_well_formed_and_says_whose_it_is():
    [made] = files("application/xml")
    document = ElementTree.fromstring(made)  # noqa: S314 (made by this project)
    name = document.find(".//{urn:hl7-org:v3}patient/{urn:hl7-org:v3}name")

    assert document.tag == "{urn:hl7-org:v3}ClinicalDocument"
    assert name is not None
    assert name.text == "Walter Brooks"


def test_the_command_writes_everyone_as_one_bundle(tmp_path):
    file = tmp_path / "people.json"

    main(["--today", "2026-01-31", "-o", str(file)])

    bundle = json.loads(file.read_text(encoding="utf-8"))
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    assert [entry["resource"] for entry in bundle["entry"]] == PEOPLE


def test_the_command_writes_to_standard_output_as_a_program_of_its_own():
    ran = subprocess.run(
        [sys.executable, "-m", "sandbox.people", "--today", "2026-01-31"],
        capture_output=True,
        check=True,
    )

    assert len(json.loads(ran.stdout)["entry"]) == len(PEOPLE)
    assert ran.stderr == b""


def test_the_command_refuses_a_day_that_is_none(capsys):
    with pytest.raises(SystemExit):
        main(["--today", "soon"])

    assert "invalid" in capsys.readouterr().err
