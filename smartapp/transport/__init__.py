"""All HTTP between the app and an EHR: pooled, bounded in time and size, the token on a leash."""

from smartapp.transport.address import origin, outside, parse
from smartapp.transport.answer import Answer
from smartapp.transport.door import Bearer, Limits, Transport

__all__ = [
    "Answer",
    "Bearer",
    "Limits",
    "Transport",
    "origin",
    "outside",
    "parse",
]
