"""What every answer tells a browser, also where something went wrong."""

from __future__ import annotations

from dataclasses import replace

from smartapp.app import create_app
from tests.app.world import World


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
