"""The translations on disk: `es.po` beside this file, read into memory when the app starts."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE_LOCALE = "en"  # has no file: it is what the code says
FOLDER = Path(__file__).parent


def path_of(locale: str, folder: Path = FOLDER) -> Path:
    return folder / f"{locale}.po"


def read_catalogue(locale: str, folder: Path = FOLDER) -> Catalog:
    with path_of(locale, folder).open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


@cache
def translations(locale: str) -> NullTranslations:
    if locale == SOURCE_LOCALE:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(locale))
    compiled.seek(0)
    return Translations(compiled)
