"""The rules of writing to the clinic: before the first message, and in Help from then on."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.shell import Link, Shell
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy


@dataclass(frozen=True)
class RulesPage:
    shell: Shell
    heading: str
    rules: tuple[str, ...]
    urgent_heading: str
    urgent: str
    numbers_heading: str
    numbers: tuple[str, ...]
    action: str  # empty where they were read before
    button: str
    ask: Link | None


def rules_page(
    words: Words, shell: Shell, *, policy: Policy, heading: str, action: str = "", ask: str = ""
) -> RulesPage:
    phones = policy.phones
    return RulesPage(
        shell=shell,
        heading=heading,
        rules=tuple(in_locale(rule, words.locale) for rule in policy.first_use.rules),
        urgent_heading=words("What “urgent” means here"),
        urgent=in_locale(policy.urgent, words.locale),
        numbers_heading=words("Phone numbers"),
        numbers=(
            words("The clinic: {phone}", phone=phones.clinic),
            words("When we are closed: {phone}", phone=phones.after_hours),
            words("In an emergency: {phone}", phone=phones.emergency),
            words("If you think of hurting yourself, day or night: {phone}", phone=phones.crisis),
        ),
        action=action,
        button=in_locale(policy.first_use.acknowledge, words.locale),
        ask=Link(words("Ask for something"), ask) if ask else None,
    )
