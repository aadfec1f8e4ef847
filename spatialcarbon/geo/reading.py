"""Read a user's own boundaries: checked, mended where that is safe, never silently."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import SchemaError, SpatialCarbonError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.data.source import BROKEN, why
from spatialcarbon.geo.dbf import guess_encoding
from spatialcarbon.geo.opening import check_geoparquet, check_layer, source_of
from spatialcarbon.geo.repair import checked_shapes, settled_crs

if TYPE_CHECKING:
    import geopandas as gpd

_PARQUET = (".parquet", ".geoparquet", ".pq")


def read_units(
    path: str | Path,
    *,
    key: str,
    crs: Any = None,
    layer: str | None = None,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """Read the boundaries of units from a file and make sure they can be used.

    Parameters
    ----------
    path : path
        Shapefile (``.shp``, or a ``.zip`` with its parts), GeoPackage, GeoJSON,
        GeoParquet, FlatGeobuf, File Geodatabase (a folder, ``.gdb``) or MapInfo
        (``.tab``, ``.mif``).
    key : str
        The column that names each unit, once. Six-digit adcodes stored as text or
        decimals become whole numbers.
    crs : CRS, optional
        What the coordinates are in, where the file does not say, such as
        ``"EPSG:4490"``. It transforms nothing.
    layer : str, optional
        Which layer, where the file has several.
    encoding : str, optional
        Encoding of a Shapefile's texts. Without it and without a ``.cpg``, UTF-8
        and GB18030 are told apart by the bytes.

    Returns
    -------
    GeoDataFrame
        Indexed by the key, in the order of the file, with all other columns.
        ``.attrs["notes"]`` lists what was converted, guessed or repaired
        (``.attrs["remarks"]`` the same for :class:`~spatialcarbon.core.language.Text`), and
        ``.attrs["source"]`` names the file.

    Raises
    ------
    SchemaError
        No such file, an unreadable one, one beyond a limit (see
        ``spatialcarbon.core.limits``), several layers, no such column, missing
        or repeated keys, missing shapes, lines, points among polygons, or a
        repair that would lose more than 0.1 % of a unit's area.
    CRSMismatchError
        No CRS, a contradiction between file and ``crs``, or coordinates that
        cannot be in it.

    Warns
    -----
    GeometryRepairWarning
        Invalid rings were repaired, or lines and points in a collection dropped;
        the units are named.

    Examples
    --------
    >>> import tempfile, geopandas as gpd
    >>> from shapely import box
    >>> square = gpd.GeoDataFrame({"code": ["510100"]}, geometry=[box(103, 30, 105, 31)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     square.set_crs("EPSG:4490").to_file(f"{folder}/my.gpkg")
    ...     units = read_units(f"{folder}/my.gpkg", key="code")
    >>> units.index.tolist(), units.crs.to_epsg()
    ([510100], 4490)
    """
    file = Path(path)
    frame, notes = _open(file, layer, encoding)
    if key not in frame.columns and key in frame.index.names:
        frame = frame.reset_index()
    if key not in frame.columns or key == frame.geometry.name:
        raise SchemaError(
            "{path} has no column {key!r}",
            arrived="columns {columns}",
            fix="key=, one of these",
            path=file.name,
            key=key,
            columns=some(frame.columns.drop(frame.geometry.name), 20),
        )
    if not frame.columns.is_unique:
        raise SchemaError(
            "{place} has more than one column called {names}",
            fix="rename or delete one of them",
            place=file.name,
            names=some(frame.columns[frame.columns.duplicated()].unique()),
        )
    labels, converted = _labels(frame[key], file.name)
    units = frame.drop(columns=key).set_axis(labels, axis=0)
    shapes, mended = checked_shapes(units, stacklevel=3)
    known = settled_crs(units, crs)
    units = units.set_geometry(np.asarray(shapes)).set_crs(known, allow_override=True)
    if units.geometry.name != "geometry":
        units = units.rename_geometry("geometry")
    notes += [*converted, *mended]
    units.attrs = {
        "notes": [note.render("en") for note in notes],
        # Attributes must stay plain: some formats write them as JSON.
        "remarks": [{"template": note.template, "params": dict(note.params)} for note in notes],
        "source": file.name,
    }
    return units


def _open(
    file: Path, layer: str | None, encoding: str | None
) -> tuple[gpd.GeoDataFrame, list[Text]]:
    """Read the file as it is, and note how its texts were decoded."""
    import geopandas as gpd
    import pyarrow as pa
    import shapely

    notes: list[Text] = []
    try:
        if file.suffix.lower() in _PARQUET:
            check_geoparquet(file)
            frame = gpd.read_parquet(file)
        else:
            source, layer = source_of(file, layer)
            check_layer(file, source, layer)
            if encoding is None and (encoding := guess_encoding(file, layer)):
                notes.append(
                    text(
                        "no .cpg beside the Shapefile; its texts were read as {encoding}",
                        encoding=encoding.upper(),
                    )
                )
            frame = gpd.read_file(source, layer=layer, encoding=encoding, engine="pyogrio")
    except (pa.ArrowException, shapely.errors.ShapelyError, OSError, *BROKEN) as error:
        if isinstance(error, SpatialCarbonError):
            raise
        raise SchemaError(
            "{path} cannot be read as a map",
            arrived="{reason}",
            expected="Shapefile (.shp, .shx, .dbf, or zipped), GeoPackage, GeoJSON or GeoParquet",
            path=file.name,
            reason=why(error),
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame) or len(frame) == 0:
        raise SchemaError("{path} holds no shapes", path=file.name)
    return frame, notes


def _labels(column: pd.Series[Any], source: str) -> tuple[pd.Index, list[Text]]:
    """Return the keys as an index, and a note where they were turned into numbers."""
    name = str(column.name)
    blank = column.isna() | (column.astype(str).str.strip() == "")
    if blank.any():
        raise SchemaError(
            "{n} rows of {path} have no {key}",
            arrived="rows {rows} (counted from 0)",
            fix="fill the column, or leave these rows out",
            n=int(blank.sum()),
            path=source,
            key=name,
            rows=some(np.flatnonzero(blank)),
        )
    labels, notes = column, []
    if pd.api.types.is_integer_dtype(column.dtype):
        labels = column.astype("int64")
    elif pd.api.types.is_float_dtype(column.dtype) and (column % 1 == 0).all():
        labels = column.astype("int64")
        notes = [text("decimal keys of {key} became whole numbers", key=name)]
    elif not pd.api.types.is_float_dtype(column.dtype):
        texts = column.astype(str).str.strip()
        if texts.str.fullmatch(r"\d{6}(\.0+)?").all():
            labels = texts.str.slice(0, 6).astype("int64")
            notes = [text("text keys of {key} became whole numbers", key=name)]
    index = pd.Index(labels.to_numpy(), name=name)
    if not index.is_unique:
        raise SchemaError(
            "{key} repeats in {path}",
            arrived="{labels}",
            expected="each unit once",
            fix="dissolve the parts of a unit first: frame.dissolve({key!r})",
            path=source,
            key=name,
            labels=some(index[index.duplicated()].unique()),
        )
    return index, notes
