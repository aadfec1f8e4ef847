"""The faults that are injected by tests, and what keeping finished steps costs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FAULTS = ROOT / "tests" / "faults"
RECORD = ROOT / "docs" / "trust" / "interruption.json"
TOPICS = ("test_steps", "test_killed", "test_places", "test_resume")


def faults(_: str) -> str:
    """Return what is injected and what is found afterwards, from the tests themselves."""
    return "\n\n".join(table(FAULTS / f"{name}.py") for name in TOPICS)


def table(path: Path) -> str:
    """Return the tests of one module as a table with the module's sentence above it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lines = [(ast.get_docstring(tree) or "").partition("\n")[0], ""]
    lines += ["| what happens | what is found |", "|---|---|"]
    lines += [f"| {what} | {found} |" for what, found in told(tree)]
    return "\n".join(lines)


def told(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the two paragraphs of every test; one without them is a mistake."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            parts = (ast.get_docstring(node) or "").split("\n\n")
            if len(parts) != 2:
                raise ValueError(f"{node.name} does not say what happens and what is found")
            what, found = (cell(part) for part in parts)
            yield what, found


def cell(words: str) -> str:
    """Return a paragraph as it can stand in a table; of ``--`` the page would make a dash."""
    said = re.sub(r"\s+", " ", words).replace("|", "\\|")
    return re.sub(r"(?<![`\w-])--[a-z]+", r"`\g<0>`", said)


def cost(_: str) -> str:
    """Return the sentences about cost and gain, from the record, or that there is none."""
    if not RECORD.is_file():
        return "Not recorded yet: `make faults` measures it on the demo study."
    found = json.loads(RECORD.read_text(encoding="utf-8"))
    parts = found["parts_s"]
    return (
        f"Measured on the demo study (`make faults`; {found['system']}, Python {found['python']}, "
        f"processor time): a run takes {found['whole_s']:.1f} s, of which keys take "
        f"{parts['keys']:.2f} s, entries {parts['entries']:.2f} s, checksums of inputs at "
        f"beginning and end {parts['inputs']:.2f} s, and flushing to the disk "
        f"{parts['flush']:.2f} s: together {100 * found['share']:.1f} per cent. The "
        f"{found['entries']} entries take {found['megabytes']:.1f} MB. Stopped before its last "
        f"step and taken up with `--resume`, it takes {found['resumed_s']:.1f} s."
    )
