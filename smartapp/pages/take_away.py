"""Taking the record along: the page that offers it, and the file that a person can read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from smartapp.fhir.people import Patient
from smartapp.fhir.section import Section
from smartapp.pages.block import Block
from smartapp.pages.shell import Link, Shell, whose_record
from smartapp.words import Words

BYTES_EACH = 1100  # of a resource, as JSON: measured over the people of the sandbox


@dataclass(frozen=True)
class Offer:
    heading: str
    text: str
    link: Link


@dataclass(frozen=True)
class TakeAwayPage:
    shell: Shell
    heading: str
    lead: str
    length: str
    offers: tuple[Offer, ...]
    receiving: str  # with {kb}
    ready: str
    failed: str
    caution: str
    print_heading: str
    print_text: str


def take_away_page(
    words: Words, shell: Shell, *, html: str, json: str, number: int | None
) -> TakeAwayPage:
    return TakeAwayPage(
        shell=shell,
        heading=words("Take your record with you"),
        lead=words("You get a copy of what your clinic’s system shares with you at this moment."),
        length=_length(words, number),
        offers=(
            Offer(
                words("To read and to print"),
                words("One page with everything. It opens in any browser, also without internet."),
                Link(words("Download to read"), html),
            ),
            Offer(
                words("For another app or doctor"),
                words("A file for computers (FHIR JSON)."),
                Link(words("Download for computers"), json),
            ),
        ),
        receiving=words("Getting your record: {kb} KB so far.", kb="{kb}"),
        ready=words("Your file is ready. Look in your downloads."),
        failed=words("It did not work. Nothing was saved. Try again."),
        caution=words(
            "The file holds private things. Save it only on a device that is yours, and think "
            "before you send it to somebody."
        ),
        print_heading=words("Only a page?"),
        print_text=words("You can print every page of this app. Buttons and menus stay away."),
    )


def _length(words: Words, number: int | None) -> str:
    if number is None:
        return words("We cannot say before how much it is. It can take a minute.")
    kilobytes = max(1, round(number * BYTES_EACH / 1000))
    return words(
        "There are about {n} entries, and your messages, forms and documents. The file for "
        "computers will have about {kb} KB or more. The one to read is smaller.",
        n=number,
        kb=kilobytes,
    )


# --- the file to read -------------------------------------------------------------------------


@dataclass(frozen=True)
class FileHead:
    locale: str
    title: str
    facts: tuple[str, ...]
    contents_heading: str
    contents: tuple[tuple[str, str], ...]  # key and heading


@dataclass(frozen=True)
class FileFoot:
    heading: str
    missing: tuple[str, ...]
    whole: str
    end: str


def file_head(
    words: Words, patient: Patient, ehr: str, now: datetime, contents: tuple[tuple[str, str], ...]
) -> FileHead:
    whose = whose_record(words, patient)
    made = words("Made on {time} from {ehr}.", time=words.date_time(now), ehr=ehr)
    return FileHead(
        locale=words.locale,
        title=words("Health record of {name}", name=whose.name),
        facts=(*whose.facts, made),
        contents_heading=words("What is in this file"),
        contents=contents,
    )


def file_foot(words: Words, missing: tuple[str, ...], phone: str) -> FileFoot:
    return FileFoot(
        heading=words("What is missing"),
        missing=missing,
        whole=""
        if missing
        else words("All parts that your clinic’s system shares with you are in this file."),
        end=words(
            "The clinic’s own record counts. For questions call {phone}. Documents and pictures "
            "are listed here, and can be opened in the app.",
            phone=phone,
        ),
    )


def on_paper(block: Block) -> Block:
    """In a file nothing leads back into the app."""
    rows = tuple(replace(row, link=None, learn=None) for row in block.rows)
    return replace(block, rows=rows, again=None, more=None)


def is_missing(section: Section[Any]) -> bool:
    return section.failed or not section.whole
