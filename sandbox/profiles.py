"""How EHRs differ in what they let an app write, after what their own statements say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

Name = Literal["open", "epic", "oracle", "meditech", "athenahealth"]
ConditionalCreate = Literal["works", "ignored", "racy"]
Locking = Literal["412", "409", "ignored"]
Role = Literal["patient", "staff"]

WRITTEN = ("Communication", "QuestionnaireResponse", "Task")
_ALL = "crsu"


def _letters(**by_type: str) -> Mapping[str, str]:
    return MappingProxyType(by_type)


@dataclass(frozen=True)
class Manner:
    """What the FHIR server does with the three types that an app may write, and what it says."""

    letters: Mapping[str, str]  # what it has at all; a type without any does not exist
    patients: Mapping[str, str]  # what of it a patient's own token is let
    conditional_create: ConditionalCreate
    locking: Locking
    transaction: bool
    bare_create: bool  # answers a create without a body or a version, unless asked for one
    any_form: bool  # takes answers to forms that it does not know
    by_identifier: frozenset[str]  # the types that can be searched by identifier
    one_text_attachment: bool = False  # a message is one attachment of plain text, and no other
    index_seconds: float = 0.0  # for so long a search does not find what is new
    one_patient: bool = False  # searches what is about patients for one of them at a time
    truthful: bool = True  # False: it states what an open server could do, and grants all scopes
    others: str = "rs"  # letters for all other types
    lacks: frozenset[str] = frozenset()  # types that it does not have

    def has(self, type_: str, letter: str) -> bool:
        """Whether the server does this at all."""
        if type_ in self.lacks:
            return False
        return letter in (self.letters.get(type_, "") if type_ in WRITTEN else self.others)

    def lets(self, type_: str, letter: str, role: Role) -> bool:
        """Whether it does it for somebody in this role."""
        by_role = self.patients if role == "patient" else self.letters
        return type_ not in WRITTEN or letter in by_role.get(type_, "")

    @property
    def stated(self) -> Manner:
        """What the CapabilityStatement tells."""
        return self if self.truthful else OPEN

    @property
    def denied(self) -> tuple[str, ...]:
        """Scopes that a patient does not get, where the server is honest about it."""
        missing = {
            type_: "".join(each for each in _ALL if each not in self.patients.get(type_, ""))
            for type_ in WRITTEN
        }
        told = missing.items() if self.truthful else ()
        return tuple(f"patient/{type_}.{letters}" for type_, letters in told if letters)


OPEN = Manner(
    letters=_letters(Communication=_ALL, QuestionnaireResponse=_ALL, Task=_ALL),
    patients=_letters(Communication=_ALL, QuestionnaireResponse=_ALL, Task=_ALL),
    conditional_create="works",
    locking="412",
    transaction=True,
    bare_create=False,
    any_form=True,
    by_identifier=frozenset(WRITTEN),
    others="crsu",
)

# Messages and answers are for clinicians and back ends; Tasks are changed and never made.
EPIC = replace(
    OPEN,
    others="rs",
    letters=_letters(Communication="crs", QuestionnaireResponse="crs", Task="rsu"),
    patients=_letters(Communication="rs", QuestionnaireResponse="rs", Task="rs"),
    conditional_create="ignored",
    transaction=False,
    bare_create=True,
    any_form=False,
)

# Patients have no part in messages; there are no Tasks; a conflict is 409.
ORACLE = replace(
    OPEN,
    others="rs",
    letters=_letters(Communication="crs", QuestionnaireResponse="rsu"),
    patients=_letters(QuestionnaireResponse="rs"),
    conditional_create="ignored",
    locking="409",
    transaction=False,
    any_form=False,
    by_identifier=frozenset(),
    one_text_attachment=True,
)

# What is not to be seen by patients, as most of them have it.
_NO_FREE_TIMES = frozenset({"Schedule", "Slot"})

# The closest to patient messages: no Tasks to make, nothing to look an identifier up by.
MEDITECH = replace(
    OPEN,
    others="rs",
    letters=_letters(Communication="crs", QuestionnaireResponse=_ALL, Task="r"),
    patients=_letters(Communication="crs", QuestionnaireResponse=_ALL, Task="r"),
    conditional_create="ignored",
    locking="ignored",
    transaction=False,
    by_identifier=frozenset(),
    lacks=_NO_FREE_TIMES,
)

# Forms and nothing else.
ATHENAHEALTH = replace(
    OPEN,
    others="rs",
    letters=_letters(QuestionnaireResponse="crs"),
    patients=_letters(QuestionnaireResponse="crs"),
    conditional_create="ignored",
    locking="ignored",
    transaction=False,
    by_identifier=frozenset(),
    lacks=_NO_FREE_TIMES,
)

PROFILES: Mapping[str, Manner] = MappingProxyType(
    {
        "open": OPEN,
        "epic": EPIC,
        "oracle": ORACLE,
        "meditech": MEDITECH,
        "athenahealth": ATHENAHEALTH,
    }
)
