"""Maps: how much where, how it changed, and where alike lies beside alike."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from spatialcarbon.core.align import check_unique, conform, require_columns, same_units
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.report.canvas import in_house_style
from spatialcarbon.report.layers import LISA_TEXTS
from spatialcarbon.report.map_canvas import MapView, draw_map, map_view, name_groups
from spatialcarbon.report.map_furniture import (
    COLUMN,
    class_legend,
    legend,
    map_sheet,
    scale_and_north,
)
from spatialcarbon.report.palettes import (
    LISA_COLOURS,
    NO_DATA,
    classify,
    diverging_colours,
    natural_breaks,
    quantile_breaks,
    sequential_colours,
    zero_centred_breaks,
)
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Scheme = Literal["natural", "quantile", "zero"]
Names = Mapping[Any, str | Text]

_BREAKS = {
    "natural": natural_breaks,
    "quantile": quantile_breaks,
    "zero": zero_centred_breaks,
}

MAX_NAMED = 20
"""Most significant units that a LISA map still writes by name."""


@in_house_style
def choropleth(
    units: gpd.GeoDataFrame,
    values: pd.Series[Any],
    *,
    title: str | Text,
    unit: str,
    k: int = 5,
    scheme: Scheme = "natural",
    class_values: pd.Series[float] | None = None,
    label_field: str | None = None,
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How much is where?

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    values : Series
        One number per unit, by unit label in any order; NaN is drawn as "no data".
    title : str or Text
        Heading.
    unit : str
        Unit of measure, written above the legend.
    k : int
        Number of classes, at least 1.
    scheme : {"natural", "quantile", "zero"}
        Classes that differ least inside; of equal counts; of equal width around zero
        with opposite colours.
    class_values : Series, optional
        What sets the classes, such as the values of all years whose maps are to be
        compared; it must span ``values``, which set them by default.
    label_field : str, optional
        Column of ``units`` to write on the map, largest values first, as far as the
        words fit without meeting.
    groups : Series, optional
        Group of each unit (its city cluster), outlined and named; missing for none.
    group_names : mapping, optional
        What to call the groups.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words on the map.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    AlignmentError
        When values or groups do not cover exactly the units.
    CRSMismatchError
        When the units have no coordinate reference system.
    OptionError
        When ``class_values`` do not span the values.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.maps import choropleth
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")
    >>> co2 = pd.Series({"A": 88.5, "B": 22.3})
    >>> figure = choropleth(units, co2, title="Emissions", unit="Mt CO2", k=2)
    >>> len(figure.axes)
    3
    """
    data = conform(values, units.index, missing="drop")
    view = map_view(units, background=background, groups=groups)
    scale = data if class_values is None else class_values
    if data.min() < scale.min() or data.max() > scale.max():
        raise OptionError(
            "class_values do not span the values",
            arrived="{low} to {high}",
            expected="at least {least} to {most}",
            fix="give the values of all maps to be compared, this one among them",
            low=scale.min(),
            high=scale.max(),
            least=data.min(),
            most=data.max(),
        )
    bounds, colours = _classes(scale, k, scheme)
    sheet, (ax,), side = map_sheet(title, view, language, source=source)
    draw_map(ax, view, _fills(data, bounds, colours))
    name_groups(ax, view, group_names, language)
    if label_field is not None:
        require_columns(units, [label_field], "units")
        order = data.sort_values(ascending=False, kind="stable").index
        _name_units(ax, view, order, units[label_field], drop=True)
    class_legend(side, [data], bounds, colours, unit, language)
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig


@in_house_style
def choropleth_panel(
    units: gpd.GeoDataFrame,
    frame: pd.DataFrame,
    *,
    title: str | Text,
    unit: str,
    years: Sequence[Hashable] | None = None,
    k: int = 5,
    scheme: Scheme = "natural",
    groups: pd.Series[Any] | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How did the picture change from year to year?

    Small maps with the same classes, so that colours can be compared across years.

    Parameters
    ----------
    frame : DataFrame
        Units in rows, years in columns; NaN is drawn as "no data".
    years : sequence, optional
        Columns to draw, in this order; by default all.
    units, title, unit, k, scheme, groups, background, source, language
        As in :func:`choropleth`.

    Raises
    ------
    SchemaError
        When a year is not a column, or there is no year at all.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.maps import choropleth_panel
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")
    >>> co2 = pd.DataFrame({2005: [50.0, 20.0], 2017: [88.5, 22.3]}, index=["A", "B"])
    >>> figure = choropleth_panel(units, co2, title="Emissions", unit="Mt CO2", k=2)
    >>> len(figure.axes)
    4
    """
    chosen = list(frame.columns) if years is None else list(years)
    absent = [year for year in chosen if year not in frame.columns]
    if absent or not chosen:
        raise SchemaError(
            "the table lacks years to map",
            arrived="columns {present}",
            expected="{absent}",
            present=some(frame.columns, 8),
            absent=some(absent) or text("at least one year"),
        )
    import pandas as pd

    data = [conform(frame[y], units.index, name=str(y), missing="drop") for y in chosen]
    bounds, colours = _classes(pd.concat(data, ignore_index=True), k, scheme)
    columns = next(c for c in (1, 2, 3, 4) if len(chosen) <= c * c or c == 4)
    view = map_view(units, background=background, groups=groups, columns=columns)
    sheet, maps, side = map_sheet(
        title, view, language,
        rows=math.ceil(len(chosen) / columns), columns=columns, panels=len(chosen), source=source,
    )  # fmt: skip
    for ax, year, series in zip(maps, chosen, data, strict=True):
        draw_map(ax, view, _fills(series, bounds, colours))
        ax.set_title(str(year), loc="left", pad=3)
    class_legend(side, data, bounds, colours, unit, language)
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), maps[0], view, language)
    return sheet.fig


def lisa_map(
    units: gpd.GeoDataFrame,
    local_frame: pd.DataFrame,
    *,
    title: str | Text,
    name_field: str | None = None,
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Where does alike lie beside alike, more than chance would put it there?

    Parameters
    ----------
    local_frame : DataFrame
        Columns ``unit`` and ``label``: High-High, Low-Low, High-Low, Low-High,
        Not significant or Isolate for each unit (``LocalMoranResult.to_frame()``).
    name_field : str, optional
        Column of ``units`` with the names to write on significant units, up to 20 of
        them; by default ``name_en`` or ``name_zh`` after the language, or the label.
    notes : sequence of str or Text
        Small print, such as the level of significance and the correction.
    units, title, groups, group_names, background, source, language
        As in :func:`choropleth`.

    Raises
    ------
    SchemaError
        For a missing column or a label outside the six.
    AlignmentError
        When the table and the units are not the same set.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.maps import lisa_map
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")
    >>> labels = pd.DataFrame({"unit": ["A", "B"], "label": ["High-High", "Not significant"]})
    >>> figure = lisa_map(units, labels, title="Clusters")
    >>> len(figure.axes)
    3
    """
    return label_map(
        units, local_frame, LISA_COLOURS, LISA_TEXTS, title=title, name_field=name_field,
        caption=text("Local Moran's I (number of units)"), groups=groups, group_names=group_names,
        background=background, source=source, notes=notes, language=language,
    )  # fmt: skip


@in_house_style
def label_map(
    units: gpd.GeoDataFrame,
    local_frame: pd.DataFrame,
    colours: Mapping[str, str],
    words: Mapping[str, Text],
    *,
    caption: Text,
    title: str | Text,
    name_field: str | None = None,
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Draw the labels of a local statistic, each in its colour (see :func:`lisa_map`).

    Parameters
    ----------
    colours : mapping
        Label → colour, in the order of the legend; "Isolate" is left out of the legend
        where there is none.
    words : mapping
        Label → what the legend calls it.
    caption : Text
        Heading of the legend.
    units, local_frame, title, name_field, groups, group_names, background, source, notes, language
        As in :func:`lisa_map`.
    """
    require_columns(local_frame, ["unit", "label"], text("the table of local statistics"))
    labels = local_frame.set_index("unit")["label"]
    check_unique(labels.index, text("the table of local statistics"))
    same_units(labels.index, units.index, text("the table of local statistics"))
    labels = labels.reindex(units.index)
    strange = [label for label in labels.unique() if label not in colours]
    if strange:
        raise SchemaError(
            "a local statistic has a label that no legend explains",
            arrived="{strange}",
            expected="{known}",
            strange=some(strange),
            known=", ".join(colours),
        )
    view = map_view(units, background=background, groups=groups)
    sheet, (ax,), side = map_sheet(title, view, language, source=source, notes=notes)
    draw_map(ax, view, [colours[label] for label in labels])
    name_groups(ax, view, group_names, language)
    significant = labels.index[~labels.isin(["Not significant", "Isolate"])]
    if len(significant) <= MAX_NAMED:
        _name_units(ax, view, significant, _names(units, name_field, language), drop=False)
    entries = []
    for label, colour in colours.items():
        count = int((labels == label).sum())
        if count or label != "Isolate":
            entries.append((colour, f"{words[label].render(language)}  ({count})"))
    legend(side, entries, caption.render(language))
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig


def _classes(
    data: pd.Series[float], k: int, scheme: Scheme
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return bounds and colours of the classes; none of either without any value."""
    check_option(scheme, Scheme, "scheme")
    check_count(k, "k", minimum=1)
    if data.isna().all():
        return (), ()
    bounds = _BREAKS[scheme](data, k)
    ramp = diverging_colours if scheme == "zero" else sequential_colours
    return bounds, ramp(len(bounds) - 1)


def _fills(data: pd.Series[float], bounds: Sequence[float], colours: Sequence[str]) -> list[str]:
    if not len(bounds):
        return [NO_DATA] * len(data)
    return [NO_DATA if place < 0 else colours[place] for place in classify(data, bounds).tolist()]


def _names(units: gpd.GeoDataFrame, field: str | None, language: Language) -> pd.Series[Any]:
    """Return what to call each unit."""
    import pandas as pd

    if field is not None:
        require_columns(units, [field], "units")
        return pd.Series(units[field])
    for column in (f"name_{language}", "name_en", "name_zh"):
        if column in units.columns:
            return pd.Series(units[column])
    return pd.Series(units.index.astype(str), index=units.index)


def _name_units(
    ax: Axes, view: MapView, labels: pd.Index, names: pd.Series[Any], *, drop: bool
) -> None:
    shapes = view.units.geometry.reindex(labels).representative_point()
    points = [(point.x, point.y) for point in shapes]
    words = [str(name) for name in names.reindex(labels)]
    obstacles = [
        letters.get_window_extent() for letters in ax.texts if letters.get_gid() == "group"
    ]
    place_labels(ax, points, words, centred=True, fontsize=7.5, obstacles=obstacles, drop=drop)
