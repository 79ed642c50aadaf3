"""Files that were chosen for a form, as its pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from smartapp.fhir.questionnaire import Attachment, Item
from smartapp.pages.files import HasSize, file_words
from smartapp.words import Words
from smartapp.workflow.forms.files import PAPER, PHOTO, most_files, takes
from smartapp.workflow.uploads import Chosen

TAKE_OUT, ADD = "take-out", "file"  # what a button of the form begins with


@dataclass(frozen=True)
class ShownFile:
    text: str
    href: str = ""  # where it can be looked at
    is_picture: bool = False
    gone: str = ""  # said where its time is over
    remove: str = ""  # what its button posts
    remove_text: str = ""


@dataclass(frozen=True)
class Shelf:
    """What lies ready for one form. `there`: the ids of those whose content is still kept."""

    files: Mapping[str, Chosen] = field(default_factory=dict)
    there: frozenset[str] = frozenset()
    address: str = ""  # of the form's files

    def shown(self, words: Words, ids: Iterable[str], name: str = "") -> tuple[ShownFile, ...]:
        """`name`: that of the question, where they can be taken out again."""
        return tuple(self._shown(words, self.files[i], name) for i in ids if i in self.files)

    def _shown(self, words: Words, file: Chosen, name: str) -> ShownFile:
        there = file.id in self.there
        text = file_words(words, file)
        return ShownFile(
            text=text,
            href=f"{self.address}/{file.id}" if there else "",
            is_picture=there and file.content_type == PHOTO,
            gone=""
            if there
            else words("The time for this file is over. Take it out and choose it again."),
            remove=f"{TAKE_OUT}:{file.id}:{name}" if name else "",
            remove_text=words("Take it out"),
        )


def sent_files(words: Words, files: Iterable[Attachment], address: str) -> tuple[ShownFile, ...]:
    """Those of a response, below an address that opens them."""
    return tuple(
        ShownFile(
            text=file_words(words, _titled(each)),
            href=f"{address}/{each.mark}" if each.data or each.url else "",
            is_picture=each.content_type in {PHOTO, "image/png"} and bool(each.data),
        )
        for each in files
    )


def _titled(file: Attachment) -> HasSize:
    return file


def kinds_taken(words: Words, item: Item) -> str:
    """What can be added to this question, for its hint."""
    if takes(item, PHOTO) and takes(item, PAPER):
        return words("A photo (JPEG, PNG, WebP) or a PDF.")
    return words("A PDF.") if takes(item, PAPER) else words("A photo (JPEG, PNG, WebP).")


def accept_of(item: Item) -> str:
    """For the browser, which offers the camera where only photos are wanted."""
    photos = "image/jpeg,image/png,image/webp" if takes(item, PHOTO) else ""
    return ",".join(filter(None, (photos, PAPER if takes(item, PAPER) else "")))


def button_words(words: Words, item: Item, number: int) -> str:
    """Empty where no more can be added."""
    if number >= most_files(item):
        return ""
    if number:
        return words("Add one more")
    return words("Add a photo") if takes(item, PHOTO) else words("Add a PDF")
