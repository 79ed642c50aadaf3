"""How this browser wants its pages."""

from __future__ import annotations

from flask import request

from smartapp.pages.settings import Look

LOOK = "__Host-Look"


def look_of_browser() -> Look:
    return Look.read(request.cookies.get(LOOK))
