"""The FHIR interface: reads, searches and writes over HTTP, each held against the token."""

from sandbox.rest.blueprint import fhir_blueprint

__all__ = ["fhir_blueprint"]
