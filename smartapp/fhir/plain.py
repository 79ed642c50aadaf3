"""Text of a record that cannot spoof the page around it."""

from __future__ import annotations

# They turn text round, hide in it or have no width: two names that look the same must be the same.
_UNSEEN = dict.fromkeys(
    code
    for first, last in (
        (0x00, 0x08),
        (0x0E, 0x1B),
        (0x7F, 0x84),
        (0x86, 0x9F),
        (0xAD, 0xAD),
        (0x34F, 0x34F),
        (0x61C, 0x61C),
        (0x115F, 0x1160),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF9, 0xFFFB),
        (0xE0000, 0xE007F),
    )
    for code in range(first, last + 1)
)
LONGEST_NAME = 80


def visible(text: str) -> str:
    """All lines, in the order in which they are written."""
    return text.translate(_UNSEEN)


def plain(text: str) -> str:
    """One line, in the order in which it is written."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # most text is like that already
    return " ".join(visible(text).split())


def tidy(text: str, longest: int = LONGEST_NAME) -> str:
    """As `plain`, and not so long that it pushes a banner off the screen."""
    line = plain(text)
    return line if len(line) <= longest else line[: longest - 1] + "…"
