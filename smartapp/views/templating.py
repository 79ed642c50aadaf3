"""Templates see `page` and the kit's macros; a name that is not there is a mistake that shows."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape

from smartapp.services import Services
from smartapp.views.look import look_of_browser

PACKAGE = "govuk_frontend_jinja"
KIT = {
    "govukBackLink": "back-link",
    "govukButton": "button",
    "govukCharacterCount": "character-count",
    "govukCheckboxes": "checkboxes",
    "govukDetails": "details",
    "govukErrorSummary": "error-summary",
    "govukFileUpload": "file-upload",
    "govukInput": "input",
    "govukNotificationBanner": "notification-banner",
    "govukRadios": "radios",
    "govukSelect": "select",
    "govukTextarea": "textarea",
}


def register(app: Flask, root: Path) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(_kit())
    versions = _versions(root / "static" / "build" / "manifest.json")

    @cache
    def asset(name: str) -> str:
        """The address changes with the content, so a browser may keep it for a year."""
        folder = "build/" if name in versions else ""
        return url_for("static", filename=f"{folder}{name}", v=versions.get(name))

    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters["dial"] = lambda text: dialled(text, _clinic_numbers(app))
    app.jinja_env.filters["phone"] = lambda number: dialled(number, (number,))
    app.jinja_env.globals["look"] = lambda: look_of_browser().classes


def _clinic_numbers(app: Flask) -> tuple[str, ...]:
    services: Services = app.extensions["smartapp"]
    phones = services.policy.phones
    return (phones.clinic, phones.after_hours, phones.emergency, phones.crisis)


def dialled(text: str, numbers: tuple[str, ...]) -> Markup:
    """Text in which known numbers can be called by a tap. Nothing else in it becomes a link."""
    known = {str(escape(each)): re.sub(r"[^0-9+]", "", each.partition("x")[0]) for each in numbers}
    known = {shown: digits for shown, digits in known.items() if digits}
    if not known:
        return escape(text)
    any_of = "|".join(re.escape(each) for each in sorted(known, key=len, reverse=True))
    linked = re.sub(
        rf"(?<![\w&#-])(?:{any_of})(?![\w-])",
        lambda found: f'<a class="app-phone" href="tel:{known[found[0]]}">{found[0]}</a>',
        str(escape(text)),
    )
    return Markup(linked)  # noqa: S704  (escaped first; what is put in is digits and what was there)


@cache
def _kit() -> dict[str, object]:
    """The kit leans on undefined values being falsy, so it has an environment of its own."""
    loader = PrefixLoader({PACKAGE: PackageLoader(PACKAGE)})
    kit = Environment(loader=loader, autoescape=True)
    return {
        name: getattr(kit.get_template(f"{PACKAGE}/components/{folder}/macro.html").module, name)
        for name, folder in KIT.items()
    }


def _versions(manifest: Path) -> dict[str, str]:
    """Made by set-up. Without it pages would come without their style, so the start stops."""
    found: dict[str, str] = json.loads(manifest.read_text())
    return found
