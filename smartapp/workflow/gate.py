"""What this person can do in this EHR: declared by the EHR, granted to the person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from smartapp.auth.scopes import Scopes
from smartapp.errors import PRIVATE, NotOffered
from smartapp.fhir.capability import Capability

_LETTER = {"create": "c", "read": "r", "update": "u", "delete": "d", "search-type": "s"}


class Why(StrEnum):
    NOT_DECLARED = "not-declared"
    NOT_GRANTED = "not-granted"
    PRIVATE = PRIVATE  # to the patient: not for who acts for them


@dataclass(frozen=True)
class Gate:
    capability: Capability
    scopes: Scopes
    level: str  # "patient" or "user": whose rights the token carries
    private: frozenset[str] = frozenset()  # types of which this reader sees nothing

    def closed(self, kind: str, interaction: str) -> Why | None:
        """The reason why something is not possible, or None where it is."""
        if kind in self.private:
            return Why.PRIVATE
        if not self.capability.declares(kind, interaction):
            return Why.NOT_DECLARED
        if not self.scopes.allows(self.level, kind, _LETTER[interaction]):
            return Why.NOT_GRANTED
        return None

    def may(self, kind: str, interaction: str) -> bool:
        return self.closed(kind, interaction) is None

    def require(self, feature: str, *needs: tuple[str, str]) -> None:
        for kind, interaction in needs:
            reason = self.closed(kind, interaction)
            if reason is not None:
                raise NotOffered(feature, reason)


# A request needs at least that the patient's words arrive and can be found again.
# Or at least the answers, with what else is to be said beside them.
ASKING_BY_FORM = (("QuestionnaireResponse", "create"), ("QuestionnaireResponse", "search-type"))
ASKING = (("Communication", "create"), ("Communication", "search-type"))
