"""Where one entry of the record comes from: who wrote it down, and how it got here."""

from __future__ import annotations

from smartapp.fhir.origin import Origin
from smartapp.fhir.provenance import Provenance
from smartapp.fhir.section import Section
from smartapp.pages.block import Block, Row
from smartapp.pages.shell import Link
from smartapp.pages.showing import Showing, newest_first
from smartapp.pages.when import moment_words
from smartapp.words import Words


def origin_link(at: Showing, reference: str) -> Link:
    return Link(at.words("Where this comes from"), at.paths.below("origin", reference))


def said_block(at: Showing, origin: Origin) -> Block:
    words = at.words
    rows = [
        Row(title=", ".join(names), facts=(_part(words, part),)) for part, names in origin.behind
    ]
    if origin.when:
        written = moment_words(words, origin.when)
        rows.append(Row(title=written, facts=(words("When it was written down"),)))
    if origin.changed:
        changed = moment_words(words, origin.changed)
        rows.append(Row(title=changed, facts=(words("When your clinic’s system last stored it"),)))
    return Block(
        key="said",
        heading=words("What the entry itself says"),
        rows=tuple(rows),
        none="" if rows else words("It does not say who wrote it down, or when."),
    )


def way_block(at: Showing, section: Section[Provenance]) -> Block:
    """What the EHR keeps beside the entry: the newest first."""
    words = at.words
    return at.block(
        section,
        key="way",
        heading=words("How it got here"),
        rows=(
            Row(
                title=each.activity or words("Something was done with it"),
                text=words("By {name}", name=", ".join(each.agents)) if each.agents else "",
                facts=(moment_words(words, each.recorded),) if each.recorded else (),
            )
            for each in sorted(section.items, key=lambda each: newest_first(each.recorded))
        ),
        none=words("Your clinic’s system keeps nothing more about it."),
    )


def _part(words: Words, part: str) -> str:
    table = {
        "recorder": words("Wrote it down"),
        "asserter": words("Said that it is so"),
        "author": words("Wrote it"),
        "authenticator": words("Signed it"),
        "requester": words("Ordered it"),
        "reportedReference": words("Told the clinic about it"),
        "informationSource": words("Told the clinic about it"),
        "performer": words("Did the test or treatment"),
        "custodian": words("Keeps it"),
    }
    return table[part]
