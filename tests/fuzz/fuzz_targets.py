"""What is fuzzed: everything that reads what a user wrote, from whole files to single words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def table(path: Path) -> object:
    """Read the cells, then the numbers, then guess what the columns are."""
    import spatialcarbon as sc
    from spatialcarbon.core.errors import SpatialCarbonError
    from spatialcarbon.data.readers import read_table

    first = str(read_table(path).frame.columns[0])
    for read in (
        lambda: sc.read_panel(path, unit=first),
        lambda: sc.read_panel(path, unit=first, year=2020, level="city"),
        lambda: sc.propose_columns(path),
    ):
        try:
            read()
        except SpatialCarbonError as error:
            error.render("zh")
    return first


def boundaries(path: Path) -> object:
    """Read a map by its first column."""
    import spatialcarbon as sc
    from spatialcarbon.core.errors import SpatialCarbonError
    from spatialcarbon.geo.opening import read_attributes

    key = "code"
    if path.suffix != ".parquet":
        key = str(read_attributes(path).columns[0])
    try:
        return sc.read_units(path, key=key)
    except SpatialCarbonError as error:
        if "CRS" not in type(error).__name__:
            raise
        return sc.read_units(path, key=key, crs=4326)


def table_and_map(path: Path) -> object:
    """Read a GeoPackage as a table and as a map."""
    from spatialcarbon.data.readers import read_table

    read_table(path)
    return boundaries(path)


def shapefile(folder: Path) -> object:
    """Read the Shapefile whose parts lie in a folder, and its table."""
    from spatialcarbon.data.readers import read_table

    read_table(folder / "a.dbf")
    return boundaries(folder / "a.shp")


def raster(path: Path) -> object:
    """Open a raster and read its first blocks."""
    import numpy as np

    from spatialcarbon.models.land.block_reading import Reader as Blocks
    from spatialcarbon.models.land.block_reading import windows
    from spatialcarbon.models.land.raster_input import open_rasters

    rasters = open_rasters([path])
    blocks = Blocks(rasters)
    try:
        for number, window in enumerate(windows(rasters)):
            if number == 4 or window[2] * window[3] > 1 << 22:
                break
            blocks.read(0, window, np.empty(window[2:], dtype=rasters[0].dtype))
    finally:
        blocks.close()
    return rasters


def study(path: Path) -> object:
    """Read a study file; name its tables and analyses."""
    from spatialcarbon.studies.study_file import load_study

    found = load_study(path)
    return [step.parameters for step in found.steps], found.maps


def checked_study(path: Path) -> object:
    """Check a study file with its data, as ``spatialcarbon check`` does."""
    from spatialcarbon.studies.checkup import check_up

    found = check_up(path)
    return [finding.said.render("zh") for finding in found.findings]


def manifest(path: Path) -> object:
    """Read the record of a run, and compare it with itself."""
    from spatialcarbon.studies.provenance import read_manifest
    from spatialcarbon.studies.verify import compare

    path.replace(path.with_name("manifest.json"))
    record = read_manifest(path.parent)
    return compare(path.parent, record, record).lines("zh")


def weights(path: Path) -> object:
    """Read weights in any format, and standardise them."""
    import pandas as pd

    import spatialcarbon as sc
    from spatialcarbon.studies.weighting import weights_from_file

    if path.suffix == ".csv":
        found = weights_from_file(path, pd.Index([1, 2, 3, 4]))
    elif path.suffix == ".parquet":
        found = sc.Weights.from_parquet(path)
    else:
        found = sc.Weights.from_gal(path)
    return found.standardised("R").describe()


def io_table(path: Path) -> object:
    """Read an input-output table, and follow its emissions."""
    import spatialcarbon as sc

    return sc.read_io_table(path).transfers(account="value_added")


def legend(path: Path) -> object:
    """Read the classes of a raster of one's own."""
    from spatialcarbon.models.land.legends import load_legend

    return load_legend(path)


def registry(path: Path) -> object:
    """Read groups of one's own."""
    import spatialcarbon as sc

    return sc.clusters(path=path)


def checkpoint(path: Path) -> object:
    """Go on from the finished blocks of a count."""
    from spatialcarbon.models.land.checkpoint import Checkpoint

    with Checkpoint(path, "0" * 64) as kept:
        return kept.done


def identity(words: str) -> object:
    """Parse an identity."""
    from spatialcarbon.models.drivers.identity import parse_identity

    found = parse_identity(words)
    return found.variables, found.held_by


def names(words: str) -> object:
    """Match the name of a place."""
    import spatialcarbon as sc

    try:
        return sc.match_names([words])
    except sc.SpatialCarbonError as error:
        error.render("zh")
    return sc.match_names([words], level="province")


def units(words: str) -> object:
    """Parse a unit of measure and convert it."""
    from spatialcarbon.core.errors import UnitMismatchError
    from spatialcarbon.core.units import conversion_factor, parse_unit

    found = parse_unit(words)
    try:
        return found, conversion_factor(words, "Mt")
    except UnitMismatchError as error:
        return found, error.render("zh")


def headers(words: str) -> object:
    """Take a header apart: year, quantity, unit of measure, name."""
    from spatialcarbon.data import headers as head
    from spatialcarbon.data.heading import header_text
    from spatialcarbon.data.measures import looks_like_unit, unit_in_name, unit_line
    from spatialcarbon.data.schema import split_year_name

    measure = head.measure_of(words)
    return (
        split_year_name(words),
        head.quantity_of(words),
        measure and head.with_substance(measure, words),
        head.variable_name(words, ["a"], 1),
        head.bare_title(words),
        head.is_coal(words),
        header_text(words),
        unit_in_name(words),
        unit_line(words),
        looks_like_unit(words),
    )


def cells(words: str) -> object:
    """Read a cell as number, year, label, whole number."""
    from spatialcarbon.data.cells import parse_number
    from spatialcarbon.data.labels import clean_label
    from spatialcarbon.data.schema import is_blank, label_text, parse_year, whole_number

    read = (parse_number, parse_year, whole_number, clean_label, label_text, is_blank)
    return [one(words) for one in read]


def rates(words: str) -> object:
    """Read rates with errors, and pairs."""
    from spatialcarbon.core.errors import SpatialCarbonError
    from spatialcarbon.models.drivers.rate_errors import as_rate_error, pairs_of

    try:
        return as_rate_error(words)
    except SpatialCarbonError as error:
        error.render("zh")
    return pairs_of(words)


def toml_lines(words: str) -> object:
    """Find lines in a text that need not be TOML."""
    from spatialcarbon.studies.toml_lines import TomlLines

    return TomlLines(words).find(["study", "title"])


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
        Target("identity", identity, share=3, kind="text", words=_IDENTITY, says="identities"),
        Target("names", names, share=3, kind="text", words=_NAME, says="names of places"),
        Target("units", units, share=3, kind="text", words=_UNIT, says="units of measure"),
        Target("headers", headers, share=3, kind="text", words=_HEAD, says="headers of columns"),
        Target("cells", cells, share=3, kind="text", words=_TABLE, says="cells"),
        Target("rates", rates, share=2, kind="text", words=_IDENTITY, says="rates with errors"),
        Target("lines", toml_lines, share=2, kind="text", words=_TOML, says="lines of TOML"),
        Target("csv", table, ".csv", 3, "bytes", _TABLE, "CSV tables"),
        Target("xlsx", table, ".xlsx", 3, "zip", _TABLE, "Excel workbooks"),
        Target("dbf", table, ".dbf", 1, "bytes", says="tables of attributes (DBF)"),
        Target("parquet", table, ".parquet", 1, "bytes", says="Parquet tables"),
        Target("gpkg", table_and_map, ".gpkg", 2, "bytes", says="GeoPackages"),
        Target("shp", shapefile, "", 2, "parts", says="Shapefiles"),
        Target("shpzip", boundaries, ".zip", 1, "zip", says="zipped Shapefiles"),
        Target("geojson", boundaries, ".geojson", 1.5, "bytes", _JSON, "GeoJSON maps"),
        Target("geoparquet", boundaries, ".parquet", 1, "bytes", says="GeoParquet maps"),
        Target("tif", raster, ".tif", 2, "bytes", says="land-cover rasters (GeoTIFF)"),
        Target("vrt", raster, ".vrt", 0.5, "bytes", ("<", ">", "http://", "/vsi"), "VRT mosaics"),
        Target("study", study, ".toml", 2, "bytes", _TOML, "study files, read"),
        Target("check", checked_study, ".toml", 2, "bytes", _TOML, "study files, checked"),
        Target("manifest", manifest, ".json", 0.5, "bytes", _JSON, "records of runs (JSON)"),
        Target("gal", weights, ".gal", 0.7, "bytes", ("\n", " ", "0", "1"), "GAL weights"),
        Target("gwt", weights, ".gwt", 0.7, "bytes", ("\n", " ", "0", "nan"), "GWT weights"),
        Target("links", weights, ".csv", 0.7, "bytes", _TABLE, "links in CSV"),
        Target("wparquet", weights, ".parquet", 0.5, "bytes", _JSON, "weights in Parquet"),
        Target("io", io_table, ".csv", 1, "bytes", _TABLE, "input-output tables"),
        Target("legend", legend, ".csv", 0.5, "bytes", _TABLE, "legends of rasters"),
        Target("registry", registry, ".csv", 0.7, "bytes", (*_TABLE, *_NAME), "groups in CSV"),
        Target("checkpoint", checkpoint, ".bin", 0.5, "bytes", says="checkpoints of counts"),
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
