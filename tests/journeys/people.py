"""Who walks the journeys: a patient on a phone, a nurse in the EHR, and what each does there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

from tests.app.people import Patient as PatientAtTheWire
from tests.journeys.programs import Programs
from tests.journeys.wire import hand_over, patient_at_the_wire

# The usual answers: nothing wrong, nothing urgent, no follow-up question.
PLAIN = {
    "red-flags": "none",
    "supply-left": "4-7-days",
    "taking": "yes",
    "side-effects": "false",
    "pharmacy": "usual",
}
REST = {question: answer for question, answer in PLAIN.items() if question != "red-flags"}


@dataclass(frozen=True)
class Patient:
    """Somebody with the app in a browser of their own."""

    page: Page
    programs: Programs

    @property
    def app(self) -> str:
        return self.programs.app

    def logs_in(self, username: str, record: str = "") -> None:
        """Page by page, as in the journeys that show a login."""
        self.page.goto(f"{self.app}/")
        self.page.locator("main a.govuk-button").first.click()
        self.page.locator(f"button[name=username][value={username}]").click()
        if record:
            self.page.locator(f"button[name=patient][value={record}]").click()
        self.page.get_by_role("button", name="Allow").click()
        self.page.wait_for_url("**/start")

    def is_signed_in_as(self, username: str, record: str = "") -> PatientAtTheWire:
        """The same login without its six pages, for journeys that begin after it. Who did it can
        go on without a browser, in the same session.
        """
        someone = patient_at_the_wire(self.programs)
        start = someone.logs_in(username, record)
        hand_over(someone.browser, self.page.context)
        self.page.goto(start.url)
        return someone

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def home(self) -> str:
        return self.page.url.split("/l/")[0] + "/l/" + self.page.url.split("/l/")[1].split("/")[0]

    def goes_to(self, section: str) -> None:
        self.page.goto(f"{self.home}/{section}")

    def opens_the_form_for(self, medicine: str) -> None:
        self.goes_to("medicines")
        card = self.page.locator(".app-card", has_text=medicine)
        card.locator("a.govuk-button").click()
        self.page.wait_for_url("**/refill")

    def first_that_can_be_asked_for(self) -> str:
        self.goes_to("medicines")
        cards = self.page.locator(".app-card").filter(has=self.page.locator("a.govuk-button"))
        return cards.first.locator(".app-card__title").inner_text()

    def choice(self, question: str, answer: str) -> Locator:
        return self.page.locator(f"input[name='{question}'][value='{answer}']:not([type=hidden])")

    @property
    def free_text(self) -> Locator:
        return self.page.locator("textarea[name=more]")

    def answers(self, answers: Mapping[str, str] = PLAIN, words: str = "") -> None:
        for question, answer in answers.items():
            if not self.choice(question, answer).count():
                self.goes_back() if question == "red-flags" else self.goes_on()
            self.choice(question, answer).check()
        if words:
            self.free_text.fill(words)

    def goes_on(self) -> None:
        """From the questions about safety to the rest."""
        self.page.locator("button[value=check]").click()
        self.page.wait_for_url(re.compile(r"(step=1|/check)$"))
        if self.page.url.endswith("/check"):  # all was answered before
            self.page.locator("a[href$='?step=1']").click()
            self.page.wait_for_url("**?step=1")

    def finds(self, topic: str) -> None:
        """From the start page, over the list of all that can be asked for."""
        self.goes_to("start")
        self.page.locator("a[href$='/ask']").first.click()
        self.page.wait_for_url("**/ask")
        self.page.locator(f".app-card a[href$='/ask/{topic}']").click()
        self.page.wait_for_url(f"**/{topic}*")
        if self.page.locator("input[name=submission]").count():
            return
        thing = self.page.locator(f".app-card a[href$='/{topic}']")
        other = self.page.locator("main .app-actions a.govuk-button")
        (thing if thing.count() else other).first.click()
        self.page.locator("input[name=submission]").first.wait_for(state="attached")

    def fills_in(self, answers: Mapping[str, object]) -> None:
        """By what each question is: one of many, or a field."""
        for question, answer in answers.items():
            for value in answer if isinstance(answer, list) else [answer]:
                self._gives(question, str(value).lower() if isinstance(value, bool) else str(value))
        self.checks_the_answers()

    def _gives(self, question: str, value: str) -> None:
        control = self.page.locator(f"[name='{question}']:not([type=hidden])")
        if not control.count():
            self.goes_on()
        choice = self.choice(question, value)
        if choice.count():
            choice.check()
        elif control.first.evaluate("each => each.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)

    def ticks_what_it_may_cost(self) -> None:
        fee = self.page.locator("input[name=fee]")
        if fee.count():
            fee.check()

    def goes_back(self) -> None:
        self.page.locator(".govuk-back-link").click()
        self.page.wait_for_url("**?step=0")

    def checks_the_answers(self) -> None:
        self.page.locator("button[value=check]").click()
        self.page.wait_for_url("**/check")

    def saves_for_later(self) -> None:
        self.page.locator("button[value=save]").click()
        self.page.wait_for_url("**/ask?said=saved")

    @property
    def send_button(self) -> Locator:
        return self.page.locator("main form button")

    def sends(self) -> str:
        """Sends, and says where the request is to be followed."""
        self.send_button.click()
        self.page.wait_for_url("**/requests/*")
        return self.page.url

    def asks_for(self, medicine: str, answers: Mapping[str, str] = PLAIN, words: str = "") -> str:
        self.opens_the_form_for(medicine)
        self.answers(answers, words)
        self.checks_the_answers()
        return self.sends()

    def looks_again_until(self, selector: str) -> None:
        """As the page asks: it does not change by itself."""
        for _ in range(20):
            self.page.wait_for_timeout(300)
            self.page.reload()
            if self.page.locator(selector).count():
                return
        raise AssertionError(f"{selector} never came")

    @property
    def notice(self) -> Locator:
        """What was just done: it takes the focus."""
        return self.main.locator(".govuk-notification-banner[role=alert]")

    def chooses_language(self, language: str) -> None:
        button = self.page.locator(f"button[name=language][value={language}]")
        if button.count():
            button.click()
        self.page.locator(f"html[lang={language}]").wait_for()

    def signs_out(self) -> None:
        self.page.locator("form[action$=sign-out] button").click()


@dataclass(frozen=True)
class Nurse:
    """Somebody of the staff, in the EHR's pages, with the app in a frame of another site."""

    page: Page
    ehr: str
    username: str = "nina"
    nth: int = field(default=0)

    def opens_the_queue(self) -> None:
        self.page.goto(f"{self.ehr}/ehr/{self.username}/queue")
        self.app.locator("h1").wait_for()

    def opens_the_chart_of(self, patient: str) -> None:
        self.page.goto(f"{self.ehr}/ehr/{self.username}/chart/{patient}")
        self.app.locator("h1").wait_for()

    @property
    def app(self) -> FrameLocator:
        return self.page.frame_locator("iframe").nth(self.nth)

    @property
    def main(self) -> Locator:
        return self.app.locator("main")

    @property
    def rows(self) -> Locator:
        return self.app.locator(".app-queue__row[data-key]")

    def opens(self, text: str) -> None:
        self.rows.filter(has_text=text).first.locator("a").first.click()
        self.app.locator(".app-work").wait_for()

    def takes_it(self) -> None:
        with self.frame.expect_navigation():
            self.app.locator("form[action$='/claim'] button").click()
        self.app.locator("form[action$='/answer'], .govuk-notification-banner").first.wait_for()

    def starts_with(self, template: str) -> None:
        self.app.locator(f"button[name=template][value={template}]").click()
        expect(self.words).not_to_have_value("")

    @property
    def frame(self) -> Frame:
        inside = [each for each in self.page.frames if each.parent_frame == self.page.main_frame]
        return inside[self.nth]

    @property
    def whose(self) -> Locator:
        return self.app.locator(".app-record__name")

    @property
    def notice(self) -> Locator:
        return self.app.locator(".govuk-notification-banner")

    @property
    def words(self) -> Locator:
        return self.app.locator("textarea[name=text]")

    def outcome(self, code: str) -> Locator:
        return self.app.locator(f"input[name=outcome][value={code}]")

    def reloads(self) -> None:
        self.frame.goto(self.frame.url)

    def signs_out(self) -> None:
        self.app.locator("form[action$=sign-out] button").click()

    def answers_and_closes(self) -> None:
        self.app.locator("button[name=then][value=close]").click()
        self.frame.wait_for_url(re.compile(r"/queue(\?|$)"))
