"""Templates see `page` and the kit's macros; a name that is not there is a mistake that shows."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined

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
    "govukSkipLink": "skip-link",
    "govukTextarea": "textarea",
}


def register(app: Flask, root: Path) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(_kit())
    versions = _versions(root / "static" / "build" / "manifest.json")

    def asset(name: str) -> str:
        """The address changes with the content, so a browser may keep it for a year."""
        folder = "build/" if name in versions else ""
        return url_for("static", filename=f"{folder}{name}", v=versions.get(name))

    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["look"] = lambda: look_of_browser().classes


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
