"""Finds a Chromium and a redis-server for the tests, and installs them where it may.

Standard output has the path of the browser and nothing else; what is done is said on standard
error. Most journeys take Chromium's own headless shell where the system has it: the same engine
without the windows around it, for two thirds of the work.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SHELL = "chromium-headless-shell"


def main() -> int:
    server = redis_server() or install_redis_server()
    browser = chromium() or install_chromium()
    if server and browser:
        install_shell()
        print(browser)
    return 0 if server and browser else 1


def redis_server() -> str | None:
    path = shutil.which("redis-server")
    return path if path and runs(path) else None


def chromium() -> str | None:
    """The one that the environment names, else the system's, else the one Playwright fetched."""
    named = os.environ.get("SMARTAPP_CHROMIUM")
    candidates = [named] if named else [*map(shutil.which, BROWSERS), playwright_chromium()]
    return next((path for path in candidates if path and runs(path)), None)


def playwright_chromium() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def runs(program: str) -> bool:
    """Being there is not enough: a package may be a mere pointer to another shop."""
    try:
        return (
            subprocess.run([program, "--version"], capture_output=True, timeout=30).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def install_redis_server() -> str | None:
    said = install_package("redis-server")
    server = redis_server()
    if server is None:
        say(
            "The tests need redis-server, and it could not be installed here"
            f" ({said}). Install it (Debian, Ubuntu: apt-get install redis-server) and try again."
        )
    return server


def install_chromium() -> str | None:
    named = os.environ.get("SMARTAPP_CHROMIUM")
    if named:
        say(f"SMARTAPP_CHROMIUM names {named}, which does not run.")
        return None
    said = install_package("chromium")
    browser = chromium()
    if browser is None:
        said = f"{said}; {download_chromium()}"
        browser = chromium()
    if browser is None:
        say(
            f"The tests need Chromium, and it could not be installed here ({said})."
            " Install it, or name one: SMARTAPP_CHROMIUM=/path/to/chromium make test"
        )
    return browser


def install_shell() -> None:
    """Where the system offers it; without it the journeys take the whole browser, and longer."""
    if shutil.which(SHELL) is None and offers(SHELL) and as_root() is not None:
        said = install_package(SHELL)
        if shutil.which(SHELL) is None:
            say(f"{SHELL} could not be installed ({said}); the journeys will take longer.")


def offers(package: str) -> bool:
    known = shutil.which("apt-cache")
    if known is None:
        return False
    return subprocess.run([known, "show", package], capture_output=True).returncode == 0


def install_package(name: str) -> str:
    """By the system's package manager where that is allowed; the answer says what came of it."""
    become_root = as_root()
    if shutil.which("apt-get") is None:
        return "there is no apt-get"
    if become_root is None:
        return "apt-get needs root, and sudo asks for a password"
    say(f"Installing {name} with apt-get")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", name]):
        done = subprocess.run(
            [*become_root, "apt-get", "-qq", *arguments],
            env=environment,
            capture_output=True,
            text=True,
        )
    return outcome(done, "apt-get")


def as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def download_chromium() -> str:
    say("Downloading Chromium with Playwright")
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(command, capture_output=True, text=True)
    return outcome(done, "playwright install chromium")


def outcome(done: subprocess.CompletedProcess[str], name: str) -> str:
    """One line of what may be many: the first that speaks of an error, else the last."""
    if done.returncode == 0:
        return f"{name} ended well"
    lines = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
    telling = [line.strip() for line in lines if "error" in line.lower()]
    return f"{name}: {(telling or lines[-1:])[0]}"


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
