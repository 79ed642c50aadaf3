"""All HTTP between the app and an EHR: pooled, bounded in time and size, the token on a leash."""

from smartapp.transport.address import origin, outside, parse
from smartapp.transport.answer import Answer
from smartapp.transport.arrivals import Arrivals
from smartapp.transport.door import Bearer, Limits, Transport
from smartapp.transport.flow import Flow

__all__ = [
    "Answer",
    "Arrivals",
    "Bearer",
    "Flow",
    "Limits",
    "Transport",
    "origin",
    "outside",
    "parse",
]
