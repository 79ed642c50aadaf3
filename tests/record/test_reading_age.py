"""What patients read can be read at the age of 11, in both languages.

English by the grade of Flesch and Kincaid, Spanish by the ease of Fernández Huerta: both count
words, sentences and syllables. They are measured over all sentences of the catalogue that are no
names of fields or buttons; single long sentences are named, so that somebody can mend them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from smartapp.words.catalogue import read_catalogue
from smartapp.workflow.policy.loading import load_policy
from tests.record.held import ROOT

GRADE = 6.0  # US grade 6 begins at the age of 11
EASE = 75.0  # of 100; 70 to 80 is what a child of 11 or 12 reads
LONGEST = 32  # words of one sentence
FEWEST = 5  # words: less is a label and no sentence

# Pages that no patient sees: their words are for people of the clinic.
STAFF = (
    "pages/queue.py",
    "pages/item.py",
    "pages/beside.py",
    "pages/staff_record.py",
    "views/staff_record.py",
    "workflow/desk.py",
    "workflow/open_work.py",
    "pages/said.py",
)
VOWELS = "aeiouáéíóúü"


def english_syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end."""
    groups = re.findall(r"[aeiouy]+", word)
    silent = word.endswith("e") and not word.endswith("le") and len(groups) > 1
    return max(1, len(groups) - silent)


def spanish_syllables(word: str) -> int:
    """A group of vowels is one syllable, but two strong ones beside each other are two."""
    word = re.sub(r"qu|gu(?=[eiéí])", "q", word)
    count = 0
    for group in re.findall(f"[{VOWELS}]+", word):
        strong = len(re.findall("[aeoáéóíú]", group))
        count += max(1, strong)
    return max(1, count)


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-záéíóúüñ’']+", text.lower())


def sentences_of(text: str) -> list[list[str]]:
    plain = re.sub(r"\{\w+\}", "x", text)
    found = [words_of(part) for part in re.split(r"[.!?:;]+(?:\s|$)", plain)]
    return [words for words in found if words]


def grade(sentences: list[list[str]]) -> float:
    """Kincaid et al., 1975."""
    words = [word for sentence in sentences for word in sentence]
    per_sentence = len(words) / len(sentences)
    per_word = sum(map(english_syllables, words)) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def ease(sentences: list[list[str]]) -> float:
    """Fernández Huerta, 1959, with the correction for words in a sentence."""
    words = [word for sentence in sentences for word in sentence]
    per_sentence = len(words) / len(sentences)
    per_word = sum(map(spanish_syllables, words)) / len(words)
    return 206.84 - 60 * per_word - 1.02 * per_sentence


def patients_texts() -> Iterator[tuple[str, str]]:
    """Each text for patients, in English and in Spanish."""
    for message in read_catalogue("es"):
        if not message.id or all(
            any(place.endswith(staff) for staff in STAFF) for place, _ in message.locations
        ):
            continue
        english = message.id if isinstance(message.id, str) else message.id[1]
        spanish = message.string if isinstance(message.string, str) else message.string[1]
        yield english, spanish
    for term in load_policy(ROOT / "policy").glossary.terms:
        yield term.meaning["en"], term.meaning["es"]


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    return list(patients_texts())


def sentences(texts: list[str]) -> list[list[str]]:
    every = [sentence for text in texts for sentence in sentences_of(text)]
    return [sentence for sentence in every if len(sentence) >= FEWEST]


def test_english_is_read_at_the_age_of_eleven(texts: list[tuple[str, str]]) -> None:
    found = grade(sentences([english for english, _ in texts]))
    print(f"grade {found:.1f}")
    assert found <= GRADE


def test_spanish_is_read_at_the_age_of_eleven(texts: list[tuple[str, str]]) -> None:
    found = ease(sentences([spanish for _, spanish in texts]))
    print(f"ease {found:.1f}")
    assert found >= EASE


@pytest.mark.parametrize("language", [0, 1], ids=["en", "es"])
def test_no_sentence_is_too_long_to_follow(texts: list[tuple[str, str]], language: int) -> None:
    long = [
        " ".join(sentence)
        for pair in texts
        for sentence in sentences_of(pair[language])
        if len(sentence) > LONGEST
    ]
    assert long == []


def test_the_measures_know_easy_from_hard() -> None:
    """Or they would measure nothing."""
    easy = sentences_of("The dog ran to the red house. We all went in and had some milk.")
    hard = sentences_of(
        "Administration of anticoagulant medication necessitates periodic laboratory evaluation."
    )
    assert grade(easy) < 3
    assert grade(hard) > 15
    fácil = sentences_of("El perro va a la casa. Mi mamá me da pan y leche.")
    difícil = sentences_of(
        "La administración de medicamentos anticoagulantes requiere evaluaciones periódicas."
    )
    assert ease(fácil) > 90
    assert ease(difícil) < 30
    assert spanish_syllables("medicina") == 4
    assert spanish_syllables("cuenta") == 2
    assert spanish_syllables("quiere") == 2
    assert english_syllables("medicine") == 3
