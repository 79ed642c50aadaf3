"""Finishes, in every worker, what a dead worker or a slow EHR left in the outbox."""

from __future__ import annotations

import logging
import threading
from uuid import uuid4

from smartapp.errors import SmartappError
from smartapp.logs import REQUEST_ID
from smartapp.services import Services
from smartapp.views import record

EVERY_SECONDS = 15.0
TOO_OLD_SECONDS = 300.0  # by then somebody should look why

log = logging.getLogger("smartapp.sweep")


def start_sweep(services: Services) -> threading.Thread:
    thread = threading.Thread(target=_run, args=(services,), name="sweep", daemon=True)
    thread.start()
    return thread


def _run(services: Services) -> None:
    pause = threading.Event()
    while not pause.wait(EVERY_SECONDS):
        sweep_once(services)


def sweep_once(services: Services) -> None:
    named = REQUEST_ID.set(uuid4().hex)
    try:
        failed = services.courier(*record.sweep(services)).sweep()
        if failed:
            log.warning("not all could be finished", extra={"what": str(failed)})
        _measure(services)
    except SmartappError as error:
        log.warning("sweep stopped", extra={"code": error.code})
    except Exception:
        log.exception("sweep failed")
    finally:
        REQUEST_ID.reset(named)


def _measure(services: Services) -> None:
    """For whoever watches the log: how long the oldest has waited. A warning when it is long."""
    seconds = services.outbox.oldest_age()
    if seconds:
        level = logging.WARNING if seconds >= TOO_OLD_SECONDS else logging.INFO
        log.log(level, "oldest in the outbox", extra={"ms": round(seconds * 1000)})
