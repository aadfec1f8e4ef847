"""Tables of comparisons with independent implementations, from what ``make oracles`` recorded."""

from __future__ import annotations

import json
import math
import re
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
    """Return a difference as ``3.1e−15``; a hyphen would end a line in a narrow column."""
    if number == 0 or number >= 0.001:
        return f"{number:.2g}"
    return f"{number:.1e}".replace(".0e", "e").replace("-", "\N{MINUS SIGN}")


def at_most(number: float) -> str:
    """Return one digit, rounded up, so that many columns fit: ``4e−15`` for 3.1e-15."""
    if number == 0:
        return "0"
    power = math.floor(math.log10(number))
    digit = math.ceil(number / 10.0**power - 1e-9)
    return difference(float(f"{digit}e{power}"))


def beside(row: dict[str, Any]) -> str:
    """Return what was called of whom, with places where a line may end."""
    call = re.sub(r"(?<=[a-z])([._(])(?=[A-Za-z])", "\\1\N{ZERO WIDTH SPACE}", row["call"])
    named = str(row["call"]).startswith(f"{row['peer']}.")
    return call if named else f"{row['peer']}: {call}"


def grid(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def compared(rows: list[dict[str, Any]]) -> str:
    """Return one line per comparison: what, beside whom, how many cases, how far at most."""
    body = []
    for before, row in zip([None, *rows], rows, strict=False):
        again = before is not None and before["method"] == row["method"]
        body.append(
            [
                "" if again else f"`{row['method']}`",
                row["quantities"],
                beside(row),
                f"{row['cases']:,}",
                difference(max(row["largest"].values())),
                difference(row["tolerance"]),
            ]
        )
    notes = [
        f"- `{row['method']}` beside {row['call']}: {row['note']}" for row in rows if row["note"]
    ]
    table = grid(["method", "quantities", "beside", "cases", "largest", "allowed"], body)
    return "\n\n".join([table, *(["\n".join(dict.fromkeys(notes))] if notes else [])])


def page(_: str) -> str:
    """Return the tables of every area, and how many comparisons there are."""
    rows = [row for row in record() if area(row) in AREAS]
    peers = sorted(
        {f"{row['peer']} {row['version']}".strip() for row in rows if row["peer"] != "definition"},
        key=str.lower,
    )
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
        + [at_most(row["largest"][kind]) if kind in row["largest"] else "–" for kind in kinds]
        for row in rows
    ]
    return grid(["method", "quantities", *kinds], body)
