"""Which files of two runs differ, and by how much where they hold numbers."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

RECORD_OF_THE_RUN = "manifest.json"
"""Says how long each step took and which versions ran: it differs, and is meant to."""

VERSION_ONLY = "the printed version of Python, nothing else"
"""Reports and workbooks say what they were made with: between two Pythons that must differ."""

_PRINTED = re.compile(rb"python [0-9.]+")


@dataclass(frozen=True)
class Difference:
    """What is not the same in one file."""

    file: str
    cells: int
    """How many numbers differ; -1 where the file is not one of numbers."""
    absolute: float
    relative: float
    """The largest difference, and the largest beside the larger of both numbers."""
    other: str
    """What else differs, in words; nothing for numbers alone."""

    def record(self) -> dict[str, object]:
        """Return it for a JSON file."""
        return asdict(self)


def checksums(folder: Path) -> dict[str, str]:
    """Return file → SHA-256 of all that a run wrote, except its record."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != RECORD_OF_THE_RUN
    }


def differences(first: Path, second: Path) -> list[Difference]:
    """Return what differs between the results in two folders, file by file."""
    one, two = checksums(first), checksums(second)
    found = []
    for name in sorted(one | two):
        if name not in one or name not in two:
            found.append(Difference(name, -1, 0.0, 0.0, "in one of both only"))
        elif one[name] != two[name]:
            found.append(_inside(name, first / name, second / name))
    return found


def _inside(name: str, first: Path, second: Path) -> Difference:
    """Say how two files that are not the same differ."""
    kind = Path(name).suffix
    if kind not in READERS:
        alike = _unversioned(first) == _unversioned(second)
        return Difference(name, -1, 0.0, 0.0, VERSION_ONLY if alike else "bytes")
    one, two = READERS[kind](first), READERS[kind](second)
    if one.keys() != two.keys():
        return Difference(name, -1, 0.0, 0.0, "other tables")
    cells, absolute, relative, others = 0, 0.0, 0.0, []
    for part in one:
        a, b = one[part], two[part]
        if a.shape != b.shape or list(a.columns) != list(b.columns):
            others.append(f"{part}: another shape")
            continue
        for column in a.columns:
            numbers = _numbers(a[column]), _numbers(b[column])
            if numbers[0] is None or numbers[1] is None:
                if not a[column].equals(b[column]):
                    others.append(f"{part}: {column}")
                continue
            x, y = numbers
            apart = ~((x == y) | (np.isnan(x) & np.isnan(y)))
            if not apart.any():
                continue
            gap = np.abs(x - y)[apart]
            if np.isnan(gap).any():
                others.append(f"{part}: {column} is missing in one of both")
                gap = np.nan_to_num(gap)
            cells += int(apart.sum())
            absolute = max(absolute, float(gap.max()))
            size = np.maximum(np.abs(x), np.abs(y))[apart]
            relative = max(relative, float((gap / np.where(size > 0, size, 1.0)).max()))
    return Difference(name, cells, absolute, relative, "; ".join(others) or _unseen(cells))


def _unversioned(path: Path) -> dict[str, bytes]:
    """Return what a file, or each part of a workbook, holds besides the version of Python."""
    if path.suffix != ".xlsx":
        return {"": _PRINTED.sub(b"python", path.read_bytes())}
    with zipfile.ZipFile(path) as book:
        return {name: _PRINTED.sub(b"python", book.read(name)) for name in book.namelist()}


def _unseen(cells: int) -> str:
    return "" if cells else "bytes, not values"


def _numbers(column: pd.Series[object]) -> np.ndarray | None:
    if column.dtype == object and column.map(lambda v: isinstance(v, bytes)).any():
        return None
    try:
        return column.to_numpy(dtype=float)
    except (TypeError, ValueError):
        return None


def _csv(path: Path) -> dict[str, pd.DataFrame]:
    return {"table": pd.read_csv(path, low_memory=False)}


def _geopackage(path: Path) -> dict[str, pd.DataFrame]:
    with sqlite3.connect(path) as file:
        names = [
            name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: pd.read_sql(f'SELECT * FROM "{name}"', file)
            for name in sorted(names)
            if not name.startswith("rtree_")
        }


READERS: dict[str, Callable[[Path], dict[str, pd.DataFrame]]] = {
    ".csv": _csv,
    ".gpkg": _geopackage,
}


def kinds(names: Iterable[str]) -> dict[str, int]:
    """Return how many files there are of each kind."""
    counted: dict[str, int] = {}
    for name in names:
        kind = name.partition("/")[0] + "/" if "/" in name else name
        counted[kind] = counted.get(kind, 0) + 1
    return counted


def written(path: Path, record: object) -> None:
    """Write a record as JSON that reads well."""
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
