"""Looking at a page as the guidelines do (WCAG 2.2 AA), and noting what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# Sent to the browser once for a whole tour, and read by it only on the pages that are looked at.
BRING_AXE = f"window.bringAxe = () => {{ if (!window.axe) {{ {AXE.read_text('utf-8')} }} }};"
RUN_AXE = """async () => {
  bringAxe();
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {
    runOnly: tags, iframes: false, resultTypes: ["violations"],
  });
  return found.violations.map(
    (each) => `${each.id} (${each.impact}): ${each.nodes.map((node) => node.target).join(", ")}`,
  );
}"""

# Wider than the window, or cut off inside a box that hides what does not fit.
TOO_WIDE = """() => {
  const root = document.documentElement;
  const wide = [];
  if (root.scrollWidth > root.clientWidth) {
    const last = [...document.querySelectorAll("body *")].filter(
      (each) => each.getBoundingClientRect().right > root.clientWidth + 1,
    ).at(-1);
    wide.push(`the page, by ${last?.outerHTML.slice(0, 80)}`);
  }
  for (const each of document.querySelectorAll("body *")) {
    const hides = getComputedStyle(each).overflowX !== "visible";
    const shown = each.clientWidth > 1 && !each.matches("textarea");
    if (hides && shown && each.scrollWidth > each.clientWidth + 1) wide.push(each.className);
  }
  return wide;
}"""

# What is pointed at, other than a link inside a sentence, which the guideline leaves out.
TOO_SMALL = """() => {
  const controls = "a[href], button, input:not([type=hidden]), textarea, select, summary";
  const small = [];
  for (const each of document.querySelectorAll(controls)) {
    const box = each.getBoundingClientRect();
    const style = getComputedStyle(each);
    const inSentence = each.matches("a") && style.display === "inline"
      && each.parentElement.matches("p, li, dd, .app-card__title, .app-queue__title");
    const away = box.bottom < 0 || box.width === 0 || each.matches(".govuk-skip-link");
    const main = each.matches(".govuk-button:not(.govuk-button--secondary)");
    const least = main ? 44 : 24;
    if (!away && !inSentence && (box.height < least || box.width < 24)) {
      small.push(`${each.tagName} ${each.className} ${each.name ?? ""}
        ${Math.round(box.width)}x${Math.round(box.height)}`);
    }
  }
  return small;
}"""
TEXT_AT = "percent => { document.documentElement.style.fontSize = percent; }"


def both(*, run: tuple[str, str], proof: tuple[str, str]) -> pytest.MarkDecorator:
    """A tour by day and by night, in two languages: one at every run, one with the proofs."""
    other = pytest.param(*proof, marks=pytest.mark.proof)
    return pytest.mark.parametrize(("language", "colours"), [run, other])


@dataclass(repr=False)
class Inspector:
    """Notes what is wrong with each page of a tour, so that a test shows all of it at once."""

    page: Page
    findings: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(BRING_AXE)

    def __repr__(self) -> str:
        return "\n".join(self.findings)

    def look(self, name: str, frame: Frame | None = None) -> None:
        self.looked_at.append(name)
        self.findings += (f"{name}: {what}" for what in self._wrong(frame or self.page.main_frame))

    def _wrong(self, frame: Frame) -> Iterator[str]:
        frame.wait_for_load_state()
        if not frame.evaluate("() => 'bringAxe' in window"):  # it was there before this tour
            frame.evaluate(BRING_AXE)
        yield from frame.evaluate(RUN_AXE)
        yield from (f"too small to hit: {each}" for each in frame.evaluate(TOO_SMALL))
        yield from (f"too wide: {each}" for each in frame.evaluate(TOO_WIDE))
        yield from self._narrow(frame)

    def _narrow(self, frame: Frame) -> Iterator[str]:
        """At 320 pixels, and with letters of twice their size at 360."""
        usual = self.page.viewport_size
        assert usual is not None
        self.page.set_viewport_size({"width": 320, "height": usual["height"]})
        yield from (f"too wide at 320: {each}" for each in frame.evaluate(TOO_WIDE))
        self.page.set_viewport_size({"width": 360, "height": usual["height"]})
        frame.evaluate(TEXT_AT, "200%")
        yield from (f"too wide at 200 %: {each}" for each in frame.evaluate(TOO_WIDE))
        frame.evaluate(TEXT_AT, "")
        if usual["width"] != 360:
            self.page.set_viewport_size(usual)
