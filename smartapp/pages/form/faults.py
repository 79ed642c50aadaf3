"""What is wrong with an answer, said so that a person knows what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from smartapp.words import Words
from smartapp.workflow.forms import Fault, FieldFault

_SAID: Mapping[Fault, Callable[[Words, Any], str]] = {
    Fault.MISSING: lambda words, _: words("Answer this question"),
    Fault.TOO_LONG: lambda words, limit: words(
        "Make this shorter, {limit} letters at most", limit=limit
    ),
    Fault.TOO_SHORT: lambda words, limit: words(
        "Write a little more, {limit} letters at least", limit=limit
    ),
    Fault.TOO_SMALL: lambda words, limit: words("This cannot be less than {limit}", limit=limit),
    Fault.TOO_LARGE: lambda words, limit: words("This cannot be more than {limit}", limit=limit),
    Fault.TOO_MANY: lambda words, limit: words("Give {limit} answers at most", limit=limit),
    Fault.TOO_FEW: lambda words, limit: words("Give {limit} answers at least", limit=limit),
    Fault.TOO_EXACT: lambda words, limit: (
        words("Write no more than {limit} digits after the point", limit=limit)
        if limit
        else words("Write a whole number, without a point")
    ),
    Fault.NOT_TOGETHER: lambda words, _: words(
        "One of these answers goes alone. Take away that one or the others"
    ),
    Fault.NOT_A_NUMBER: lambda words, _: words("Write a number here"),
    Fault.NOT_A_DATE: lambda words, wanted: (
        words("Write it like this: {example}", example=wanted)
        if wanted
        else words("Write the date as year, month and day, like 2026-03-27")
    ),
    Fault.NOT_A_TIME: lambda words, _: words("Write the time as hours and minutes, like 14:30"),
    Fault.NOT_AN_ADDRESS: lambda words, _: words("Write a web address that begins with https://"),
    Fault.NOT_A_FILE: lambda words, _: words("This file did not arrive. Choose it again"),
    Fault.NOT_ASKED: lambda words, _: words(
        "You wrote something here, but another answer says it is not needed. "
        "Change that answer, or clear this"
    ),
    Fault.NOT_THE_SHAPE: lambda words, _: words("Write this in the form that is asked for"),
    Fault.RULE: lambda words, limit: str(limit) or words("These answers do not fit together"),
    Fault.NOT_AN_OPTION: lambda words, _: words("Choose one of the answers"),
}


def fault_words(words: Words, fault: FieldFault) -> str:
    limit: object = fault.limit
    if isinstance(limit, date) and not isinstance(limit, datetime):
        limit = words.date(limit)
    return _SAID[fault.fault](words, limit)
