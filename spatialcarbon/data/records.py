"""Typed files to raw tables: Parquet, GeoPackage layers and the DBF of a Shapefile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import SchemaError, SpatialCarbonError
from spatialcarbon.core.files import read_bytes
from spatialcarbon.core.language import text
from spatialcarbon.data.checked import (
    check_dbf,
    check_features,
    check_geopackage,
    check_parquet,
)
from spatialcarbon.data.encoding import decode
from spatialcarbon.data.rawtable import RawTable, check_names, place_name
from spatialcarbon.data.source import BROKEN, choose, no_encoding, no_sheet, unreadable


def read_parquet(path: Path, sheet: str | None, encoding: str | None) -> RawTable:
    """Read a Parquet file; columns of bytes, such as geometry, are left out."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    no_sheet(path, sheet)
    no_encoding(path, encoding)
    try:
        # A folder of partitions must not be read for one file of that name.
        with pq.ParquetFile(path) as file:
            check_parquet(file, path.name)
            frame = file.read().to_pandas()
    except SpatialCarbonError:
        raise
    except (pa.ArrowException, OSError, *BROKEN):
        raise unreadable(path, text("a Parquet file")) from None
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    return _from_frame(frame, path)


def read_layer(path: Path, sheet: str | None, encoding: str | None) -> RawTable:
    """Read the attribute table of one layer of a GeoPackage."""
    import pyogrio

    no_encoding(path, encoding)
    check_geopackage(path)
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        chosen = choose(path, sheet, layers, layers)
        check_features(pyogrio.read_info(path, layer=chosen), path.stat().st_size, path.name)
        frame = pyogrio.read_dataframe(path, layer=chosen, read_geometry=False)
    except SpatialCarbonError:
        raise
    except BROKEN:
        raise unreadable(path, text("a GeoPackage")) from None
    return _from_frame(frame, path, sheet=chosen)


def read_dbf(path: Path, sheet: str | None, encoding: str | None) -> RawTable:
    """Read the attribute table of a Shapefile, given as .dbf or .shp."""
    import pyogrio

    no_sheet(path, sheet)
    table = path.with_suffix(".DBF" if path.suffix.isupper() else ".dbf")
    if not table.exists():
        raise SchemaError(
            "{place} has no attribute table beside it",
            expected="{table}",
            fix="copy all files of the Shapefile, not the .shp alone",
            place=path.name,
            table=table.name,
        )
    content = read_bytes(table)
    check_dbf(content[:32], len(content), table.name)
    named = any(table.with_suffix(suffix).exists() for suffix in (".cpg", ".CPG"))
    if encoding is None and not named and content[29] == 0:
        # Byte 29 names the code page; 0 leaves it open, and GDAL would take Latin-1.
        start = int.from_bytes(content[8:10], "little")
        records = content[start:].replace(b"\0", b" ")
        _, encoding = decode(records, table.name)
    try:
        frame = pyogrio.read_dataframe(table, read_geometry=False, encoding=encoding)
    except BROKEN:
        raise unreadable(path, text("a DBF table")) from None
    return _from_frame(frame, path, encoding=encoding)


def _from_frame(
    frame: pd.DataFrame, path: Path, *, sheet: str | None = None, encoding: str | None = None
) -> RawTable:
    names = [str(name) for name in frame.columns]
    check_names(names, place_name(path, sheet))
    columns: dict[str, list[object]] = {}
    for position, name in enumerate(names):
        cells = [_plain(cell) for cell in frame.iloc[:, position]]
        if not any(isinstance(cell, bytes) for cell in cells):
            columns[name] = cells
    if not columns or not len(frame):
        raise SchemaError("{place} is empty", place=place_name(path, sheet))
    return RawTable(
        frame=pd.DataFrame(columns, dtype=object),
        rows=tuple(range(1, len(frame) + 1)),
        path=path,
        sheet=sheet,
        encoding=encoding,
    )


def _plain(cell: Any) -> object:
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return None
    if isinstance(cell, np.generic):
        cell = cell.item()
    return None if isinstance(cell, float) and np.isnan(cell) else cell
