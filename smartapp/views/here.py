"""What a route is handed: the session, its services, its words and addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial, wraps
from math import inf
from typing import Concatenate, NoReturn, ParamSpec

from flask import current_app, g, request
from werkzeug.wrappers import Response

from smartapp.errors import NotFound, SessionEnded, SmartappError, WrongRole
from smartapp.fhir.client import FhirClient
from smartapp.fhir.people import RelatedPerson
from smartapp.launch import Role
from smartapp.pages.paths import Paths
from smartapp.services import Services, acts_for_another
from smartapp.sessions import EndReason
from smartapp.sessions.handles import open_handle, seal_handle
from smartapp.sessions.launches import ActiveLaunch
from smartapp.sessions.person import Person
from smartapp.views import record
from smartapp.views.cookies import session_cookie
from smartapp.views.current import Current
from smartapp.views.ending import end_session
from smartapp.views.forgery import SAFE, check_token
from smartapp.views.language import locale_of_browser
from smartapp.words import Words, words_for
from smartapp.workflow.gate import ASKING, ASKING_BY_FORM, Gate, Why
from smartapp.workflow.loading import Loader
from smartapp.workflow.policy.disclosure import NOTHING_HIDDEN, Hidden, TeenRule

AUTHORS = ("Patient/", "RelatedPerson/")
WORK = ("Task", "Communication", "QuestionnaireResponse")  # what an item of the queue can be

P = ParamSpec("P")
View = str | Response


def services() -> Services:
    found: Services = current_app.extensions["smartapp"]
    return found


@dataclass(frozen=True)
class Here:
    services: Services
    current: Current
    secret: str = field(repr=False)
    words: Words

    @property
    def active(self) -> ActiveLaunch:
        return self.current.active

    @property
    def paths(self) -> Paths:
        active = self.active
        return Paths(
            active.lid,
            lambda name: seal_handle(active.handle_key, active.lid, name),
            g.get("narrowed", ""),
        )

    @property
    def role(self) -> Role:
        return self.active.launched.user.role

    @property
    def fhir_user(self) -> str:
        return self.active.launched.user.fhir_user

    @property
    def is_proxy(self) -> bool:
        return acts_for_another(self.active)

    @cached_property
    def now(self) -> datetime:
        return self.services.now()

    @cached_property
    def gate(self) -> Gate:
        return self.services.gate(self.active)

    @cached_property
    def acting(self) -> RelatedPerson | None:
        """Who reads, where that is somebody who acts for the patient."""
        if not self.fhir_user.startswith("RelatedPerson/"):
            return None
        try:
            return RelatedPerson.from_fhir(self.client().read(self.fhir_user))
        except SmartappError:
            return None

    def acts_still(self) -> None:
        """Who acts for the patient no more is signed out: the clinic can end that at any time."""
        if self.acting is not None and self.acting.has_ended(self.now):
            _sign_out_proxy(self.services, self.active, self.secret)

    @property
    def can_ask(self) -> bool:
        """That a request can arrive, and under the name of the person who wrote it. An EHR that
        knows them only as a Person cannot carry that.
        """
        return self.can_write or self.asks_by_form

    @property
    def can_write(self) -> bool:
        """That a message can arrive, and with it an answer."""
        return self._can_be_named and all(self.gate.may(*need) for need in ASKING)

    @property
    def asks_by_form(self) -> bool:
        """The form is the request, where the EHR has no messages: no answer comes back here, and
        nobody can say who has it. Whoever was only not granted messages is not sent that way.
        """
        has_none = any(self.gate.closed(*need) is Why.NOT_DECLARED for need in ASKING)
        by_form = all(self.gate.may(*need) for need in ASKING_BY_FORM)
        return has_none and by_form and self._can_be_named

    @property
    def _can_be_named(self) -> bool:
        return self.fhir_user.startswith(AUTHORS)

    def named(self, handle: str, *kinds: str) -> str:
        """The resource behind a handle, if it is of a kind that this page is about."""
        name = open_handle(self.active.handle_key, self.active.lid, handle)
        if name is None or (kind := name.split("/", 1)[0]) not in kinds:
            raise NotFound("no such handle in this session")
        if kind not in WORK:
            return name
        reference, _, g.narrowed = name.partition("?")
        return reference

    def client(self, patient_id: str | None = None) -> FhirClient:
        """What the EHR sends and is not this patient's is not shown, and put on record."""
        return self._client(patient_id, self.hidden)

    def _client(self, patient_id: str | None, hidden: Hidden) -> FhirClient:
        withheld = partial(record.foreign_withheld, self, patient_id)
        return self.services.client(
            self._asking, withheld, patient_id, self.current.after_refusal, hidden
        )

    def directory(self) -> FhirClient:
        """The EHR for what belongs to no patient: who works here, and as what."""
        return self.services.directory(self._asking, self.current.after_refusal)

    @property
    def _asking(self) -> ActiveLaunch:
        if self.current.failure is not None:
            raise self.current.failure
        return self.active

    def loader(self, patient_id: str | None = None) -> Loader:
        return self.services.loader(self.active, self.client(patient_id), self.hidden)

    @cached_property
    def teen_rule(self) -> TeenRule | None:
        """The rule that holds for this reader of this record, if any does. Only for who acts for
        a patient the patient is read for it; where that fails, nothing is shown.
        """
        if not self.is_proxy:
            return None
        rule = self.services.policy.privacy.teenagers
        open_client = self._client(None, NOTHING_HIDDEN)
        patient = self.services.loader(self.active, open_client).patient()
        today = self.services.policy.calendar.local(self.now).date()
        return rule if rule.holds(patient.birth_date, today) else None

    @property
    def hidden(self) -> Hidden:
        """What this reader gets nothing of: the client lets none of it through, and the loader's
        gate says why.
        """
        return self.teen_rule.hidden if self.teen_rule else NOTHING_HIDDEN

    def person_about(self, patient_id: str) -> Person:
        return Person(self.active.launched.ehr_key, self.active.launched.user.key, patient_id)


def _sign_out_proxy(services: Services, active: ActiveLaunch, secret: str) -> NoReturn:
    end_session(services, active, secret, EndReason.ACTING_ENDED)
    raise SessionEnded(EndReason.ACTING_ENDED, active.launched.ehr_key)


def requires_launch(
    *roles: Role, asks_ehr: bool = True, prolongs: bool = True
) -> Callable[[Callable[Concatenate[Here, P], View]], Callable[..., View]]:
    """Finds the session that the address names and the cookie proves, for these roles only. A page
    that asks the EHR gets a token that lives. What nobody did, such as a script that asks every now
    and then, does not prolong the session.
    """

    def decorate(view: Callable[Concatenate[Here, P], View]) -> Callable[..., View]:
        @wraps(view)
        def guarded(lid: str, *args: P.args, **values: P.kwargs) -> View:
            secret = request.cookies.get(session_cookie(lid), "")
            active = services().launches.find(lid, secret, touch=prolongs)
            g.frame_ancestors = services().ehr_of(active).frame_ancestors
            g.active = active
            if request.method not in {"GET", "HEAD"}:
                check_token(active.csrf_token)
            zone = services().policy.calendar.zone
            g.words = words_for(active.locale or locale_of_browser(), zone)
            if active.launched.user.role not in roles:
                raise WrongRole
            if services().clock() > (active.launched.acting_until or inf):
                _sign_out_proxy(services(), active, secret)
            current = Current(services(), active, secret)
            if asks_ehr:
                current.freshen(strictly=request.method in SAFE)
            return view(Here(services(), current, secret, g.words), *args, **values)

        guarded.is_private = True  # type: ignore[attr-defined]  # for the test over all routes
        return guarded

    return decorate
