"""The tables of the page on large loads, made from what ``make load`` recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORD = Path(__file__).parents[1] / "trust" / "load.json"
NONE = "*There is no record yet: `make load` writes one.*"


def record() -> dict[str, Any]:
    """Return what was recorded; empty before the first run."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.is_file() else {}


def summary(found: dict[str, Any]) -> str:
    """Return one row for each load."""
    lines = [
        "| | size | seconds | of the processor | memory at most |",
        "|---|---|--:|--:|--:|",
    ]
    for load in found["loads"].values():
        lines.append(
            f"| {load['title']} | {load['size']} | {load['seconds']:,.0f} "
            f"| {load['processor_s']:,.0f} | {load['memory_mb']:,} MB |"
        )
    return "\n".join(lines)


def steps(found: dict[str, Any], name: str) -> str:
    """Return the seconds of the steps of a load, and what it wrote."""
    load = found["loads"].get(name)
    if load is None:
        return "*Not in the record.*"
    lines = ["| step | seconds |", "|---|--:|"]
    lines += [f"| {step} | {seconds:.1f} |" for step, seconds in load["steps"].items()]
    if load["written_mb"]:
        written = ", ".join(f"`{file}` {size:g} MB" for file, size in load["written_mb"].items())
        lines += ["", f"Written: {written}."]
    return "\n".join(lines)


def circumstances(found: dict[str, Any]) -> str:
    """Return when and on what it was measured."""
    machine = found["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in sorted(found["versions"].items()))
    return (
        f"Measured in {found['when']} on {machine['cores']} cores of {machine['processor']}, "
        f"{machine['system']}, Python {machine['python']}; {versions}."
    )


def page(part: str) -> str:
    """Return the summary, or the steps of the load that is named."""
    found = record()
    if not found:
        return "" if part else NONE  # said once, at the top of the page
    return steps(found, part) if part else f"{summary(found)}\n\n{circumstances(found)}"
