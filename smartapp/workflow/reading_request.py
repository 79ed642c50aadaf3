"""Home readings as they are handed in: the series, the words to it, and the work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.message import new_message
from smartapp.fhir.routing import Routing
from smartapp.fhir.task import new_task
from smartapp.sessions.submission import Step
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.policy.readings import ReadingKind, TrendRule
from smartapp.workflow.readings import Entry, in_words, new_series, raised, summary_of
from smartapp.workflow.requests import HOME_READINGS
from smartapp.workflow.seal import Seal
from smartapp.workflow.submission import Named, placeholder, step

TOPIC = "medical-question"  # whose replies and outcomes staff have for an item of readings


def reading_steps(
    kind: ReadingKind,
    sid: str,
    new: Sequence[Entry],
    series: Sequence[Entry],
    *,
    policy: Policy,
    vocabulary: Vocabulary,
    seal: Seal,
    patient: str,
    author: Named,
    now: datetime,
    words: Words,
    with_task: bool,
) -> tuple[Step, ...]:
    """As with everything that is asked. `series`: what was sent before, and what is new."""
    decided = routing_of(
        kind, raised(kind, series, now), summary_of(kind, new, series), policy, now
    )
    routing = seal.sealed(decided, sid, patient)
    title = f"{HOME_READINGS}: {kind.name['en']}"
    about = (TOPIC if TOPIC in policy.topics else "", title)
    response = placeholder(sid, "response")
    body = new_series(
        kind,
        new,
        vocabulary=vocabulary,
        version=policy.version,
        identifier=sid,
        patient=patient,
        author=author,
        authored=now,
        language=words.locale,
    )
    message = new_message(
        vocabulary=vocabulary,
        identifier=sid,
        topic=about,
        subject_line=title,
        patient=patient,
        sender=author,
        sent=now,
        words=words(
            "My home readings: {count} new. The newest is {reading}.",
            count=len(new),
            reading=in_words(kind, new[-1], words.locale),
        ),
        about=((response, ""),),
        priority=routing.priority,
        language=words.locale,
        routing=routing,
    )
    steps = [
        step(body, vocabulary.response, sid, patient),
        step(message, vocabulary.message, sid, patient),
    ]
    if with_task:
        work = new_task(
            vocabulary=vocabulary,
            identifier=sid,
            thread=sid,
            topic=about,
            description=title,
            patient=patient,
            requester=author,
            focus=placeholder(sid, "message"),
            answers=response,
            about=(),
            routing=routing,
            queue_words=in_locale(policy.queue(routing.queue).name, "en"),
            authored=now,
        )
        steps.append(step(work, vocabulary.task, sid, patient))
    return tuple(steps)


def routing_of(
    kind: ReadingKind, rule: TrendRule | None, summary: str, policy: Policy, now: datetime
) -> Routing:
    route = rule.route if rule else kind.otherwise
    reason = rule.reason if rule else kind.otherwise_reason
    return Routing(
        queue=route.queue.code,
        priority=route.priority,
        due=policy.calendar.with_week(route.queue.week).due_after(now, route.respond_within),
        rule=f"reading-{kind.code}-{rule.name if rule else 'otherwise'}",
        reason=in_locale(reason.staff, "en"),
        policy_version=policy.version,
        summary=summary,
        red_flags=(rule.name,) if rule is not None and rule.do_now is not None else (),
    )
