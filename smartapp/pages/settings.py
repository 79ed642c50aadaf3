"""How pages look: size of letters, colours, contrast, plain words; nothing about health."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from smartapp.pages.shell import Shell
from smartapp.words import Words

_TEXT = re.compile(r"[a-z]+-[a-z0-9]+(?:\.[a-z]+-[a-z0-9]+){0,9}", re.ASCII)


@dataclass(frozen=True)
class Look:
    """What a person chose; the first choice of each is what they have without choosing."""

    text: str = "100"
    colours: str = "device"
    contrast: str = "usual"
    words: str = "plain"

    @classmethod
    def read(cls, kept: str | None) -> Look:
        """From a cookie, which may hold anything: what nobody can choose is not chosen."""
        if not kept or not _TEXT.fullmatch(kept):
            return cls()
        return cls.chosen(dict(part.split("-", 1) for part in kept.split(".")))

    @classmethod
    def chosen(cls, answers: dict[str, str]) -> Look:
        good = {name: value for name, value in answers.items() if value in CHOICES.get(name, ())}
        return replace(cls(), **good)

    @property
    def kept(self) -> str:
        return ".".join(f"{each.name}-{getattr(self, each.name)}" for each in fields(self))

    @property
    def classes(self) -> str:
        """For <html>. Without a choice there are none, and the page costs no byte more."""
        named = {
            "text": f"app-text-{self.text}",
            "colours": f"app-{self.colours}",
            "contrast": f"app-contrast-{self.contrast}",
        }
        usual = Look()
        return " ".join(
            name for key, name in named.items() if getattr(self, key) != getattr(usual, key)
        )

    @property
    def explains(self) -> bool:
        return self.words == "plain"


CHOICES = {
    "text": ("100", "125", "150", "200"),
    "colours": ("device", "light", "dark"),
    "contrast": ("usual", "high"),
    "words": ("plain", "medical"),
}


@dataclass(frozen=True)
class Choice:
    value: str
    text: str
    checked: bool


@dataclass(frozen=True)
class Question:
    name: str
    label: str
    hint: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class SettingsPage:
    shell: Shell
    heading: str
    lead: str
    questions: tuple[Question, ...]
    save: str
    note: str


def settings_page(words: Words, shell: Shell, look: Look) -> SettingsPage:
    return SettingsPage(
        shell=shell,
        heading=words("Settings"),
        lead=words("How the pages look on this device. The language is at the top of each page."),
        questions=tuple(
            Question(
                name,
                label,
                hint,
                tuple(
                    Choice(value, text, getattr(look, name) == value)
                    for value, text in zip(CHOICES[name], texts, strict=True)
                ),
            )
            for name, label, hint, texts in _questions(words)
        ),
        save=words("Save"),
        note=words("This is kept in your browser. It holds nothing about you or your health."),
    )


def _questions(words: Words) -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    return (
        (
            "text",
            words("Size of the letters"),
            "",
            (words("Usual"), words("Larger"), words("Much larger"), words("Twice as large")),
        ),
        (
            "colours",
            words("Colours"),
            "",
            (words("As on this device"), words("Light"), words("Dark")),
        ),
        ("contrast", words("Contrast"), "", (words("Usual"), words("Stronger"))),
        (
            "words",
            words("Medical words"),
            words("The medical word is always there."),
            (words("Explain them"), words("Do not explain them")),
        ),
    )
