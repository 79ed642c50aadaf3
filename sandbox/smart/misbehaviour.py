"""What the faults have ordered for the request at hand, where the SMART server is to follow."""

from __future__ import annotations

from dataclasses import replace

from flask import request

from sandbox.faults.notes import notes_of
from sandbox.faults.orders import AnotherPatient
from sandbox.faults.scopes import Scopes
from sandbox.smart.approvals import Approval


def is_ordered(kind: type[object]) -> bool:
    return any(notes_of(request.environ).ordered(kind))


def as_ordered(approval: Approval) -> Approval:
    """For other scopes, or for another patient, than was approved."""
    notes = notes_of(request.environ)
    for scopes in notes.ordered(Scopes):
        approval = replace(approval, scope=scopes.granted(approval.scope))
    for other in notes.ordered(AnotherPatient):
        context = replace(approval.context, patient=other.patient, encounter=None)
        approval = replace(approval, context=context)
    return approval
