"""The end of a session that somebody wants to end: here first, then at the EHR."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from werkzeug.wrappers import Response

from smartapp import audit
from smartapp.config import LaunchKind
from smartapp.errors import NoSession
from smartapp.launch import give_back
from smartapp.services import Services
from smartapp.sessions import ActiveLaunch, EndReason, held_by
from smartapp.sessions.browser import MOST_LIVE
from smartapp.views import cookies, record

CLOSED = "oldest-closed"  # what the next page says of it
KEPT_FOR_OUTBOX = "kept-for-outbox"


def end_session(services: Services, active: ActiveLaunch, secret: str, reason: EndReason) -> bool:
    """Whether all that was sent has arrived. What has not goes on with its access token, so then
    the EHR is not asked to end it: it dies by itself, and the refresh token is thrown away here.
    """
    ehr = services.ehr_of(active)
    context = record.context_of(active, ehr.client_id)
    waits = any(not each.is_finished for each in services.outbox.of(active.person))
    with suppress(NoSession):  # another click was faster
        services.launches.end(active.lid, secret, reason)
    patient_id = active.launched.patient_id
    patient = f"Patient/{patient_id}" if patient_id else ""
    services.audit.record(audit.session_ended(context, reason, patient))
    outcome = KEPT_FOR_OUTBOX
    if not waits:
        outcome = give_back(
            active.launched,
            ehr,
            keys=services.keys,
            transport=services.transport,
            now=services.clock(),
        )
    services.audit.record(audit.tokens_given_back(context, outcome))
    return not waits


@dataclass(frozen=True)
class Room:
    """What has to go from a browser before another session fits."""

    over: tuple[str, ...]  # launches whose cookies can go
    closed: bool  # some of them were alive

    def tidy(self, response: Response, kind: LaunchKind) -> None:
        for lid in self.over:
            cookies.drop(response, cookies.session_cookie(lid), kind)


def make_room(services: Services) -> Room:
    """The session that was opened first ends, and its page says why. Only a browser that holds the
    secret of a session has it ended so.
    """
    brought = cookies.secrets_brought()
    held = held_by(services.launches, brought, most=MOST_LIVE - 1)
    for active in held.surplus:
        try:
            end_session(services, active, brought[active.lid], EndReason.REPLACED)
        except NoSession:  # its registration is gone
            services.launches.end(active.lid, brought[active.lid], EndReason.REPLACED)
    gone = (*held.dead, *(active.lid for active in held.surplus))
    return Room(gone, bool(held.surplus))


def others_open(services: Services, lid: str) -> bool:
    """Whether this browser holds another session that is alive."""
    brought = {name: secret for name, secret in cookies.secrets_brought().items() if name != lid}
    return bool(held_by(services.launches, brought).live)
