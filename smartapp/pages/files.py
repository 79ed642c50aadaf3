"""Files that go with a request: what was chosen, what was refused, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from smartapp.pages.shell import Link, Shell
from smartapp.words import Words
from smartapp.workflow.forms.files import LARGEST_IN_A_FORM
from smartapp.workflow.uploads import LARGEST_TOGETHER, Refused


class HasSize(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int | None: ...


@dataclass(frozen=True)
class FileLine:
    text: str
    remove: str  # the address that a button posts to


@dataclass(frozen=True)
class FilesPage:
    shell: Shell
    heading: str
    lead: str
    notes: tuple[str, ...]
    fault_heading: str
    fault: str
    files: tuple[FileLine, ...]
    remove_button: str
    label: str
    action: str
    add_button: str
    can_add: bool
    done: Link
    sending: str
    accept: str = "image/jpeg,image/png,image/webp,application/pdf"


def file_words(words: Words, file: HasSize) -> str:
    name = file.name or words("A file without a name")
    if file.size is None:
        return name
    kilobytes = max(1, round(file.size / 1024))
    return words("{name} ({size} KB)", name=name, size=kilobytes)


def files_shown(words: Words, files: Iterable[HasSize]) -> tuple[str, ...]:
    return tuple(file_words(words, each) for each in files)


def files_page(
    words: Words,
    shell: Shell,
    *,
    files: Sequence[tuple[HasSize, str]],
    most: int,
    refused: Refused | None,
    action: str,
    done: str,
) -> FilesPage:
    return FilesPage(
        shell=shell,
        heading=words("Photos and papers"),
        lead=words("You can add {most} files: photos (JPEG, PNG, WebP) or PDF papers.", most=most),
        notes=(
            words(
                "Each can have up to 5 MB. We make photos smaller and take out where and how "
                "they were taken."
            ),
            words(
                "Photos alone always fit. With PDF papers, all files together can have {size} MB: "
                "more does not fit into one message.",
                size=_megabytes(LARGEST_TOGETHER),
            ),
            words("Files are kept here for 2 hours. After that you choose them again."),
            words("Not every clinic’s system keeps files. After sending, we show which it has."),
        ),
        fault_heading=words("There is a problem"),
        fault=_refused(words, refused, most) if refused else "",
        files=tuple(FileLine(file_words(words, each), remove) for each, remove in files),
        remove_button=words("Take it out"),
        label=words("Choose a file"),
        action=action,
        add_button=words("Add this file"),
        can_add=len(files) < most,
        done=Link(words("Go on to the check"), done),
        sending=words("Adding the file. This can take a few seconds. Please wait."),
    )


def form_file_page(
    words: Words,
    shell: Shell,
    *,
    heading: str,
    lead: str,
    accept: str,
    most: int,
    largest: int,
    refused: Refused | None,
    action: str,
    done: str,
) -> FilesPage:
    """For one question of a form: what was added already stands there."""
    megabytes = _megabytes(largest)
    fault = _refused(words, refused, most) if refused else ""
    if refused is Refused.TOO_LARGE:
        fault = words("This file is too large. Choose one of {size} MB or less", size=megabytes)
    return FilesPage(
        shell=shell,
        heading=heading,
        lead=lead,
        notes=(
            words(
                "It can have up to {size} MB. We make photos smaller and take out where and how "
                "they were taken.",
                size=megabytes,
            ),
            words(
                "All files of this form together can have {size} MB after that.",
                size=_megabytes(LARGEST_IN_A_FORM),
            ),
            words("Files are kept here for 24 hours. After that you choose them again."),
        ),
        fault_heading=words("There is a problem"),
        fault=fault,
        files=(),
        remove_button="",
        label=words("Choose a file"),
        action=action,
        add_button=words("Add this file"),
        can_add=True,
        done=Link(words("Back to the form"), done),
        sending=words("Adding the file. This can take a few seconds. Please wait."),
        accept=accept,
    )


def _megabytes(size: int) -> str:
    return f"{size / (1024 * 1024):.1f}".rstrip("0").rstrip(".")


def _refused(words: Words, refused: Refused, most: int) -> str:
    return {
        Refused.EMPTY: words("Choose a file first"),
        Refused.TOO_LARGE: words("This file is too large. Choose one of 5 MB or less"),
        Refused.TOO_MANY: words("You can add {most} files at most", most=most),
        Refused.BUSY: words("Another file is still being added. Wait a moment, then try again"),
        Refused.TOO_LARGE_TOGETHER: words(
            "Together the files are too large. Take one out, or bring it to your visit"
        ),
        Refused.TOO_LARGE_ALONE: words(
            "This PDF is too large. Choose one of {size} MB or less, or bring it to your visit",
            size=_megabytes(LARGEST_TOGETHER),
        ),
        Refused.NOT_A_KIND: words("This is not a photo (JPEG, PNG, WebP) or a PDF. Choose another"),
        Refused.BROKEN: words("We could not open this file. Choose another, or take a new photo"),
        Refused.ONLY_PHOTOS: words("Only photos can be added here (JPEG, PNG, WebP)"),
        Refused.ONLY_PAPERS: words("Only PDF papers can be added here"),
        Refused.LOCKED: words("This PDF is locked with a password. Save it without one first"),
        Refused.ACTIVE: words("This PDF does things by itself. Print it as a plain PDF first"),
    }[refused]
