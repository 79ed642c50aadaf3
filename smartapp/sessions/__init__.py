"""What the app remembers between two requests, and nothing else: launches, drafts, the outbox."""

from smartapp.sessions.browser import Held, held_by
from smartapp.sessions.drafts import Draft, Drafts
from smartapp.sessions.endings import EndReason
from smartapp.sessions.handles import open_handle, seal_handle
from smartapp.sessions.launches import ActiveLaunch, Launches
from smartapp.sessions.outbox import Claim, Outbox
from smartapp.sessions.person import Person
from smartapp.sessions.renewal import Renewal
from smartapp.sessions.store import Lease, MemoryStore, RedisStore, Store, check, open_store
from smartapp.sessions.submission import Step, StepState, Submission, SubmissionState
from smartapp.sessions.tickets import BegunLaunch, Tickets
from smartapp.sessions.vault import Vault

__all__ = [
    "ActiveLaunch",
    "BegunLaunch",
    "Claim",
    "Draft",
    "Drafts",
    "EndReason",
    "Held",
    "Launches",
    "Lease",
    "MemoryStore",
    "Outbox",
    "Person",
    "RedisStore",
    "Renewal",
    "Step",
    "StepState",
    "Store",
    "Submission",
    "SubmissionState",
    "Tickets",
    "Vault",
    "check",
    "held_by",
    "open_handle",
    "open_store",
    "seal_handle",
]
