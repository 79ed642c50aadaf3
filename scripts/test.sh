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

# The checks look at types for a minute on one core; the tests need not wait for that.
said=$(mktemp)
trap 'rm -f "$said"' EXIT
make --no-print-directory check >"$said" 2>&1 &
checks=$!
failed=0
.venv/bin/python -m pytest -n 3 --dist worksteal "$@" || failed=$?
wait "$checks" || { failed=$?; cat "$said"; }
exit "$failed"
