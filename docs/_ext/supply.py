"""The tables of the page on the supply chain, from the bill of materials and the floors."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
BILL = ROOT / "docs" / "trust" / "sbom.json"


def _release() -> None:
    """Let the modules of ``tests/release/`` be imported."""
    folder = str(ROOT / "tests" / "release")
    if folder not in sys.path:
        sys.path.append(folder)


def licences() -> str:
    """Return a table of the licences, each with the parts that are under it."""
    _release()
    from licences import rows

    parts: dict[str, list[str]] = defaultdict(list)
    for name, version, licence in rows(json.loads(BILL.read_text(encoding="utf-8"))):
        parts[licence].append(f"{name} {version}")
    order = sorted(parts.items(), key=lambda item: (-len(item[1]), item[0]))
    lines = [f"| {licence} | {len(names)} | {', '.join(names)} |" for licence, names in order]
    total = sum(map(len, parts.values()))
    head = ["| licence | parts | which |", "|---|---|---|"]
    return "\n".join([*head, *lines, f"| all | {total} | |"])


def lowest() -> str:
    """Return the oldest releases that are allowed, beside those of the bill, as a table."""
    _release()
    from lowest import floors

    listed = json.loads(BILL.read_text(encoding="utf-8"))["components"]
    today = {part["name"].lower().replace("_", "-"): part["version"] for part in listed}
    lines = []
    for line in floors():
        name, _, oldest = line.partition("==")
        newest = today.get(name.lower().replace("_", "-"), "not a part of the plain package")
        lines.append(f"| {name} | {oldest} | {newest} |")
    return "\n".join(["| package | oldest allowed | tested with |", "|---|---|---|", *lines])


def page(part: str) -> str:
    """Return a part of the page."""
    return {"licences": licences, "lowest": lowest}[part]()
