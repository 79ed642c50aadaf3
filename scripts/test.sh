#!/bin/sh
# All checks and all tests, with a real browser and a real Redis. Nothing is skipped silently: where
# one of the two is missing and cannot be installed, this stops and says so.
set -eu
cd "$(dirname "$0")/.."

# Who names a browser has all journeys in that one.
named=${SMARTAPP_CHROMIUM:-}
SMARTAPP_CHROMIUM=$(.venv/bin/python scripts/find_programs.py)
SMARTAPP_HEADLESS=${named:-$(command -v chromium-headless-shell || echo "$SMARTAPP_CHROMIUM")}
export SMARTAPP_CHROMIUM SMARTAPP_HEADLESS

failed=0
if [ $# -gt 0 ]; then
    .venv/bin/python -m pytest "$@" || failed=$?
    exit "$failed"
fi

# Beside most tests: the checks, which look at types for a minute on one core, and the journeys, which
# share one app and one browser among them. What both say is shown when they have ended.
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
make --no-print-directory check >"$said/checks" 2>&1 &
checks=$!
.venv/bin/python -m pytest tests/journeys >"$said/journeys" 2>&1 &
journeys=$!
.venv/bin/python -m pytest -n 2 --dist worksteal --ignore tests/journeys || failed=$?
wait "$journeys" || failed=$?
printf '\nJourneys in Chromium\n'
cat "$said/journeys"
wait "$checks" || { failed=$?; cat "$said/checks"; }
exit "$failed"
