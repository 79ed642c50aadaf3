"""The figures of the people who ask: how it went for them, and whether for all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smartapp.fhir.section import Section
from smartapp.pages.numbers.named import Names
from smartapp.pages.numbers.tables import (
    Cell,
    Figures,
    Row,
    Table,
    hours,
    number,
    percent,
    pictured,
)
from smartapp.words import Words
from smartapp.workflow.metrics import experience, figures
from smartapp.workflow.metrics.cells import FEWEST
from smartapp.workflow.metrics.experience import Booked
from smartapp.workflow.metrics.fairness import DIMENSIONS, Group, compared
from smartapp.workflow.metrics.handled import Handled
from smartapp.workflow.metrics.people import People
from smartapp.workflow.metrics.reading import Given
from smartapp.workflow.metrics.statistics import Share
from smartapp.workflow.metrics.tally import Tally, satisfaction, spared


@dataclass(frozen=True)
class TellingOfPatients:
    words: Words
    names: Names

    # --- how it went --------------------------------------------------------------------------

    def went(self, tally: Tally, answers: Section[Given], form: str) -> Figures:
        words = self.words
        asked = tally.asked
        rows = [
            Row(words("Asked more than once"), (percent(words, experience.returning(asked)),),
                note=words("of all who asked")),
            Row(words("Messages in a finished thread"),
                (number(words, figures.messages_per_thread(asked), 1),)),
            Row(words("Opened again after the end"), (percent(words, figures.reopenings(asked)),),
                note=words("of all that were finished")),
        ]  # fmt: skip
        if answers.failed:
            trouble = words("The patients’ own answers could not be read: how content they are is"
                            " not known.")  # fmt: skip
            return Figures("went", words("How it went"), tables=(self._plain(rows),),
                           trouble=trouble)  # fmt: skip
        rows += self._spared(tally, answers)
        rated = satisfaction(answers.items, form, tally.period)
        rows.append(Row(words("Say that it went well"), (percent(words, rated.well),),
                        note=self._before(tally)))  # fmt: skip
        scores = Table(
            "ratings",
            words("How patients rated it"),
            (words("How it went"), words("Ratings")),
            tuple(
                Row(name, (number(words, rated.scores[score]),))
                for score, name in self._scores().items()
            ),
        )
        counts = [float(rated.scores[score]) for score in self._scores()]
        drawn = pictured(scores, counts, words("Picture"))
        trouble = "" if answers.whole else words("Not all of the answers could be read.")
        return Figures(
            "went",
            words("How it went"),
            tables=(self._plain(rows), drawn),
            trouble=trouble,
            kind="partial",
        )

    def _plain(self, rows: Sequence[Row]) -> Table:
        words = self.words
        columns = words("Figure"), words("Now")
        return Table("patients", words("For patients"), columns, tuple(rows))

    def _spared(self, tally: Tally, answers: Section[Given]) -> list[Row]:
        rule, words = tally.policy.numbers.longer_supply, self.words
        if rule is None:
            return []
        title = words("Requests that longer refills make needless")
        if not tally.tasks_known:  # how a refill ended stands in its work item
            return [Row(title, (number(words, None),))]
        found = spared(tally.asked, answers.items, rule)
        note = words("{n} refills were given for longer; each spares {spares} requests",
                     n=found.given, spares=rule.spares)  # fmt: skip
        return [Row(title, (number(words, found.requests),), note=note)]

    def _before(self, tally: Tally) -> str:
        before = tally.policy.numbers.before("satisfied_percent")
        if before is None:
            return ""
        return self.words("{percent} % before", percent=self.words.number(float(before)))

    def _scores(self) -> dict[int, str]:
        words = self.words
        return {
            5: words("Very well"),
            4: words("Well"),
            3: words("So-so"),
            2: words("Badly"),
            1: words("Very badly"),
        }

    # --- appointments -------------------------------------------------------------------------

    def appointments(self, tally: Tally, booked: Section[Booked]) -> Figures:
        words, notice = self.words, tally.policy.numbers.late_notice
        heading = words("Appointments")
        if booked.failed:
            trouble = words("This EHR does not show appointments to this app: how many were missed"
                            " is not known.")  # fmt: skip
            return Figures("appointments", heading, trouble=trouble)
        within = [each for each in booked.items if tally.period.holds(each.starts)]
        kept = experience.kept(within, tally.now, notice)
        wait = int(notice.total_seconds() // 3600)
        rows = (
            Row(words("Appointments whose time has come"), (number(words, kept.total),)),
            Row(words("Missed without a word"), (percent(words, Share(kept.missed, kept.total)),)),
            Row(words("Called off"), (percent(words, Share(kept.called_off, kept.total)),)),
            Row(words("Called off less than {hours} hours before", hours=wait),
                (percent(words, Share(kept.late, kept.total)),),
                note=words("by the last change of the entry: the EHR says no more of it")),
        )  # fmt: skip
        table = Table("kept", words("Kept and not kept"), (words("Figure"), words("Now")), rows)
        trouble = "" if booked.whole else words("Not all appointments could be read.")
        return Figures("appointments", heading, tables=(table,), trouble=trouble, kind="partial")

    # --- the same for everybody? --------------------------------------------------------------

    def fairness(self, tally: Tally, people: People) -> Figures:
        words = self.words
        lead = words(
            "Groups of fewer than {fewest} people are hidden, and others with them, so that nobody"
            " can tell the hidden ones from the total.",
            fewest=FEWEST,
        )
        tables = tuple(
            self._groups(key, compared(
                tally.asked,
                self._by(key, people),
                calendars=tally.hours_of,
                physicians=tally.policy.numbers.physician_queues,
                now=tally.now,
            ))
            for key in DIMENSIONS
        )  # fmt: skip
        trouble = ""
        if people.partly:
            trouble = words(
                "Of some patients this could not be read. They stand under “Not known”."
            )
        return Figures(
            "fairness", words("The same for everybody?"), lead, tables, trouble=trouble,
            kind="partial",
        )  # fmt: skip

    def _by(self, dimension: str, people: People) -> Callable[[Handled], str]:
        look = DIMENSIONS[dimension]
        return lambda item: look(item, people.of(item.patient))

    def _groups(self, dimension: str, groups: Sequence[Group]) -> Table:
        words = self.words
        table = Table(
            dimension,
            self.names.dimension(dimension),
            (words("Group"), words("People"), words("Requests"), words("Late"),
             words("Reached a physician"), words("First answer, median")),
            tuple(self._group(dimension, each) for each in groups),
        )  # fmt: skip
        return pictured(table, [each.first for each in groups], words("First answer, median"))

    def _group(self, dimension: str, group: Group) -> Row:
        words, hidden = self.words, Cell(self.words("hidden"), "hidden")
        return Row(
            self.names.group(dimension, group.key),
            (
                hidden if group.people is None else number(words, group.people),
                hidden if group.asked is None else number(words, group.asked),
                hidden if group.late is None else percent(words, group.late),
                hidden if group.physician is None else percent(words, group.physician),
                hidden if group.first is None else hours(words, group.first),
            ),
        )

    def fairness_not_here(self, weeks: int) -> Figures:
        """For one period only: two of them side by side would show what is between them."""
        words = self.words
        lead = words(
            "Groups of patients are compared for {weeks} weeks only. Two periods side by side would"
            " show the small groups between them.",
            weeks=weeks,
        )
        return Figures("fairness", words("The same for everybody?"), lead)
