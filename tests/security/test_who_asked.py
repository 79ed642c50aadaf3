"""The audit names the address that somebody asked from: not the proxy's, and not a made-up one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smartapp.app import create_app
from tests.app.world import World


@pytest.mark.parametrize(
    ("proxies", "forwarded", "named"),
    [
        (0, "", "10.0.0.2"),
        (0, "203.0.113.9", "10.0.0.2"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.66, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "", "10.0.0.2"),
    ],
)
def test_the_audit_names_who_asked(world: World, proxies: int, forwarded: str, named: str) -> None:
    settings = replace(world.services.settings, proxies=proxies)
    app = create_app(settings, world.services).test_client()
    app.get(
        "/launch?iss=https://unknown.example/fhir",
        headers={"X-Forwarded-For": forwarded} if forwarded else {},
        environ_overrides={"REMOTE_ADDR": "10.0.0.2"},
    )

    (event,) = world.events("launch.deny")
    assert event["net"]["ip"] == named


def test_nothing_else_of_what_is_forwarded_counts(world: World) -> None:
    settings = replace(world.services.settings, proxies=1)
    app = create_app(settings, world.services).test_client()
    spoofed = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "666",
        "X-Forwarded-Prefix": "/evil",
    }

    assert app.get("/", headers=spoofed).data == app.get("/").data
