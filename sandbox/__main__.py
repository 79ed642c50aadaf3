"""`python -m sandbox`: the sandbox EHR as a program of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # it has no types

from sandbox.app import Config, create_app
from sandbox.profiles import PROFILES


class Program(BaseApplication):  # type: ignore[misc]  # as above
    """gunicorn with one worker, since launches, tokens and the record are in its memory."""

    def __init__(self, config: Config, host: str) -> None:
        self._config = config
        self._host = host
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"{self._host}:{self._config.port}")
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("workers", 1)
        self.cfg.set("threads", 16)
        self.cfg.set("control_socket_disable", True)
        self.cfg.set("proc_name", "sandbox")

    def load(self) -> Flask:
        return create_app(self._config)


def main() -> None:
    options = _options()
    config = Config(
        port=options.port,
        base_url=options.base_url,
        app_url=options.app_url,
        clients=options.clients,
        file=options.file,
        also=options.also,
        access_seconds=options.access_seconds,
        profile=options.profile,
        truthful=not options.untruthful,
    )
    Program(config, options.host).run()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=Config.port)
    parser.add_argument("--host", default="127.0.0.1", help="what to listen on")
    parser.add_argument(
        "--base-url", default="", help="as browsers reach it, if that is not the port here"
    )
    parser.add_argument("--app-url", default=Config.app_url, help="where the app runs")
    parser.add_argument("--clients", type=Path, default=Config.clients, help="registered apps")
    parser.add_argument("--file", type=Path, help="keep the record here between starts")
    parser.add_argument(
        "--also", type=Path, help="resources, one a line, that a fresh record begins with"
    )
    parser.add_argument(
        "--access-seconds", type=int, default=Config.access_seconds, help="life of a token"
    )
    parser.add_argument(
        "--profile", choices=tuple(PROFILES), default=Config.profile, help="like which EHR"
    )
    parser.add_argument(
        "--untruthful", action="store_true", help="states and grants more than it does"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
