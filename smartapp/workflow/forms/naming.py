"""The names of controls: one for each question in each row that it stands in."""

from __future__ import annotations

ROWS = "~rows"  # after the name of a group that repeats: the numbers of its rows
WAS = "~was"  # after a calculated question: what was worked out when it was last shown
Path = tuple[int, ...]  # the rows around a question, the outermost first

# Names that the page needs for itself.
RESERVED = frozenset({"csrf_token", "submission", "then", "part", "script"})


def name_of(link_id: str, path: Path = ()) -> str:
    """The linkId itself, wherever that is not ambiguous: forms have all sorts of signs in them."""
    escaped = link_id.replace("~", "~~")
    first = f"~.{escaped}" if escaped in RESERVED else escaped
    return first + "".join(f"~{row}" for row in path)
