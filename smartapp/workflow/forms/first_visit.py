"""The papers for a first visit, in the clinic's order: what is done, what is left, what is next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from smartapp.fhir.dates import FhirDate
from smartapp.workflow.forms.answered import AnsweredForm
from smartapp.workflow.policy.clinic_forms import ClinicForm, ClinicForms


class Progress(StrEnum):
    TO_DO = "to-do"
    BEGUN = "begun"
    ON_THE_WAY = "on-the-way"
    SENT = "sent"


@dataclass(frozen=True)
class Paper:
    form: ClinicForm
    progress: Progress
    canonical: str  # of what was begun, else of the form as it is now
    until: str = ""  # how long what was begun is kept; "" where the clinic keeps it
    sent: AnsweredForm | None = None

    @property
    def is_done(self) -> bool:
        return self.progress in {Progress.SENT, Progress.ON_THE_WAY}

    @property
    def sent_on(self) -> FhirDate | None:
        return self.sent.authored if self.sent else None


@dataclass(frozen=True)
class FirstVisit:
    papers: tuple[Paper, ...]
    known: bool = True  # False: what was sent before could not be loaded

    @property
    def done(self) -> int:
        return sum(each.is_done for each in self.papers)

    @property
    def next(self) -> Paper | None:
        """What was begun comes first, wherever it stands."""
        left = [each for each in self.papers if not each.is_done]
        begun = (each for each in left if each.progress is Progress.BEGUN)
        return next(begun, None) or next(iter(left), None)


def first_visit_of(
    clinic: ClinicForms,
    *,
    begun: Mapping[str, tuple[str, str]],
    on_the_way: Collection[str],
    sent: tuple[AnsweredForm, ...],
    known: bool,
) -> FirstVisit:
    """`begun`: by the address of the form, its version and how long it is kept. `sent`: newest
    first.
    """

    def paper(form: ClinicForm) -> Paper:
        url = form.plan.form.url
        newest = next((e for e in sent if e.is_sent and e.is_about(url)), None)
        if url in begun:
            canonical, until = begun[url]
            return Paper(form, Progress.BEGUN, canonical, until, newest)
        if newest is None and url in on_the_way:
            return Paper(form, Progress.ON_THE_WAY, form.canonical, sent=newest)
        progress = Progress.SENT if newest else Progress.TO_DO
        return Paper(form, progress, form.canonical, sent=newest)

    forms = [each for each in clinic.forms.values() if each.first_visit]
    return FirstVisit(tuple(map(paper, forms)), known)
