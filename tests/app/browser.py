"""A browser that follows its user from the app to the EHR and back, and looks at every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from werkzeug.test import Client, TestResponse

from tests.app.page import Form, Page, flaws, read_page

MOST_REDIRECTS = 10
LEAVING = "data-leaving"


@dataclass(frozen=True)
class Cookie:
    value: str
    attributes: Mapping[str, str]  # in small letters; "" for one without a value

    @property
    def survives_in_a_frame(self) -> bool:
        """In a frame of another site a browser keeps no other cookie."""
        wanted = self.attributes.get("samesite", "").lower() == "none"
        return wanted and "secure" in self.attributes and "partitioned" in self.attributes


@dataclass(repr=False)
class Browser:
    """One person's browser. `framed`: the app is in a frame of the EHR, a site of its own."""

    app_url: str
    ehr_url: str
    app: Client
    ehr: Client
    secrets: Any  # called with the browser: what must never be in an address or a page
    language: str = "en"
    framed: bool = False
    keeps_cookies: bool = True
    planted: str = ""  # what this person types may look like a mistake of the page
    cookies: dict[str, dict[str, Cookie]] = field(default_factory=dict)  # by host
    visited: list[str] = field(default_factory=list)
    page: Page | None = None

    # --- going somewhere ----------------------------------------------------------------------

    def get(self, url: str, *, status: int = 200, **options: Any) -> Page:
        return self._shown(self.follow("GET", url, **options), status)

    def post(self, url: str, fields: Mapping[str, Any], *, status: int = 200, **more: Any) -> Page:
        return self._shown(self.follow("POST", url, fields=fields, **more), status)

    def submit(
        self, form: Form, changes: Mapping[str, Any] | None = None, *, status: int = 200
    ) -> Page:
        return self.post(form.action, {**form.fields, **(changes or {})}, status=status)

    def click(self, words: str, *, status: int = 200) -> Page:
        assert self.page is not None
        return self.get(self.page.link(words), status=status)

    def follow(self, method: str, url: str, **options: Any) -> TestResponse:
        answer = self.ask(method, url, **options)
        for _ in range(MOST_REDIRECTS):
            if LEAVING in answer.text:  # its script sends it on
                form = read_page(self.visited[-1], answer.status_code, {}, answer.text).forms[0]
                answer = self.ask("POST", form.action, fields=form.fields)
            if answer.status_code not in {301, 302, 303}:
                return answer
            answer = self.ask("GET", urljoin(self.visited[-1], answer.headers["Location"]))
        raise AssertionError(f"still redirected after {MOST_REDIRECTS} times: {self.visited[-3:]}")

    def ask(
        self,
        method: str,
        url: str,
        *,
        fields: Mapping[str, Any] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """One request, without following where it leads."""
        url = urljoin(f"{self.app_url}/", url)
        parts = urlsplit(url)
        wire = self.app if url.startswith(self.app_url) else self.ehr
        assert url.startswith((self.app_url, self.ehr_url)), f"led away to {parts.netloc}"
        sent = {**self._usual_headers(url), **(headers or {})}
        answer = wire.open(
            parts.path,
            method=method,
            base_url=f"{parts.scheme}://{parts.netloc}",
            query_string=parts.query,
            data=fields,
            headers={name: value for name, value in sent.items() if value},
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
            buffered=True,
            **options,
        )
        self._keep_cookies(parts.hostname or "", answer)
        self.visited.append(url)
        if wire is self.app:
            self._look_at_headers(answer)
        return answer

    # --- what a browser adds ------------------------------------------------------------------

    def _usual_headers(self, url: str) -> dict[str, str]:
        host = urlsplit(url).hostname or ""
        last = self.visited[-1] if self.visited else ""
        same_site = bool(last) and urlsplit(last).hostname == host
        kept = self.cookies.get(host, {})
        return {
            "Accept-Language": self.language,
            "Cookie": "; ".join(f"{name}={each.value}" for name, each in kept.items()),
            "Referer": last.split("?")[0] if same_site else "",
            "Sec-Fetch-Site": ("same-origin" if same_site else "cross-site") if last else "none",
            "Sec-Fetch-Dest": "iframe" if self.framed else "document",
            "User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/130.0",
        }

    def _keep_cookies(self, host: str, answer: TestResponse) -> None:
        jar = self.cookies.setdefault(host, {})
        for line in answer.headers.getlist("Set-Cookie"):
            name, cookie = read_cookie(line)
            if cookie.attributes.get("max-age") == "0":
                jar.pop(name, None)
            elif self.keeps_cookies and (cookie.survives_in_a_frame or not self.framed):
                jar[name] = cookie

    # --- what it looks at ---------------------------------------------------------------------

    def _look_at_headers(self, answer: TestResponse) -> None:
        policy = answer.headers.get("Content-Security-Policy", "")
        assert policy.count("frame-ancestors") == 1, self.visited[-1]
        assert "unsafe" not in policy
        assert "X-Frame-Options" not in answer.headers
        if not urlsplit(self.visited[-1]).path.startswith(("/static/", "/keys/")):
            assert answer.headers["Cache-Control"] == "no-store", self.visited[-1]

    def _shown(self, answer: TestResponse, status: int) -> Page:
        url = self.visited[-1]
        headers = {name.lower(): value for name, value in answer.headers.items()}
        page = read_page(url, answer.status_code, headers, answer.text)
        assert page.status == status, f"{page.status} at {page.path}: {page.text[:600]}"
        if url.startswith(self.app_url):
            wrong = list(flaws(page, self.planted))
            assert not wrong, f"{page.path} lacks {wrong}: {page.text[:300]}"
            assert not self.framed or self._may_frame(page), f"the frame stays empty: {page.path}"
            for secret in self.secrets(self):
                assert secret not in page.html, "a secret stands in the page"
                assert secret not in url, "a secret stands in the address"
        self.page = page
        return page

    def _may_frame(self, page: Page) -> bool:
        policy = page.headers["content-security-policy"]
        return self.ehr_url in policy.partition("frame-ancestors ")[2].split(";")[0].split()

    # --- its sessions -------------------------------------------------------------------------

    @property
    def sessions(self) -> dict[str, str]:
        """The sessions of this browser: name and secret."""
        jar = self.cookies.get(urlsplit(self.app_url).hostname or "", {})
        return {
            name.removeprefix("__Host-L-"): cookie.value
            for name, cookie in jar.items()
            if name.startswith("__Host-L-")
        }

    @property
    def home(self) -> str:
        """The start of the session that the open page belongs to."""
        assert self.page is not None
        _, marker, rest = self.page.path.partition("/l/")
        return f"{marker}{rest.split('/')[0]}"


def read_cookie(line: str) -> tuple[str, Cookie]:
    first, *rest = [part.strip() for part in line.split(";")]
    name, _, value = first.partition("=")
    attributes = {}
    for part in rest:
        key, _, setting = part.partition("=")
        attributes[key.lower()] = setting
    return name, Cookie(value, attributes)


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
