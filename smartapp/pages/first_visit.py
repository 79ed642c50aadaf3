"""The papers for a first visit, as one way through them: each is a form that is sent by itself."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.pages.when import moment_words
from smartapp.words import Words, in_locale
from smartapp.workflow.forms.first_visit import FirstVisit, Paper, Progress


@dataclass(frozen=True)
class PaperStep:
    number: int
    title: str
    badge: str
    kind: str  # of the badge
    lines: tuple[str, ...]
    link: Link | None
    done: bool
    current: bool


@dataclass(frozen=True)
class FirstVisitPage:
    shell: Shell
    heading: str
    lead: str
    trouble: str
    again: Link | None
    next: Link | None
    all_done: str
    steps_label: str
    steps: tuple[PaperStep, ...]
    notes: tuple[str, ...]


def first_visit_page(
    words: Words, shell: Shell, paths: Paths, *, visit: FirstVisit, phone: str
) -> FirstVisitPage:
    following = visit.next
    return FirstVisitPage(
        shell=shell,
        heading=words("Before your first visit"),
        lead=progress_words(words, visit),
        trouble=""
        if visit.known
        else words("We could not load which forms you have sent. They may be done already."),
        again=None if visit.known else Link(words("Try again"), paths.first_visit),
        next=_next(words, paths, following) if following else None,
        all_done=words("You have sent all of them. There is nothing more to fill in.")
        if following is None and visit.known
        else "",
        steps_label=words("Your papers"),
        steps=tuple(
            _step(words, paths, number, each, current=each is following, known=visit.known)
            for number, each in enumerate(visit.papers, start=1)
        ),
        notes=(
            words("Each form is sent by itself, after you have looked at your answers."),
            words(
                "You can stop at any time and go on later. If you need help, call {phone}.",
                phone=phone,
            ),
        ),
    )


def progress_words(words: Words, visit: FirstVisit) -> str:
    """Without what was sent, nobody knows how far they are."""
    if not visit.known:
        return words("We cannot see now which are done.")
    return words("{done} of {all} done.", done=visit.done, all=len(visit.papers))


def _next(words: Words, paths: Paths, paper: Paper) -> Link:
    title = _title(words, paper)
    begun = paper.progress is Progress.BEGUN
    said = words("Go on with: {form}", form=title) if begun else words("Next: {form}", form=title)
    return Link(said, paths.form(paper.canonical))


def _title(words: Words, paper: Paper) -> str:
    return in_locale(paper.form.plan.form.title, words.locale) or words("A form")


def _step(
    words: Words, paths: Paths, number: int, paper: Paper, *, current: bool, known: bool
) -> PaperStep:
    badges = {
        Progress.TO_DO: (words("To do") if known else words("Not known"), "quiet"),
        Progress.BEGUN: (words("Begun"), "soon"),
        Progress.ON_THE_WAY: (words("Being sent"), "soon"),
        Progress.SENT: (words("Sent"), "done"),
    }
    badge, kind = badges[paper.progress]
    return PaperStep(
        number=number,
        title=_title(words, paper),
        badge=badge,
        kind=kind,
        lines=tuple(_lines(words, paper)),
        link=_link(words, paths, paper),
        done=paper.is_done,
        current=current,
    )


def _lines(words: Words, paper: Paper) -> list[str]:
    if paper.progress is Progress.BEGUN:
        if not paper.until:
            return [words("Kept at your clinic. Nothing is sent yet.")]
        return [words("Your answers are kept until {time}. Nothing is sent yet.", time=paper.until)]
    if paper.sent_on is not None:
        return [words("Sent on {date}", date=moment_words(words, paper.sent_on))]
    return [in_locale(paper.form.hint, words.locale)]


def _link(words: Words, paths: Paths, paper: Paper) -> Link | None:
    """What was sent is looked at, and changed from there."""
    if paper.progress is Progress.ON_THE_WAY:
        return None
    if paper.progress is Progress.SENT and paper.sent is not None:
        return Link(words("Look at it or change it"), paths.sent_form(paper.sent.reference))
    said = words("Go on") if paper.progress is Progress.BEGUN else words("Fill it in")
    return Link(said, paths.form(paper.canonical))
