"""What things are called in the figures: topics, queues, rules, groups of people."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.words import Words, in_locale
from smartapp.workflow.metrics.fairness import NOT_KNOWN
from smartapp.workflow.metrics.people import NONE_STATED
from smartapp.workflow.policy.model import Policy


@dataclass(frozen=True)
class Names:
    words: Words
    policy: Policy

    def topic(self, code: str) -> str:
        topic = self.policy.topics.get(code)
        if topic is None:
            return self.words("A topic that is no longer offered ({code})", code=code or "?")
        return in_locale(topic.words.short, self.words.locale)

    def queue(self, code: str) -> str:
        queue = self.policy.queues.get(code)
        if queue is None:
            return self.words("A queue that is no longer there ({code})", code=code or "?")
        return in_locale(queue.name, self.words.locale)

    def reason(self, code: str) -> str:
        """Why staff escalated something or passed it on."""
        desk = self.policy.desk
        known = {each.code: each.words for each in (*desk.escalation_reasons, *desk.handing_on)}
        if code in known:
            return in_locale(known[code], self.words.locale)
        return code or self.words("No reason given")

    def group(self, dimension: str, key: str) -> str:
        words = self.words
        if key == NOT_KNOWN:
            return words("Not known")
        if key == NONE_STATED:
            return words("None in the record")
        if dimension == "language":
            return words.language(key)
        if dimension == "site":
            sites = {each.code: each.name for each in self.policy.named.sites}
            return in_locale(sites[key], words.locale) if key in sites else key
        known = {
            ("need", "interpreter"): words("Needs an interpreter"),
            ("need", "disability"): words("A disability"),
            ("need", "interpreter and disability"): words("An interpreter, and a disability"),
            ("chronic", "recorded"): words("A lasting condition"),
            ("proxy", "proxy"): words("Somebody asked for the patient"),
            ("proxy", "self"): words("The patient asked"),
        }
        return known.get((dimension, key), key)

    def dimension(self, key: str) -> str:
        words = self.words
        return {
            "site": words("By place, as last seen"),
            "age": words("By age"),
            "language": words("By language"),
            "payer": words("By who pays"),
            "need": words("By accessibility need"),
            "chronic": words("By lasting condition"),
            "proxy": words("By who asks"),
        }[key]
