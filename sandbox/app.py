"""The sandbox as one web application: SMART server, FHIR store and the EHR's pages."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response
from joserfc.jwk import RSAKey

from sandbox import chart, people
from sandbox.chart import Office
from sandbox.controls import controls
from sandbox.directory import Directory
from sandbox.faults import Faults
from sandbox.people.dates import CLINIC_TIME
from sandbox.profiles import Name
from sandbox.references import Resource
from sandbox.rest import fhir_blueprint
from sandbox.smart import views
from sandbox.smart.clients import Clients
from sandbox.smart.discovery import Addresses, oauth_uris
from sandbox.smart.server import SmartServer
from sandbox.smart.settings import Settings
from sandbox.smart.views import FrontDesk
from sandbox.store import Store


@dataclass(frozen=True)
class Config:
    port: int = 8001
    base_url: str = ""  # as browsers and the app reach the sandbox; empty: the loopback
    app_url: str = "http://localhost:8000"
    clients: Path = Path(__file__).parent / "clients.json"
    file: Path | None = None  # where the record is kept between starts; None: only in memory
    also: Path | None = None  # resources, one a line, that a fresh record begins with as well
    access_seconds: int = 3600
    extras: Mapping[str, Any] = field(default_factory=dict)  # into every token answer
    profile: Name = "open"  # which EHR it is like in what it lets an app write
    truthful: bool = True

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.base_url.rstrip("/") or f"http://127.0.0.1:{self.port}")


def create_app(
    config: Config,
    clock: Callable[[], float] = time.time,
    *,
    store: Store | None = None,
    key: RSAKey | None = None,
) -> Flask:
    """`store` is a record to begin with, `key` the first that signs id_tokens."""
    app = Flask("sandbox")
    app_url = config.app_url.rstrip("/")
    store = _store(config, clock) if store is None else store
    directory = Directory(people.logins(), store)
    server = SmartServer(
        config.addresses,
        Clients.load(config.clients, app_url),
        settings=Settings(
            config.access_seconds,
            dict(config.extras),
            profile=config.profile,
            truthful=config.truthful,
        ),
        clock=clock,
        key=key,
    )
    app.extensions["smart"] = FrontDesk.of(server, directory)
    app.extensions["ehr"] = Office(server, directory, store, app_url)
    app.register_blueprint(views.bp)
    app.register_blueprint(chart.bp)
    faults = Faults(clock=clock)
    faults.install(app)
    app.register_blueprint(controls(server, store, faults))
    app.register_blueprint(
        fhir_blueprint(
            store,
            grant_of=server.grant_of,
            base_url=lambda: config.addresses.fhir,
            faults=faults,
            oauth_uris=lambda: oauth_uris(server.endpoints),
            manner=lambda: server.settings.manner,
            clock=clock,
        )
    )
    app.after_request(_page_headers(app_url))
    return app


def _store(config: Config, clock: Callable[[], float]) -> Store:
    store = Store(file=config.file, clock=clock)
    if not len(store):
        store.load(_everyone(datetime.fromtimestamp(clock(), CLINIC_TIME).date()))
        if config.also is not None:
            with config.also.open(encoding="utf-8") as lines:
                store.load(json.loads(line) for line in lines)
    return store


@lru_cache(maxsize=2)
def _everyone(today: date) -> tuple[Resource, ...]:
    """Once for all sandboxes of a process: what is on record is replaced, never changed."""
    return tuple(people.resources(today))


def _page_headers(app_url: str) -> Callable[[Response], Response]:
    """No `form-action`: browsers hold it against the way back to the app after a consent."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(app_url))
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-src {origin} 'self'; frame-ancestors 'self'"
    )

    def add(response: Response) -> Response:
        # A document of the record comes with a stricter policy of its own.
        if response.mimetype == "text/html" and "Content-Security-Policy" not in response.headers:
            response.headers["Content-Security-Policy"] = policy
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["Cache-Control"] = "no-store"
        return response

    return add
