"""The page of medical words, with what each means in plain ones."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.shell import Shell
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.glossary import Glossary


@dataclass(frozen=True)
class Meaning:
    name: str
    means: str


@dataclass(frozen=True)
class WordGroup:
    heading: str
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True)
class WordsPage:
    shell: Shell
    heading: str
    lead: str
    groups: tuple[WordGroup, ...]


def words_page(words: Words, shell: Shell, glossary: Glossary) -> WordsPage:
    headings = {
        "words": words("Words"),
        "tests": words("Tests"),
        "conditions": words("Health conditions"),
        "medicines": words("Medicines"),
        "vaccines": words("Vaccines"),
        "units": words("Units"),
    }
    groups = [
        WordGroup(
            heading,
            tuple(
                Meaning(term.name, in_locale(term.meaning, words.locale))
                for term in sorted(glossary.terms, key=lambda term: term.name.casefold())
                if term.kind == kind
            ),
        )
        for kind, heading in headings.items()
    ]
    return WordsPage(
        shell=shell,
        heading=words("Medical words"),
        lead=words("What the words in your record mean. This is no advice about your health."),
        groups=tuple(group for group in groups if group.meanings),
    )
