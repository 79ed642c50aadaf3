"""What a file is said to be, and what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.content import UNKNOWN, Shown, expected, kind_of

PNG, JPEG = b"\x89PNG\r\n\x1a\n....", b"\xff\xd8\xff\xe0...."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "declared", "shown", "type_", "ending"),
    [
        (b"%PDF-1.7", "application/pdf", Shown.AS_PDF, "application/pdf", ".pdf"),
        (b"%PDF-1.7", "", Shown.AS_PDF, "application/pdf", ".pdf"),
        (b"%PDF-1.7", "application/octet-stream", Shown.AS_PDF, "application/pdf", ".pdf"),
        (b"%PDF-1.7<script>", "text/html", Shown.NOT, UNKNOWN, ".pdf"),
        (b"%PDF-1.7", "image/png", Shown.NOT, UNKNOWN, ".pdf"),
        (b"<html>%PDF-1.7", "application/pdf", Shown.NOT, UNKNOWN, ".bin"),
        (b"\n%PDF-1.7", "application/pdf", Shown.NOT, UNKNOWN, ".bin"),
        (PNG, "image/png", Shown.AS_IMAGE, "image/png", ".png"),
        (PNG, "image/svg+xml", Shown.NOT, UNKNOWN, ".png"),
        (JPEG, "image/jpg", Shown.AS_IMAGE, "image/jpeg", ".jpg"),
        (b"GIF89a", "image/gif", Shown.NOT, UNKNOWN, ".gif"),
        (SVG, "image/svg+xml", Shown.NOT, UNKNOWN, ".svg"),
        (SVG, "image/png", Shown.NOT, UNKNOWN, ".bin"),
        (b"Some words", "text/plain", Shown.AS_TEXT, "text/plain", ".txt"),
        (b"<script>", "text/plain", Shown.AS_TEXT, "text/plain", ".txt"),
        (b"MZ\x90\x00", "text/plain", Shown.NOT, UNKNOWN, ".bin"),
        (b"<p>Hi</p>", "text/html", Shown.AS_HTML, "text/html", ".html"),
        (b"<p>Hi</p>", "application/xhtml+xml", Shown.AS_HTML, "text/html", ".html"),
        (b"<p>Hi</p>", "", Shown.NOT, UNKNOWN, ".bin"),
        (b"<p>Hi</p>", "application/pdf", Shown.NOT, UNKNOWN, ".bin"),
        (b"<?xml version='1.0'?>", "text/xml", Shown.NOT, UNKNOWN, ".xml"),
        (b"<?xml version='1.0'?>", "application/xml", Shown.NOT, UNKNOWN, ".xml"),
        (b"PK\x03\x04", "text/html", Shown.AS_HTML, "text/html", ".html"),
        (b"", "application/pdf", Shown.NOT, UNKNOWN, ".bin"),
    ],
)
def test_a_file_is_shown_only_where_its_bytes_and_its_name_agree(
    content: bytes, declared: str, shown: Shown, type_: str, ending: str
) -> None:
    kind = kind_of(content, declared)

    assert (kind.shown, kind.type, kind.ending) == (shown, type_, ending)


@given(st.binary(max_size=64), st.text(max_size=30))
def test_whatever_comes_the_browser_is_told_one_of_five_things(
    content: bytes, declared: str
) -> None:
    kind = kind_of(content, declared)

    assert kind.type in {"application/pdf", "image/png", "image/jpeg", "text/plain", "text/html",
                         UNKNOWN}  # fmt: skip
    assert "svg" not in kind.type
    assert kind.shown is not Shown.AS_PDF or content.startswith(b"%PDF-")


def test_what_a_page_expects_is_what_the_word_says() -> None:
    assert expected("application/x-pdf") is Shown.AS_PDF
    assert expected("text/html") is Shown.AS_HTML
    assert expected("image/svg+xml") is Shown.NOT
    assert expected("") is Shown.NOT
