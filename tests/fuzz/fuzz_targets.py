"""What is fuzzed: everything that reads what a user wrote, from whole files to single words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fuzz_readers as readers

Reader = Callable[[Path], object]
"""Reads one file; for what works on text alone, the file is never written."""


@dataclass(frozen=True)
class Target:
    """One way in.

    Parameters
    ----------
    name : str
        Also the folder of its corpus.
    reads : callable
        Takes a path, or a text where ``suffix`` is empty.
    suffix : str
        Ending of the file; empty for what takes a text.
    share : float
        Share of the time, relative to the others.
    kind : str
        How inputs are changed: ``text``, ``bytes``, ``zip``, or ``parts`` (a zip whose
        members are unpacked side by side, such as those of a Shapefile).
    words : tuple of str
        Pieces that mean something to the reader.
    says : str
        What a reader of the docs should call it.
    """

    name: str
    reads: Callable[[Any], object]
    suffix: str = ""
    share: float = 1.0
    kind: str = "bytes"
    words: tuple[str, ...] = ()
    says: str = ""


_TOML = ("[", "]", "[[analyses]]", "=", "{", "}", '"', "'''", "\n", "#", ".", "1e400", "nan")
_TABLE = (
    ",",
    ";",
    "\t",
    '"',
    "\n",
    "\r",
    "2015",
    "合计",
    "单位：万吨",
    "注：",
    "—",
    "\ufeff",
    "=1+1",
)
_NAME = (
    "市",
    "省",
    "自治州",
    "地区",
    "苏州",
    "江苏",
    "Suzhou",
    ", ",
    "City",
    "\u200b",
    "①",
    "襄樊",
)
_UNIT = ("万", "亿", "t", "吨", "CO2", "C", "/", "10^4 ", "10⁴", "km²", "元", "人", "%", " ", "Mt")
_HEAD = (
    *_UNIT,
    "(",
    "（",
    ")",
    "单位：",
    "2015",
    "年",
    "_",
    "人均",
    "GDP",
    "碳排放",
    "in ",
    "units",
)
_IDENTITY = ("=", "*", "/", "(", ")", "[", "]", "sum over ", " of ", ":", "`", "×", "co2", ",", "a")
_JSON = ("{", "}", "[", "]", '"', ":", ",", "null", "1e999", "-1", '"type"', '"coordinates"')

TARGETS = {
    target.name: target
    for target in (
        Target(
            "identity", readers.identity, share=3, kind="text", words=_IDENTITY, says="identities"
        ),
        Target("names", readers.names, share=3, kind="text", words=_NAME, says="names of places"),
        Target("units", readers.units, share=3, kind="text", words=_UNIT, says="units of measure"),
        Target(
            "headers", readers.headers, share=3, kind="text", words=_HEAD, says="headers of columns"
        ),
        Target("cells", readers.cells, share=3, kind="text", words=_TABLE, says="cells"),
        Target(
            "rates", readers.rates, share=2, kind="text", words=_IDENTITY, says="rates with errors"
        ),
        Target(
            "lines", readers.toml_lines, share=2, kind="text", words=_TOML, says="lines of TOML"
        ),
        Target("csv", readers.table, ".csv", 3, "bytes", _TABLE, "CSV tables"),
        Target("xlsx", readers.table, ".xlsx", 3, "zip", _TABLE, "Excel workbooks"),
        Target("dbf", readers.table, ".dbf", 1, "bytes", says="tables of attributes (DBF)"),
        Target("parquet", readers.table, ".parquet", 1, "bytes", says="Parquet tables"),
        Target("gpkg", readers.table_and_map, ".gpkg", 2, "bytes", says="GeoPackages"),
        Target("shp", readers.shapefile, "", 2, "parts", says="Shapefiles"),
        Target("shpzip", readers.boundaries, ".zip", 1, "zip", says="zipped Shapefiles"),
        Target("geojson", readers.boundaries, ".geojson", 1.5, "bytes", _JSON, "GeoJSON maps"),
        Target("geoparquet", readers.boundaries, ".parquet", 1, "bytes", says="GeoParquet maps"),
        Target("tif", readers.raster, ".tif", 2, "bytes", says="land-cover rasters (GeoTIFF)"),
        Target(
            "vrt",
            readers.raster,
            ".vrt",
            0.5,
            "bytes",
            ("<", ">", "http://", "/vsi"),
            "VRT mosaics",
        ),
        Target("study", readers.study, ".toml", 2, "bytes", _TOML, "study files, read"),
        Target("check", readers.checked_study, ".toml", 2, "bytes", _TOML, "study files, checked"),
        Target(
            "manifest", readers.manifest, ".json", 0.5, "bytes", _JSON, "records of runs (JSON)"
        ),
        Target("gal", readers.weights, ".gal", 0.7, "bytes", ("\n", " ", "0", "1"), "GAL weights"),
        Target(
            "gwt", readers.weights, ".gwt", 0.7, "bytes", ("\n", " ", "0", "nan"), "GWT weights"
        ),
        Target("links", readers.weights, ".csv", 0.7, "bytes", _TABLE, "links in CSV"),
        Target("wparquet", readers.weights, ".parquet", 0.5, "bytes", _JSON, "weights in Parquet"),
        Target("io", readers.io_table, ".csv", 1, "bytes", _TABLE, "input-output tables"),
        Target("legend", readers.legend, ".csv", 0.5, "bytes", _TABLE, "legends of rasters"),
        Target(
            "registry", readers.registry, ".csv", 0.7, "bytes", (*_TABLE, *_NAME), "groups in CSV"
        ),
        Target(
            "checkpoint", readers.checkpoint, ".bin", 0.5, "bytes", says="checkpoints of counts"
        ),
    )
}

CORPUS = Path(__file__).with_name("corpus")


def seeds(target: Target) -> list[bytes]:
    """Return the inputs that mutations start from, in the order of their names."""
    found = sorted((CORPUS / target.name).glob("*.seed"))
    return [path.read_bytes() for path in found]


def prepared(target: Target, data: bytes, folder: Path) -> Any:
    """Return what the target's reader takes: a text, a written file, or a folder of parts."""
    if target.kind == "text":
        return data.decode("utf-8", "surrogateescape")
    if target.kind == "parts":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.infolist():
                (folder / Path(part.filename).name).write_bytes(archive.read(part))
        return folder
    path = folder / f"a{target.suffix}"
    path.write_bytes(data)
    return path


def beside(target: Target, folder: Path) -> None:
    """Put into a folder what the inputs of a target name: a map and a table, or a raster."""
    if target.name == "check":
        map_file = (CORPUS / "geojson" / "cities.seed").read_bytes()
        (folder / "kept_map.geojson").write_bytes(map_file)
        rows = "code,2015,2016\n510100,1,2\n500000,2,4\n110000,3,5\n120000,4,9\n"
        (folder / "kept_table.csv").write_text(rows, encoding="utf-8")
    if target.name == "vrt":
        (folder / "kept_a.tif").write_bytes((CORPUS / "tif" / "packed.seed").read_bytes())


def imported() -> None:
    """Import once what every process needs; none of it may start a thread."""
    import geopandas  # noqa: F401
    import openpyxl  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import pyogrio  # noqa: F401
    import rasterio  # noqa: F401

    from spatialcarbon.data.gazetteer import places_by_key
    from spatialcarbon.studies.analysis import analysis_names, get_analysis

    for name in analysis_names():
        get_analysis(name)
    for level in ("city", "province"):
        places_by_key(level)  # type: ignore[arg-type]
