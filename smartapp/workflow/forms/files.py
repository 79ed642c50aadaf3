"""Photos and papers in a form: what a question takes, and what was chosen for it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from smartapp.fhir.questionnaire import Attachment, Item
from smartapp.workflow.uploads import LARGEST_FILE, Chosen, Refused, Upload

# Written in the letters of JSON this stays below the 5 MiB that EHRs take as one resource.
LARGEST_IN_A_FORM = 3 * 1024 * 1024 + 512 * 1024
MOST_FILES = 5  # for a question that takes several
KEPT_SECONDS = 24 * 3600.0  # whoever has to look for a card finds the other side still there
PHOTO, PAPER = "image/jpeg", "application/pdf"  # what `taken_in` makes of what somebody chooses


def takes(item: Item, content_type: str) -> bool:
    """A form that names no kinds takes all that there are."""
    kinds = {each.lower() for each in item.mime_types}
    family = f"{content_type.partition('/')[0]}/*"
    same = {content_type, family, "*/*", "*"} | ({"image/jpg"} if content_type == PHOTO else set())
    return not kinds or not kinds.isdisjoint(same)


def takes_any(item: Item) -> bool:
    """False where a form wants a kind of file that cannot be taken in here, such as a film."""
    return takes(item, PHOTO) or takes(item, PAPER)


def most_files(item: Item) -> int:
    return min(item.max_occurs or MOST_FILES, MOST_FILES) if item.repeats else 1


def largest(item: Item) -> int:
    return min(item.max_size or LARGEST_FILE, LARGEST_FILE)


def wrong_with(
    item: Item, upload: Upload, here: Sequence[str], all_of_them: Sequence[Chosen]
) -> Refused | None:
    """`here` are those of this question, by their ids; `all_of_them` those of the whole form."""
    if not takes(item, upload.content_type):
        return Refused.ONLY_PHOTOS if takes(item, PHOTO) else Refused.ONLY_PAPERS
    if len(upload.data) > largest(item):
        return Refused.TOO_LARGE
    if len(here) >= most_files(item):
        return Refused.TOO_MANY
    if sum(each.size for each in all_of_them) + len(upload.data) > LARGEST_IN_A_FORM:
        return Refused.TOO_LARGE_TOGETHER
    return None


def as_answers(
    chosen: Sequence[Chosen], contents: Mapping[str, bytes], *, whole: bool
) -> Mapping[str, Attachment]:
    """By what stands in the draft for each. Those whose time is over are not there any more.

    `whole`: with their content, as they are sent; to decide what is asked takes only their names.
    """
    return {
        each.id: Attachment(
            each.content_type,
            each.name,
            base64.b64encode(contents[each.id]).decode() if whole else "",
            each.size,
        )
        for each in chosen
        if each.id in contents
    }
