"""Pages that those who act for a teenager do not get, by the law of the place."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from smartapp.pages.health import BlocksPage
from smartapp.views import record
from smartapp.views.here import Here, View
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale

P = ParamSpec("P")
Route = Callable[Concatenate[Here, P], View]


def kept_from_proxies(section: str) -> Callable[[Route[P]], Route[P]]:
    """Before anything of it is read. It looks the same whether there is something or not. What
    stands on a page of another section is kept back by `Here.hidden`.
    """

    def decorate(view: Route[P]) -> Route[P]:
        @wraps(view)
        def guarded(here: Here, /, *args: P.args, **values: P.kwargs) -> View:
            rule = here.teen_rule
            if rule is None or not rule.hides(section):
                return view(here, *args, **values)
            patient = here.loader().patient()
            record.viewed(here, patient.id)
            title = here.words("This part is private")
            shell = patient_shell(here, title, patient)
            lead = in_locale(rule.explained, here.words.locale)
            return show("blocks", BlocksPage(shell, title, (), lead))

        return guarded

    return decorate
