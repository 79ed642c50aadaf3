"""launch-config.json and the environment, read once at start: all problems are said at once."""

from smartapp.config.environment import load_settings
from smartapp.config.secret_keys import secret_keys_of
from smartapp.config.settings import Audience, ClientAuth, Ehr, LaunchKind, Settings

__all__ = [
    "Audience",
    "ClientAuth",
    "Ehr",
    "LaunchKind",
    "Settings",
    "load_settings",
    "secret_keys_of",
]
