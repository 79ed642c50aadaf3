"""What patients and staff do, in their own words and in any language."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tests.app.browser import Browser
from tests.app.page import Page
from tests.app.world import World

# The usual answers: nothing wrong, nothing urgent, no follow-up question.
PLAIN = {
    "red-flags": "none",
    "supply-left": "4-7-days",
    "taking": "yes",
    "side-effects": "false",
    "pharmacy": "usual",
}


@dataclass
class Patient:
    """Somebody who opens the app on their own phone, for themselves or for another."""

    browser: Browser
    home: str = field(default="", init=False)

    def logs_in(
        self, username: str, record: str = "", *, without: Collection[str] = (), status: int = 200
    ) -> Page:
        """From the front page through the EHR's login and back. `without`: boxes to untick."""
        consent = self.reaches_consent(username, record)
        offered = consent.forms[0].choices["allow"]
        assert set(without) <= set(offered)
        allowed = [each for each in offered if each not in without]
        page = self.browser.submit(consent.forms[0], {"allow": allowed}, status=status)
        self.home = self.browser.home
        return page

    def reaches_consent(self, username: str, record: str = "") -> Page:
        page = self.browser.get(self.starts_at())
        page = self.browser.submit(page.forms[0], {"username": username})
        if record:
            page = self.browser.submit(page.forms[0], {"patient": record})
        return page

    def starts_at(self) -> str:
        front = self.browser.get("/")
        return next(href for _, href in front.links if "/launch/" in href)

    def go(self, path: str, *, status: int = 200) -> Page:
        return self.browser.get(f"{self.home}/{path}", status=status)

    def opens_form(self, medicine: str, *, status: int = 200) -> Page:
        return self.browser.get(self.form_address(medicine), status=status)

    def form_address(self, medicine: str) -> str:
        links = self.go("medicines").links
        found = [href for words, href in links if medicine in words and href.endswith("/refill")]
        assert found, f"{medicine} cannot be asked for"
        return found[0]

    def answers(
        self, form: Page, answers: Mapping[str, str] = PLAIN, *, status: int = 200, **words: str
    ) -> Page:
        """Fills in the form and goes on to the check."""
        written = {name.replace("_", "-"): text for name, text in words.items()}
        changes = {**answers, **written, "then": "check"}
        return self.browser.submit(form.form("/refill"), changes, status=status)

    def checks(self, medicine: str, answers: Mapping[str, str] = PLAIN, **words: str) -> Page:
        return self.answers(self.opens_form(medicine), answers, status=200, **words)

    def asks_for(self, medicine: str, answers: Mapping[str, str] = PLAIN, **words: str) -> Page:
        """The whole way to the receipt."""
        return self.sends(self.checks(medicine, answers, **words))

    def sends(self, check: Page, *, status: int = 200) -> Page:
        """And ticks that what it may cost was read, where that is asked."""
        form = check.form("/send")
        read = {"fee": "yes"} if "fee" in form.choices else {}
        return self.browser.submit(form, read, status=status)


@dataclass
class Staff:
    """Somebody of the clinic, with the app in a frame of the EHR."""

    browser: Browser
    world: World
    home: str = field(default="", init=False)

    def opens(self, username: str, patient: str = "", *, status: int = 200) -> Page:
        """In a patient's chart, or with no patient in context."""
        address = frame_of(self.world, username, patient)
        page = self.browser.get(address, status=status)
        self.home = self.browser.home
        return page

    def queue(self) -> Page:
        return self.browser.get(f"{self.home}/queue")

    def opens_item(self, words: str = "") -> Page:
        queue = self.queue()
        items = [href for text, href in queue.links if "/queue/" in href and words in text]
        assert items, f"no such item: {queue.text}"
        return self.browser.get(items[0])

    def takes(self, item: Page, *, status: int = 200) -> Page:
        return self.browser.submit(item.form("/claim"), status=status)

    def answers(self, item: Page, *, status: int = 200, **fields: str) -> Page:
        return self.browser.submit(item.form("/answer"), fields, status=status)

    def answers_and_closes(self, words: str = "It is on its way.") -> Page:
        """The first item of the queue, from taking it to its end."""
        item = self.takes(self.opens_item())
        return self.answers(item, text=words, outcome="sent-to-pharmacy", then="close")


def patient(world: World, *, language: str = "en") -> Patient:
    return Patient(world.browser(language=language))


def staff(world: World, *, language: str = "en") -> Staff:
    return Staff(world.browser(language=language, framed=True), world)


def frame_of(world: World, username: str, patient: str = "") -> str:
    """The address that the EHR's page opens in its frame."""
    where = f"chart/{patient}" if patient else "queue"
    address = f"{world.running.addresses.base}/ehr/{username}/{where}"
    page = world.browser().follow("GET", address).text
    (source,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page)
    return html.unescape(source)
