"""The list of what can go wrong.

A new fault is a class with a line here: a dataclass whose fields are its JSON, and whose `answer`
stands between the server and the program. One that is not about the wire is an `Order`, and the
place that is to misbehave looks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.faults.answers import Cookie, Edited, Redirect, Truncated, Wrong
from sandbox.faults.exchange import Fault
from sandbox.faults.links import Links
from sandbox.faults.oauth import Callback, OAuthError
from sandbox.faults.orders import AnotherPatient, Claims, Forged, Unrotated
from sandbox.faults.outages import Delay, Lost, Refused, Status
from sandbox.faults.scopes import Scopes

KINDS: Mapping[str, type[Fault]] = {
    "delay": Delay,
    "status": Status,
    "lost": Lost,
    "refused": Refused,
    "truncated": Truncated,
    "wrong": Wrong,
    "edited": Edited,
    "cookie": Cookie,
    "redirect": Redirect,
    "links": Links,
    "oauth-error": OAuthError,
    "callback": Callback,
    "scopes": Scopes,
    "unrotated": Unrotated,
    "another-patient": AnotherPatient,
    "claims": Claims,
    "forged": Forged,
}
