"""A sandbox on a free port, with apps of the tests registered beside its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.app import Config
from sandbox.serving import started
from tests.sandbox.example_app import CALLBACK, RSA_KEY, Clock, Ehr, ExampleApp
from tests.sandbox.saboteur import Saboteur

_CLIENTS = [
    {"client_id": "public-test", "auth": "public"},
    {"client_id": "chart-test", "auth": "public", "part_of_chart": True},
    {"client_id": "patients-test", "auth": "public", "roles": ["patient"]},
    {"client_id": "secret-test", "auth": "secret", "secret": "a+b:c%41"},
    {
        "client_id": "key-test",
        "auth": "private_key_jwt",
        "jwks": {"keys": [RSA_KEY.as_dict(private=False)]},
    },
]


def clients_file(folder: Path, *more: dict[str, object]) -> Path:
    shared = {"name": "An app of the tests", "redirect_uris": [CALLBACK]}
    path = folder / "clients.json"
    path.write_text(json.dumps({"clients": [shared | each for each in (*_CLIENTS, *more)]}))
    return path


@pytest.fixture(scope="module")
def ehr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ehr]:
    clock = Clock()
    clients = clients_file(tmp_path_factory.mktemp("sandbox"))
    with started(Config(clients=clients), clock) as running:
        yield Ehr(running, clock)


@pytest.fixture
def saboteur(ehr: Ehr) -> Iterator[Saboteur]:
    saboteur = Saboteur(ehr.at.base)
    yield saboteur
    saboteur.goes_home()


@pytest.fixture
def app(ehr: Ehr) -> ExampleApp:
    return ExampleApp(ehr)
