"""The EHR's colours as a style sheet: only colours, and only where people can still read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")
_PAGE, _SURFACE, _SUNKEN, _INK, _QUIET = "#faf7f2", "#ffffff", "#f3eee5", "#1f2a2c", "#4d5b5b"
_TEXT, _LARGE = 7.0, 4.5  # contrast, as WCAG counts it

# What each colour of a SMART style becomes here. The kit's own names come along with ours.
_AS = {
    "color_background": ("--app-page", "--govuk-template-background-colour"),
    "color_text": ("--app-ink", "--govuk-text-colour"),
    "color_highlight": (
        "--app-brand",
        "--app-brand-deep",
        "--govuk-brand-colour",
        "--govuk-link-colour",
        "--govuk-link-hover-colour",
    ),
    "color_error": ("--app-urgent", "--govuk-error-colour"),
    "color_success": ("--govuk-success-colour",),
}


def style_sheet(stated: Mapping[str, object]) -> str:
    """Empty where nothing of it can be used. By day only: at night the app has its own colours."""
    colours = {name: value for name in _AS if (value := _colour(stated.get(name)))}
    lines = list(_lines(colours))
    if not lines:
        return ""
    return (
        "@media screen and (prefers-color-scheme: light) {\n  :root:root {\n"
        + "".join(f"    {line};\n" for line in lines)
        + "  }\n}\n"
    )


def _lines(colours: Mapping[str, str]) -> Iterator[str]:
    page = colours.get("color_background", _PAGE)
    if not (_reads(_INK, page, _TEXT) and _reads(_QUIET, page, _LARGE)):
        page = _PAGE
    grounds = (page, _SURFACE, _SUNKEN)
    for name, value in colours.items():
        if name == "color_background":
            fits = value == page
        else:
            needed = _TEXT if name == "color_text" else _LARGE
            fits = all(_reads(value, ground, needed) for ground in grounds)
        if fits:
            yield from (f"{own}: {value}" for own in _AS[name])


def _colour(stated: object) -> str | None:
    """#abc or #aabbcc: nothing that could end the line, load something, or be a name."""
    if not isinstance(stated, str) or not _COLOUR.fullmatch(stated):
        return None
    digits = stated[1:].lower()
    return "#" + ("".join(2 * digit for digit in digits) if len(digits) == 3 else digits)


def _reads(ink: str, ground: str, needed: float) -> bool:
    dark, light = sorted((_luminance(ink), _luminance(ground)))
    return (light + 0.05) / (dark + 0.05) >= needed


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
