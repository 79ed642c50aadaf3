"""Token endpoints that take a refresh token once, and end the login when they see it again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from redis import Redis

from smartapp.auth.token_answer import TokenAnswer
from smartapp.errors import SmartappError, TokenRefused
from smartapp.launch import Launched
from tests.sessions.people import CANARY_REFRESH, HOUR

Happening = Callable[["StrictEndpoint", str], TokenAnswer]


class StrictEndpoint:
    """In this process. `next` says what the next calls meet; after that all goes well."""

    def __init__(self, *next_: Happening, seconds: float = 0.0, lives: float = HOUR) -> None:
        self.next = list(next_)
        self.seconds = seconds
        self.lives = lives
        self.valid = CANARY_REFRESH
        self.sent: list[str] = []
        self.used: set[str] = set()
        self.reused = 0
        self._lock = threading.Lock()

    def __call__(self, launched: Launched) -> TokenAnswer:
        assert launched.token.refresh is not None
        with self._lock:
            self.sent.append(launched.token.refresh)
            happens = self.next.pop(0) if self.next else StrictEndpoint.rotate
        time.sleep(self.seconds)
        with self._lock:
            return happens(self, launched.token.refresh)

    @property
    def calls(self) -> int:
        return len(self.sent)

    def rotate(self, sent: str, **said: object) -> TokenAnswer:
        if sent != self.valid:
            self.reused += sent in self.used
            self.valid = "nothing-any-more"
            raise TokenRefused("invalid_grant")
        self.used.add(sent)
        self.valid = f"refresh-{len(self.used)}"
        return TokenAnswer(
            f"access-{len(self.used)}", self.lives, None, refresh=self.valid, context=said
        )


def answers(**said: object) -> Happening:
    return lambda endpoint, sent: endpoint.rotate(sent, **said)


def keeps_the_refresh_token(endpoint: StrictEndpoint, sent: str) -> TokenAnswer:
    assert sent == endpoint.valid
    return TokenAnswer(f"access-{endpoint.calls}", endpoint.lives, None)


def fails(failure: SmartappError) -> Happening:
    """Before it took anything."""

    def happen(endpoint: StrictEndpoint, sent: str) -> TokenAnswer:
        raise failure

    return happen


def loses(failure: SmartappError) -> Happening:
    """It took the token and answered, but the answer never came."""

    def happen(endpoint: StrictEndpoint, sent: str) -> TokenAnswer:
        endpoint.rotate(sent)
        raise failure

    return happen


_ROTATE = """
redis.call('INCR', 'endpoint:calls')
if redis.call('GET', 'endpoint:valid') ~= ARGV[1] then
  if redis.call('SISMEMBER', 'endpoint:used', ARGV[1]) == 1 then
    redis.call('INCR', 'endpoint:reused')
  end
  redis.call('DEL', 'endpoint:valid')
  return ''
end
redis.call('SADD', 'endpoint:used', ARGV[1])
local next = 'refresh-' .. redis.call('INCR', 'endpoint:rotations')
redis.call('SET', 'endpoint:valid', next)
return next
"""


class SharedEndpoint:
    """The same for many processes: it is kept in the Redis that they share."""

    def __init__(self, url: str, seconds: float, lives: float = HOUR) -> None:
        self._redis = Redis.from_url(url)
        self._seconds = seconds
        self._lives = lives

    def open_for(self, refresh: str) -> None:
        self._redis.set("endpoint:valid", refresh)

    def __call__(self, launched: Launched) -> TokenAnswer:
        """It takes the token at once, and takes its time to answer."""
        fresh = self._redis.eval(_ROTATE, 0, launched.token.refresh or "")
        assert isinstance(fresh, bytes)
        time.sleep(self._seconds)
        if not fresh:
            raise TokenRefused("invalid_grant")
        number = fresh.decode().removeprefix("refresh-")
        return TokenAnswer(f"access-{number}", self._lives, None, refresh=fresh.decode())

    @property
    def calls(self) -> int:
        return self._count("calls")

    @property
    def reused(self) -> int:
        return self._count("reused")

    def _count(self, name: str) -> int:
        found = self._redis.get(f"endpoint:{name}")
        return int(found) if isinstance(found, bytes) else 0
