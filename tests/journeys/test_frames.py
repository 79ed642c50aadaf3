"""Frames as EHRs make them: cookies of other sites blocked, no cookies at all, sandboxed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Response
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.app.world import World
from tests.journeys.browsers import FLAGS, Windows, chromium_path
from tests.journeys.live import live, programs_of
from tests.journeys.people import Nurse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = [
    pytest.mark.journey,
    # A browser that hangs up in the middle leaves a file of the server to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SANDBOX = 'sandbox="allow-forms allow-scripts allow-same-origin allow-popups allow-downloads"'
BUTTON = "Open in its own window"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live() as world:
        yield world


@pytest.fixture
def windows(browser: Browser, world: World) -> Iterator[Windows]:
    """Its contexts block the cookies of other sites, as more and more browsers do."""
    opened = Windows(browser, programs_of(world))
    yield opened
    assert opened.close() == []


def opens_the_chart(page: Page, world: World, patient: str = "james-carter") -> Nurse:
    nurse = Nurse(page, world.running.addresses.base)
    nurse.opens_the_chart_of(patient)
    return nurse


@pytest.mark.smart(147)
def test_with_cookies_of_other_sites_blocked_the_frame_works_and_is_asked_once(
    windows: Windows, world: World
) -> None:
    page = windows.open(width=1280, height=800)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    nurse = opens_the_chart(page, world)
    expect(nurse.whose).to_have_text("James Alan Carter")
    assert len([each for each in asked if "/launch?" in each]) == 2

    asked.clear()
    opens_the_chart(page, world, "maria-lopez")
    assert len([each for each in asked if "/launch?" in each]) == 1
    cookies = page.context.cookies()
    assert {each["partitionKey"] for each in cookies} == {"http://127.0.0.1"}  # type: ignore[typeddict-item]  # newer than its types


@pytest.mark.smart(148)
@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without-script"])
def test_a_frame_that_keeps_no_cookie_opens_a_window_by_one_click(
    windows: Windows, world: World, javascript: bool
) -> None:
    """As in Safari before 26.2, where cookies of a frame are never kept."""
    page = windows.open(width=1280, height=800, javascript=javascript)
    with without_cookies_in_frames(world):
        nurse = opens_the_chart(page, world)
        expect(nurse.app.get_by_role("heading")).to_have_text("Open this app in its own window")
        with page.context.expect_page() as opened:
            nurse.app.get_by_role("button", name=BUTTON).click()
        window = opened.value
        expect(window.locator(".app-record__name")).to_have_text("James Alan Carter")
        assert "ticket" not in window.url
        window.reload()
        expect(window.locator(".app-record__name")).to_have_text("James Alan Carter")

        with page.context.expect_page() as again:
            nurse.app.get_by_role("button", name=BUTTON).click()
        expect(again.value.get_by_role("heading", level=1)).to_have_text("That took too long")


@pytest.mark.smart(148)
def test_with_all_cookies_blocked_nobody_is_let_in_and_nobody_is_sent_in_circles(
    browser: Browser, world: World, tmp_path: Path
) -> None:
    with all_cookies_blocked(browser, tmp_path) as context:
        page = context.new_page()
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        nurse = opens_the_chart(page, world)
        expect(nurse.app.get_by_role("heading")).to_have_text("Open this app in its own window")
        with context.expect_page() as opened:
            nurse.app.get_by_role("button", name=BUTTON).click()

        heading = opened.value.get_by_role("heading", level=1)
        expect(heading).to_have_text("Your browser did not keep this sign-in")
        assert len([each for each in asked if "/launch?" in each]) == 2
        assert len([each for each in asked if "/callback/" in each]) == 1


def test_from_a_frame_into_a_window_with_more_room(windows: Windows, world: World) -> None:
    page = windows.open(width=1280, height=800)
    nurse = opens_the_chart(page, world)
    nurse.app.get_by_role("link", name=BUTTON).click()
    with page.context.expect_page() as opened:
        nurse.app.get_by_role("button", name=BUTTON).click()

    expect(opened.value.locator(".app-record__name")).to_have_text("James Alan Carter")
    nurse.frame.goto(f"{nurse.frame.url.rpartition('/')[0]}/queue")
    left = nurse.app.get_by_role("heading", level=1)
    expect(left).to_have_text("You went on in another window")


def test_a_sandbox_without_an_origin_reads_and_says_why_it_cannot_send(
    browser: Browser, world: World
) -> None:
    """There the browser loads no style and no script, and says so on its console."""
    page = browser.new_context().new_page()
    with frames_made_with(world, 'sandbox="allow-forms allow-scripts allow-popups"'):
        nurse = opens_the_chart(page, world)
        expect(nurse.whose).to_have_text("James Alan Carter")
        nurse.app.get_by_role("button", name="Español").click()
        told = nurse.app.get_by_role("heading", level=1)
        expect(told).to_have_text("This frame does not let the app send anything")
    page.context.close()


# --- how browsers and EHRs are made to be so --------------------------------------------------


@contextmanager
def without_cookies_in_frames(world: World) -> Iterator[None]:
    """What reaches and leaves the app when the browser keeps nothing for a frame."""
    usual = world.app.wsgi_app

    def stripped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_SEC_FETCH_DEST") != "iframe":
            return usual(environ, start)
        environ.pop("HTTP_COOKIE", None)

        def begin(status: str, headers: list[tuple[str, str]], info: object = None) -> object:
            kept = [each for each in headers if each[0].lower() != "set-cookie"]
            return start(status, kept)

        return usual(environ, begin)  # type: ignore[arg-type]  # all that the app calls

    app: WSGIApplication = stripped
    world.app.wsgi_app = app  # type: ignore[method-assign]  # how Flask lets a middleware in
    try:
        yield
    finally:
        world.app.wsgi_app = usual  # type: ignore[method-assign]  # as above


@contextmanager
def all_cookies_blocked(browser: Browser, folder: Path) -> Iterator[BrowserContext]:
    """As a person sets it in Chromium."""
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps(settings))
    context = browser.browser_type.launch_persistent_context(
        folder, executable_path=chromium_path(), args=list(FLAGS)
    )
    yield context
    context.close()


@contextmanager
def frames_made_with(world: World, sandbox: str) -> Iterator[None]:
    hooks = world.running.app.after_request_funcs.setdefault(None, [])

    def change(response: Response) -> Response:
        if response.mimetype == "text/html":
            page = response.get_data(as_text=True)
            response.set_data(page.replace(SANDBOX, sandbox))
        return response

    hooks.append(change)
    try:
        yield
    finally:
        hooks.remove(change)
