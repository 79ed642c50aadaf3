"""The figures of the work itself: how much, how fast, what waits, who had to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from smartapp.fhir.change import Kind
from smartapp.pages.numbers.named import Names
from smartapp.pages.numbers.tables import (
    Against,
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
from smartapp.workflow.metrics import figures
from smartapp.workflow.metrics.figures import Volume
from smartapp.workflow.metrics.statistics import Share
from smartapp.workflow.metrics.tally import Tally

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Telling:
    words: Words
    names: Names

    # --- in short -----------------------------------------------------------------------------

    def in_short(self, tally: Tally) -> Figures:
        words, numbers = self.words, tally.policy.numbers
        asked, now = tally.asked, tally.now
        first = figures.first_answers(asked, tally.hours_of)
        ended = figures.endings(asked, tally.hours_of)
        a_week = len(asked) / tally.period.weeks
        backlog = figures.backlog(tally.open_now, now)
        physicians = figures.physician_share(asked, numbers.physician_queues)
        contact = figures.first_contact_share(asked, numbers.physician_queues)
        late = figures.lateness(asked, now)
        rows = (
            Row(words("Requests that came in"), (number(words, len(asked)),)),
            Row(
                words("Requests a week"),
                (number(words, a_week, 1),),
                note=self._volume_note(tally, a_week),
            ),
            Row(
                words("First answer, median"),
                (hours(words, first.median),),
                note=words("in business hours; 9 in 10 within {hours} h",
                           hours=words.number(first.ninetieth, 1))
                if first.ninetieth is not None else "",
            ),
            Row(words("Finished, median"), (hours(words, ended.median),),
                note=words("in business hours; 9 in 10 within {hours} h",
                           hours=words.number(ended.ninetieth, 1))
                if ended.ninetieth is not None else ""),
            Row(words("Late answers"), (percent(words, late),),
                note=words("of {n} whose time has come", n=late.whole)),
            Row(words("Reached a physician"), (percent(words, physicians),),
                note=self._physician_note(tally, physicians)),
            Row(words("First answered by a physician"), (percent(words, contact),),
                note=words("of {n} that were answered", n=contact.whole)),
            Row(words("Open now"), (number(words, backlog.total),),
                note=words("{late} of them late", late=backlog.late)),
        )  # fmt: skip
        table = Table("short", words("The figures in short"), (words("Figure"), words("Now")), rows)
        return Figures("short", words("In short"), tables=(table,))

    def _volume_note(self, tally: Tally, a_week: float) -> str:
        before = tally.policy.numbers.before("portal_messages_a_week")
        low, high = tally.policy.numbers.lines.volume_rise
        if not before:
            return self.words("No figure from before to hold it against.")
        change = 100 * (a_week / float(before) - 1)
        return self.words(
            "{change} % against {before} a week before; others saw a rise of {low} to {high} %",
            change=self.words.change(change),
            before=self.words.number(float(before)),
            low=low,
            high=high,
        )

    def _physician_note(self, tally: Tally, share: Share) -> str:
        words, numbers = self.words, tally.policy.numbers
        line = words("the line is {line} %", line=numbers.lines.physician_share)
        before = numbers.before("physician_share_percent")
        if not before or share.percent is None:
            return line
        change = 100 * (share.percent / float(before) - 1)
        compared = words(
            "{change} % against {before} % before; with rules like these others came to −{fall} %",
            change=words.change(change),
            before=words.number(float(before), 1),
            fall=numbers.lines.physician_fall,
        )
        return f"{line}; {compared}"

    # --- how much -----------------------------------------------------------------------------

    def volume(self, tally: Tally) -> Figures:
        words, now = self.words, tally.now
        topics = figures.volume(tally.asked, lambda each: each.topic, tally.hours_of, now)
        queues = figures.volume(tally.asked, lambda each: each.queue, tally.hours_of, now)
        return Figures(
            "volume",
            words("What came in"),
            tables=(
                self._by_week(tally),
                self._volumes("topics", words("By topic"), topics, self.names.topic),
                self._volumes("queues", words("By the queue that the rules chose"), queues,
                              self.names.queue),
            ),
        )  # fmt: skip

    def _by_week(self, tally: Tally) -> Table:
        words, numbers = self.words, tally.policy.numbers
        weeks = figures.by_week(tally.asked, tally.now, tally.period.weeks)
        counts = [float(len(each)) for each in weeks]
        table = Table(
            "weeks",
            words("By week"),
            (words("Seven days until"), words("Requests")),
            tuple(
                Row(self._week_end(tally, place), (number(words, count),))
                for place, count in enumerate(counts)
            ),
        )
        before = numbers.before("portal_messages_a_week")
        if not before:
            return pictured(table, counts, words("Picture"))
        low, high = numbers.lines.volume_rise
        base = float(before)
        against = Against(
            base * (1 + low / 100),
            base * (1 + high / 100),
            words("Band: {low} to {high} % above the week before the portal", low=low, high=high),
        )
        return pictured(table, counts, words("Picture"), [against])

    def _week_end(self, tally: Tally, place: int) -> str:
        end = tally.period.start + (place + 1) * 7 * DAY
        return self.words.date(end)

    def _volumes(
        self, key: str, caption: str, groups: Sequence[Volume], name: Callable[[str], str]
    ) -> Table:
        words = self.words
        table = Table(
            key,
            caption,
            (words("Name"), words("Requests"), words("Open"), words("Late"),
             words("Put right by staff"), words("Messages in a finished thread")),
            tuple(
                Row(name(each.key), (
                    number(words, each.asked),
                    number(words, each.open),
                    percent(words, each.late),
                    percent(words, each.misrouted),
                    number(words, each.replies, 1),
                ))
                for each in groups
            ),
        )  # fmt: skip
        return pictured(table, [float(each.asked) for each in groups], words("Picture"))

    # --- how fast -----------------------------------------------------------------------------

    def speed(self, tally: Tally) -> Figures:
        words = self.words
        groups = figures.volume(tally.asked, lambda each: each.queue, tally.hours_of, tally.now)
        table = Table(
            "speed",
            words("In business hours of the team"),
            (words("Queue"), words("First answer, median"), words("9 in 10 within"),
             words("Finished, median"), words("9 in 10 within"), words("Late")),
            tuple(
                Row(self.names.queue(each.key), (
                    hours(words, each.first.median),
                    hours(words, each.first.ninetieth),
                    hours(words, each.ended.median),
                    hours(words, each.ended.ninetieth),
                    percent(words, each.late),
                ))
                for each in groups
            ),
        )  # fmt: skip
        medians = [each.first.median for each in groups]
        notes = (
            words("What came in and was answered while the team was away took no business hours."),
            words("Late: the first answer came after it was promised, or is still missing."),
        )
        drawn = pictured(table, medians, words("First answer, median"))
        return Figures("speed", words("How fast"), tables=(drawn,), notes=notes)

    # --- what waits ---------------------------------------------------------------------------

    def backlog(self, tally: Tally) -> Figures:
        words = self.words
        waiting = figures.backlog(tally.open_now, tally.now)
        ends = figures.loose_ends(tally.open_now, tally.now)
        named = {
            "day": words("Up to a day"),
            "three-days": words("Up to 3 days"),
            "week": words("Up to a week"),
            "two-weeks": words("Up to 2 weeks"),
            figures.OLDER: words("Longer"),
        }
        ages = Table(
            "ages",
            words("Open requests by how long they have waited"),
            (words("Waits"), words("Requests")),
            tuple(Row(named[key], (number(words, n),)) for key, n in waiting.ages.items()),
        )
        oldest = waiting.oldest / DAY if waiting.oldest is not None else None
        left = Table(
            "left",
            words("What was left"),
            (words("Figure"), words("Requests")),
            (
                Row(words("Open"), (number(words, waiting.total),)),
                Row(words("Unresolved: open, and later than promised"),
                    (number(words, ends.unresolved),)),
                Row(words("Orphaned: no work was made of it, and nobody has answered"),
                    (number(words, ends.orphaned),)),
                Row(words("Nobody has taken it"), (number(words, waiting.unowned),)),
                Row(words("Waits for the patient’s word"), (number(words, ends.waiting),)),
                Row(words("Days that the oldest has waited"),
                    (number(words, oldest, 1) if oldest is not None
                     else Cell(words("nothing waits"), 0),)),
            ),
        )  # fmt: skip
        counts = [float(n) for n in waiting.ages.values()]
        drawn = pictured(ages, counts, words("Picture"))
        return Figures("backlog", words("What waits"), tables=(drawn, left))

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
                Row(self._week_end(tally, place), (percent(words, share),))
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
        hours_of_day = figures.arrivals_by_hour(tally.asked, calendar)
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
                Row(self._week_end(tally, place), (
                    percent(words, figures.after_hours_messages(week, calendar)),
                    percent(words, figures.after_hours_work(week, calendar)),
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
                    (percent(words, figures.after_hours_messages(tally.asked, calendar)),)),
                Row(words("Work of staff"),
                    (percent(words, figures.after_hours_work(tally.asked, calendar)),)),
            ),
        )  # fmt: skip
        return Figures("clock", words("Around the clock"), tables=(closed, weeks, drawn))

    # --- who did it ---------------------------------------------------------------------------

    def staffing(self, tally: Tally) -> Figures:
        words, numbers = self.words, tally.policy.numbers
        lines = figures.work_of(tally.asked, tally.policy.calendar, tally.period.weeks)
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
        minutes, typed = figures.typed_minutes(tally.asked)
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
