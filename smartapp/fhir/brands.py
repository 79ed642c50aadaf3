"""User-access brands: by which names, places and logos people know a clinic (SMART 2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Element, Json, Reference
from smartapp.fhir.plain import tidy

_CORE = "http://hl7.org/fhir/StructureDefinition"
_BRAND = f"{_CORE}/organization-brand"
_PORTAL = f"{_CORE}/organization-portal"

Identifier = tuple[str, str]


@dataclass(frozen=True)
class Brand:
    name: str
    aliases: tuple[str, ...]
    city: str
    identifiers: frozenset[Identifier]
    addresses: frozenset[str]  # FHIR bases, without a slash at the end
    logo: str | None  # only with a licence


def brands_in(json: Json) -> tuple[Brand, ...]:
    """What is not as it should be is left out, and spoils nothing else."""
    Element.resource(json, "Bundle")  # or it raises
    resources = [
        entry.get("resource") for entry in _objects(json.get("entry")) if "resource" in entry
    ]
    at = dict(_addresses(resources))
    found = []
    for resource in resources:
        try:
            if isinstance(resource, dict) and resource.get("resourceType") == "Organization":
                found.append(_brand(Element.resource(resource, "Organization"), at))
        except MalformedAnswer:
            continue
    return tuple(brand for brand in found if brand.name)


def _addresses(resources: list[Any]) -> Iterator[tuple[str, str]]:
    for resource in resources:
        if isinstance(resource, dict) and resource.get("resourceType") == "Endpoint":
            id_, address = resource.get("id"), resource.get("address")
            if isinstance(id_, str) and isinstance(address, str):
                yield f"Endpoint/{id_}", address.rstrip("/")


def _brand(organization: Element, at: dict[str, str]) -> Brand:
    portals = _extensions(organization, _PORTAL)
    named = [*organization.references("endpoint"), *_references(portals)]
    places = list(organization.children("address"))
    return Brand(
        name=tidy(organization.text("name") or ""),
        aliases=tuple(tidy(alias) for alias in organization.texts("alias")),
        city=tidy(places[0].text("city") or "") if places else "",
        identifiers=frozenset(
            (each.text("system") or "", value)
            for each in organization.children("identifier")
            if (value := each.text("value"))
        ),
        addresses=frozenset(at[each.target] for each in named if each.target in at),
        logo=_logo(_extensions(organization, _BRAND)),
    )


def _extensions(element: Element, url: str) -> list[Element]:
    return [each for each in element.children("extension") if each.text("url") == url]


def _parts(extensions: list[Element], name: str) -> Iterator[Element]:
    for extension in extensions:
        yield from _extensions(extension, name)


def _references(portals: list[Element]) -> Iterator[Reference]:
    for part in _parts(portals, "portalEndpoint"):
        reference = part.reference("valueReference")
        if reference is not None:
            yield reference


def _logo(brands: list[Element]) -> str | None:
    licensed = any(part.text("valueUrl") for part in _parts(brands, "brandLogoLicense"))
    logos = [part.text("valueUrl") for part in _parts(brands, "brandLogo")]
    return next(filter(None, logos), None) if licensed else None


def _objects(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
