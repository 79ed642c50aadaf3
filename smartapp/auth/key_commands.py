"""What an administrator does with the signing keys: change them, and see where each one is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from smartapp.auth.key_files import SigningKey, generate, read_keys
from smartapp.auth.keys import LEAD_SECONDS, STAY_SECONDS, KeyState, signing_since, state_of


def rotate(folder: Path, now: float, *, at_once: bool = False) -> tuple[str, ...]:
    """What was done. Safe to run at any time, and to run again."""
    keys = read_keys(folder)
    if at_once:
        names = generate(folder, now).splitlines()
        return *(f"made {name}" for name in names), *_taken_away(folder, keys)
    over = [key for key in keys if state_of(key, keys, now) is KeyState.OVER]
    done = _taken_away(folder, over)
    if any(state_of(key, keys, now) is KeyState.NEXT for key in keys):
        return *done, "the next keys are there already; nothing was made"
    return *(f"made {name}" for name in generate(folder, now).splitlines()), *done


def _taken_away(folder: Path, keys: Sequence[SigningKey]) -> tuple[str, ...]:
    for key in keys:
        (folder / key.file).unlink()
    return tuple(f"took away {key.file}" for key in keys)


def described(folder: Path, now: float) -> Iterator[str]:
    keys = read_keys(folder)
    for key in keys:
        yield f"{key.alg}  {key.kid}  {_place(key, keys, now)}  ({key.file})"


def _place(key: SigningKey, keys: Sequence[SigningKey], now: float) -> str:
    current = signing_since(keys, now)
    match state_of(key, keys, now):
        case KeyState.NEXT:
            return f"published, signs from {_written(key.since + LEAD_SECONDS)}"
        case KeyState.LEAVING:
            return f"published until {_written(current + LEAD_SECONDS + STAY_SECONDS)}"
        case KeyState.OVER:
            return "of no more use; `smartapp keys rotate` takes it away"
    return "signs"


def _written(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment))
