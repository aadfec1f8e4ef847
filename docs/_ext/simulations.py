"""The page of simulations, made from what ``make simulations`` recorded."""

from __future__ import annotations

import ast
import json
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulations_drawn import Row, curves, dots

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "trust" / "simulations.json"
SURE = 3.0
"""So many standard errors of the simulation a share must be off before it is called off."""

JUDGED = {
    "test": ("as stated", "too often", "too seldom"),
    "interval": ("as stated", "too wide", "too narrow"),
    "bound": ("kept", "exceeded", "kept"),
    "chance": ("as announced", "more often", "less often"),
}
"""What is said of a share that agrees, is too large, or is too small."""


def record() -> dict[str, Any]:
    """Return what was recorded."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))


def topic(module: str) -> str:
    """Return what a module of simulations is about, from the first line of its docstring."""
    source = (ROOT / "tests" / "simulation" / f"{module}.py").read_text(encoding="utf-8")
    sentence = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    return sentence.partition(":")[0].partition(",")[0]


def per_cent(share: float | None, digits: int = 1) -> str:
    """Return a share as per cent: ``5.2 %``."""
    return "–" if share is None else f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def away(share: float, nominal: float, error: float) -> float:
    """Return how many standard errors a share is off."""
    if error > 0:
        return (share - nominal) / error
    return 0.0 if share == nominal else float("inf") if share > nominal else float("-inf")


def verdict(row: dict[str, Any]) -> str:
    """Return in a word or two whether a share is as it should be."""
    if row["share"] is None:
        return "no case"
    agrees, more, less = JUDGED[row["kind"]]
    off = away(row["share"], row["nominal"], row["error"])
    if abs(off) > SURE:
        return more if off > 0 else less
    if row["kind"] == "test":
        off = away(row["strict"], 0.01, row["strict_error"])
        if abs(off) > SURE:
            return f"{more if off > 0 else less} at 1\N{NO-BREAK SPACE}%"
    return agrees


def rows(module: str, *kinds: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the simulations of a module with each of their results of these kinds."""
    part = record()["modules"][module]
    return [(s, r) for s in part["simulations"] for r in s["results"] if r["kind"] in kinds]


def counted(row: dict[str, Any]) -> str:
    """Return how many data sets gave a value, and how many did not."""
    lost = f" (+{row['undefined']:,} undefined)" if row["undefined"] else ""
    return f"{row['n']:,}{lost if row['kind'] != 'chance' else ''}"


def marked(row: dict[str, Any]) -> str:
    """Return the verdict, set bold where something is off."""
    said = verdict(row)
    fine = said in {"as stated", "kept", "as announced", "no case"}
    return said if fine else f"**{said}**"


def table(head: list[str], lines: list[list[str]], numbers: set[int]) -> str:
    """Return a Markdown table; numbers are set to the right."""
    rule = ["--:" if at in numbers else "---" for at in range(len(head))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *lines))


def said_once(column: list[str]) -> list[str]:
    """Return a column of a table, empty where it would repeat what stands above."""
    return [new if new != old else "" for old, new in pairwise(["", *column])]


def tables(module: str) -> str:
    """Return the tests, the intervals, and the power of one module."""
    parts = []
    if found := rows(module, "test"):
        truths = said_once([s["truth"] for s, _ in found])
        lines = [
            [truth, r["title"], per_cent(r["share"]), per_cent(r["strict"]), counted(r), marked(r)]
            for truth, (_, r) in zip(truths, found, strict=True)
        ]
        head = ["nothing to find", "test", "rejects at 5 %", "at 1 %", "data sets", ""]
        parts.append(table(head, lines, {2, 3, 4}))
    if found := rows(module, "interval", "bound", "chance"):
        truths = said_once([s["truth"] for s, _ in found])
        lines = [
            [truth, r["title"], stated(r), per_cent(r["share"]), counted(r), marked(r)]
            for truth, (_, r) in zip(truths, found, strict=True)
        ]
        head = ["truth", "interval or share", "should be", "is", "data sets", ""]
        parts.append(table(head, lines, {2, 3, 4}))
    if found := rows(module, "power"):
        gathered: dict[tuple[str, str], list[str]] = {}
        for s, r in found:
            said = f"{s['at']:g}: {per_cent(r['share'], 0)}"
            gathered.setdefault((s["curve"], r["title"]), []).append(said)
        names = said_once([curve for curve, _ in gathered])
        lines = [
            [name, title, " · ".join(said)]
            for name, ((_, title), said) in zip(names, gathered.items(), strict=True)
        ]
        parts.append(table(["something to find", "test", "strength: found"], lines, set()))
    return "\n\n".join(parts)


def stated(row: dict[str, Any]) -> str:
    """Return the share that was promised."""
    digits = 1 if row["kind"] == "chance" else 0
    return "≤ " * (row["kind"] == "bound") + per_cent(row["nominal"], digits)


def drawn_rows(*kinds: str) -> list[tuple[str, list[Row]]]:
    """Return by topic what the pictures show: a row for each measure, a dot for each truth."""
    made = []
    for module in record()["modules"]:
        gathered: dict[tuple[str, float], Row] = {}
        for simulation, result in rows(module, *kinds):
            if result["share"] is None:
                continue
            title, nominal = result["title"], result["nominal"]
            if result["kind"] == "interval" and nominal != 0.95:
                title += f" ({per_cent(nominal, 0)})"
            row = gathered.setdefault((title, nominal), Row(title, nominal))
            off = abs(away(result["share"], nominal, result["error"])) > SURE
            row.dots.append((result["share"], result["error"], simulation["truth"], off))
        if gathered:
            made.append((topic(module), list(gathered.values())))
    return made


def framed(svg: str) -> str:
    """Return a drawing that scrolls on a narrow screen."""
    return f'```{{raw}} html\n<div class="frame">{svg}</div>\n```'


def power_panels() -> list[tuple[str, list[tuple[str, list[tuple[float, float]]]]]]:
    """Return curve → test → points."""
    panels: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for module in record()["modules"]:
        for simulation, result in rows(module, "power"):
            lines = panels.setdefault(simulation["curve"], {})
            lines.setdefault(result["title"], []).append((simulation["at"], result["share"]))
    return [(curve, list(lines.items())) for curve, lines in panels.items()]


def versions() -> str:
    """Return what the simulations ran on."""
    found = {
        name: number
        for part in record()["modules"].values()
        for name, number in part["versions"].items()
    }
    listed = ", ".join(f"{name} {number}" for name, number in sorted(found.items()))
    return f"Seed {record()['seed']}; {escape(listed)}."


def page(asked: str) -> str:
    """Return the part of the page that is asked for: a picture, the versions, or a module."""
    if asked == "tests":
        return framed(dots(drawn_rows("test"), (0.0, 0.25), "How often tests reject at 5 per cent"))
    if asked == "intervals":
        label = "How often intervals hold the truth"
        return framed(dots(drawn_rows("interval"), (0.4, 1.0), label))
    if asked == "power":
        return framed(curves(power_panels()))
    return versions() if asked == "versions" else tables(asked)
