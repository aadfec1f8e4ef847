"""Write the checksums of shipped tables that are kept by hand: tests/release/checksums.py.

Each folder gets a ``checksums.sha256``, which the package compares with what it reads. The
boundaries get theirs from ``shapefiles/build.py``, the tables from their catalogue.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("spatialcarbon/data/gazetteer", "spatialcarbon/geo/registries")
LISTING = "checksums.sha256"


def listing(folder: Path) -> str:
    """Return a line with the SHA-256 of every CSV file of a folder, by name."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.glob("*.csv"))
    )


if __name__ == "__main__":
    for name in FOLDERS:
        (ROOT / name / LISTING).write_text(listing(ROOT / name), encoding="ascii", newline="\n")
