"""Photos and papers as somebody would choose them."""

from __future__ import annotations

import io

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def photo(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200), place: bool = True) -> bytes:
    made, exif = io.BytesIO(), Image.Exif()
    if place:
        exif[0x010F] = "The maker of the camera"
        exif[0x8825] = {1: "N", 2: (41.0, 52.0, 0.0)}
    Image.new("RGB", size, "teal").save(made, kind, exif=exif)
    return made.getvalue()
