from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app import people
from tests.app.people import Patient, Staff
from tests.app.world import World, opened


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture
def patient(world: World) -> Patient:
    """Who reads English, unless their record says otherwise."""
    return people.patient(world)


@pytest.fixture
def nurse(world: World) -> Staff:
    return people.staff(world)
