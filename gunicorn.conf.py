"""How gunicorn serves the app: few processes with many threads, for pages that wait for an EHR."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from smartapp import logs

# Only this machine, unless somebody says otherwise; the container image does.
bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"

workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
worker_class = "gthread"
threads = 16

# In memory, so that a read-only file system will do.
memory = Path("/dev/shm")  # noqa: S108  (gunicorn makes private files in it)
worker_tmp_dir = str(memory) if memory.is_dir() else None
control_socket_disable = True

# Authorization codes of some EHRs are thousands of characters long.
limit_request_line = 8190
timeout = 60
graceful_timeout = 30
keepalive = 5

# The app writes its own log and its audit trail. An access log would hold `code` and `state`.
accesslog = None
errorlog = "-"
logconfig_dict = logs.CONFIG  # its own lines look like ours: JSON, and nothing of a record


def on_starting(server: Any) -> None:
    """Workers share sessions through Redis alone: without it, a login would get lost on the way."""
    if server.cfg.workers > 1 and not os.environ.get("REDIS_URL"):
        raise SystemExit(
            f"{server.cfg.workers} workers need REDIS_URL, for they share nothing else."
            " Set it, or start one worker."
        )
