"""The Flask app: all wiring, and nothing else."""

from __future__ import annotations

import gc
import logging
import time
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from flask import Flask, Request, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from smartapp import logs
from smartapp.audit import AuditTrail
from smartapp.auth.keys import KeyRing
from smartapp.config import Settings
from smartapp.services import Services
from smartapp.sessions.drafts import Drafts
from smartapp.sessions.launches import Launches
from smartapp.sessions.outbox import Outbox
from smartapp.sessions.store import open_store
from smartapp.sessions.vault import Vault
from smartapp.transport import Transport
from smartapp.views import (
    access,
    acting,
    answer,
    ask,
    care,
    compression,
    costs,
    documents,
    errors,
    form,
    form_files,
    form_sending,
    forms,
    headers,
    health,
    home,
    item,
    launch,
    looking_again,
    meant,
    medicines,
    numbers,
    origin,
    patient,
    public,
    queue_now,
    readings,
    results,
    rules,
    sent_forms,
    session,
    settling,
    several,
    staff,
    staff_record,
    take_away,
    templating,
    times,
    uploads,
    visits,
    window,
    workbench,
)
from smartapp.views import request as one_request
from smartapp.views import settings as preferences
from smartapp.views.forgery import check_origin
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy

HERE = Path(__file__).parent.parent
LARGEST_POST = 256 * 1024
GARBAGE_AFTER = 50_000  # values more than before: some ten megabytes
LARGEST_FILE_POST = 8 * 1024 * 1024  # beyond what is taken, so that it can be said on its page

log = logging.getLogger("smartapp.requests")


def make_services(settings: Settings, policy: Policy | None = None) -> Services:
    """`policy` is the one of the settings' folder, for who has read it already."""
    store = open_store(settings.redis_url)
    vault = Vault(settings.secret_keys)
    return Services(
        settings=settings,
        policy=policy or load_policy(settings.policy_folder),
        transport=Transport(
            allow_http=not settings.production,
            authorities=str(settings.authorities) if settings.authorities else None,
        ),
        keys=KeyRing.load(settings.private_keys_folder) if settings.private_keys_folder else None,
        store=store,
        launches=Launches(
            store,
            vault,
            staff_idle=settings.staff_idle,
            patient_idle=settings.patient_idle,
            longest=settings.longest_session,
        ),
        drafts=Drafts(store, vault),
        outbox=Outbox(store, vault),
        audit=AuditTrail(settings.audit_folder, settings.secret_keys[0]),
        clock=time.time,
        pause=time.sleep,
    )


def look_for_garbage_less_often() -> None:
    """A page makes some ten thousand small values, all of which go with its last line: to look
    through them time and again, and through the whole program, took a sixth of its CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 20, 20)


class InMemory(Request):
    """A file that is posted is never written to a disk of ours."""

    def _get_file_stream(self, *_: object, **__: object) -> BytesIO:
        return BytesIO()


class PatientsFlask(Flask):
    request_class = InMemory


def _let_files_in() -> None:
    """Two pages take files, and only those take more than words."""
    if request.endpoint in {"uploads.add", "form_files.add"}:
        request.max_content_length = LARGEST_FILE_POST


def create_app(settings: Settings, services: Services) -> Flask:
    app = PatientsFlask(
        "smartapp", static_folder=str(HERE / "static"), template_folder=str(HERE / "templates")
    )
    # Nothing else of what a proxy forwards is looked at: no address is made from a request.
    in_front = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)
    app.wsgi_app = in_front  # type: ignore[method-assign]  # how Flask lets a middleware in
    app.config.update(
        BASE_URL=settings.base_url,
        MAX_CONTENT_LENGTH=LARGEST_POST,
        MAX_FORM_MEMORY_SIZE=LARGEST_POST,
        SESSION_COOKIE_SECURE=True,
    )
    app.extensions["smartapp"] = services
    templating.register(app, HERE)
    headers.register(app, settings)
    compression.register(app)
    errors.register(app)
    app.before_request(_begin)
    app.teardown_request(_end)
    app.before_request(_let_files_in)
    app.before_request(check_origin)
    app.after_request(_log)
    for module in (
        public,
        launch,
        window,
        session,
        patient,
        health,
        home,
        medicines,
        documents,
        visits,
        care,
        costs,
        access,
        origin,
        take_away,
        preferences,
        ask,
        uploads,
        times,
        results,
        readings,
        rules,
        one_request,
        several,
        looking_again,
        queue_now,
        staff,
        numbers,
        staff_record,
        workbench,
        meant,
        item,
        acting,
        settling,
        answer,
        forms,
        form,
        form_sending,
        form_files,
        sent_forms,
    ):
        app.register_blueprint(module.bp)
    return app


def _begin() -> None:
    g.started = time.monotonic()
    g.named = logs.REQUEST_ID.set(uuid4().hex)


def _end(_error: BaseException | None) -> None:
    """The thread goes on to other work, which must not pass for this request's."""
    if "named" in g:
        logs.REQUEST_ID.reset(g.pop("named"))


def _log(response: Response) -> Response:
    if request.endpoint not in {"static", "public.healthz", "public.readyz"}:
        log.info(
            "served",
            extra={
                "route": request.endpoint or "none",
                "method": request.method,
                "status": response.status_code,
                "ms": round((time.monotonic() - g.get("started", time.monotonic())) * 1000),
            },
        )
    return response
