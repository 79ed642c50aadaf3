"""People without a browser, for what a journey needs and another one shows: the same requests as
a browser makes, to the same programs, and each answer looked at as tests/app looks at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from playwright.sync_api import BrowserContext
from werkzeug.exceptions import NotFound
from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.test import Client

from tests.app.browser import Browser
from tests.app.people import PLAIN, Patient
from tests.journeys.programs import Programs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

NOT_YET = re.compile("app-receipt--(confirming|refused)")


def patient_at_the_wire(programs: Programs, *, language: str = "en") -> Patient:
    browser = Browser(
        app_url=programs.app,
        ehr_url=programs.ehr,
        app=_client(programs.app),
        ehr=_client(programs.ehr),
        secrets=lambda browser: browser.sessions.values(),
        language=language,
    )
    return Patient(browser)


def has_asked(
    programs: Programs,
    username: str,
    answers: Mapping[str, Any] = PLAIN,
    *,
    topic: str = "refill",
    about: str = "lisinopril",
    words: str = "",
) -> None:
    """Somebody has asked, and the clinic has it: what a journey of the clinic begins with."""
    someone = patient_at_the_wire(programs)
    someone.logs_in(username)
    form = someone.opens_form(about) if topic == "refill" else someone.go(f"ask/{topic}?about=none")
    said = {
        question: str(answer).lower() if isinstance(answer, bool) else answer
        for question, answer in answers.items()
    }
    filled_in = {**said, "more": words, "then": "check"}
    check = someone.browser.submit(form.form(f"/{topic}"), filled_in)
    sent = someone.sends(check)
    assert "/requests/" in sent.path
    assert not NOT_YET.search(sent.html)


def hand_over(browser: Browser, context: BrowserContext) -> None:
    """The session of one browser to another; its cookie goes to the very same host and no other."""
    context.add_cookies(
        [
            {
                "name": name,
                "value": cookie.value,
                "domain": host,
                "path": "/",
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
            for host, jar in browser.cookies.items()
            for name, cookie in jar.items()
            if name.startswith("__Host-L-")
        ]
    )


def _client(address: str) -> Client:
    usual: dict[str, Any] = {"target": address, "host": None, "remove_prefix": False, "headers": {}}
    door = ProxyMiddleware(NotFound(), {})

    def forwards(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return door.proxy_to(usual, environ["PATH_INFO"], "")(environ, start)

    return Client(forwards, use_cookies=False)
