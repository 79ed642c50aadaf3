"""App and sandbox in the test's own process, served to a real browser: its clock can be turned."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.app.world import World, opened
from tests.journeys.programs import Programs


@contextmanager
def live(**options: Any) -> Iterator[World]:
    server = make_server("127.0.0.1", 0, Flask("app"), threaded=True, request_handler=_QuietHandler)
    with opened(app_url=f"http://localhost:{server.server_port}", **options) as world:
        server.app = world.app
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield world
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def programs_of(world: World) -> Programs:
    return Programs(world.address, world.running.addresses.base)


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """As gunicorn is set up: no log of addresses."""
