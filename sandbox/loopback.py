"""What is for testers is for this machine only."""

from __future__ import annotations

import ipaddress

from flask import abort, request


def from_this_machine_only() -> None:
    if not _is_loopback(request.remote_addr):
        abort(403)


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
