"""The public keys of the app, as an EHR reads them."""

from __future__ import annotations

import pytest

from smartapp.auth.keys import CACHE_SECONDS
from tests.app.world import World

KEYS = "/keys/jwks.json"


@pytest.fixture
def world(settled: World) -> World:
    """Nothing here changes it."""
    return settled


@pytest.mark.smart(14, 105, 107, 108, 109)
def test_keys_are_there_for_everybody_at_one_address(world: World) -> None:
    answer = world.browser().ask("GET", KEYS)

    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == f"public, max-age={CACHE_SECONDS}"
    assert [key["alg"] for key in answer.get_json()["keys"]] == ["RS384", "ES384"]


@pytest.mark.smart(106, 111)
def test_nothing_private_is_among_them(world: World) -> None:
    for key in world.browser().ask("GET", KEYS).get_json()["keys"]:
        assert {"kid", "alg", "use"} <= key.keys()
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()
