"""All pages that somebody can get to by links, a few of each kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.app.browser import Browser

OFTEN = 2  # so many pages of one kind are looked at
HREF = re.compile(r'(?:href|action|src)="(/l/[^"#]+)')


@dataclass(frozen=True)
class Seen:
    endpoint: str
    address: str
    body: str
    headers: str


def crawl(app: Flask, browser: Browser, begins: Sequence[str]) -> Iterator[Seen]:
    """From all of these on, and of each kind of page only some."""
    adapter = app.url_map.bind("localhost:8000")
    seen: Counter[str] = Counter()
    waiting, known = list(begins), set[str]()
    while waiting:
        address = waiting.pop(0)
        try:
            endpoint, _ = adapter.match(urlsplit(address).path, method="GET")
        except HTTPException:
            continue
        enough = seen[endpoint] >= OFTEN and address not in begins
        if address in known or enough:
            continue
        known.add(address)
        seen[endpoint] += 1
        answer = browser.follow("GET", address)
        body = answer.get_data(as_text=True)
        yield Seen(endpoint, address, body, str(answer.headers))
        waiting += HREF.findall(body.replace("&amp;", "&"))
