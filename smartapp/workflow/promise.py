"""What the clinic's own times promise at the earliest, by queue, priority, topic and age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from smartapp.workflow.calendar import ResponseTime
from smartapp.workflow.policy.model import Policy, Priority, Route

Times = frozenset[ResponseTime]
Place = tuple[str, str]  # queue and priority
READINGS_TOPIC = "medical-question"  # of home readings, which have none of their own


@dataclass(frozen=True)
class Kinds:
    """Topics that promise the same times in one queue, so that age orders them all alike."""

    times: Times
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Promises:
    """The rules of all topics, turned round: what may have been promised to what lies in a queue.

    Within one queue, priority and response time an answer is never due earlier for having been
    asked for later: opening hours keep the order. Where rules of one topic promise two times for
    the same queue and priority, the shorter one is the bound.
    """

    policy: Policy

    def kinds(self, queue: str, priority: str) -> tuple[Kinds, ...]:
        """The quickest first. None where people look at what no rule decided: it may lie there
        without any promise.
        """
        if queue == self.policy.review.code:
            return ()
        grouped: dict[Times, list[str]] = defaultdict(list)
        for topic, times in self._times[(queue, priority)].items():
            grouped[frozenset(times)].append(topic)
        made = (Kinds(times, tuple(sorted(topics))) for times, topics in grouped.items())
        return tuple(sorted(made, key=lambda each: (sorted(map(str, each.times)), each.topics)))

    def earliest(self, queue: str, times: Times, asked: datetime) -> datetime:
        """No answer to what was asked at this time or later is due before."""
        calendar = self.policy.calendar.with_week(self.policy.queues[queue].week)
        return min(calendar.due_after(asked, each) for each in times)

    @cached_property
    def _times(self) -> Mapping[Place, Mapping[str, set[ResponseTime]]]:
        found: dict[Place, dict[str, set[ResponseTime]]] = defaultdict(lambda: defaultdict(set))
        for topic, route in _decisions(self.policy):
            found[(route.queue.code, str(route.priority))][topic].add(route.respond_within)
        for (_, priority), topics in found.items():
            if priority == Priority.ROUTINE:  # what a patient writes later has the usual time
                for topic, times in topics.items():
                    times.add(self.policy.topics[topic].respond_within)
        return found


def _decisions(policy: Policy) -> Iterator[tuple[str, Route]]:
    """Each topic with each way that its rules can take."""
    for topic in policy.topics.values():
        routes = [each.route for each in (*topic.rules, topic.unclassified)]
        routes += [each.route for each in topic.red_flags]
        for route in routes:
            yield topic.code, route
    for kind in policy.readings.values():
        for route in (kind.otherwise, *(each.route for each in kind.trends)):
            if READINGS_TOPIC in policy.topics:
                yield READINGS_TOPIC, route
