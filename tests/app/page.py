"""A page as a person finds it: its words, its links and its forms; and what no page may lack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
LEFT_OVER = re.compile(r"\{\{|\{%|object at 0x|Undefined|&(amp|lt|#)")
_joined = lru_cache(maxsize=4096)(urljoin)  # the same few links stand on most pages
APART = {"p", "div", "li", "dt", "dd", "h1", "h2", "h3", "h4", "ul", "ol", "legend", "label"}


@dataclass
class Form:
    method: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)  # as they would be sent
    choices: dict[str, list[str]] = field(default_factory=dict)  # of radios and checkboxes
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, repr=False)
class Page:
    """One answer that was shown."""

    url: str
    status: int
    headers: dict[str, str]
    html: str
    lang: str
    title: str
    text: str  # all that can be read, with single spaces
    headings: tuple[str, ...]  # of the first level
    links: tuple[tuple[str, str], ...]  # words and whole address
    forms: tuple[Form, ...]
    ids: tuple[str, ...]
    scripts: tuple[str, ...]  # what stands between the tags; "" for one that is loaded
    handlers: tuple[str, ...]  # onclick and the like, and style attributes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def link(self, words: str) -> str:
        found = [href for text, href in self.links if words in text]
        assert found, f"no link says {words!r}: {self.links}"
        return found[0]

    def form(self, ending: str) -> Form:
        """The form that posts to an address with this ending."""
        found = [each for each in self.forms if urlsplit(each.action).path.endswith(ending)]
        assert found, f"no form posts to …{ending}: {[each.action for each in self.forms]}"
        return found[0]

    def has_form(self, ending: str) -> bool:
        return any(urlsplit(each.action).path.endswith(ending) for each in self.forms)


class _Reader:
    """Is told by lxml what it comes by: a parser in Python would take a tenth of all tests."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lang = ""
        self.open: list[str] = []
        self.words: list[str] = []
        self.headings: list[list[str]] = []
        self.titles: list[str] = []
        self.links: list[tuple[list[str], str]] = []
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.area: tuple[Form, str] | None = None

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        if given.get("id"):
            self.ids.append(given["id"])
        if tag not in VOID:
            self.open.append(tag)
        if tag in APART:
            self.words.append(" ")
        match tag:
            case "html":
                self.lang = given.get("lang", "")
            case "h1":
                self.headings.append([])
            case "a" if "href" in given:
                self.links.append(([], _joined(self.url, given["href"])))
            case "script":
                self.scripts.append("")
            case "form":
                action = _joined(self.url, given.get("action", ""))
                self.forms.append(Form(given.get("method", "get").lower(), action))
            case "input" | "button" | "textarea":
                self._control(tag, given)

    def _control(self, tag: str, given: Mapping[str, str]) -> None:
        name, form = given.get("name", ""), self.forms[-1] if "form" in self.open else None
        if form is None or not name:
            return
        kind = given.get("type", "")
        if tag == "button":
            form.buttons.append((name, given.get("value", "")))
        elif tag == "textarea":
            form.fields[name] = [""]
            self.area = (form, name)
        elif kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields.setdefault(name, []).append(given.get("value", "on"))
        else:
            form.fields[name] = [given.get("value", "")]

    def end(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        if tag == "textarea":
            self.area = None
        if tag in APART:
            self.words.append(" ")

    def data(self, data: str) -> None:
        if "script" in self.open:
            self.scripts[-1] += data.strip()
            return
        if "title" in self.open:
            self.titles.append(data)
            return
        self.words.append(data)
        if self.area is not None:
            form, name = self.area
            form.fields[name] = [form.fields[name][0] + data]
        if "h1" in self.open:
            self.headings[-1].append(data)
        if "a" in self.open:
            self.links[-1][0].append(data)

    def close(self) -> _Reader:
        return self


def read_page(url: str, status: int, headers: dict[str, str], html: str) -> Page:
    reader = _Reader(url)
    etree.HTML(html, etree.HTMLParser(target=reader, huge_tree=True))
    return Page(
        url=url,
        status=status,
        headers=headers,
        html=html,
        lang=reader.lang,
        title=_tidy(reader.titles),
        text=_tidy(reader.words),
        headings=tuple(_tidy(each) for each in reader.headings),
        links=tuple((_tidy(words), href) for words, href in reader.links),
        forms=tuple(reader.forms),
        ids=tuple(reader.ids),
        scripts=tuple(reader.scripts),
        handlers=tuple(reader.handlers),
    )


def _tidy(words: list[str]) -> str:
    """With plain single spaces: `split` counts those that do not break as spaces, too."""
    return " ".join("".join(words).split())


def flaws(page: Page, planted: str = "") -> Iterator[str]:
    """What is wrong with any page of the app, whatever it is about, but for what is `planted`."""
    own = page.text.replace(planted, "") if planted else page.text
    headers = page.headers
    policy = headers.get("content-security-policy", "")
    checks = {
        "one heading": len(page.headings) == 1 and bool(page.headings[0]),
        "a language": page.lang in {"en", "es"},
        "a title": bool(page.title),
        "its character set": headers.get("content-type") == "text/html; charset=utf-8",
        "no copy kept": headers.get("cache-control") == "no-store",
        "who may frame it": "frame-ancestors " in policy,
        "nothing unsafe": "unsafe" not in policy and "default-src 'none'" in policy,
        "no second word on framing": "x-frame-options" not in headers,
        "no guessing of types": headers.get("x-content-type-options") == "nosniff",
        "no address told to others": headers.get("referrer-policy") == "same-origin",
        "each id once": len(page.ids) == len(set(page.ids)),
        "no script of its own": not any(page.scripts) and not page.handlers,
        "nothing left over from the making": LEFT_OVER.search(own) is None,
    }
    yield from (name for name, holds in checks.items() if not holds)
    for form in page.forms:
        if form.method == "post" and "/l/" in form.action and "csrf_token" not in form.fields:
            yield f"a token in the form to {urlsplit(form.action).path}"
