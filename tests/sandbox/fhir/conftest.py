"""The FHIR server of the sandbox with a clinic of its own, and clients that hold tokens."""

from __future__ import annotations

import pytest

from tests.sandbox.fhir.clinic import Client, Clinic


@pytest.fixture
def clinic() -> Clinic:
    return Clinic.opened()


@pytest.fixture
def ana(clinic: Clinic) -> Client:
    return clinic.client("ana")


@pytest.fixture
def ben(clinic: Clinic) -> Client:
    return clinic.client("ben")


@pytest.fixture
def nora(clinic: Clinic) -> Client:
    """A nurse, who may do everything."""
    return clinic.client("nora")
