"""The tables of the page on mutants, made from what ``make mutation`` recorded."""

from __future__ import annotations

import json
import math
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "tests" / "mutation"
Z = 1.959963984540054  # of a 95 per cent interval

LEFT_OUT = {
    "types": "annotations, `if TYPE_CHECKING` and names for types: evaluated to no effect or never",
    "messages of errors": "what is passed to an exception, whose words other tests read; the "
    "condition under which it is raised stays in",
    "signatures": "the star or the slash that parts the parameters of a function",
    "options of dataclasses": "`frozen`, `kw_only`, `eq`: a test of the house reads all at once",
    "strict=True of zip": "a guard that no input can reach while the code is right",
    "compilation and caches": "decorators that compile or keep results: they change speed only",
    "scripts": 'what stands under `if __name__ == "__main__"`: it makes shipped files anew, whose '
    "bytes are tested",
    "no Python": "drawn, but not a Python program, or an exception with a dot in its name among "
    "others, which cosmic-ray cannot replace; the next in order was taken",
}


def record() -> dict[str, Any]:
    """Return the last record."""
    return dict(json.loads((FOLDER / "record.json").read_text(encoding="utf-8")))


def judgements() -> dict[tuple[str, str, str], dict[str, str]]:
    """Return what was thought of each survivor, by file, line that went and line that came."""
    found = tomllib.loads((FOLDER / "judgements.toml").read_text(encoding="utf-8"))
    return {(one["file"], one["was"], one["became"]): one for one in found.get("survivor", [])}


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return the 95 per cent interval of a share."""
    if not trials:
        return 0.0, 1.0
    share, z2 = hits / trials, Z * Z / trials
    middle = (share + z2 / 2) / (1 + z2)
    half = Z * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials)) / (1 + z2)
    return middle - half, middle + half


def change(row: dict[str, Any]) -> tuple[str, str]:
    """Return the line that went and the line that came."""
    went = " ".join(line[1:].strip() for line in row["diff"] if line.startswith("-"))
    came = " ".join(line[1:].strip() for line in row["diff"] if line.startswith("+"))
    return went, came


def shares() -> str:
    """Return how many mutants of each package the tests noticed."""
    found = record()
    lines = [
        "| package | mutants there are | drawn | failed a test | ended no more | survived "
        "| noticed | 95 % interval |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for package, counts in found["counts"].items():
        seen = Counter(row["outcome"] for row in found["mutants"] if row["package"] == package)
        noticed, drawn = seen["killed"] + seen["timeout"], seen.total()
        low, high = wilson(noticed, drawn)
        share = f"{100 * noticed / drawn:.1f} %" if drawn else "–"
        lines.append(
            f"| `{package}` | {counts['population']:,} | {drawn} | {seen['killed']} "
            f"| {seen['timeout']} | {seen['survived']} | {share} "
            f"| {100 * low:.1f}–{100 * high:.1f} % |"
        )
    return "\n".join(lines)


def left_out() -> str:
    """Return what is no mutant, why, and how often it occurs."""
    totals: Counter[str] = Counter()
    for counts in record()["counts"].values():
        totals.update(counts)
    rows = [f"| {totals[what]:,} | {why} |" for what, why in LEFT_OUT.items()]
    return "\n".join(["| places | what |", "|--:|---|", *rows])


def survivors() -> str:
    """Return the survivors, each with its judgement."""
    known = judgements()
    lines = ["| where | was, and became | judged |", "|---|---|---|"]
    for row in record()["mutants"]:
        if row["outcome"] != "survived":
            continue
        was, became = change(row)
        one = known.get((row["file"], was, became))
        said = f"{one['judged']}: {one['why']}" if one else "not yet judged"
        place = row["file"].removeprefix("spatialcarbon/")
        place = place.replace("/", "/\N{ZERO WIDTH SPACE}")  # or the column is as wide as a path
        lines.append(f"| {place}:{row['line']} | {code(was)}<br>{code(became)} | {said} |")
    return "\n".join(lines)


def coverage() -> str:
    """Return how much of the package the tests run."""
    found = json.loads((FOLDER.parents[1] / "docs/trust/coverage.json").read_text(encoding="utf-8"))
    lines = f"{found['lines_run']:,} of {found['lines']:,} lines"
    branches = f"{found['branches_taken']:,} of {found['branches']:,} branches"
    return (
        f"The last run met {lines} ({100 * found['lines_run'] / found['lines']:.1f} per cent) and "
        f"{branches} ({100 * found['branches_taken'] / found['branches']:.1f} per cent)."
    )


def code(text: str) -> str:
    """Return source as it can stand in a cell."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


def page(part: str) -> str:
    """Return one of the tables."""
    parts = {
        "shares": shares,
        "left-out": left_out,
        "survivors": survivors,
        "coverage": coverage,
    }
    return parts[part]()
