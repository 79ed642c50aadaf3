"""In a patient's chart: what they wrote and filled in so far, open or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.fhir.section import Section
from smartapp.pages.paths import Paths
from smartapp.pages.tracker import title_of
from smartapp.pages.when import moment_words
from smartapp.words import Words
from smartapp.workflow.policy.clinic_forms import ANY_FORM, TOPIC
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.requests import Request, Stage
from smartapp.workflow.staff import StaffMember

MOST = 20


@dataclass(frozen=True)
class EarlierRow:
    title: str
    href: str
    when: str
    state: str


@dataclass(frozen=True)
class Earlier:
    """The conversations, or the forms."""

    anchor: str
    heading: str
    rows: tuple[EarlierRow, ...]
    none: str
    trouble: str
    others: str  # that there are some of other teams


def earlier(
    words: Words, paths: Paths, policy: Policy, staff: StaffMember, requests: Section[Request]
) -> tuple[Earlier, ...]:
    """Only what this person's queues hold: what lies with another team is counted."""
    forms = [each for each in requests.items if _is_form(each)]
    talks = [each for each in requests.items if not _is_form(each)]
    conversations = _block(words, paths, policy, staff, talks)
    filled = _block(words, paths, policy, staff, forms)
    return (
        Earlier(
            "conversations",
            words("Conversations"),
            none="" if conversations[0] or not requests.whole else words("There are none."),
            rows=conversations[0],
            trouble=_trouble(words, requests),
            others=conversations[1],
        ),
        Earlier(
            "forms",
            words("Forms"),
            none="" if filled[0] or not requests.whole else words("There are none."),
            rows=filled[0],
            trouble=_trouble(words, requests),
            others=filled[1],
        ),
    )


def _is_form(request: Request) -> bool:
    topic = request.topic
    return request.root.is_form or topic == ANY_FORM or topic.startswith(TOPIC)


def _trouble(words: Words, requests: Section[Request]) -> str:
    if requests.failed:
        return words("This could not be loaded. It does not mean that there is none.")
    return "" if requests.whole else words("Not all of it could be loaded.")


def _block(
    words: Words,
    paths: Paths,
    policy: Policy,
    staff: StaffMember,
    requests: Sequence[Request],
) -> tuple[tuple[EarlierRow, ...], str]:
    mine = [each for each in requests if each.routing and staff.works(each.routing.queue)]
    others = len(requests) - len(mine)
    said = words.plural(
        "{count} more is with another team.", "{count} more are with other teams.", others,
        count=others,
    )  # fmt: skip
    return tuple(_row(words, paths, policy, each) for each in mine[:MOST]), said if others else ""


def _row(words: Words, paths: Paths, policy: Policy, request: Request) -> EarlierRow:
    last = request.messages[-1].sent
    return EarlierRow(
        title=title_of(words, request, policy.topics.get(request.topic)),
        href=paths.item(request.work.reference if request.work else request.root.reference),
        when=moment_words(words, last) if last else "",
        state=_state(words, request),
    )


def _state(words: Words, request: Request) -> str:
    return {
        Stage.ANSWERED: words("Answered"),
        Stage.CLOSED: words("Closed"),
        Stage.WAITING: words("Waits for the patient"),
    }.get(request.stage, words("Open"))
