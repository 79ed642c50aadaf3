"""What a request can use: one frozen object, made at start, replaced whole in tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from smartapp.audit import AuditTrail
from smartapp.auth.discovery import discover
from smartapp.auth.keys import KeyRing
from smartapp.auth.scopes import Scopes
from smartapp.auth.token_answer import TokenAnswer
from smartapp.config import Ehr, Settings
from smartapp.errors import EhrError, EhrUnreachable, LaunchFailed, NoSession, SmartappError
from smartapp.fhir.capability import Capability
from smartapp.fhir.client import FhirClient, Renew
from smartapp.fhir.codes import Vocabulary
from smartapp.fhir.haul import KeepsBack, Withheld
from smartapp.fhir.labels import labels_of
from smartapp.launch import Launched, Role, Token, refresh
from smartapp.sessions.drafts import Drafts
from smartapp.sessions.launches import ActiveLaunch, Launches
from smartapp.sessions.outbox import Outbox
from smartapp.sessions.renewal import Renewal
from smartapp.sessions.seen import Seen
from smartapp.sessions.store import Store
from smartapp.sessions.submission import Step, Submission
from smartapp.sessions.tickets import Tickets
from smartapp.sessions.uploads import Uploads
from smartapp.sessions.vault import Vault
from smartapp.transport import Bearer, Transport
from smartapp.workflow.decided import decided_again
from smartapp.workflow.delivery import Courier
from smartapp.workflow.gate import Gate
from smartapp.workflow.loading import Loader
from smartapp.workflow.policy.disclosure import NOTHING_HIDDEN, Hidden
from smartapp.workflow.policy.model import Policy
from smartapp.workflow.seal import Seal
from smartapp.workflow.unreviewed import form_as_message

CAPABILITY_SECONDS = 600.0


def acts_for_another(active: ActiveLaunch) -> bool:
    """Whoever the EHR does not plainly say to be the patient counts as somebody else."""
    user = active.launched.user
    own = f"Patient/{active.launched.patient_id}"
    return user.role is Role.PATIENT and user.fhir_user != own


@dataclass(frozen=True)
class Services:
    settings: Settings
    policy: Policy
    transport: Transport
    keys: KeyRing | None
    store: Store
    launches: Launches
    drafts: Drafts
    outbox: Outbox
    audit: AuditTrail
    clock: Callable[[], float]
    pause: Callable[[float], None]
    first_word: float = 0.04  # so long a page waits for bad news before it begins to be sent

    @property
    def uploads(self) -> Uploads:
        return Uploads(self.store, Vault(self.settings.secret_keys))

    @property
    def seen(self) -> Seen:
        return Seen(self.store, Vault(self.settings.secret_keys))

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.policy.code_system)

    @property
    def seal(self) -> Seal:
        return Seal(self.settings.secret_keys)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def ehr_of(self, active: ActiveLaunch) -> Ehr:
        """A registration that was taken out of the configuration ends its sessions."""
        ehr = self.settings.ehr(active.launched.ehr_key)
        if ehr is None:
            raise NoSession
        return ehr.at(active.launched.iss)

    def capability(self, ehr: Ehr) -> Capability:
        """Public, and the same for everybody: read without a token, and kept for a while."""

        def ask() -> Capability:
            answer = self.transport.send(
                "GET", f"{ehr.base}/metadata", headers={"Accept": "application/fhir+json"}
            )
            return Capability.from_fhir(answer.raise_for_status().json())

        return self.transport.memory.recall(("capability", ehr.iss), CAPABILITY_SECONDS, ask)

    @property
    def tickets(self) -> Tickets:
        return Tickets(self.store, Vault(self.settings.secret_keys), self.launches, self.clock)

    def renewal(self, tell: Callable[[str], None]) -> Renewal:
        """`tell` is told of each use of a refresh token: why it failed, or nothing."""

        def ask(launched: Launched) -> TokenAnswer:
            try:
                answer = self.transport.in_its_own_time(lambda: self._refreshed(launched))
            except SmartappError as failure:
                tell(failure.code)
                raise
            tell("")
            return answer

        return Renewal(self.launches, self.store, ask, self.clock, self.pause)

    def _refreshed(self, launched: Launched) -> TokenAnswer:
        ehr = self.settings.ehr(launched.ehr_key)
        if ehr is None:
            raise NoSession
        ehr = ehr.at(launched.iss)
        try:
            endpoints = discover(ehr, self.transport)
        except (EhrError, LaunchFailed) as failure:
            raise EhrUnreachable("discovery") from failure  # nothing was sent
        return refresh(
            launched, ehr, endpoints, keys=self.keys, transport=self.transport, now=self.clock()
        )

    def client(
        self,
        active: ActiveLaunch,
        on_withheld: Withheld,
        patient_id: str | None = None,
        renew: Renew | None = None,
        hidden: Hidden = NOTHING_HIDDEN,
    ) -> FhirClient:
        """The EHR as this session may see it; an item of a queue pins its own patient."""
        bound_to = active.launched.patient_id or patient_id
        return FhirClient(
            self.transport,
            self._bearer(active),
            patient_id=bound_to,
            on_withheld=on_withheld,
            renew=renew,
            keeps_back=self._keeps_back(active),
            private=hidden.kinds,
        )

    def _keeps_back(self, active: ActiveLaunch) -> KeepsBack:
        """The clinic's word on labelled parts of the record. What staff see, the EHR decides."""
        if active.launched.user.role is Role.STAFF:
            return lambda _resource: False
        privacy, proxy = self.policy.privacy, acts_for_another(active)
        return lambda resource: privacy.keeps_back(labels_of(resource), proxy=proxy)

    def first_read(self, launched: Launched) -> FhirClient:
        """Before there is a session: only the patient that the launch named."""
        bearer = Bearer(launched.token.access, launched.iss.rstrip("/"))
        return FhirClient(self.transport, bearer, patient_id=launched.patient_id)

    def directory(self, active: ActiveLaunch, renew: Renew | None = None) -> FhirClient:
        """For what belongs to no patient: who works here, and as what."""
        return FhirClient(self.transport, self._bearer(active), renew=renew)

    def _bearer(self, active: ActiveLaunch) -> Bearer:
        return Bearer(active.launched.token.access, self.ehr_of(active).base)

    def gate(self, active: ActiveLaunch) -> Gate:
        staff = active.launched.user.role is Role.STAFF
        return Gate(
            capability=self.capability(self.ehr_of(active)),
            scopes=Scopes.parse(active.launched.token.scope),
            level="user" if staff else "patient",
        )

    def loader(
        self, active: ActiveLaunch, client: FhirClient, hidden: Hidden = NOTHING_HIDDEN
    ) -> Loader:
        return Loader(
            client,
            replace(self.gate(active), private=hidden.kinds),
            self.vocabulary,
            self.transport.together,
            hidden=hidden,
            reader=active.launched.user.fhir_user,
            seal=self.seal,
            decide=partial(decided_again, self.policy, self.vocabulary),
            as_message=partial(form_as_message, self.policy, self.vocabulary, seal=self.seal),
        )

    def courier(
        self,
        tell: Callable[[Submission, Step], None],
        tell_withheld: Callable[[Submission, str], None],
    ) -> Courier:
        return Courier(
            outbox=self.outbox,
            door=partial(self._door, tell_withheld),
            tell=tell,
            clock=self.clock,
            pause=self.pause,
        )

    def _door(
        self,
        tell_withheld: Callable[[Submission, str], None],
        submission: Submission,
        token: Token,
    ) -> tuple[FhirClient, Capability]:
        ehr = self.settings.ehr(submission.ehr_key)
        if ehr is None:
            raise NoSession
        ehr = ehr.at(submission.iss or ehr.iss)
        bearer = Bearer(token.access, ehr.base)
        client = FhirClient(
            self.transport,
            bearer,
            patient_id=submission.person.patient_id,
            on_withheld=partial(tell_withheld, submission),
        )
        return client, self.capability(ehr)
