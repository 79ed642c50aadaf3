"""Links of FHIR answers that lead to another host."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.wrappers import Response

from sandbox.faults.exchange import Exchange, object_in


@dataclass(frozen=True)
class Links:
    """The next page of a Bundle, the `fullUrl` of its entries, and the headers Location and
    Content-Location. With `only`, one of these three."""

    to: str
    only: Literal["next", "fullUrl", "Location"] | None = None

    def answer(self, exchange: Exchange) -> Response:
        response = exchange.proceed()
        if self.only in (None, "Location"):
            self._lead_away(response)
        content = object_in(response)
        if content is not None and content.get("resourceType") == "Bundle":
            response.set_data(json.dumps(self._changed(content)))
        return response

    def _lead_away(self, response: Response) -> None:
        for name in ("Location", "Content-Location"):
            if name in response.headers:
                response.headers[name] = f"{self.to}/{name}"

    def _changed(self, bundle: dict[str, Any]) -> dict[str, Any]:
        changed = dict(bundle)
        if self.only in (None, "next") and bundle.get("type") == "searchset":
            links = [link for link in bundle.get("link", ()) if link["relation"] != "next"]
            changed["link"] = [*links, {"relation": "next", "url": f"{self.to}/Bundle.link.next"}]
        if self.only in (None, "fullUrl") and "entry" in bundle:
            changed["entry"] = [self._elsewhere(entry) for entry in bundle["entry"]]
        return changed

    def _elsewhere(self, entry: dict[str, Any]) -> dict[str, Any]:
        resource = entry.get("resource", {})
        key = f"{resource.get('resourceType')}/{resource.get('id')}"
        return {**entry, "fullUrl": f"{self.to}/Bundle.entry.fullUrl/{key}"}
