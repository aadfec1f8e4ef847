"""What is looked at in typed files before a library opens them: claims, views, what they are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.files import require_file
from spatialcarbon.core.language import text
from spatialcarbon.core.limits import limit, shortened, within

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_SQLITE = b"SQLite format 3\0"
_DBF = frozenset({0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5})
"""First bytes of dBASE tables, by version."""


def check_geopackage(path: Path) -> None:
    """Raise for what is no GeoPackage, or one with layers that are computed as they are read.

    A view may join tables without end; GDAL would follow it.

    Raises
    ------
    SchemaError
        Another kind of file, a damaged one, views among the layers.
    """
    require_file(path)
    with path.open("rb") as file:
        is_sqlite = file.read(16) == _SQLITE
    if not is_sqlite:
        raise _no_geopackage(path)
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as base:
            views = base.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
            listed = base.execute("SELECT table_name FROM gpkg_contents").fetchall()
    except (sqlite3.Error, UnicodeError):
        raise _no_geopackage(path) from None
    wanted = {str(name).lower() for (name,) in listed}
    within("ARCHIVE_FILES", len(listed), path.name)
    shown = [str(name) for (name,) in views if str(name).lower() in wanted]
    if shown:
        raise SchemaError(
            "{place} has layers that are views: {names}",
            expected="layers that are tables; a view may compute without end",
            fix="save the layer to a new GeoPackage (in QGIS: Export, Save Features As)",
            place=path.name,
            names=", ".join(shortened(name, 60) for name in shown[:5]),
        )


def _no_geopackage(path: Path) -> SchemaError:
    return SchemaError(
        "{place} cannot be read as {kind}",
        fix="check that the file is whole and that its suffix tells what it is",
        place=path.name,
        kind=text("a GeoPackage"),
    )


def check_dbf(head: bytes, size: int, place: str) -> None:
    """Raise for what is no table of attributes, or one that says it has more than it holds.

    Parameters
    ----------
    head : bytes
        Its first 32 bytes.
    size : int
        Its size in bytes.
    place : str
        What to call it.

    Raises
    ------
    SchemaError
        A file of another kind, or cut off.
    """
    known = len(head) >= 32 and head[0] in _DBF
    rows, start, width = (
        int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12))
    )
    if not known or start < 33 or not width:
        raise SchemaError(
            "{place} cannot be read as {kind}",
            fix="check that the file is whole and that its suffix tells what it is",
            place=place,
            kind=text("a DBF table"),
        )
    within("TABLE_ROWS", rows, place)
    if start + rows * width > size + width:
        raise SchemaError(
            "{place} says that it has {rows} rows, more than its {size} bytes can hold",
            fix="download or copy the file again",
            place=place,
            rows=rows,
            size=size,
        )


def check_features(facts: dict[str, Any], size: int, place: str) -> None:
    """Raise for a layer that claims more features than are read, or than its file can hold.

    Parameters
    ----------
    facts : dict
        What ``pyogrio.read_info`` says of the layer.
    size : int
        Bytes of the file once unpacked.
    place : str
        What to call it.

    Raises
    ------
    SchemaError
        Too many features, columns or values.
    """
    features, columns = max(0, int(facts["features"])), len(facts["fields"])
    for name in facts["fields"]:
        within("NAME_CHARACTERS", len(str(name)), place)
    within("FEATURES", features, place)
    within("TABLE_COLUMNS", columns, place)
    within("FEATURE_CELLS", features * max(1, columns), place)
    if features > size:
        raise SchemaError(
            "{place} says that it has {rows} rows, more than its {size} bytes can hold",
            fix="download or copy the file again",
            place=place,
            rows=features,
            size=size,
        )


def check_parquet(file: pq.ParquetFile, place: str) -> None:
    """Raise for a Parquet file that claims too many rows, columns or bytes.

    Raises
    ------
    SchemaError
        With the limit.
    """
    facts = file.metadata
    within("TABLE_ROWS", facts.num_rows, place)
    within("TABLE_COLUMNS", facts.num_columns, place)
    within("TABLE_CELLS", facts.num_rows * facts.num_columns, place)
    parts = [facts.row_group(i) for i in range(min(facts.num_row_groups, limit("TABLE_ROWS")))]
    within("UNPACKED_BYTES", sum(max(0, part.total_byte_size) for part in parts), place)
