"""The table of the page on determinism, made from what ``make determinism`` recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORD = Path(__file__).parents[1] / "trust" / "determinism.json"
SUPPORTED = ("3.11", "3.12", "3.13")
KINDS = {
    "tables/": "tables",
    "results.gpkg": "GeoPackage",
    "report.html": "report",
    "tables.xlsx": "workbook",
    "figures/": "figures",
    "project.qgz": "QGIS project",
}


def record() -> dict[str, Any]:
    """Return what was recorded."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))


def cell(run: dict[str, Any], kind: str, count: int) -> str:
    """Return whether the files of a kind came out the same, or by how much they did not."""
    differ = [item for item in run["different"] if item["file"].startswith(kind)]
    if not differ:
        return "same" if run["same"].get(kind, 0) == count else "–"
    if all("printed version" in item["other"] for item in differ):
        return "same but for the printed version of Python"
    numbers = [item for item in differ if item["cells"] > 0 and not item["other"]]
    if len(numbers) == len(differ):
        most = max(item["relative"] for item in numbers)
        return f"{len(differ)} of {count} differ, numbers by {most:.0e} at most"
    return f"{len(differ)} of {count} differ"


def page(_: str) -> str:
    """Return a row for each run, and the versions."""
    found = record()
    shown = [kind for kind in KINDS if kind in found["files"]]
    lines = [
        "| | " + " | ".join(f"{KINDS[kind]} ({found['files'][kind]})" for kind in shown) + " |",
        "|---|" + "---|" * len(shown),
    ]
    for run in found["runs"]:
        cells = (cell(run, kind, found["files"][kind]) for kind in shown)
        lines.append(f"| {run['what']} | " + " | ".join(cells) + " |")
    said = []
    for versions in found["versions"]:
        libraries = ", ".join(f"{n} {v}" for n, v in versions.items() if n != "python")
        said.append(f"Python {versions['python']}: {libraries}")
    ran = {".".join(versions["python"].split(".")[:2]) for versions in found["versions"]}
    missing = [f"Python {name}" for name in SUPPORTED if name not in ran]
    note = f" Not in this record: {', '.join(missing)}." if missing else ""
    return "\n".join(lines) + "\n\nFirst run and versions: " + "; ".join(said) + f".{note}"
