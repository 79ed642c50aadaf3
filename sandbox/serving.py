"""A sandbox on a free port inside the running program, for tests and other tools."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.app import Config, create_app
from sandbox.smart.discovery import Addresses
from sandbox.store import Store


@dataclass(frozen=True)
class Running:
    app: Flask
    addresses: Addresses


@contextmanager
def started(
    config: Config,
    clock: Callable[[], float] = time.time,
    *,
    store: Store | None = None,
    key: RSAKey | None = None,
) -> Iterator[Running]:
    """Whatever port the configuration names: the one that is free."""
    # The addresses need the port and the server needs an application, so it gets its own later.
    server = make_server(
        "127.0.0.1", 0, Flask("sandbox"), threaded=True, request_handler=_QuietHandler
    )
    config = replace(config, port=server.server_port)
    server.app = app = create_app(config, clock, store=store, key=key)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Running(app, config.addresses)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Addresses of requests carry codes and names of patients."""
