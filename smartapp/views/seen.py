"""What an open page has shown, kept by the page itself: sealed, and told again when it looks."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from smartapp.sessions.handles import open_handle, seal_handle
from smartapp.views.here import Here
from smartapp.workflow.loading import Loader
from smartapp.workflow.unchanged import Mark, is_unchanged

ALL_AGAIN = timedelta(minutes=5)  # after so long all is read, whatever the EHR says of changes
STATE = "Seen/"  # before what was seen, so that it can be no handle of anything


@dataclass(frozen=True)
class Seen:
    of: str  # whose page it is, and of what
    shown: str
    until: float  # then it may say something else by time alone, or all is read again
    mark: Mark | None  # None where the EHR cannot be asked whether anything changed
    patient_id: str = ""  # whom all of it is about, where that is one

    def written(self) -> str:
        mark = (dict(self.mark.since), self.mark.seen) if self.mark else None
        return STATE + json.dumps([self.of, self.shown, self.until, mark, self.patient_id])

    def is_same(self, shown: str) -> bool:
        return hmac.compare_digest(self.shown, shown)

    def is_still_so(self, here: Here, loader: Loader) -> bool:
        """By what the EHR says of changes: nothing else is read for that."""
        if self.mark is None or here.now.timestamp() >= self.until:
            return False
        return is_unchanged(loader, self.mark)


def seen_before(here: Here, of: str) -> Seen | None:
    sealed = request.headers.get("X-Seen", "")
    told = open_handle(here.active.handle_key, here.active.lid, sealed) if sealed else None
    if told is None or not told.startswith(STATE):
        return None
    by, shown, until, mark, patient_id = json.loads(told.removeprefix(STATE))
    seen = Seen(by, shown, until, Mark(*mark) if mark else None, patient_id)
    return seen if seen.of == of else None


def answered(here: Here, html: str, seen: Seen) -> Response:
    state = seal_handle(here.active.handle_key, here.active.lid, seen.written())
    return Response(html, headers={"X-State": state}, content_type="text/html; charset=utf-8")


def digest(here: Here, told: object) -> str:
    """Of no use to anybody else: it says only whether it is the same."""
    return hmac.new(here.active.handle_key, repr(told).encode(), "sha256").hexdigest()[:32]
