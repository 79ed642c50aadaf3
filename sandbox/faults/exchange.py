"""One request and its answer, as a fault sees them.

A fault stands between the server and the program: it may change the request, let it proceed or
not, and change the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(frozen=True)
class Exchange:
    environ: WSGIEnvironment  # the request, which may be changed before it proceeds
    proceed: Callable[[], Response]


class Fault(Protocol):
    def answer(self, exchange: Exchange) -> Response: ...


def object_in(response: Response) -> dict[str, Any] | None:
    """What a good answer says, where that is a JSON object."""
    if response.status_code >= 300:
        return None
    try:
        content = json.loads(response.get_data())
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
