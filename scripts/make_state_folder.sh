#!/bin/sh
# Makes the one folder that the app may write to: its keys and its audit trail.
#
#   scripts/make_state_folder.sh FOLDER OWNER
set -eu
mkdir -p "$1/keys" "$1/audit"
chown -R "$2" "$1"
chmod -R u=rwX,go= "$1"
