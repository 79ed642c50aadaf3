"""What the app tells browsers and caches, also where something went wrong."""

from __future__ import annotations

from dataclasses import replace

from smartapp.app import create_app
from tests.app.world import World

YEAR = "public, max-age=31536000, immutable"


def test_only_what_is_there_is_kept_for_a_year(world: World) -> None:
    """Or a cache in front keeps "not here" for a year: that is how long a new page has no style."""
    browser = world.browser()
    there = browser.ask("GET", "/static/build/app.css", buffered=True)

    assert there.headers["Cache-Control"] == YEAR
    missing = browser.ask("GET", "/static/build/of-the-next-version.css")
    assert missing.status_code == 404
    assert missing.headers["Cache-Control"] == "no-store"


def test_in_production_browsers_are_told_to_come_back_by_https_alone(world: World) -> None:
    """TLS ends in front of the app, and not every proxy says so."""
    settings = replace(world.services.settings, production=True)
    app = create_app(settings, world.services).test_client()
    for path in ("/", "/nowhere", "/static/build/app.css"):
        headers = app.get(path, buffered=True).headers
        assert "max-age=31536000" in headers["Strict-Transport-Security"]


def test_in_development_they_are_not(world: World) -> None:
    answer = world.app.test_client().get("/", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in answer.headers
