"""The figures of who did the work: physicians, colleagues, while closed, and against the rules."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.change import Kind
from smartapp.pages.numbers.tables import (
    Against,
    Figures,
    Row,
    Table,
    number,
    percent,
    pictured,
)
from smartapp.pages.numbers.telling import Telling
from smartapp.workflow.metrics import figures, workload
from smartapp.workflow.metrics.tally import Tally


@dataclass(frozen=True)
class TellingOfEffort(Telling):
    """Who had to do it, when, and how often the rules were wrong."""

    # --- who had to ---------------------------------------------------------------------------

    def physicians(self, tally: Tally) -> Figures:
        words, numbers = self.words, tally.policy.numbers
        queues, line = numbers.physician_queues, numbers.lines.physician_share
        weeks = figures.by_week(tally.asked, tally.now, tally.period.weeks)
        shares = [figures.physician_share(each, queues) for each in weeks]
        table = Table(
            "physician-weeks",
            words("Requests that reached a physician, by week"),
            (words("Seven days until"), words("Share")),
            tuple(
                Row(self.week_end(tally, place), (percent(words, share),))
                for place, share in enumerate(shares)
            ),
        )
        marks = [Against(line, line, words("Line: {line} %", line=line)), *self._fallen(tally)]
        drawn = pictured(table, [share.percent for share in shares], words("Picture"), marks)
        rest = Table(
            "escalations",
            words("How they got there"),
            (words("Figure"), words("Share")),
            (
                Row(words("Reached a physician in any way"),
                    (percent(words, figures.physician_share(tally.asked, queues)),)),
                Row(words("Escalated by a colleague"),
                    (percent(words, figures.escalations(tally.asked)),)),
                Row(words("First answered by a physician"),
                    (percent(words, figures.first_contact_share(tally.asked, queues)),)),
            ),
        )  # fmt: skip
        return Figures("physicians", words("Physicians"), tables=(drawn, rest, self._reasons(
            "escalated-for", words("Why colleagues escalated"), tally, Kind.ESCALATED
        )))  # fmt: skip

    def _reasons(self, key: str, caption: str, tally: Tally, kind: str) -> Table:
        words, counts = self.words, figures.reasons(tally.asked, kind)
        table = Table(
            key,
            caption,
            (words("Reason"), words("Requests")),
            tuple(Row(self.names.reason(code), (number(words, n),)) for code, n in counts.items()),
        )
        return pictured(table, [float(n) for n in counts.values()], words("Picture"))

    def _fallen(self, tally: Tally) -> list[Against]:
        """Where it would be, had it fallen since the baseline as far as it did for others."""
        numbers = tally.policy.numbers
        before = numbers.before("physician_share_percent")
        if not before:
            return []
        there = float(before) * (1 - numbers.lines.physician_fall / 100)
        text = self.words(
            "Line: {line} %, which is {fall} % less than before",
            line=self.words.number(there, 1),
            fall=numbers.lines.physician_fall,
        )
        return [Against(there, there, text)]

    # --- when ---------------------------------------------------------------------------------

    def around_the_clock(self, tally: Tally) -> Figures:
        words, calendar = self.words, tally.policy.calendar
        hours_of_day = workload.arrivals_by_hour(tally.asked, calendar)
        table = Table(
            "hours",
            words("Requests by the hour in which they came"),
            (words("From"), words("Requests")),
            tuple(
                Row(words.clock(f"{hour:02d}:00"), (number(words, count),))
                for hour, count in enumerate(hours_of_day)
            ),
        )
        drawn = pictured(table, [float(count) for count in hours_of_day], words("Picture"))
        weeks = Table(
            "closed-weeks",
            words("By week: signs of too much work"),
            (words("Seven days until"), words("Messages while closed"),
             words("Work of staff while closed"), words("Late")),
            tuple(
                Row(self.week_end(tally, place), (
                    percent(words, workload.after_hours_messages(week, calendar)),
                    percent(words, workload.after_hours_work(week, calendar)),
                    percent(words, figures.lateness(week, tally.now)),
                ))
                for place, week in enumerate(
                    figures.by_week(tally.asked, tally.now, tally.period.weeks)
                )
            ),
        )  # fmt: skip
        closed = Table(
            "closed",
            words("While the clinic was closed"),
            (words("Figure"), words("Share")),
            (
                Row(words("Messages of patients"),
                    (percent(words, workload.after_hours_messages(tally.asked, calendar)),)),
                Row(words("Work of staff"),
                    (percent(words, workload.after_hours_work(tally.asked, calendar)),)),
            ),
        )  # fmt: skip
        return Figures("clock", words("Around the clock"), tables=(closed, weeks, drawn))

    # --- who did it ---------------------------------------------------------------------------

    def staffing(self, tally: Tally) -> Figures:
        words, numbers = self.words, tally.policy.numbers
        lines = workload.work_of(tally.asked, tally.policy.calendar, tally.period.weeks)
        low, high = numbers.lines.hours_a_week
        table = Table(
            "staff",
            words("By colleague"),
            (words("Name"), words("Taken"), words("Answered"), words("Finished"),
             words("Passed on"), words("After hours"), words("Hours a week")),
            tuple(
                Row(each.who.name or each.who.reference, (
                    number(words, each.claimed),
                    number(words, each.answered),
                    number(words, each.closed),
                    number(words, each.passed_on),
                    number(words, each.after_hours),
                    number(words, each.hours_a_week, 1),
                ), note=words("no minutes for {n} of {all}", n=each.untimed, all=each.closed)
                   if each.untimed else "")
                for each in lines
            ),
        )  # fmt: skip
        band = Against(
            low, high, words("Band: {low} to {high} hours a week in the inbox", low=low, high=high)
        )
        drawn = pictured(
            table, [each.hours_a_week for each in lines], words("Hours a week"), [band]
        )
        minutes, typed = workload.typed_minutes(tally.asked)
        note = words(
            "Minutes are what people typed when they finished: {minutes} minutes for {part} of"
            " {whole} endings. Nothing is guessed for the rest.",
            minutes=words.number(minutes),
            part=typed.part,
            whole=typed.whole,
        )
        return Figures("staffing", words("Who did the work"), tables=(drawn,), notes=(note,))

    # --- the rules ----------------------------------------------------------------------------

    def rules(self, tally: Tally, most: int | None = None) -> Figures:
        """Those that staff had to put right most often come first."""
        words = self.words
        found = figures.errors_of_rules(tally.asked)
        ordered = sorted(found.items(), key=lambda each: (-each[1].part, -each[1].whole, each[0]))
        ordered = [each for each in ordered if each[1].part or most is None][:most]
        table = Table(
            "rules",
            words("How often staff had to put a rule right"),
            (words("Rule"), words("Seen by staff"), words("Put right")),
            tuple(
                Row(f"{self.names.topic(topic)}: {rule}",
                    (number(words, share.whole), percent(words, share)))
                for (topic, rule), share in ordered
                if share.whole
            ),
        )  # fmt: skip
        shares = [share.percent for _, share in ordered if share.whole]
        drawn = pictured(table, shares, words("Picture"))
        why = self._reasons("passed-for", words("Why it was passed on"), tally, Kind.REROUTED)
        return Figures("rules", words("Rules"), tables=(drawn, why))
