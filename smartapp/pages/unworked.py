"""What patients sent and nobody has answered, where no work item stands for it yet."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.queue import Lines
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words
from smartapp.workflow.loaded_queue import LoadedQueue


@dataclass(frozen=True)
class UnworkedPage:
    shell: Shell
    heading: str
    lead: str
    found: str
    lines: Lines
    further: Link | None


def unworked_page(
    words: Words, shell: Shell, *, lines: Lines, loaded: LoadedQueue, further: str
) -> UnworkedPage:
    count = len(lines.rows)
    return UnworkedPage(
        shell=shell,
        heading=words("Without a work item"),
        lead=words(
            "Messages that nobody has answered and forms that nobody has looked at. Taking one "
            "makes a work item of it."
        ),
        found=words.plural(
            "{found} found. {count} message or form was looked through here.",
            "{found} found. {count} messages and forms were looked through here.",
            loaded.looked_through,
            found=count,
            count=loaded.looked_through,
        ),
        lines=lines,
        further=Link(words("Look further back"), further) if loaded.following else None,
    )
