"""Takes the pictures of docs/images/ from the demo itself: python -m scripts.screenshots"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from tests.journeys.browsers import chromium
from tests.journeys.people import PLAIN, Nurse, Patient
from tests.journeys.programs import Programs, demo

IMAGES = Path(__file__).parent.parent / "docs" / "images"
PHONE: ViewportSize = {"width": 360, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 800}
TALL: ViewportSize = {"width": 1280, "height": 1100}
BOTH: ViewportSize = {"width": 1256, "height": 592}
SIDE_BY_SIDE = """
<body style="margin: 0; padding: 16px; display: flex; gap: 16px; background: #dfe5e4">
  <img src="{phone}" height="560" alt=""> <img src="{desk}" height="560" alt="">
</body>
"""
HAND: ViewportSize = {"width": 360, "height": 740}
SHEET = 1280
AROUND = "margin:0;padding:10px;display:flex;flex-wrap:wrap;gap:10px;background:#dfe5e4"
HEALTH = (
    *("start", "summary", "results", "vitals", "allergies", "conditions", "immunizations"),
    *("procedures",),
)
CARE = ("next", "team", "access", "download", "settings", "words", "all")
WORDS = "I go on a trip on Friday. Thank you!"


def main() -> int:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        demo(Path(folder)) as programs,
        chromium() as browser,
    ):
        phone = receipt(programs, browser, "james", "en")
        desk = item(programs, browser)
        receipt(programs, browser, "maria", "es")
        medicines(programs, browser, "phone-night", color_scheme="dark")
        medicines(programs, browser, "phone-own-colours", forced_colors="active")
        care(programs, browser)
        sheets(programs, browser)
        loop(browser, phone, desk)
    with (
        tempfile.TemporaryDirectory() as folder,
        demo(Path(folder), with_month=True) as programs,
        chromium() as browser,
    ):
        figures(programs, browser)
    for picture in sorted(IMAGES.glob("*.png")):
        print(f"{picture.stat().st_size / 1024:6.0f} KB  {picture.name}")
    return 0


def receipt(programs: Programs, browser: Browser, username: str, language: str) -> bytes:
    page = browser.new_page(viewport=PHONE, locale=f"{language}-US")
    patient = Patient(page, programs)
    patient.logs_in(username)
    patient.goes_to("medicines")
    picture(page, f"phone-medicines-{language}")
    patient.opens_the_form_for("lisinopril")
    patient.answers(PLAIN | {"supply-left": "1-3-days"}, WORDS)
    patient.checks_the_answers()
    picture(page, f"phone-check-{language}")
    patient.sends()
    shown = picture(page, f"phone-receipt-{language}")
    page.close()
    return shown


def item(programs: Programs, browser: Browser) -> bytes:
    page = browser.new_page(viewport=DESK, locale="en-US")
    nurse = Nurse(page, programs.ehr)
    nurse.opens_the_queue()
    picture(page, "desk-queue")
    nurse.opens("lisinopril")
    nurse.takes_it()
    nurse.starts_with("approved")
    shown = page.screenshot()
    page.close()
    return shown


def medicines(programs: Programs, browser: Browser, name: str, **wishes: Any) -> None:
    """As somebody has set their phone: dark, or in colours of their own."""
    page = browser.new_page(viewport=PHONE, locale="en-US", **wishes)
    patient = Patient(page, programs)
    patient.logs_in("dorothy")
    patient.goes_to("medicines")
    picture(page, name)
    page.close()


def care(programs: Programs, browser: Browser) -> None:
    """Visits, the plan and bills, in the hand and at a desk."""
    page = browser.new_page(viewport=PHONE, locale="en-US")
    patient = Patient(page, programs)
    patient.logs_in("walter")
    for size, where in ((PHONE, "phone"), (DESK, "desk")):
        page.set_viewport_size(size)
        for name in ("visits", "plan", "costs", "documents"):
            patient.goes_to(name)
            picture(page, f"{where}-{name}")
    page.close()


def figures(programs: Programs, browser: Browser) -> None:
    """After a month at the clinic."""
    page = browser.new_page(viewport=TALL, locale="en-US")
    manager = Nurse(page, programs.ehr, "lee")
    manager.opens_the_queue()
    manager.app.locator("a[href$='/numbers']").click()
    manager.app.locator("#elsewhere").wait_for()
    picture(page, "desk-numbers")
    manager.app.locator("a[href$='/workbench']").first.click()
    manager.app.locator("a[href$='topic=refill']").click()
    manager.app.locator("#topic").wait_for()
    picture(page, "desk-rules")
    page.close()


def sheets(programs: Programs, browser: Browser) -> None:
    """Every other page of the record, small and side by side: on a phone, and at a desk."""
    for size, where, across in ((HAND, "phone", 6), (DESK, "desk", 3)):
        page = browser.new_page(viewport=size, locale="en-US")
        shown = [*of_health(programs, page), *of_care(programs, page)]
        page.close()
        for number, at in enumerate(range(0, len(shown), 12), 1):
            sheet(browser, f"{where}-sheet-{number}", shown[at : at + 12], across)


def of_health(programs: Programs, page: Page) -> Iterator[bytes]:
    patient = Patient(page, programs)
    patient.logs_in("dorothy")
    for name in HEALTH:
        patient.goes_to(name)
        yield settled(page)
    patient.goes_to("results")
    for words in ("Potassium", "Where this comes from"):
        patient.main.locator("a", has_text=words).first.click()
        yield settled(page)


def of_care(programs: Programs, page: Page) -> Iterator[bytes]:
    patient = Patient(page, programs)
    patient.logs_in("walter")
    for name in CARE:
        patient.goes_to(name)
        yield settled(page)
    for section, which in (("visits", "#coming"), ("visits", "#past"), ("documents", "main")):
        patient.goes_to(section)
        page.locator(f"{which} a[href*='/{section}/']").last.click()
        yield settled(page)


def sheet(browser: Browser, name: str, shown: Sequence[bytes], across: int) -> None:
    page = browser.new_page(viewport={"width": SHEET, "height": 100})
    width = (SHEET - 10 * (across + 1)) // across
    pictures = "".join(f'<img src="{address(each)}" width="{width}" alt="">' for each in shown)
    page.set_content(f'<body style="{AROUND}">{pictures}</body>')
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
    page.close()


def settled(page: Page) -> bytes:
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def loop(browser: Browser, phone: bytes, desk: bytes) -> None:
    page = browser.new_page(viewport=BOTH)
    page.set_content(SIDE_BY_SIDE.format(phone=address(phone), desk=address(desk)))
    picture(page, "loop")
    page.close()


def picture(page: Page, name: str) -> bytes:
    page.wait_for_load_state("networkidle")
    return page.screenshot(path=IMAGES / f"{name}.png")


def address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


if __name__ == "__main__":
    sys.exit(main())
