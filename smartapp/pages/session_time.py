"""When this session will end by itself: said on every page, with a warning in time to stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smartapp.words import Words


@dataclass(frozen=True)
class SessionTime:
    """`text` is for everybody; the rest is for the script, which asks and warns."""

    text: str
    ends_in: int  # seconds
    warns_in: int
    can_stay: bool
    address: str  # where the script asks, and where it says that somebody is here
    label: str
    heading: str
    countdown: str
    last: str
    stay: str
    sign_out: str
    last_minute: str
    last_seconds: str
    stayed: str


def session_time(
    words: Words,
    *,
    ends_at: datetime,
    ends_in: float,
    warns_in: float,
    can_stay: bool,
    address: str,
) -> SessionTime:
    time = words.time(ends_at)
    return SessionTime(
        text=words("If you do nothing here, you are signed out at {time}.", time=time)
        if can_stay
        else words("At {time} you have to sign in again. Please save what you write.", time=time),
        ends_in=max(0, int(ends_in)),
        warns_in=max(0, int(warns_in)),
        can_stay=can_stay,
        address=address,
        label=words("Your sign-in"),
        heading=words("Are you still there?") if can_stay else words("Your time is almost over"),
        countdown=words("You will be signed out in"),
        last=words("You can sign in again right after that."),
        stay=words("Stay signed in"),
        sign_out=words("Sign out now"),
        last_minute=words("You will be signed out in one minute."),
        last_seconds=words("You will be signed out in 20 seconds."),
        stayed=words("You are still signed in."),
    )
