"""Sentences, numbers and dates in the reader's language. English stands in the source text."""

from smartapp.words.wording import LOCALES, LocalText, Words, in_locale, words_for

__all__ = ["LOCALES", "LocalText", "Words", "in_locale", "words_for"]
