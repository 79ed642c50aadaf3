"""Charts in one browser, handled as people handle tabs: never another patient than theirs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Frame, Page

from tests.app.world import World
from tests.journeys.browsers import Windows
from tests.journeys.live import live, programs_of

pytestmark = [
    pytest.mark.journey,
    # A browser that hangs up in the middle leaves a file of the server to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

NAMES = {
    "james-carter": "James Alan Carter",
    "maria-lopez": "María Elena López",
    "dorothy-hayes": "Dorothy May Hayes",
}
SEED = 20261128
MOST_TABS = 5
# The banner, and what else of the app can be read, in one answer.
READ = """() => [
  document.querySelector('.app-record__name')?.innerText ?? '', document.body?.innerText ?? ''
]"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live() as world:
        yield world


@dataclass
class Tab:
    """Whose chart it is, as the EHR's own page says: one for each frame in it."""

    page: Page
    patients: tuple[str, ...]
    left: bool = False  # the app was left for another page of the EHR


@dataclass
class Walk:
    world: World
    context: BrowserContext
    dice: random.Random
    tabs: list[Tab] = field(default_factory=list)
    closed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def ehr(self) -> str:
        return self.world.running.addresses.base

    def goes(self, number: int) -> None:
        """Starts with two charts side by side and a third in a tab of its own."""
        one, two, three = NAMES
        self._open(f"{self.ehr}/ehr/nina/side-by-side?left={one}&right={two}", (one, two))
        self._open(f"{self.ehr}/ehr/nina/chart/{three}", (three,))
        ways: dict[str, Callable[[Tab], None]] = {
            "reload": self.reload,
            "reload the frame": self.reload_frame,
            "follow a link": self.follow,
            "back": lambda tab: self.moves(tab, "back"),
            "forward": lambda tab: self.moves(tab, "forward"),
            "duplicate": self.duplicate,
            "close": self.close,
            "restore": self.restore,
            "open anew": self.open_anew,
        }
        for _ in range(number):
            name = self.dice.choice(list(ways))
            ways[name](self.dice.choice(self.tabs))
            self.steps[name] += 1
            self.look(name)

    # --- what people do with tabs -------------------------------------------------------------

    def reload(self, tab: Tab) -> None:
        tab.page.reload()

    def reload_frame(self, tab: Tab) -> None:
        for frame in self._one_of(tab):
            frame.goto(frame.url)

    def follow(self, tab: Tab) -> None:
        for frame in self._one_of(tab):
            link = frame.locator("header a.app-header__name")
            if link.count():
                link.click()
                frame.wait_for_load_state()

    def _one_of(self, tab: Tab) -> list[Frame]:
        """None where Back led to before the first page."""
        found = [each for each in frames(tab.page) if each.url.startswith(self.world.address)]
        return [self.dice.choice(found)] if found else []

    def moves(self, tab: Tab, where: str) -> None:
        with suppress(Error):  # it leaves at once, and takes the question along
            tab.page.evaluate(f"history.{where}()")
        tab.page.wait_for_timeout(250)

    def duplicate(self, tab: Tab) -> None:
        """The address and the history go along; the app's frame begins a launch of its own."""
        if len(self.tabs) < MOST_TABS:
            self._open(tab.page.url, tab.patients)

    def close(self, tab: Tab) -> None:
        if len(self.tabs) > 1:
            self.closed.append((tab.page.url, tab.patients))
            self.tabs.remove(tab)
            tab.page.close()

    def restore(self, _tab: Tab) -> None:
        if self.closed and len(self.tabs) < MOST_TABS:
            self._open(*self.closed.pop())

    def open_anew(self, tab: Tab) -> None:
        patient = self.dice.choice(list(NAMES))
        tab.page.goto(f"{self.ehr}/ehr/nina/chart/{patient}")
        tab.patients = (patient,)

    def _open(self, address: str, patients: tuple[str, ...]) -> None:
        page = self.context.new_page()
        page.goto(address)
        self.tabs.append(Tab(page, patients))

    # --- what is looked at after each step ----------------------------------------------------

    def look(self, step: str) -> None:
        """The EHR's page says whose chart it is; every frame in it has to agree."""
        for tab in self.tabs:
            tab.patients = patients_of(tab.page) or tab.patients
            for patient, frame in zip(tab.patients, frames(tab.page), strict=False):
                if not frame.url.startswith(self.world.address):
                    continue
                name, text = read(frame)
                self.looks += 1
                others = [each for key, each in NAMES.items() if key != patient]
                if name not in ("", NAMES[patient]) or any(each in text for each in others):
                    self.wrong.append(f"after {step}: {name} in the chart of {patient}")


def read(frame: Frame) -> tuple[str, str]:
    """A frame may be on its way to another page: then that one is read."""
    for _ in range(5):
        with suppress(Error):
            frame.wait_for_load_state()
            name, text = frame.evaluate(READ)
            return str(name), str(text)
    raise AssertionError(f"could not be read: {frame.url}")


def frames(page: Page) -> list[Frame]:
    return [each for each in page.frames if each.parent_frame == page.main_frame]


def patients_of(page: Page) -> tuple[str, ...]:
    """By the address of the EHR's page, which Back and Forward change."""
    _, _, chart = page.url.partition("/chart/")
    if chart:
        return (chart.partition("?")[0],)
    _, _, query = page.url.partition("side-by-side?")
    return tuple(each.partition("=")[2] for each in query.split("&")) if query else ()


def walk(world: World, browser: Browser, steps: int) -> Walk:
    windows = Windows(browser, programs_of(world))
    first = windows.open(width=1280, height=800)
    walked = Walk(world, first.context, random.Random(SEED))  # noqa: S311  (the same walk each time, and no secret)
    try:
        walked.goes(steps)
    finally:
        first.context.close()
    return walked


@pytest.mark.smart(26)
def test_charts_in_one_browser_never_show_another_patient(
    world: World, remembering: Browser
) -> None:
    walked = walk(world, remembering, 20)

    assert walked.wrong == []
    assert walked.looks >= 20


@pytest.mark.smart(26)
def test_a_look_that_could_not_find_a_wrong_patient_would_prove_nothing(
    world: World, remembering: Browser
) -> None:
    """A chart whose frame shows another patient's session, as a shared session would make it."""
    context = remembering.new_context()
    walked = Walk(world, context, random.Random(SEED))  # noqa: S311  (the same walk each time, and no secret)
    one, two, _ = NAMES
    walked._open(f"{walked.ehr}/ehr/nina/side-by-side?left={one}&right={two}", (one, two))
    left, right = frames(walked.tabs[0].page)
    for frame in (left, right):
        frame.locator(".app-record__name").wait_for()
    left.goto(right.url)
    walked.look("seeding a fault")
    context.close()

    assert len(walked.wrong) == 1


@pytest.mark.smart(26)
@pytest.mark.proof
def test_a_thousand_steps_and_no_other_patient(
    world: World, remembering: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    walked = walk(world, remembering, 1000)

    with capsys.disabled():
        print(f"\n1000 steps in one browser: {dict(walked.steps)}")
        print(f"{walked.looks} frames looked at, {len(walked.wrong)} wrong patients")
    assert walked.wrong == []
