"""The page on hostile input: limits from the package, counts from what ``make fuzz`` recorded."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "trust" / "fuzz.json"


def spoken(name: str, number: int) -> str:
    """Return a limit as people say it."""
    if name.endswith("BYTES"):
        for unit, size in (("GiB", 2**30), ("MiB", 2**20)):
            if number % size == 0:
                return f"{number // size:,} {unit}"
    return f"{number:,}"


def limits(_: str) -> str:
    """Return every limit with its default and its variable."""
    from spatialcarbon.core.limits import LIMITS, PREFIX

    rows = [
        f"| {one.thing.render('en')} | {spoken(name, one.default)} | `{PREFIX}{name}` |"
        for name, one in LIMITS.items()
    ]
    return "\n".join(["| at most so many | default | variable |", "|---|--:|---|", *rows])


def counts(_: str) -> str:
    """Return how many inputs were tried, and what became of them."""
    facts = json.loads(RECORD.read_text(encoding="utf-8"))
    parts = facts["targets"].values()
    columns = ("inputs", "results", "refusals", "bugs")
    rows = [
        f"| {part['says']} | " + " | ".join(f"{part[c]:,}" for c in columns) + " |"
        for part in parts
    ]
    whole = [f"{sum(part[c] for part in parts):,}" for c in columns]
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    said = (
        f"One run of {facts['seconds'] / 60:,.0f} minutes with seed {facts['seed']} on Python "
        f"{facts['python']} ({versions}):"
    )
    head = ["| what was read | inputs | results | refusals | bugs |", "|---|--:|--:|--:|--:|"]
    last = "| **all** | " + " | ".join(f"**{number}**" for number in whole) + " |"
    return "\n".join([said, "", *head, *rows, last])
