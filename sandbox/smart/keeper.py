"""What Authlib's grants and endpoints ask of the server that they are registered with."""

from __future__ import annotations

from typing import Protocol

from sandbox.smart.codes import Code
from sandbox.smart.discovery import Addresses
from sandbox.smart.settings import Settings
from sandbox.smart.shelf import Shelf
from sandbox.smart.tokens import Tokens


class Keeper(Protocol):
    """So that they need not know the server, which knows them."""

    addresses: Addresses
    codes: Shelf[Code]
    tokens: Tokens
    settings: Settings

    @property
    def issuer(self) -> str: ...
