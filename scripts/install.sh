#!/bin/sh
# Puts the Python packages of one requirements file into a virtual environment, made if need be.
#
#   scripts/install.sh build             what `make demo` needs, into .venv
#   scripts/install.sh dev               what `make test` needs, into .venv
#   scripts/install.sh app FOLDER        what the app needs to run, and nothing else, into FOLDER
#
# It needs Python 3.11 or newer with its venv module, and nothing else: uv comes from its own hashed
# requirements file, and where uv cannot run, pip does the same more slowly.
set -eu
cd "$(dirname "$0")/.."

what=$1
folder=${2:-.venv}
tools=.venv

stop() {
    printf '%s\n' "$*" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    stop "Python 3.11 or newer is needed, and ${PYTHON:-python3} is not. Install it, or name it: make PYTHON=/path/to/python3"
}

# A folder whose interpreter was upgraded away is made anew.
make_environment() {
    if [ -x "$1/bin/python" ] && is_new_enough "$1/bin/python"; then return; fi
    "$python" -c 'import venv, ensurepip' 2>/dev/null || stop \
        "Python's venv module is missing. Install it (Debian, Ubuntu: apt-get install python3-venv) and try again."
    printf 'Making a Python environment in %s\n' "$1"
    "$python" -m venv --clear $2 "$1"
}

# So that `.venv/bin/smartapp policy lint` works from any folder.
put_command() {
    cat >"$tools/bin/smartapp" <<'COMMAND'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd -P)
PYTHONPATH="$here/../..${PYTHONPATH:+:$PYTHONPATH}" exec "$here/python" -m smartapp.cli "$@"
COMMAND
    chmod +x "$tools/bin/smartapp"
}

python=$(find_python)
make_environment "$tools" ''
[ "$folder" = "$tools" ] || make_environment "$folder" --without-pip
put_command

"$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    -r requirements/uv.txt 2>/dev/null || true

printf 'Installing the Python packages of requirements/%s.txt\n' "$what"
if "$tools/bin/uv" --version >/dev/null 2>&1 &&
    "$tools/bin/uv" pip install --quiet --python "$folder/bin/python" \
        --require-hashes -r "requirements/$what.txt"; then
    exit 0
fi

printf 'uv could not do it here; pip does the same, more slowly\n'
"$tools/bin/python" -m pip --python "$folder/bin/python" install --quiet \
    --disable-pip-version-check --require-hashes -r "requirements/$what.txt" ||
    stop "The packages could not be installed: see the lines above. The package registry must be reachable."
