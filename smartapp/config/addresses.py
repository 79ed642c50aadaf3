"""Which addresses the configuration accepts, in words that say what is wrong with the others."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_UNUSUAL = re.compile(r"[\s\\\x00-\x1f\x7f]|[^\x21-\x7e]")


def fault_in_address(address: str, *, https: bool) -> str | None:
    """What keeps this from being an absolute web address without query; None when nothing does."""
    if _UNUSUAL.search(address):
        return "must be plain ASCII without spaces or backslashes"
    parts = _split(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return "must be an absolute address such as https://ehr.example/fhir"
    if "@" in parts.netloc:
        return "must not carry a user name or password"
    if "?" in address or "#" in address:
        return "must not carry a query or a fragment"
    if "//" in parts.path or {".", ".."} & set(parts.path.split("/")):
        return "must not have empty or dotted steps in its path"
    if https and parts.scheme != "https":
        return "must be https in production"
    return None


def fault_in_origin(address: str, *, https: bool) -> str | None:
    """As above, for what is only scheme, host and port."""
    fault = fault_in_address(address, https=https)
    if fault is None and (urlsplit(address).path or address != address.lower()):
        return "must be an origin: scheme, host and port in lower case, nothing after them"
    return fault


def origin_of(address: str) -> str:
    parts = _split(address)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts else ""


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises when it is no number or out of range
    except ValueError:
        return None
    return parts
