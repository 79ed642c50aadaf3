"""Where a session opens: what the EHR meant by opening the app just now."""

from __future__ import annotations

import json
import re
from collections.abc import Container

LONGEST = 100
_WORK = re.compile(r"(?:Task|Communication|QuestionnaireResponse)/[A-Za-z0-9.-]{1,64}", re.ASCII)
_PLACES = {"queue": "", "requests": "#conversations", "forms": "#forms"}
# By other names than ours. Whatever nobody knows opens the usual page.
_SAME = {
    "medications": "medicines",
    "refill": "medicines",
    "refills": "medicines",
    "reconcile-medications": "medicines",
    "allergy": "allergies",
    "messages": "requests",
    "message": "requests",
    "inbox": "requests",
    "lab-results": "results",
    "labs": "results",
    "summary-timeline-view": "summary",
    "appointment": "visits",
    "appointments": "visits",
    "scheduling": "visits",
    "encounters": "visits",
    "billing": "costs",
    "coverage": "costs",
    "notes": "documents",
    "form": "forms",
    "questionnaire": "forms",
}


def opening(intent: str | None, app_context: str | None, offered: Container[str]) -> str | None:
    """A key of the menu. `appContext` comes from whoever made a Task to open this app, and is
    nearer to what they wanted than the EHR's `intent`; ours is {"open": "medicines"}.
    """
    for wish in (_in_context(app_context), intent):
        key = _SAME.get(wish, wish) if wish else None
        if key is not None and key in offered:
            return key
    return None


def work_in(app_context: str | None) -> str | None:
    """The work that a Task of the EHR's own list points to: {"open": "Task/9"}."""
    wish = _in_context(app_context) or ""
    return wish if _WORK.fullmatch(wish) else None


def place_in_queue(intent: str | None, app_context: str | None) -> str:
    """In the chart of a patient: their open items, what was written before, or their forms."""
    for wish in (_in_context(app_context), intent):
        place = _PLACES.get(_SAME.get(wish or "", wish or ""))
        if place is not None:
            return place
    return ""


def _in_context(app_context: str | None) -> str | None:
    """Anybody may have written it, so it can do no more than pick a page."""
    try:
        said = json.loads(app_context or "")
    except (ValueError, RecursionError):
        return None
    wish = said.get("open") if isinstance(said, dict) else None
    return wish if isinstance(wish, str) and len(wish) <= LONGEST else None
