"""Maps, tables and weights as they are named on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.data.panel import UNDATED, Panel
from spatialcarbon.data.readers import read_panel, read_table
from spatialcarbon.data.schema import YEAR_NAMES, split_year_name
from spatialcarbon.studies import schema
from spatialcarbon.studies.inputs import SHIPPED_MAPS, is_shipped, load_map, weights_from_file
from spatialcarbon.weights.backbone import Backbone

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialcarbon.weights.weights import Weights

WEIGHT_HELP = "queen, rook, queen:2, knn:4, band, band:150, kernel, blocks:COLUMN, or a file"


def group_codes(value: str | None) -> Any:
    """Return group codes from a comma-separated list; one name stays a name."""
    if value is None:
        return None
    parts = [part.strip() for part in value.split(",") if part.strip()]
    return parts[0] if len(parts) == 1 else parts


def named_map(
    source: str, key: str | None, layer: str | None, crs: str | None, clusters: str | None
) -> gpd.GeoDataFrame:
    """Return a shipped map or some of its clusters, or the user's own with its key column."""
    if source not in SHIPPED_MAPS and key is None:
        raise SchemaError("the map file needs the column of its labels", fix="--key adcode")
    section = schema.UnitsSection(
        source=source, key=key, layer=layer, crs=crs, groups=group_codes(clusters)
    )
    return load_map(section, Path)


def named_panel(
    source: str,
    *,
    place: str | None,
    column: str,
    measure: str | None,
    year: str | None,
    level: Any,
) -> Panel:
    """Return one column of a shipped table or of a file as a panel."""
    if is_shipped(source):
        frame = load_table(source)
        return Panel.from_frame(
            frame, unit="adcode", year="year", values=column, units=frame.attrs["units"]
        )
    if place is None:
        raise SchemaError(
            "the table needs the column of the place", fix="--table-key city (or --key)"
        )
    chosen = _year_of(source, column, year)
    return read_panel(
        Path(source), unit=place, year=chosen, values=column, units=measure, level=level
    )


def _year_of(source: str, column: str, year: str | None) -> str | int | None:
    """Return how the table says its years: a column, columns, one year, or none at all."""
    columns = [str(name) for name in read_table(Path(source)).frame.columns]
    one_year = year is not None and year.isdecimal()
    if year is not None and not one_year:
        return year
    for name in columns:
        if name.strip().lower() in YEAR_NAMES:
            return name
    if column not in columns and any(split_year_name(name) for name in columns):
        return None
    return int(str(year)) if one_year else UNDATED


def named_weights(spec: str, units: gpd.GeoDataFrame, transform: Any) -> Weights:
    """Return weights from a short description such as ``queen``, ``knn:4`` or a file name."""
    backbone = Backbone(units)
    kind, _, detail = spec.partition(":")
    if Path(spec).suffix.lower() in (".parquet", ".gal", ".gwt", ".csv"):
        return weights_from_file(Path(spec), units.index).standardised(transform)
    if kind in ("queen", "rook"):
        raw = backbone.contiguity("queen" if kind == "queen" else "rook", order=_whole(detail, 1))
    elif kind == "knn":
        raw = backbone.knn(_whole(detail, 4))
    elif kind == "band":
        raw = backbone.distance_band(_number(detail) if detail else None)
    elif kind == "kernel":
        raw = backbone.kernel(detail or "triangular")  # type: ignore[arg-type]
    elif kind == "blocks":
        name = detail or "cluster"
        if name not in units.columns:
            raise SchemaError("the map has no column {column!r} for block weights", column=name)
        raw = backbone.blocks(units[name])
    else:
        raise OptionError(
            "--weights {spec!r} is not understood", expected="{known}", spec=spec, known=WEIGHT_HELP
        )
    return raw.standardised(transform)


def _whole(detail: str, default: int) -> int:
    if not detail:
        return default
    if not detail.isdecimal():
        raise OptionError("{detail!r} is not a whole number", detail=detail, fix="knn:4")
    return int(detail)


def _number(detail: str) -> float:
    try:
        return float(detail)
    except ValueError:
        raise OptionError(
            "{detail!r} is not a number of km", detail=detail, fix="band:150"
        ) from None


def group_map(value: str | None, units: gpd.GeoDataFrame, shipped: bool) -> dict[str, pd.Index]:
    """Return groups from codes of a shipped map or a column of the user's own."""
    from spatialcarbon.geo.clusters import groups_for
    from spatialcarbon.stats.moran_panel import group_members

    if value is None:
        return {}
    if value in units.columns:
        return group_members(units[value], units.index, overall=False)
    if shipped:
        return groups_for(units.index, group_codes(value))
    raise SchemaError(
        "the map has no column {column!r}",
        expected="one of {columns}",
        column=value,
        columns=some(_attributes(units), 12),
    )


def _attributes(units: gpd.GeoDataFrame) -> Iterable[str]:
    return [str(name) for name in units.columns if name != units.geometry.name]
