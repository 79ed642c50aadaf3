"""Which language a page is in: chosen, else the browser's, else English."""

from __future__ import annotations

from flask import request

from smartapp.views.cookies import remembered_language
from smartapp.words import LOCALES


def locale_of_browser() -> str:
    chosen = remembered_language()
    if chosen in LOCALES:
        return str(chosen)
    return request.accept_languages.best_match(LOCALES, LOCALES[0]) or LOCALES[0]
