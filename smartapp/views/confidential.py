"""Pages that those who act for a teenager do not get, by the law of the place."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from smartapp.fhir.people import Patient
from smartapp.pages.health import BlocksPage
from smartapp.views import record
from smartapp.views.here import Here, View
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale
from smartapp.workflow.policy.disclosure import KINDS_OF, TeenRule

P = ParamSpec("P")
Route = Callable[Concatenate[Here, P], View]


def teen_rule(here: Here, patient: Patient) -> TeenRule | None:
    """The rule that holds for this reader of this record, if any does."""
    rule = here.services.policy.privacy.teenagers
    today = here.services.policy.calendar.local(here.now).date()
    return rule if here.is_proxy and rule.holds(patient.birth_date, today) else None


def hidden_from_reader(here: Here) -> frozenset[str]:
    """Sections that a page of many leaves out for this reader, before they are asked for."""
    if not here.is_proxy:
        return frozenset()
    rule = teen_rule(here, here.loader().patient())
    return frozenset(rule.hidden_sections) if rule else frozenset()


def kinds_hidden_from_reader(here: Here) -> frozenset[str]:
    """The same by type of resource, for what a form would fill in from the record."""
    hidden = hidden_from_reader(here)
    return frozenset(kind for each in hidden for kind in KINDS_OF.get(each, ()))


def kept_from_proxies(section: str) -> Callable[[Route[P]], Route[P]]:
    """Before anything of it is read. It looks the same whether there is something or not."""

    def decorate(view: Route[P]) -> Route[P]:
        @wraps(view)
        def guarded(here: Here, /, *args: P.args, **values: P.kwargs) -> View:
            if not here.is_proxy:
                return view(here, *args, **values)
            patient = here.loader().patient()
            rule = teen_rule(here, patient)
            if rule is None or not rule.hides(section):
                return view(here, *args, **values)
            record.viewed(here, patient.id)
            title = here.words("This part is private")
            shell = patient_shell(here, title, patient)
            lead = in_locale(rule.explained, here.words.locale)
            return show("blocks", BlocksPage(shell, title, (), lead))

        return guarded

    return decorate
