"""A one-page PDF from lines of text: enough to have something to open, nothing more."""

from __future__ import annotations

from collections.abc import Sequence

PAGE = "/MediaBox [0 0 612 792]"  # US letter, in points
FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def pdf(lines: Sequence[str]) -> bytes:
    text = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
    content = f"BT /F1 12 Tf 16 TL 72 720 Td\n{text}ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R {PAGE} /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(_bytes(content))} >>\nstream\n{content}\nendstream",
        FONT,
    ]
    return _with_index(
        [_bytes(f"{n} 0 obj\n{each}\nendobj\n") for n, each in enumerate(objects, 1)]
    )


def _with_index(objects: Sequence[bytes]) -> bytes:
    """The table at the end says where each object starts."""
    made = b"%PDF-1.4\n"
    rows = b"0000000000 65535 f \n"
    for each in objects:
        rows += f"{len(made):010} 00000 n \n".encode()
        made += each
    count = len(objects) + 1
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    return made + f"xref\n0 {count}\n".encode() + rows + trailer.encode()


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _bytes(text: str) -> bytes:
    return text.encode("cp1252")
