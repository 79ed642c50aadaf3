"""What gunicorn starts: the app from the environment, or all that is wrong with it."""

from __future__ import annotations

import logging
import os

from smartapp import logs
from smartapp.app import create_app, look_for_garbage_less_often, make_services
from smartapp.config import load_settings
from smartapp.sessions import check
from smartapp.views.sweep import start_sweep

log = logging.getLogger("smartapp.start")
logs.set_up()
settings = load_settings(os.environ)
for warning in settings.warnings:
    log.warning("configuration", extra={"place": warning.place, "what": warning.what})
services = make_services(settings)
for problem in check(services.store):
    log.warning("session store", extra={"place": problem.place, "what": problem.what})
app = create_app(settings, services)
start_sweep(services)
look_for_garbage_less_often()
