"""What is noted about a request on its way: for the ledger, and for places deeper in the program.

A fault that is not about the wire leaves itself here as an order, and the place that is to
misbehave looks for it: see `orders.py` and `sandbox/smart/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

T = TypeVar("T")

_NOTES = "sandbox.notes"  # one object, since the environ itself is copied on its way in


@dataclass
class Notes:
    user: str | None = None
    orders: list[object] = field(default_factory=list)

    def ordered(self, kind: type[T]) -> Iterator[T]:
        return (order for order in self.orders if isinstance(order, kind))


def begun(environ: WSGIEnvironment) -> Notes:
    notes = environ[_NOTES] = Notes()
    return notes


def notes_of(environ: WSGIEnvironment) -> Notes:
    """Blank where no faults are installed."""
    notes: Notes = environ.get(_NOTES) or Notes()
    return notes
