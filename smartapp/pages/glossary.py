"""Plain words beside a medical term, never instead of it, and where to learn more."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote_plus

from smartapp.fhir.codes import CVX, ICD_10_CM, LOINC, RXNORM, SNOMED
from smartapp.fhir.element import Coding
from smartapp.pages.shell import Link
from smartapp.words import Words, in_locale
from smartapp.workflow.policy.glossary import Glossary

# MedlinePlus Connect, of the US National Library of Medicine, by the OIDs of its code systems.
LIBRARY = "https://connect.medlineplus.gov/application"
KNOWN_THERE = {
    LOINC: "2.16.840.1.113883.6.1",
    SNOMED: "2.16.840.1.113883.6.96",
    RXNORM: "2.16.840.1.113883.6.88",
    ICD_10_CM: "2.16.840.1.113883.6.90",
    CVX: "2.16.840.1.113883.12.292",
}


def explained(words: Words, glossary: Glossary, name: str, codings: Iterable[Coding]) -> str:
    """By code where the glossary knows it, else by the name as it is written."""
    entry = glossary.find(name, ((coding.system, coding.code) for coding in codings))
    return in_locale(entry, words.locale) if entry else ""


def learn_more(words: Words, codings: Iterable[Coding]) -> Link | None:
    """A code and a language are all that the library is told: nothing of who asks."""
    for coding in codings:
        system = KNOWN_THERE.get(coding.system)
        if system and coding.code:
            asked = (
                f"mainSearchCriteria.v.cs={system}"
                f"&mainSearchCriteria.v.c={quote_plus(coding.code)}"
                f"&informationRecipient.languageCode.c={words.locale}"
            )
            return Link(words("Read about it on MedlinePlus"), f"{LIBRARY}?{asked}")
    return None
