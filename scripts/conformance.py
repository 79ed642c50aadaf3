"""docs/conformance.md: for each row of what SMART asks of an app, the tests that show it.

Rows are in tests/conformance.toml. A test says by its mark which of them it shows, so nothing here
is claimed that no test shows. `--check` only says whether the document holds: a test that came
since is missing in it, which is no fault; a test that went, or a row that changed, is one.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "conformance.md"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

OPENING = """# Conformance to SMART App Launch 2.2

Made by `make conformance` from the marks on tests; do not edit. Each row is something that the
specification asks of an app, or that an app needs with real EHRs, and below it the tests that show
it. `make test` runs them all; those marked *proof* run with `make proofs`.

{shown} of {all} rows are shown by tests, by {tests} tests; the other {reasoned} have a reason.
"""


@dataclass(frozen=True)
class Shown:
    path: str
    name: str
    proof: bool

    @property
    def line(self) -> str:
        sentence = self.name.removeprefix("test_").replace("_", " ")
        return f"{sentence} (`{self.path}`{', *proof*' if self.proof else ''})"


def shown_by_row(folder: Path) -> dict[int, list[Shown]]:
    rows: dict[int, list[Shown]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        for row, shown in _in_file(path):
            rows[row].append(shown)
    return rows


def _in_file(path: Path) -> Iterator[tuple[int, Shown]]:
    tree = ast.parse(path.read_text("utf-8"))
    all_proofs = any("mark.proof" in ast.unparse(n) for n in tree.body if _is_of_module(n))
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS) and node.name.startswith("test_"):
            marks = [mark for each in node.decorator_list if (mark := _mark(each))]
            proof = all_proofs or any(name == "proof" for name, _ in marks)
            shown = Shown(path.relative_to(ROOT).as_posix(), node.name, proof)
            for name, rows in marks:
                if name == "smart":
                    yield from ((row, shown) for row in rows)


def _is_of_module(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"


def _mark(decorator: ast.expr) -> tuple[str, list[int]] | None:
    call = decorator if isinstance(decorator, ast.Call) else None
    named = call.func if call else decorator
    if not isinstance(named, ast.Attribute) or "mark" not in ast.unparse(named.value):
        return None
    if call is None or named.attr != "smart":
        return named.attr, []
    return named.attr, [ast.literal_eval(each) for each in call.args]


def document(said: Mapping[str, object], shown: Mapping[int, list[Shown]]) -> str:
    parts: list[dict[str, object]] = said["part"]  # type: ignore[assignment]  # as the file has it
    reasons: dict[str, str] = said["reasons"]  # type: ignore[assignment]  # as the file has it
    lines: list[str] = []
    numbers: list[int] = []
    for part in parts:
        lines += ["", f"## {part['title']}", "", f"*{part['page']}*", ""]
        rows: dict[str, str] = part["rows"]  # type: ignore[assignment]  # as the file has it
        for number, sentence in rows.items():
            numbers.append(int(number))
            lines += _row(int(number), sentence, shown, reasons.get(number))
    _complain(numbers, shown, reasons)
    opening = OPENING.format(
        shown=sum(1 for number in numbers if number in shown),
        all=len(numbers),
        tests=len({each for tests in shown.values() for each in tests}),
        reasoned=sum(1 for number in numbers if number not in shown),
    )
    return opening + "\n".join(lines) + "\n"


def _row(
    number: int, sentence: str, shown: Mapping[int, list[Shown]], reason: str | None
) -> Iterator[str]:
    yield f"- **{number}.** {sentence}"
    if number in shown:
        yield from (f"  - {each.line}" for each in sorted(shown[number], key=lambda s: s.line))
    elif reason:
        yield f"  - *Not tested:* {reason}"


def _complain(
    numbers: list[int], shown: Mapping[int, list[Shown]], reasons: Mapping[str, str]
) -> None:
    unknown: list[int] = sorted(set(shown) - set(numbers))
    open_ = [each for each in numbers if each not in shown and str(each) not in reasons]
    idle = [each for each in reasons if int(each) in shown]
    complaints: dict[str, Sequence[object]] = {
        "rows that tests name and nobody described": unknown,
        "rows without a test and without a reason": open_,
        "rows with a reason although tests show them": idle,
    }
    for what, which in complaints.items():
        if which:
            sys.exit(f"{what}: {', '.join(map(str, which))}")


def claims(text: str) -> set[tuple[str, str]]:
    """Each line below a row, with the row."""
    row, found = "", set()
    for line in text.splitlines():
        if line.startswith("- "):
            row = line
        elif line.startswith("  - "):
            found.add((row, line))
    return found


def main() -> None:
    said = tomllib.loads((ROOT / "tests" / "conformance.toml").read_text("utf-8"))
    made = document(said, shown_by_row(ROOT / "tests"))
    if "--check" not in sys.argv[1:]:
        DOCUMENT.write_text(made, "utf-8")
    elif untrue := claims(DOCUMENT.read_text("utf-8")) - claims(made):
        listed = "\n".join(f"{row.strip()}: {line.strip()}" for row, line in sorted(untrue))
        sys.exit(f"docs/conformance.md is out of date; run: make conformance\n{listed}")


if __name__ == "__main__":
    main()
