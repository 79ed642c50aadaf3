"""Whom a draft or a submission belongs to: the same person at the same EHR, about one patient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Stays the same over all of a person's logins, so that what they typed is found again."""

    ehr_key: str
    user_key: str
    patient_id: str | None  # None where staff entered by the queue
