"""Addresses of pages. A resource is named by a handle that only this launch can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paths:
    lid: str
    seal: Callable[[str], str] = field(repr=False)  # "Type/id" to a handle
    narrowed: str = ""  # which part of the queue is looked at, as a query

    @property
    def home(self) -> str:
        return f"/l/{self.lid}/"

    def page(self, key: str) -> str:
        """A page of the patient by its key in the menu."""
        return f"{self.home}{key}"

    @property
    def start(self) -> str:
        return f"{self.home}start"

    @property
    def medicines(self) -> str:
        return f"{self.home}medicines"

    @property
    def requests(self) -> str:
        return f"{self.home}requests"

    @property
    def style(self) -> str:
        return f"{self.home}style.css"

    @property
    def queue(self) -> str:
        return f"{self.home}queue"

    @property
    def undo(self) -> str:
        """Takes back what staff did a moment ago with an item."""
        return f"{self.home}undo"

    @property
    def language(self) -> str:
        return f"{self.home}language"

    @property
    def session(self) -> str:
        """Where a script asks how long this session lasts, or says that somebody is here."""
        return f"{self.home}session"

    @property
    def window(self) -> str:
        return f"{self.home}window"

    @property
    def sign_out(self) -> str:
        return f"{self.home}sign-out"

    @property
    def ask(self) -> str:
        """The list of all that can be asked for."""
        return f"{self.home}ask"

    @property
    def times(self) -> str:
        """The times that the clinic has free."""
        return f"{self.home}times"

    def asking(self, topic: str, reference: str = "") -> str:
        """Asking about one topic, and about one thing of the record where there is one."""
        about = f"{self.seal(reference)}/" if reference else ""
        return f"{self.ask}/{about}{topic}"

    def reading(self, kind: str) -> str:
        return self.page(f"readings/{kind}")

    def refill(self, order: str) -> str:
        return self.asking("refill", order)

    def request(self, submission: str) -> str:
        return f"{self.requests}/{self.seal(f'Submission/{submission}')}"

    def thread(self, reference: str) -> str:
        """A thread that was not begun here has no submission: its first message names it."""
        return f"{self.requests}/{self.seal(reference)}"

    @property
    def forms(self) -> str:
        return self.page("forms")

    @property
    def first_visit(self) -> str:
        return f"{self.forms}/first-visit"

    def form(self, canonical: str) -> str:
        """What a form is about says something about the patient, so its name is sealed, too."""
        return f"{self.forms}/{self.seal(f'Form/{canonical}')}"

    def sent_form(self, reference: str) -> str:
        return f"{self.forms}/sent/{self.seal(reference)}"

    def below(self, key: str, name: str) -> str:
        """A page about one thing, below a page of the menu. What it is called is sealed: the name
        of a test or of a document says something about the patient.
        """
        return f"{self.page(key)}/{self.seal(name)}"

    def handle(self, reference: str) -> str:
        return self.seal(reference)

    def numbers(self, weeks: int | None = None) -> str:
        return f"{self.home}numbers?weeks={weeks}" if weeks else f"{self.home}numbers"

    def numbers_file(self, weeks: int) -> str:
        return f"{self.home}numbers/figures.csv?weeks={weeks}"

    @property
    def workbench(self) -> str:
        """What the clinic's rules do, for who owns them."""
        return f"{self.home}workbench"

    def why(self, reference: str) -> str:
        """The way of one item through the rules."""
        return f"{self.workbench}/item/{self.seal(reference)}"

    def item(self, reference: str) -> str:
        """The handle also keeps where in the queue it was found, for the way back."""
        name = f"{reference}?{self.narrowed}" if self.narrowed else reference
        return f"{self.queue}/{self.seal(name)}"

    def back_to_queue(self, said: str = "") -> str:
        """As it was left."""
        query = "&".join(filter(None, (self.narrowed, f"said={said}" if said else "")))
        return f"{self.queue}?{query}" if query else self.queue

    @property
    def unworked(self) -> str:
        """What waits without any work, a part at a time."""
        return f"{self.queue}/unworked"
