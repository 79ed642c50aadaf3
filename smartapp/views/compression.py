"""Pages travel compressed: to an old phone on a slow network that is most of the wait."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator

from flask import Flask, request
from werkzeug.wrappers import Response

KINDS = {"text/html", "text/css", "text/javascript", "image/svg+xml"}
SMALLEST = 512  # below this it saves nothing
LEVEL = 6
GZIP = 31  # for zlib: the largest window, in a gzip frame


def register(app: Flask) -> None:
    app.after_request(compress)


def compress(response: Response) -> Response:
    if response.mimetype not in KINDS:
        return response
    response.vary.add("Accept-Encoding")
    taken = request.accept_encodings.quality("gzip") > 0
    whole = response.status_code not in {206, 304} and "Content-Encoding" not in response.headers
    if taken and whole and _arrives_in_parts(response):
        response.response = _flowing(response.iter_encoded())
        response.headers["Content-Encoding"] = "gzip"
    elif taken and whole:
        _shorten(response)
    return response


def _arrives_in_parts(response: Response) -> bool:
    return response.is_streamed and not response.direct_passthrough


def _flowing(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Each part leaves when it is there, and not when the next one comes."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    try:
        for chunk in chunks:
            if chunk:
                yield packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH)
        yield packer.flush()
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


def _shorten(response: Response) -> None:
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < SMALLEST:
        return
    response.set_data(gzip.compress(plain, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)  # the same content, no longer the same bytes
