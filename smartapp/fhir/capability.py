"""What an EHR declares that it can do."""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.fhir.element import Element, Json


@dataclass(frozen=True)
class TypeCapability:
    interactions: frozenset[str]
    search_parameters: frozenset[str]
    conditional_create: bool
    versioning: str


@dataclass(frozen=True)
class Capability:
    types: dict[str, TypeCapability]
    system_interactions: frozenset[str]

    @classmethod
    def from_fhir(cls, json: Json) -> Capability:
        statement = Element.resource(json, "CapabilityStatement")
        rests = [rest for rest in statement.children("rest") if rest.text("mode") != "client"]
        types: dict[str, TypeCapability] = {}
        system: set[str] = set()
        for rest in rests:
            system.update(each.text("code") or "" for each in rest.children("interaction"))
            for resource in rest.children("resource"):
                types[resource.text("type") or ""] = _type(resource)
        return cls(types, frozenset(system))

    def declares(self, resource_type: str, interaction: str) -> bool:
        found = self.types.get(resource_type)
        return found is not None and interaction in found.interactions

    def searches_by(self, resource_type: str, parameter: str) -> bool:
        found = self.types.get(resource_type)
        return (
            found is not None
            and "search-type" in found.interactions
            and parameter in found.search_parameters
        )

    def creates_once(self, resource_type: str) -> bool:
        """A repeated create can be made harmless: by identifier, looked for and conditional."""
        found = self.types.get(resource_type)
        return (
            found is not None
            and found.conditional_create
            and self.searches_by(resource_type, "identifier")
        )

    @property
    def takes_transactions(self) -> bool:
        """Several resources at once, all or none of them."""
        return "transaction" in self.system_interactions

    @property
    def creatable(self) -> frozenset[str]:
        return frozenset(name for name in self.types if self.declares(name, "create"))


def _type(resource: Element) -> TypeCapability:
    return TypeCapability(
        interactions=frozenset(
            each.text("code") or "" for each in resource.children("interaction")
        ),
        search_parameters=frozenset(
            each.text("name") or "" for each in resource.children("searchParam")
        ),
        conditional_create=resource.boolean("conditionalCreate") or False,
        versioning=resource.text("versioning") or "",
    )
