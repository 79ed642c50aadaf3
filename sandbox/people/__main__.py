"""python -m sandbox.people: writes the synthetic record as one FHIR Bundle."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from sandbox.people import resources
from sandbox.people.dates import CLINIC_TIME
from sandbox.people.shapes import Json


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    text = json.dumps(bundle(asked.today), ensure_ascii=False, indent=2) + "\n"
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def bundle(today: date) -> Json:
    entries = [{"resource": each} for each in resources(today)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.people", description=__doc__)
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        default=datetime.now(CLINIC_TIME).date(),
        help="the day to tell the story from, as 2026-01-31; the clinic's today if left out",
    )
    parser.add_argument("-o", "--output", type=Path, help="a file; standard output if left out")
    return parser


if __name__ == "__main__":
    main()
