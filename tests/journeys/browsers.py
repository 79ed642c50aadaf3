"""Browsers that watch: whatever a journey is about, no page may misbehave on the way."""

from __future__ import annotations

import atexit
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Frame,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.journeys.programs import Programs

FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
# A new page of the same site takes over the frame of the last one, as it did in Chromium for years:
# a quarter less work for each. The first of the two is Playwright's own, which this would replace.
ONE_FRAME = "--enable-features=CDPScreenshotNewSurface,RenderDocument:level/crashed-frame"
SECONDS = 15
# A frame of another site may be refused any storage at all, and then nothing can be in it.
KEPT = """() => {
  try { return localStorage.length + sessionStorage.length } catch { return 0 }
}"""
# The browser notes every page that comes with such a status, whatever the page makes of it.
NOTE_OF_A_STATUS = re.compile(r"Failed to load resource: .* status of 4\d\d")

Open = Callable[..., Page]


def chromium_path() -> str:
    """The whole browser, with all that a person can set in it."""
    path = os.environ.get("SMARTAPP_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("There is no Chromium; `make test` gets one, or name it in SMARTAPP_CHROMIUM")
    return path


def _shell_path() -> str:
    """The same engine without the windows around it, for two thirds of the work."""
    named = os.environ.get("SMARTAPP_HEADLESS") or os.environ.get("SMARTAPP_CHROMIUM")
    return named or shutil.which("chromium-headless-shell") or chromium_path()


@contextmanager
def chromium(*flags: str, keeps_pages: bool = False) -> Iterator[Browser]:
    """`keeps_pages`: for the Back button, as it does for people, and not for tests by itself."""
    expect.set_options(timeout=SECONDS * 1000)
    as_people_have_it = ["--disable-back-forward-cache"]
    browser = _driver().chromium.launch(
        executable_path=_shell_path(),
        args=[*FLAGS, *flags] if keeps_pages else [*FLAGS, ONE_FRAME, *flags],
        ignore_default_args=as_people_have_it if keeps_pages else [],
    )
    yield browser
    browser.close()


@cache
def _driver() -> Playwright:
    """One for a process: a second would find the loop of the first one running."""
    driver = sync_playwright().start()
    atexit.register(driver.stop)
    return driver


@dataclass
class Windows:
    """Opens browsers, each with cookies of its own, and notes what their pages do wrong."""

    browser: Browser
    programs: Programs
    pages: list[Page] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    expected: str = ""  # what the journey itself makes go wrong

    def open(
        self,
        *,
        width: int = 360,
        height: int = 740,
        language: str = "en",
        javascript: bool = True,
        **rest: Any,
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale={"en": "en-US", "es": "es-US"}[language],
            java_script_enabled=javascript,
            **rest,
        )
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("request", self._look)
        self.pages.append(page)
        return page

    def close(self) -> list[str]:
        for page in self.pages:
            self._search(page)
            page.context.close()
        return self.trouble

    def _listen(self, message: ConsoleMessage) -> None:
        own = bool(self.expected) and self.expected in message.text
        if message.type == "error" and not NOTE_OF_A_STATUS.match(message.text) and not own:
            self.trouble.append(f"console: {message.text}")

    def _look(self, request: Request) -> None:
        address = urlsplit(request.url)
        origin = f"{address.scheme}://{address.netloc}"
        if address.scheme != "data" and origin not in (self.programs.app, self.programs.ehr):
            self.trouble.append(f"asked for {request.url}")

    def _search(self, page: Page) -> None:
        """Nothing of a patient may stay behind in the browser."""
        for frame in page.frames:
            if frame.url.startswith(self.programs.app) and _kept(frame):
                self.trouble.append(f"kept in the browser: {frame.url}")


def _kept(frame: Frame) -> int:
    """A frame may be on its way to another page: then that one is asked."""
    for _ in range(5):
        with suppress(Error):
            return int(frame.evaluate(KEPT))
        frame.wait_for_load_state()
    raise AssertionError(f"could not be asked: {frame.url}")
