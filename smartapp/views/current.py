"""The session of one request, and a token for it that the EHR still takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from smartapp import audit
from smartapp.errors import ContextChanged, EhrError, LaunchFailed
from smartapp.services import Services
from smartapp.sessions import ActiveLaunch, Renewal
from smartapp.transport import Bearer
from smartapp.views import record


class Current:
    """`active` changes when the token does: all that is asked later goes with the new one."""

    def __init__(self, services: Services, active: ActiveLaunch, secret: str) -> None:
        self.active = active
        self.failure: EhrError | LaunchFailed | None = None
        self._services = services
        self._secret = secret
        self._lock = threading.Lock()  # the reads of a page may all be refused at one moment

    def freshen(self, *, strictly: bool) -> None:
        """Before the EHR is asked for anything. Where a person has typed something, a token that
        cannot be had must not stop us from keeping that: then the first read fails with it.
        """
        try:
            self._renew(lambda renewal: renewal.fresh(self.active, self._secret))
        except (EhrError, LaunchFailed) as failure:
            if strictly:
                raise
            self.failure = failure

    def after_refusal(self, refused: Bearer) -> Bearer:
        """Another token than the one that the EHR did not take, or TokenNotAccepted."""
        with self._lock:
            if self.active.launched.token.access == refused.token:
                self._renew(lambda renewal: renewal.after_refusal(self.active, self._secret))
        return replace(refused, token=self.active.launched.token.access)

    def _renew(self, how: Callable[[Renewal], ActiveLaunch]) -> None:
        """Put on record when it is over: a trail that is down must not cost the new token."""
        outcomes: list[str] = []
        context = record.context_of(self.active)
        patient_id = self.active.launched.patient_id
        patient = f"Patient/{patient_id}" if patient_id else ""
        try:
            self.active = how(self._services.renewal(outcomes.append))
        except ContextChanged as changed:
            outcomes.append(changed.code)
            self._services.audit.record(audit.session_ended(context, "context-changed", patient))
            raise
        finally:
            events = [audit.token_renewed(context, reason) for reason in outcomes]
            if events:
                self._services.audit.record(*events)
        if "" in outcomes:
            self._pass_on()

    def _pass_on(self) -> None:
        """What waits in the outbox is sent with its author's token: the old one may be dead."""
        outbox, person = self._services.outbox, self.active.person
        for submission in outbox.of(person):
            if not submission.is_finished:
                outbox.give_token(submission.sid, person, self.active.launched.token)
