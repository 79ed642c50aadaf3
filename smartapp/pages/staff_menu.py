"""The pages of staff, for who has more of them than the queue."""

from __future__ import annotations

from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link
from smartapp.words import Words
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.staff import StaffMember


def staff_bar(
    words: Words, paths: Paths, staff: StaffMember, policy: Policy, at: str, in_chart: str | None
) -> tuple[Link, ...]:
    """Nothing where there is nothing to choose. A patient's chart has no figures of all."""
    links = [Link(words("Queue"), paths.queue, current=at.startswith(paths.queue))]
    if sees_numbers(staff, policy) and not in_chart:
        address = paths.numbers()
        links.append(Link(words("Numbers"), address, current=at.startswith(address)))
    if sees_rules(staff, policy) and not in_chart:
        address = paths.workbench
        links.append(Link(words("Rules"), address, current=at.startswith(address)))
    return tuple(links) if len(links) > 1 else ()


def sees_numbers(staff: StaffMember, policy: Policy) -> bool:
    return bool(staff.roles & policy.numbers.seen_by)


def sees_rules(staff: StaffMember, policy: Policy) -> bool:
    return bool(staff.roles & policy.numbers.rules_seen_by)
