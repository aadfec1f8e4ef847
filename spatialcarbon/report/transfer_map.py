"""The largest net transfers as arrows on the map, over who emits for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from spatialcarbon.core.align import conform, conform_labels
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import INK, in_house_style
from spatialcarbon.report.chord_figure import square_flows
from spatialcarbon.report.lettering import name_of, number, unit_label
from spatialcarbon.report.map_canvas import draw_map, map_view
from spatialcarbon.report.map_furniture import COLUMN, class_legend, map_sheet, scale_and_north
from spatialcarbon.report.palettes import NO_DATA, classify, diverging_colours, zero_centred_breaks
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
ARROW = "#33415c"
_WIDEST = 6.0
"""Points, of the largest flow."""


def region_points(units: gpd.GeoDataFrame, regions: pd.Series[Any]) -> dict[Any, Any]:
    """Return a point inside the largest part of each region.

    Parameters
    ----------
    units : GeoDataFrame
        Areas indexed by unit label.
    regions : Series
        Region of each unit; missing for none.
    """
    found = {}
    for region in regions.dropna().unique():
        parts = shapely.get_parts(shapely.union_all(units.geometry[regions == region].values))
        found[region] = shapely.point_on_surface(parts[int(np.argmax(shapely.area(parts)))])
    return found


@in_house_style
def transfer_map(
    units: gpd.GeoDataFrame,
    regions: pd.Series[Any],
    matrix: pd.DataFrame,
    *,
    unit: str = "",
    largest: int = 10,
    title: str | Text = "",
    names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """From where to where does carbon go inside goods, on balance?

    Arrows run from the region that emits to the region whose demand causes it, as wide as
    the net transfer; areas are shaded by the net export of their region.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    regions : Series
        Region of each unit, by unit label; missing for units of none.
    matrix : DataFrame
        Emitting region (rows) × region of final demand (columns).
    unit : str
        Unit of measure.
    largest : int
        How many net transfers to draw.
    title, names, background, source, notes, language
        As for :func:`transfer_chord` and :func:`spatialcarbon.report.maps.choropleth`.

    Raises
    ------
    AlignmentError
        When regions do not cover the units.
    SchemaError
        For other rows than columns.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import transfer_map
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")
    >>> region = pd.Series({"A": "West", "B": "East"})
    >>> both = ["West", "East"]
    >>> matrix = pd.DataFrame([[5.0, 3.0], [1.0, 6.0]], index=both, columns=both)
    >>> figure = transfer_map(units, region, matrix, unit="Mt CO2", title="West emits 2 for East")
    >>> sum(text.get_text() == "West" for axes in figure.axes for text in axes.texts)
    1
    """
    groups = conform_labels(regions, units.index, name="regions")
    table = square_flows(matrix)
    view = map_view(units, background=background, groups=groups)
    exported = table.sum(axis=1) - table.sum(axis=0)
    known = groups.map(exported).astype(float)
    values = conform(known, units.index, missing="drop")
    bounds = zero_centred_breaks(exported, 5)
    colours = diverging_colours(len(bounds) - 1)
    places = classify(values, bounds)
    fills = [NO_DATA if place < 0 else colours[place] for place in places]
    shown = text("Arrows: the {n} largest net transfers. Shades: net export of each region.",
                 n=min(largest, _positive(table)))  # fmt: skip
    sheet, (ax,), side = map_sheet(title, view, language, source=source, notes=[shown, *notes])
    draw_map(ax, view, fills)
    points = region_points(view.units, groups)
    drawn = _arrows(ax, table, points, largest)
    words = [(points[r].x, points[r].y) for r in points]
    place_labels(ax, words, [name_of(r, names, language) for r in points], centred=True, fontsize=8)
    class_legend(side, [values, values.iloc[:0]], bounds, colours, "", language)
    heading = translate("Net export", language)
    box = side.get_legend()
    assert box is not None
    box.set_title(f"{heading}\n{unit_label(unit, language)}".strip())
    if drawn:
        side.add_artist(box)
        _widths(side, drawn, unit, language)
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig


def _positive(table: pd.DataFrame) -> int:
    net = table.to_numpy() - table.to_numpy().T
    return int(np.count_nonzero(net > 0))


def _arrows(ax: Axes, table: pd.DataFrame, points: Mapping[Any, Any], largest: int) -> list[float]:
    """Draw the largest net transfers and return their sizes, largest first."""
    net = (table - table.T).to_numpy()
    pairs = [
        (float(net[i, j]), table.index[i], table.index[j])
        for i, j in zip(*np.nonzero(net > 0), strict=True)
        if table.index[i] in points and table.index[j] in points
    ]
    pairs = sorted(pairs, key=lambda pair: -pair[0])[:largest]
    for value, origin, destination in reversed(pairs):
        wide = max(_WIDEST * value / pairs[0][0], 0.7)
        start, end = points[origin], points[destination]
        ax.add_patch(
            FancyArrowPatch(
                (start.x, start.y), (end.x, end.y), connectionstyle="arc3,rad=0.18",
                arrowstyle=f"-|>,head_length={3 + 0.7 * wide},head_width={1.6 + 0.5 * wide}",
                mutation_scale=1, linewidth=wide, color=ARROW, alpha=0.72, shrinkA=3, shrinkB=5,
                zorder=6, gid=f"arrow {origin} {destination}",
            )
        )  # fmt: skip
    return [value for value, _, _ in pairs]


def _widths(side: Axes, drawn: list[float], unit: str, language: Language) -> None:
    """Explain the width of arrows by the largest, a middle one and the smallest drawn."""
    top = drawn[0]
    chosen = list(dict.fromkeys([top, drawn[len(drawn) // 2], drawn[-1]]))
    handles = [
        Line2D([], [], color=ARROW, alpha=0.72, linewidth=max(_WIDEST * value / top, 0.7),
               solid_capstyle="butt", label=number(value, 3))
        for value in chosen
    ]  # fmt: skip
    heading = f"{translate('Net transfer', language)}\n{unit_label(unit, language)}".strip()
    made = side.legend(
        handles=handles, title=heading, loc="upper left", bbox_to_anchor=(0.0, 0.66),
        borderaxespad=0.0, borderpad=0.0, handlelength=2.4, labelspacing=0.6, alignment="left",
        labelcolor=INK,
    )  # fmt: skip
    made.set_gid("widths")
