"""Ecological compensation on the map: zones as colours, payments as arrows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from spatialcarbon.core.align import require_columns, same_units
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.governance.compensation_formulas import UNDEFINED, ZONES
from spatialcarbon.report.canvas import in_house_style
from spatialcarbon.report.compensation_figures import ZONE_COLOURS, below
from spatialcarbon.report.lettering import number, unit_label, wrap
from spatialcarbon.report.map_canvas import draw_map, map_view, name_groups
from spatialcarbon.report.map_furniture import COLUMN, legend, map_sheet, scale_and_north
from spatialcarbon.report.measures import money_measure
from spatialcarbon.report.palettes import natural_breaks, number_label
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

FLOW = "#5b2a86"
"""Colour of the lines of payments."""

WIDTHS = (0.35, 0.8, 1.5, 2.4)
"""Millimetres, for the classes of payments on maps."""


_TABLE = text("the table of a compensation")


def flow_classes(amounts: Iterable[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the bounds of the classes of payments, and the width of each in millimetres.

    Examples
    --------
    >>> flow_classes([1.0, 2.0, 30.0])
    ((1.0, 1.5, 20.0, 30.0), (0.35, 0.8, 1.5))
    """
    bounds = natural_breaks(amounts, len(WIDTHS))
    return bounds, WIDTHS[: len(bounds) - 1]


@in_house_style
def compensation_map(
    units: gpd.GeoDataFrame,
    table: pd.DataFrame,
    transfers: pd.DataFrame,
    *,
    title: str | Text,
    most: int = 40,
    name_field: str | None = None,
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Which zone is each place in, and where does the money go?

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    table : DataFrame
        Index unit; column ``zone`` (``CompensationResult.table``).
    transfers : DataFrame
        Columns ``payer, receiver, amount`` (``SettlementResult.transfers``); those to and
        from the platform, which has no place, are left out.
    most : int
        How many of the largest transfers are drawn.
    name_field : str, optional
        Column of ``units`` with names to write, for up to 12 units.
    title, groups, group_names, background, source, language
        As in :func:`spatialcarbon.report.maps.choropleth`.

    Raises
    ------
    AlignmentError
        When the table does not cover exactly the units.
    SchemaError
        When a column is absent.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import compensation_map
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")
    >>> table = pd.DataFrame(
    ...     {"zone": ["economic development", "carbon-sink development"]}, index=["A", "B"]
    ... )
    >>> transfers = pd.DataFrame({"payer": ["A"], "receiver": ["B"], "amount": [2e8]})
    >>> figure = compensation_map(units, table, transfers, title="A pays B")
    >>> len(figure.axes)
    3
    """
    require_columns(table, ["zone"], _TABLE)
    require_columns(transfers, ["payer", "receiver", "amount"], text("the table of transfers"))
    same_units(table.index, units.index, _TABLE)
    zones = table["zone"].reindex(units.index)
    placed = transfers[transfers[["payer", "receiver"]].isin(units.index).all(axis=1)]
    largest = placed.sort_values("amount", ascending=False, kind="stable").head(most)
    notes = []
    if len(largest) < len(placed):
        notes.append(
            text(
                "Drawn: the {n} largest of {total} transfers, {share} % of the money.",
                n=len(largest),
                total=len(placed),
                share=number(100 * largest["amount"].sum() / placed["amount"].sum(), 3),
            )
        )
    view = map_view(units, background=background, groups=groups)
    sheet, (ax,), side = map_sheet(title, view, language, source=source, notes=notes)
    draw_map(ax, view, [ZONE_COLOURS[zone] for zone in zones])
    name_groups(ax, view, group_names, language)
    counts = zones.value_counts()
    entries = [
        (ZONE_COLOURS[zone], f"{words.render(language)}  ({int(counts.get(zone, 0))})")
        for zone, words in ZONES.items()
        if zone != UNDEFINED or counts.get(zone, 0)
    ]
    entries = [(colour, wrap(sheet.fig, word, 1.6, fontsize=8.5)) for colour, word in entries]
    legend(side, entries, translate("Zone (places)", language))
    if len(largest):
        points = view.units.geometry.representative_point()
        _draw_flows(ax, points, largest)
        _flow_legend(side, largest["amount"], language)
    if name_field is not None and len(units) <= 12:
        inside = view.units.geometry.representative_point()
        place_labels(ax, [(p.x, p.y) for p in inside], [str(w) for w in units[name_field]],
                     centred=True, fontsize=8.0)  # fmt: skip
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig


def _class_of(amounts: pd.Series[float], bounds: Sequence[float]) -> np.ndarray[Any, Any]:
    return np.clip(np.searchsorted(bounds, amounts, side="left") - 1, 0, len(bounds) - 2)


def _draw_flows(ax: Axes, points: gpd.GeoSeries, transfers: pd.DataFrame) -> None:
    """Draw an arrow per transfer, the thin ones on top, bent so that both ways stay apart."""
    bounds, widths = flow_classes(transfers["amount"])
    for (_, row), place in zip(
        transfers.iterrows(), _class_of(transfers["amount"], bounds), strict=True
    ):
        start, end = points.loc[row["payer"]], points.loc[row["receiver"]]
        width = widths[place] * 72 / 25.4
        arrow = FancyArrowPatch(
            (start.x, start.y), (end.x, end.y), arrowstyle="-|>", color=FLOW, linewidth=width * 0.8,
            mutation_scale=6 + 2.2 * width, connectionstyle="arc3,rad=0.12", alpha=0.75,
            shrinkA=2, shrinkB=2, zorder=6, gid="flow",
        )  # fmt: skip
        ax.add_patch(arrow)


def _flow_legend(side: Axes, amounts: pd.Series[float], language: Language) -> None:
    factor, unit = money_measure(amounts)
    bounds, widths = flow_classes(amounts)
    handles = []
    for place in reversed(range(len(widths))):
        low, high = number_label(bounds[place] / factor), number_label(bounds[place + 1] / factor)
        words = low if low == high else f"{low} – {high}"
        handles.append(
            Line2D([], [], color=FLOW, alpha=0.75, linewidth=widths[place] * 72 / 25.4 * 0.8,
                   label=words)
        )  # fmt: skip
    first = side.get_legend()
    assert first is not None
    side.add_artist(first)
    caption = translate("Payments ({measure})", language, measure=unit_label(unit, language))
    made = side.legend(
        handles=handles, title=caption, loc="upper left", bbox_to_anchor=(0.0, below(side, first)),
        borderaxespad=0, borderpad=0, handlelength=1.8, labelspacing=0.6, alignment="left",
    )  # fmt: skip
    made.set_gid("flow legend")
