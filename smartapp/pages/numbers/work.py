"""The figures of the work itself: how much, how fast, and what waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
from smartapp.pages.numbers.telling import DAY, Telling
from smartapp.workflow.metrics import figures
from smartapp.workflow.metrics.figures import Volume
from smartapp.workflow.metrics.statistics import Share
from smartapp.workflow.metrics.tally import Tally


@dataclass(frozen=True)
class TellingOfWork(Telling):
    """How much came in, how fast it was done, and what waits."""

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
                Row(self.week_end(tally, place), (number(words, count),))
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
