"""A file of the record on its way to a browser: never on disk, and harmless when it gets there."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator

from flask import g, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from smartapp.fhir.content import UNKNOWN, FileKind, Shown
from smartapp.fhir.narrative import clean_html
from smartapp.fhir.plain import plain
from smartapp.workflow.documents import File

SANDBOX = "sandbox; default-src 'none'"
LOCKED = f"{SANDBOX}; base-uri 'none'; form-action 'none'"
# A browser's own PDF viewer does not start in a sandbox; the page around it can load nothing.
PDF_ALONE = "default-src 'none'; object-src 'self'; base-uri 'none'; form-action 'none'"
LONGEST_NAME = 80

# How cleaned words look in their frame: the one style that their policy lets in.
STYLE = (
    "body{font:1.0625rem/1.5 system-ui,sans-serif;margin:1rem;overflow-wrap:anywhere}"
    "h1,h2,h3,h4,h5,h6{margin-block:1rem .25rem;line-height:1.25;font-size:1.0625rem}"
    "h1{font-size:1.375rem}h2{font-size:1.1875rem}p,ul,ol{margin-block:.25rem .75rem}"
    "table{border-collapse:collapse}td,th{border:1px solid;padding:.25rem .5rem;text-align:start}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

Ended = Callable[[int, str, bool], None]  # bytes, SHA-256, whether that is all


def lock(policy: str = LOCKED) -> None:
    """This answer is somebody else's content: it gets a policy of its own, and may stand in a frame
    of our own pages.
    """
    g.own_policy = policy
    g.framed_by_us = True


def frames_ours() -> None:
    """This page shows such content in a frame."""
    g.frames_us = True


def respond(file: File, title: str, *, save: bool, language: str, ended: Ended) -> Response:
    """Shown in the browser where that is safe; saved where not, or where that is asked for."""
    if file.kind.shown is Shown.AS_HTML:
        return _cleaned(file, title, save=save, language=language, ended=ended)
    saved = save or file.kind.shown is Shown.NOT
    lock(PDF_ALONE if file.kind.shown is Shown.AS_PDF and not saved else LOCKED)
    response = Response(_counted(file, ended), direct_passthrough=True)
    response.call_on_close(file.close)
    response.headers["Content-Type"] = _content_type(file.kind, saved=saved)
    if file.length is not None:
        response.headers["Content-Length"] = str(file.length)
    _name(response, title, file.kind.ending, saved=saved)
    return response


def _cleaned(file: File, title: str, *, save: bool, language: str, ended: Ended) -> Response:
    """What is saved is as clean as what is shown: on a device nothing would hold it back."""
    response = cleaned(file.text(), title, language)
    content = response.get_data()
    ended(len(content), hashlib.sha256(content).hexdigest(), True)
    _name(response, title, ".html", saved=save)
    return response


def cleaned(html: str, title: str, language: str) -> Response:
    """A page of its own that holds what is left of somebody else's marks, and can do nothing."""
    lock(f"{LOCKED}; style-src 'sha256-{STYLE_HASH}'")
    body = Markup(clean_html(html))  # noqa: S704  (it has just been cleaned)
    style = Markup(STYLE)  # noqa: S704  (a text of our own)
    page = render_template("document.html", body=body, title=title, language=language, style=style)
    return Response(page, content_type="text/html; charset=utf-8")


def _content_type(kind: FileKind, *, saved: bool) -> str:
    if kind.shown is Shown.AS_TEXT and not saved:
        return "text/plain; charset=utf-8"
    return kind.type if kind.shown is not Shown.AS_TEXT else UNKNOWN


def _counted(file: File, ended: Ended) -> Iterator[bytes]:
    digest, size, whole = hashlib.sha256(), 0, False
    try:
        for piece in file.pieces():
            digest.update(piece)
            size += len(piece)
            yield piece
        whole = True
    finally:
        file.close()
        ended(size, digest.hexdigest(), whole)


def _name(response: Response, title: str, ending: str, *, saved: bool) -> None:
    how = "attachment" if saved else "inline"
    response.headers.set("Content-Disposition", how, filename=file_name(title, ending))


def file_name(title: str, ending: str) -> str:
    """No path, no second ending, nothing that a file system takes for more than a name."""
    readable = unicodedata.normalize("NFC", plain(title))
    name = re.sub(r"[^\w \-()]+", "-", readable).strip(" -")[:LONGEST_NAME].strip(" -")
    return f"{name or 'document'}{ending}"
