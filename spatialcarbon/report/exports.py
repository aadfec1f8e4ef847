"""Map layers for other programs: Shapefiles and GeoParquet, each with what tells it apart."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.report.qml import layer_qml
from spatialcarbon.report.ready import ReadyLayer, ready_layers
from spatialcarbon.report.short_names import short_layer, short_names
from spatialcarbon.report.tables import safe_field

if TYPE_CHECKING:
    from spatialcarbon.report.layers import Layer

TEXT_BYTES = 254
"""A text in a Shapefile has no more bytes than this."""

LARGEST = 2 * 1024**3 - 1
"""A part of a Shapefile cannot be larger."""


def write_shapefile(path: Path, layer: Layer, *, language: Language = "en") -> list[Text]:
    """Write a layer as a Shapefile with a style, and a table of what its fields are called.

    Parameters
    ----------
    path : Path
        The file, ``*.shp``; beside it go ``.shx``, ``.dbf``, ``.prj``, ``.cpg`` (UTF-8),
        ``.qml`` with the colours, and ``*_fields.csv``.
    layer : Layer
        The layer.
    language : {"en", "zh"}
        Language of legend and aliases; the table of fields has both.

    Returns
    -------
    list of Text
        Remarks: which texts were cut to what the format takes.

    Raises
    ------
    SchemaError
        For a layer that is larger than 2 GB in this format.
    """
    import pyogrio

    ready = ready_layers([layer], language)[0]
    names = short_names(list(ready.aliases))
    remarks: list[Text] = []
    columns: dict[str, Any] = {}
    for column, name in names.items():
        values, cut = _fitting(ready.frame[column])
        columns[name] = values
        if cut:
            remarks.append(
                text(
                    "{name}: {n} texts of {column} were cut to 254 bytes, all a Shapefile takes",
                    name=ready.name,
                    n=cut,
                    column=column,
                )
            )
    import geopandas as gpd

    frame = gpd.GeoDataFrame(columns, geometry=list(ready.frame.geometry), crs=ready.frame.crs)
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="UTF-8")
    large = [
        part.name for part in (path, path.with_suffix(".dbf")) if part.stat().st_size > LARGEST
    ]
    if large:
        raise SchemaError(
            "{name} is larger than a Shapefile can be (2 GB)",
            fix="write a GeoPackage or GeoParquet instead",
            name=large[0],
        )
    _undate(path.with_suffix(".dbf"))
    path.with_suffix(".qml").write_text(layer_qml(short_layer(ready, names)), encoding="utf-8")
    listing = path.with_name(f"{path.stem}_fields.csv")
    listing.write_bytes(_listing(ready, names).encode("utf-8-sig"))
    return remarks


def _fitting(column: pd.Series[Any]) -> tuple[pd.Series[Any], int]:
    """Return the texts of a column no longer than the format takes, and how many were cut."""
    if pd.api.types.is_bool_dtype(column):
        # The format has no yes and no that both programs read alike.
        return column.astype("Int64"), 0
    if not (column.dtype == object or pd.api.types.is_string_dtype(column)):
        return column, 0
    long = [isinstance(item, str) and len(item.encode()) > TEXT_BYTES for item in column]
    cut = [
        item.encode()[:TEXT_BYTES].decode(errors="ignore") if too_long else item
        for item, too_long in zip(column, long, strict=True)
    ]
    return pd.Series(cut, dtype=object), sum(long)


def _undate(path: Path) -> None:
    """Put the fixed date of all our files where the format holds that of the last change."""
    with path.open("r+b") as file:
        file.seek(1)
        file.write(bytes([100, 1, 1]))


def _listing(layer: ReadyLayer, names: Mapping[str, str]) -> str:
    """Return the table of fields: short name, full name, and readable names in both languages."""
    english, chinese = (
        (layer.other, layer.aliases) if layer.language == "zh" else (layer.aliases, layer.other)
    )
    rows = io.StringIO(newline="")
    writer = csv.writer(rows, lineterminator="\r\n")
    writer.writerow(["field", "column", "english", "chinese"])
    for column, name in names.items():
        cells = (name, column, english[column] or column, chinese[column] or column)
        writer.writerow([safe_field(cell) for cell in cells])
    return rows.getvalue()


def write_geoparquet(path: Path, layer: Layer, *, language: Language = "en") -> None:
    """Write a layer as GeoParquet 1.1, with its projection and what its columns are called.

    Parameters
    ----------
    path : Path
        The file, ``*.parquet``.
    layer : Layer
        The layer.
    language : {"en", "zh"}
        Language of its title and of the names under the key ``spatialcarbon``.
    """
    import json

    import pyarrow.parquet as pq

    ready = ready_layers([layer], language)[0]
    frame = ready.frame.rename_geometry("geometry")
    buffer = io.BytesIO()
    frame.to_parquet(
        buffer, index=False, schema_version="1.1.0", write_covering_bbox=True, compression="zstd"
    )
    table = pq.read_table(io.BytesIO(buffer.getvalue()))
    said = {"title": ready.title, "abstract": ready.abstract, "columns": dict(ready.aliases)}
    words = json.dumps(said, ensure_ascii=False)
    known = table.schema.metadata or {}
    pq.write_table(
        table.replace_schema_metadata({**known, b"spatialcarbon": words.encode()}),
        path,
        compression="zstd",
    )


def write_exports(
    folder: Path, layers: Sequence[Layer], kinds: Sequence[str], *, language: Language = "en"
) -> None:
    """Write every layer in every kind asked for, each kind in a folder of its own.

    Parameters
    ----------
    folder : Path
        Gets the folders ``shapefiles`` and ``geoparquet``. What a Shapefile could not hold
        is listed in ``shapefiles/remarks.txt``.
    layers : sequence of Layer
        The layers.
    kinds : sequence of str
        Of ``"shapefile"`` and ``"geoparquet"``; others are passed over.
    language : {"en", "zh"}
        Language of legends and aliases.
    """
    remarks: list[Text] = []
    for kind, name, suffix in (
        ("shapefile", "shapefiles", ".shp"),
        ("geoparquet", "geoparquet", ".parquet"),
    ):
        if kind not in kinds:
            continue
        (folder / name).mkdir(exist_ok=True)
        for layer in layers:
            target = folder / name / f"{layer.name}{suffix}"
            remarks += write_layer(target, layer, language=language)
    if remarks:
        said = "".join(f"{remark.render(language)}\n" for remark in remarks)
        (folder / "shapefiles" / "remarks.txt").write_text(said, encoding="utf-8")


def write_layer(path: Path, layer: Layer, *, language: Language = "en") -> list[Text]:
    """Write a layer as the kind of file that the name ends in, and return remarks."""
    if path.suffix.lower() == ".shp":
        return write_shapefile(path, layer, language=language)
    write_geoparquet(path, layer, language=language)
    return []


def write_layer_files(
    path: Path, layers: Sequence[Layer], *, language: Language = "en"
) -> tuple[list[Path], list[Text]]:
    """Write layers to a Shapefile or GeoParquet file, all of them or none.

    Parameters
    ----------
    path : Path
        The file, ending in ``.shp`` or ``.parquet``. These formats hold one layer each: of
        several, each goes to a file with its name added.
    layers : sequence of Layer
        The layers.
    language : {"en", "zh"}
        Language of legends and aliases.

    Returns
    -------
    tuple of (list of Path, list of Text)
        The main files written, and remarks.
    """
    alone = len(layers) == 1
    stems = [path.stem if alone else f"{path.stem}_{layer.name}" for layer in layers]
    remarks: list[Text] = []
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as draft:
        for stem, layer in zip(stems, layers, strict=True):
            target = Path(draft) / f"{stem}{path.suffix.lower()}"
            remarks += write_layer(target, layer, language=language)
        for part in sorted(Path(draft).iterdir()):
            part.replace(path.parent / part.name)
    return [path.with_name(f"{stem}{path.suffix.lower()}") for stem in stems], remarks
