"""Addresses that can be read in one way only, and whether one lies under the FHIR base."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

# Whatever two programs may read differently is no address here: userinfo, backslashes, control
# characters, fragments, hosts that are not plain ASCII.
_SHAPE = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?"
    r"(?P<query>\?[^\x00-\x20\x7f\\#]*)?",
    re.ASCII | re.IGNORECASE,
)
# Encoded dots, slashes, backslashes, percent signs and control characters: a server that decodes
# once more than we do would see another path.
_HIDDEN = re.compile(r"%(?:2e|2f|5c|25|7f|[01][0-9a-f])", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    scheme: str
    host: str
    port: int
    path: str
    query: str = ""  # with its question mark

    @property
    def target(self) -> str:
        """What a server is asked for."""
        return self.path + self.query

    @property
    def url(self) -> str:
        return self.origin + self.target

    @cached_property
    def origin(self) -> str:
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def is_loopback(self) -> bool:
        return self.host == "localhost" or _is_loopback(self.host.strip("[]"))


@lru_cache(maxsize=64)
def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse(url: str) -> Address | None:
    """None for everything that is not plainly one http or https address."""
    found = _SHAPE.fullmatch(url)
    if found is None:
        return None
    scheme = found["scheme"].lower()
    port = int(found["port"] or _DEFAULT_PORTS[scheme])
    path = found["path"] or "/"
    if not 0 < port < 65536 or _HIDDEN.search(path) or _climbs(path):
        return None
    return Address(scheme, found["host"].lower(), port, path, found["query"] or "")


def origin(url: str) -> str | None:
    address = parse(url)
    return address.origin if address else None


def outside(base: str, url: str) -> bool:
    """Whether `url` leads off the FHIR base: the bearer token must not go there."""
    target = parse(url)
    return target is None or not is_under(parse(base), target)


def is_under(home: Address | None, target: Address) -> bool:
    if home is None or home.origin != target.origin:
        return False
    prefix = home.path.rstrip("/")
    return target.path == prefix or target.path.startswith(prefix + "/")


def _climbs(path: str) -> bool:
    """An empty segment or a dotted one. Some servers cut `;...` off a segment before they look."""
    segments = path.split("/")[1:]
    return "" in segments[:-1] or any(part.split(";")[0] in {".", ".."} for part in segments)
