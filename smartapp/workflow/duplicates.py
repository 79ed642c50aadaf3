"""The same medicine, ordered more than once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from smartapp.fhir.medication import MedicationOrder

_WORD = re.compile(r"[^\W\d_]{4,}")


def duplicates_of(
    order: MedicationOrder, orders: Iterable[MedicationOrder]
) -> tuple[MedicationOrder, ...]:
    """Other active orders of what this is an order of: by a code they share, or by the substance
    that their names begin with. Whether that is meant so, a person judges.
    """
    return tuple(
        each
        for each in orders
        if each.id != order.id and each.status == "active" and not each.do_not_take
        if each.medication_codes & order.medication_codes or _share_a_substance(each, order)
    )


def _share_a_substance(one: MedicationOrder, other: MedicationOrder) -> bool:
    return bool(_substances(one) & _substances(other))


def _substances(order: MedicationOrder) -> frozenset[str]:
    names = (order.name, *order.other_names)
    first = (_WORD.search(name.casefold()) for name in names)
    return frozenset(found[0] for found in first if found)
