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
def lasting() -> Iterator[World]:
    """For modules whose tests leave nothing behind that another would trip over, as their `world`:
    with `recovering`, not even the faults that they ask for.
    """
    with opened() as world:
        yield world


@pytest.fixture
def recovering(world: World) -> Iterator[None]:
    yield
    world.recovers()


@pytest.fixture(scope="module")
def walter(world: World) -> Patient:
    """Signed in once for all the tests of a module with a `world` that lasts."""
    patient = people.patient(world)
    patient.logs_in("walter")
    return patient


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
