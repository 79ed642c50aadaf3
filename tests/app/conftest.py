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


@pytest.fixture(scope="module")
def settled() -> Iterator[World]:
    """James has asked for one medicine. For modules that only look, as their `world`."""
    with opened() as world:
        patient = people.patient(world)
        patient.logs_in("james")
        patient.asks_for("lisinopril")
        yield world


@pytest.fixture
def james(world: World) -> Patient:
    patient = people.patient(world)
    patient.logs_in("james")
    return patient


@pytest.fixture
def tom(world: World) -> Staff:
    """A nurse, with no patient in context."""
    nurse = people.staff(world)
    nurse.opens("tom")
    return nurse
