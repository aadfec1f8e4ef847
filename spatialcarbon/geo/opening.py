"""What of a map file is handed to GDAL: local data of known kinds, nothing that leads elsewhere."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import SchemaError, SpatialCarbonError, some
from spatialcarbon.core.files import check_archive, is_file, require_file
from spatialcarbon.core.language import text
from spatialcarbon.core.limits import within
from spatialcarbon.data.checked import (
    check_dbf,
    check_features,
    check_geopackage,
    check_parquet,
)
from spatialcarbon.data.source import BROKEN, why
from spatialcarbon.geo.dbf import guess_encoding

if TYPE_CHECKING:
    import pandas as pd

_BEGINS: Mapping[str, tuple[bytes, ...]] = {
    ".shp": (b"\x00\x00\x27\x0a",),
    ".geojson": (b"{",),
    ".json": (b"{",),
    ".geojsonl": (b"{", b"\x1e"),
    ".geojsons": (b"{", b"\x1e"),
    ".fgb": (b"fgb",),
    ".tab": (b"!table", b"!Table", b"!TABLE"),
    ".mif": (b"Version", b"VERSION", b"version"),
}
"""How files begin, by suffix: GDAL goes by the content, and would take a program for a map."""

_DRIVERS = frozenset(
    {
        "ESRI Shapefile",
        "FlatGeobuf",
        "GPKG",
        "GeoJSON",
        "GeoJSONSeq",
        "MapInfo File",
        "OpenFileGDB",
        "TopoJSON",
        "ESRIJSON",
        "JSONFG",
    }
)
"""Drivers that may open them: a ``{`` does not tell the kinds of JSON apart."""


def source_of(file: Path, layer: str | None) -> tuple[str, str]:
    """Return what GDAL is asked to open, and the layer in it.

    Raises
    ------
    SchemaError
        A file that is absent, a trap, or of a kind that is not read; a layer that is not there.
    """
    suffix = file.suffix.lower()
    if suffix == ".zip":
        return _in_archive(file, layer)
    if suffix == ".gdb" and file.is_dir():
        source = str(file.resolve())
    else:
        require_file(file)
        within("MAP_BYTES", file.stat().st_size, file.name)
        _check_kind(file, suffix)
        # The whole path: names such as "WFS:x" mean something else to GDAL.
        source = str(file.absolute())
    if suffix == ".shp":
        _check_attributes(file)
    return source, _layer(source, layer, file.name)


def check_layer(file: Path, source: str, layer: str) -> None:
    """Raise for a layer that claims too much, or that another kind of driver opened.

    Raises
    ------
    SchemaError
        With the limit, or the driver.
    """
    import pyogrio

    facts = pyogrio.read_info(source, layer=layer)
    if facts["driver"] not in _DRIVERS:
        raise _not_read(file.name)
    if file.is_dir():
        size = sum(part.stat().st_size for part in file.iterdir() if is_file(part))
    elif file.suffix.lower() == ".zip":
        with zipfile.ZipFile(file) as archive:
            size = sum(part.file_size for part in archive.infolist())
    else:
        size = file.stat().st_size
    check_features(facts, max(size, 1), file.name)


def check_geoparquet(file: Path) -> None:
    """Raise for a Parquet file that is absent or beyond a limit.

    Raises
    ------
    SchemaError
        With the limit.
    """
    import pyarrow.parquet as pq

    require_file(file)
    with pq.ParquetFile(file) as table:
        check_parquet(table, file.name)


def read_attributes(file: Path, layer: str | None = None) -> pd.DataFrame:
    """Return the table of a map, without its shapes.

    Raises
    ------
    SchemaError
        As :func:`source_of` and :func:`check_layer`.
    """
    import pyogrio

    try:
        source, chosen = source_of(file, layer)
        check_layer(file, source, chosen)
        encoding = guess_encoding(file, chosen)
        table: pd.DataFrame = pyogrio.read_dataframe(
            source, layer=chosen, read_geometry=False, encoding=encoding
        )
    except (OSError, *BROKEN) as error:
        if isinstance(error, SpatialCarbonError):
            raise
        raise SchemaError(
            "{path} cannot be read as a map",
            arrived="{reason}",
            path=file.name,
            reason=why(error),
        ) from error
    return table


def _check_kind(file: Path, suffix: str) -> None:
    if suffix == ".gpkg":
        check_geopackage(file)
        return
    if suffix not in _BEGINS:
        raise _not_read(file.name)
    with file.open("rb") as stream:
        head = stream.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if not head.startswith(_BEGINS[suffix]):
        raise SchemaError(
            "{place} cannot be read as {kind}",
            fix="check that the file is whole and that its suffix tells what it is",
            place=file.name,
            kind=text("a map of the kind that its suffix says"),
        )


def _not_read(name: str) -> SchemaError:
    return SchemaError(
        "{path} is of a kind that is not read as a map",
        expected=".shp, .zip, .gpkg, .geojson, .json, .fgb, .gdb, .tab, .mif or .parquet",
        fix="save it as GeoPackage (in QGIS: Export, Save Features As)",
        path=name,
    )


def _check_attributes(file: Path) -> None:
    """Check the table beside a Shapefile, which GDAL believes."""
    for table in file.parent.glob("*"):
        if table.stem == file.stem and table.suffix.lower() == ".dbf":
            require_file(table)
            with table.open("rb") as stream:
                check_dbf(stream.read(32), table.stat().st_size, table.name)


def _in_archive(file: Path, layer: str | None) -> tuple[str, str]:
    """Return the one Shapefile of an archive that is meant: GDAL is not asked what is in it."""
    require_file(file)
    within("MAP_BYTES", file.stat().st_size, file.name)
    try:
        with zipfile.ZipFile(file) as archive:
            check_archive(file, archive)
            shapes = {
                PurePosixPath(name).stem: name
                for name in archive.namelist()
                if name.lower().endswith(".shp") and not name.startswith("__MACOSX/")
            }
            if not shapes:
                raise SchemaError(
                    "{path} holds no Shapefile",
                    arrived="{names}",
                    expected="the .shp, .shx, .dbf and .prj of one map",
                    fix="unpack it and give the file inside",
                    path=file.name,
                    names=some(archive.namelist()),
                )
            chosen = _chosen(list(shapes), layer, file.name)
            _check_member(archive, shapes[chosen], file.name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, *BROKEN) as error:
        if isinstance(error, SpatialCarbonError):
            raise
        raise SchemaError(
            "{place} cannot be read as {kind}",
            fix="check that the file is whole and that its suffix tells what it is",
            place=file.name,
            kind=text("a zip archive"),
        ) from error
    return f"/vsizip/{{{file.absolute()}}}/{shapes[chosen]}", chosen


def _check_member(archive: zipfile.ZipFile, shape: str, place: str) -> None:
    with archive.open(shape) as stream:
        if not stream.read(4).startswith(_BEGINS[".shp"]):
            raise SchemaError(
                "{place} cannot be read as {kind}",
                fix="check that the file is whole and that its suffix tells what it is",
                place=place,
                kind=text("a map of the kind that its suffix says"),
            )
    for part in archive.infolist():
        if part.filename[:-4] == shape[:-4] and part.filename.lower().endswith(".dbf"):
            with archive.open(part) as stream:
                check_dbf(stream.read(32), part.file_size, place)


def _layer(source: str, layer: str | None, name: str) -> str:
    """Return the layer to read: the one asked for, or the only one with shapes."""
    import pyogrio

    found = pyogrio.list_layers(source)
    spatial = [str(item) for item, kind in found if kind is not None]
    if not spatial:
        raise SchemaError("{path} holds no shapes", path=name)
    return _chosen(spatial, layer, name)


def _chosen(spatial: list[str], layer: str | None, name: str) -> str:
    if layer is None and len(spatial) == 1:
        return spatial[0]
    if layer in spatial:
        return str(layer)
    raise SchemaError(
        "{path} has several layers" if layer is None else "{path} has no layer {layer!r}",
        arrived="{names}",
        fix="layer={first!r}",
        path=name,
        layer=layer,
        names=some(spatial, 20),
        first=spatial[0],
    )
