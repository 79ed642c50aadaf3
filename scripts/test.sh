#!/bin/sh
# All checks and all tests, with a real browser and a real Redis. Nothing is skipped silently: where
# one of the two is missing and cannot be installed, this stops and says so.
set -eu
cd "$(dirname "$0")/.."

SMARTAPP_CHROMIUM=$(.venv/bin/python scripts/find_programs.py)
export SMARTAPP_CHROMIUM

make --no-print-directory check
exec .venv/bin/python -m pytest -n 2 --dist worksteal "$@"
