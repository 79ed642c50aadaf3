"""Pages that show one or more parts of the record, each as a block of rows."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.allergy import Allergy
from smartapp.fhir.section import Section
from smartapp.pages.block import Badge, Block, Row, Source, block
from smartapp.pages.shell import Shell
from smartapp.words import Words


@dataclass(frozen=True)
class BlocksPage:
    """A page that is nothing but its parts."""

    shell: Shell
    heading: str
    blocks: tuple[Block, ...]
    lead: str = ""


def allergies_block(words: Words, section: Section[Allergy], source: Source) -> Block:
    current = [each for each in section.items if each.is_current]
    stated = [each for each in current if each.none_known]
    real = [each for each in current if not each.none_known]
    shown = real or stated
    return block(
        words,
        section,
        source,
        key="allergies",
        heading=words("Allergies"),
        rows=tuple(_allergy(words, each) for each in shown),
        none=words(
            "No allergies are in your record. Nobody has written down that you have none. "
            "If you have an allergy, tell the clinic."
        ),
    )


def _allergy(words: Words, allergy: Allergy) -> Row:
    if allergy.none_known:
        return Row(words("The record states: {statement}", statement=allergy.name))
    badges = []
    if allergy.criticality == "high":
        badges.append(Badge(words("Can be dangerous"), "urgent"))
    if allergy.verification == "unconfirmed":
        badges.append(Badge(words("Not confirmed"), "soon"))
    reactions = ", ".join(allergy.reactions)
    return Row(
        title=allergy.name or words("An allergy without a name"),
        facts=(words("What happens: {reactions}", reactions=reactions),) if reactions else (),
        badges=tuple(badges),
    )
