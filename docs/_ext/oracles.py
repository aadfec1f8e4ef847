"""Tables of comparisons with independent implementations, from what ``make oracles`` recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORD = Path(__file__).parents[1] / "trust" / "oracles.json"
AREAS = {
    "stats": "Statistics",
    "weights": "Weights",
    "land": "Land",
    "drivers": "Drivers",
    "quota": "Quotas",
    "transfer": "Transfers",
    "governance": "Governance",
}


def record() -> list[dict[str, Any]]:
    """Return what was recorded, one entry per comparison."""
    return list(json.loads(RECORD.read_text(encoding="utf-8"))["oracles"])


def area(row: dict[str, Any]) -> str:
    """Return the first word of the module that a comparison stands in."""
    return str(row["module"]).partition("_")[0]


def difference(number: float) -> str:
    """Return a difference as ``3.1e-15``, or 0."""
    return f"{number:.1e}" if number else "0"


def grid(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def compared(rows: list[dict[str, Any]]) -> str:
    """Return one line per comparison: what, beside whom, how many cases, how far at most."""
    body = []
    for row in rows:
        peer = " ".join(part for part in (row["peer"], row["version"]) if part)
        largest = "; ".join(f"{name} {difference(gap)}" for name, gap in row["largest"].items())
        body.append(
            [
                f"`{row['method']}`",
                row["quantities"],
                f"{peer}: {row['call']}",
                f"{row['cases']:,}",
                largest,
                difference(row["tolerance"]),
            ]
        )
    notes = [
        f"- `{row['method']}` beside {row['call']}: {row['note']}" for row in rows if row["note"]
    ]
    table = grid(["method", "quantities", "beside", "cases", "largest difference", "allowed"], body)
    return "\n\n".join([table, *(["\n".join(dict.fromkeys(notes))] if notes else [])])


def page(_: str) -> str:
    """Return the tables of every area, and how many comparisons there are."""
    rows = [row for row in record() if area(row) in AREAS]
    peers = sorted({row["peer"] for row in rows} - {"definition"}, key=str.lower)
    methods = {row["method"] for row in rows}
    alone = sorted(
        name
        for name in methods
        if all(row["peer"] == "definition" for row in rows if row["method"] == name)
    )
    told = [
        f"{len(rows)} comparisons of {len(methods)} methods, {sum(row['cases'] for row in rows):,} "
        f"random cases in all, beside {', '.join(peers)}.",
        f"{len(alone)} methods have the definition written a second time as their only peer, "
        "since no program that is installed computes them: "
        + ", ".join(f"`{name}`" for name in alone)
        + ".",
    ]
    for name, title in AREAS.items():
        part = [row for row in rows if area(row) == name]
        if part:
            told += [f"## {title}", compared(part)]
    return "\n\n".join(told)


def stress(module: str) -> str:
    """Return the largest error of each method under each kind of stress."""
    rows = [row for row in record() if row["module"] == module]
    kinds = list(dict.fromkeys(kind for row in rows for kind in row["largest"]))
    body = [
        [f"`{row['method']}`", row["quantities"]]
        + [difference(row["largest"][kind]) if kind in row["largest"] else "–" for kind in kinds]
        for row in rows
    ]
    return grid(["method", "quantities", *kinds], body)
