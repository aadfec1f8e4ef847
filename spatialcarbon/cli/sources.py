"""Maps, tables and weights as they are named on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import AlignmentError, OptionError, SchemaError, some
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.data.panel import UNDATED, Panel
from spatialcarbon.data.readers import read_panel, read_table
from spatialcarbon.data.schema import YEAR_NAMES, split_year_name
from spatialcarbon.studies import schema
from spatialcarbon.studies.illustrative import is_illustrative
from spatialcarbon.studies.inputs import SHIPPED_MAPS, is_shipped, load_map
from spatialcarbon.studies.placing import labelled_as
from spatialcarbon.studies.weighting import weights_from_file
from spatialcarbon.weights.backbone import Backbone

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialcarbon.data.names import Dissolved
    from spatialcarbon.data.rawtable import RawTable
    from spatialcarbon.weights.weights import Weights

WEIGHT_HELP = "queen, rook, queen:2, knn:4, band, band:150, kernel, blocks:COLUMN, or a file"


@dataclass(frozen=True)
class Layout:
    """Where in its file a table lies, as far as it has to be said."""

    sheet: str | None = None
    header: int | Sequence[int] | None = None
    skip: Sequence[int] = ()
    dissolved: Dissolved = "raise"

    def read(self, source: str) -> RawTable:
        """Return the cells of the table."""
        return read_table(Path(source), sheet=self.sheet, header=self.header, skip=self.skip)


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
    sources: Sequence[str],
    units: pd.Index,
    *,
    place: str | None,
    columns: Sequence[str],
    measures: Sequence[str],
    year: str | None,
    level: Any,
    covered: bool,
    layout: Layout | None = None,
) -> Panel:
    """Return columns of shipped tables or of files as one panel on the units of a map.

    With ``covered`` the panel has those units only that every table has.
    """
    units_of, layout = _measures(measures, columns), layout or Layout()
    panels = [
        labelled_as(_table_panel(source, names, place, units_of, year, level, layout), units)
        for source, names in _columns_by_table(sources, columns, layout).items()
    ]
    there = units[[all(unit in panel.units for panel in panels) for unit in units]]
    if len(there) < len(units) and not (covered and len(there)):
        raise AlignmentError(
            "{n} places of the map are not in the table",
            arrived="{places}",
            fix="--covered leaves them out of the map; --clusters chooses fewer",
            n=len(units) - len(there),
            places=some(units.difference(there, sort=False)),
        )
    joined, *others = (panel.aligned_to(there, extra="drop") for panel in panels)
    for panel in others:
        joined = joined.join(panel)
    return joined


def _table_panel(
    source: str,
    columns: Sequence[str],
    place: str | None,
    measures: Mapping[str, str],
    year: str | None,
    level: Any,
    layout: Layout,
) -> Panel:
    if is_shipped(source):
        frame = load_table(source)
        return Panel.from_frame(
            frame,
            unit="adcode",
            year="year" if "year" in frame.columns else UNDATED,
            values=columns,
            units={name: u for name, u in frame.attrs["units"].items() if name in columns},
        )
    if place is None:
        raise SchemaError(
            "the table needs the column of the place", fix="--table-key city (or --key)"
        )
    return read_panel(
        Path(source),
        unit=place,
        year=_year_of(source, columns, year, layout),
        values=columns,
        units={name: measures[name] for name in columns if name in measures},
        level=level,
        sheet=layout.sheet,
        header=layout.header,
        skip=layout.skip,
        dissolved=layout.dissolved,
    )


def _measures(given: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """Return the unit of measure of each column; one without a name is that of all others."""
    common, own = {}, {}
    for item in given:
        name, equals, measure = item.rpartition("=")
        if not equals:
            common = dict.fromkeys(columns, item)
        elif name in columns:
            own[name] = measure.strip()
        else:
            raise OptionError(
                "--measure {item!r}: {name!r} is not a column that was asked for",
                expected="one of {columns}",
                item=item,
                name=name,
                columns=some(columns, 12),
            )
    return {**common, **own}


def _columns_by_table(
    sources: Sequence[str], columns: Sequence[str], layout: Layout
) -> dict[str, list[str]]:
    """Return which columns to read from which table: each from the only one that has it."""
    if len(sources) == 1:
        return {sources[0]: list(columns)}
    present = {source: _columns_of(source, layout) for source in sources}
    found: dict[str, list[str]] = {}
    for column in columns:
        holders = [source for source, known in present.items() if column in known]
        if len(holders) != 1:
            raise SchemaError(
                "{n} of the tables have a column {column!r}",
                arrived="{tables}",
                expected="exactly one table with that column",
                fix="rename the column in one of them, or leave that table out",
                n=len(holders),
                column=column,
                tables="; ".join(f"{name}: {some(known, 8)}" for name, known in present.items()),
            )
        found.setdefault(holders[0], []).append(column)
    idle = [source for source in present if source not in found]
    if idle:
        raise SchemaError(
            "no column asked for is in {tables}", fix="leave it out", tables=some(idle)
        )
    return found


def _columns_of(source: str, layout: Layout) -> list[str]:
    """Return the columns of a table, and the variables of a wide one."""
    if is_shipped(source):
        return [str(name) for name in load_table(source).columns]
    columns = [str(name) for name in layout.read(source).frame.columns]
    dated = [split[0] for name in columns if (split := split_year_name(name)) and split[0]]
    return list(dict.fromkeys([*columns, *dated]))


def _year_of(
    source: str, columns: Sequence[str], year: str | None, layout: Layout
) -> str | int | None:
    """Return how the table says its years: a column, columns, one year, or none at all."""
    if layout.sheet == "*":  # the sheets are the years
        return None
    present = [str(name) for name in layout.read(source).frame.columns]
    one_year = year is not None and year.isdecimal()
    if year is not None and not one_year:
        return year
    for name in present:
        if name.strip().lower() in YEAR_NAMES:
            return name
    if not set(columns) <= set(present) and any(split_year_name(name) for name in present):
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


def invented(
    sources: Sequence[str], columns: Sequence[str], layout: Layout | None = None
) -> frozenset[str]:
    """Return the columns whose numbers are invented."""
    tables = _columns_by_table(sources, columns, layout or Layout())
    return frozenset(
        name for source, names in tables.items() if is_illustrative(source) for name in names
    )
