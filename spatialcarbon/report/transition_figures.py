"""Transitions of local Moran labels: how many went where, and which places they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import Bbox

from spatialcarbon.core.align import same_units
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.fittings import shade
from spatialcarbon.report.layers import LISA_TEXTS
from spatialcarbon.report.lettering import emphasise, ink_on
from spatialcarbon.report.map_canvas import MapView, draw_areas, draw_map, map_view
from spatialcarbon.report.map_furniture import COLUMN, map_sheet, scale_and_north
from spatialcarbon.report.palettes import LISA_COLOURS, OUTLINE
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

QUADRANTS = {"HH": "High-High", "LH": "Low-High", "LL": "Low-Low", "HL": "High-Low"}
"""Label of the colour that a quadrant has."""

STATES: Mapping[str, Text] = {
    **LISA_TEXTS,
    **{quadrant: LISA_TEXTS[label] for quadrant, label in QUADRANTS.items()},
    "none": text("No quadrant"),
}
_SHADES = ("#f4f7fa", "#2f6690")
"""Fill of a cell from no unit of its row to all of them."""

MAX_NAMED = 20
"""Most changed units that a map still writes by name."""


@in_house_style
def transition_heatmap(
    labels: pd.DataFrame,
    quadrants: pd.DataFrame,
    *,
    start: object,
    end: object,
    title: str | Text = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How many places went from each kind of neighbourhood to each other?

    Parameters
    ----------
    labels, quadrants : DataFrame
        Counts, from (rows) × to (columns): ``LisaTransitionsResult.counts("label")``
        and ``counts("quadrant")``. States that no unit is ever in are left out.
    start, end : object
        The years, for the words beside the tables.
    title : str or Text
        Heading.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When a table has other rows than columns, or a state that no legend explains.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import transition_heatmap
    >>> states = ["High-High", "Low-Low"]
    >>> counts = pd.DataFrame([[5, 1], [0, 7]], index=states, columns=states)
    >>> figure = transition_heatmap(counts, counts, start=2005, end=2017)
    >>> len(figure.axes)
    2
    """
    tables = [
        (translate("Quadrant of the scatter plot", language), _occurring(quadrants)),
        (translate("Cluster type after the test", language), _occurring(labels)),
    ]
    size = max(len(table) for _, table in tables)
    cell, left, above, gap = 0.58, 1.3, 1.0, 0.25
    body = above + size * cell + 0.1
    notes = [
        text("Number of places, and share of those that started in the row; framed: no change.")
    ]
    sheet = Sheet(title, body, language, source=source, notes=notes)
    room = (WIDTH - 2 * MARGIN - gap) / 2
    width = min(1.0, (room - left) / size)
    for at, (heading, table) in enumerate(tables):
        x = MARGIN + left + at * (room + gap)
        count = len(table)
        ax = sheet.axes(x, body - above - count * cell, count * width, count * cell)
        _cells(ax, table, (cell, width), start, end, language)
        letters = sheet.fig.text(
            (x - left) / WIDTH, (sheet.bottom + body - 0.04) / sheet.height, heading,
            va="top", fontsize=9.5,
        )  # fmt: skip
        emphasise(letters, language)
    return sheet.fig


def _occurring(counts: pd.DataFrame) -> pd.DataFrame:
    if list(counts.index) != list(counts.columns):
        raise SchemaError(
            "the table of moves has other rows than columns",
            arrived="rows {rows}; columns {columns}",
            rows=some(counts.index, 8),
            columns=some(counts.columns, 8),
        )
    strange = [state for state in counts.index if state not in STATES]
    if strange:
        raise SchemaError(
            "a local statistic has a label that no legend explains",
            arrived="{strange}",
            expected="{known}",
            strange=some(strange),
            known=", ".join(STATES),
        )
    seen = counts.index[(counts.sum(axis=1) + counts.sum(axis=0)) > 0]
    return counts.loc[seen, seen]


def _cells(
    ax: Axes, table: pd.DataFrame, size: tuple[float, float], start: object, end: object,
    language: Language,
) -> None:  # fmt: skip
    """Draw one table: cells, names of states with their colours, and the two years."""
    count = len(table)
    high, wide = size
    ax.set(xlim=(0, count), ylim=(count, 0), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    totals = table.sum(axis=1)
    for row, origin in enumerate(table.index):
        for column, destination in enumerate(table.columns):
            n = int(table.loc[origin, destination])
            share = n / totals[origin] if totals[origin] else 0.0
            fill = shade(share, _SHADES) if n else "white"
            ax.add_patch(Rectangle((column, row), 1, 1, facecolor=fill, edgecolor="#e3e3e3",
                                   linewidth=0.7, gid=f"cell {origin} {destination}"))  # fmt: skip
            ink = ink_on(fill) if n else "#c4c4c4"
            ax.text(column + 0.5, row + (0.4 if n else 0.5), str(n), ha="center", va="center",
                    fontsize=10.5 if n else 9, color=ink, gid="count")  # fmt: skip
            if n:
                ax.text(column + 0.5, row + 0.74, _percent(share), ha="center",
                        va="center", fontsize=7, color=ink, gid="share")  # fmt: skip
        frame = Rectangle((row + 0.035, row + 0.045), 0.93, 0.91, gid="no change")
        frame.set(facecolor="none", edgecolor=INK, linewidth=1.1, zorder=3)
        ax.add_patch(frame)
    for at, state in enumerate(table.index):
        words = STATES[str(state)].render(language)
        colour = LISA_COLOURS.get(QUADRANTS.get(str(state), str(state)), "#ffffff")
        chip: dict[str, Any] = {"facecolor": colour, "edgecolor": OUTLINE, "linewidth": 0.5}
        ax.add_patch(Rectangle((-0.2 / wide, at + 0.5 - 0.065 / high), 0.13 / wide, 0.13 / high,
                               clip_on=False, **chip))  # fmt: skip
        ax.text(-0.26 / wide, at + 0.5, _broken(words), ha="right", va="center", fontsize=8.5,
                linespacing=1.05)  # fmt: skip
        ax.add_patch(Rectangle((at + 0.5 - 0.065 / wide, -0.2 / high), 0.13 / wide, 0.13 / high,
                               clip_on=False, **chip))  # fmt: skip
        ax.text(at + 0.5, -0.26 / high, _broken(words), ha="center", va="bottom", fontsize=8.5,
                linespacing=1.05)  # fmt: skip
    said = translate("{start} (rows) → {end} (columns)", language, start=start, end=end)
    ax.text(0, -0.62 / high, said, ha="left", va="bottom", fontsize=8, color=GREY)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.005 else "< 1 %"


def _broken(words: str) -> str:
    """Break a name of two words over two lines."""
    return words.replace(" ", "\n").replace("-", "-\n") if words.isascii() else words


@in_house_style
def transition_maps(
    units: gpd.GeoDataFrame,
    before: pd.Series[Any],
    after: pd.Series[Any],
    *,
    start: object,
    end: object,
    title: str | Text = "",
    name_field: str | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which places changed their label, and from what to what?

    Two maps in the colours of local Moran maps; what changed is framed in both.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    before, after : Series
        Label of each unit in the first and the last year.
    start, end : object
        The years, written above the maps.
    title : str or Text
        Heading.
    name_field : str, optional
        Column of ``units`` with the names to write on changed units (up to 20); by
        default their labels.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print.
    language : {"en", "zh"}
        Of all words on the maps.

    Raises
    ------
    AlignmentError
        When the labels are not those of the units.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import transition_maps
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")

    >>> before = pd.Series({"A": "High-High", "B": "Not significant"})
    >>> after = pd.Series({"A": "High-High", "B": "High-High"})
    >>> figure = transition_maps(units, before, after, start=2005, end=2017, title="Clusters")
    >>> len(figure.axes)
    4
    """
    for labels, name in ((before, "before"), (after, "after")):
        same_units(labels.index, units.index, name)
    first, last = before.reindex(units.index), after.reindex(units.index)
    changed = (first != last).to_numpy()
    view = map_view(units, background=background, columns=2)
    sheet, maps, side = map_sheet(
        title, view, language, rows=1, columns=2, panels=2, source=source, notes=notes
    )
    for ax, labels, year in zip(maps, (first, last), (start, end), strict=True):
        draw_map(ax, view, [LISA_COLOURS[label] for label in labels])
        ax.set_title(str(year), loc="left", pad=3)
        shapes = list(view.units.geometry[changed])
        draw_areas(ax, shapes, ["none"] * len(shapes), edge=INK, linewidth=1.3, zorder=5,
                   gid="changed")  # fmt: skip
    if 0 < changed.sum() <= MAX_NAMED:
        _name(maps[1], view, units, changed, name_field)
    handles = [
        Patch(facecolor=colour, edgecolor=OUTLINE, linewidth=0.5,
              label=f"{LISA_TEXTS[label].render(language)}  ({_count(first, last, label)})")
        for label, colour in LISA_COLOURS.items()
        if label != "Isolate" or "Isolate" in {*first, *last}
    ]  # fmt: skip
    handles.append(
        Patch(facecolor="none", edgecolor=INK, linewidth=1.3,
              label=translate("Label changed ({n})", language, n=int(changed.sum())))
    )  # fmt: skip
    made = side.legend(handles=handles, loc="upper left", borderaxespad=0, borderpad=0,
                       labelspacing=0.5, handlelength=1.3, alignment="left",
                       title=translate("Number of places, {start} → {end}", language,
                                       start=start, end=end))  # fmt: skip
    made.set_gid("legend")
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), maps[0], view, language)
    return sheet.fig


def _count(first: pd.Series[Any], last: pd.Series[Any], label: str) -> str:
    return f"{int((first == label).sum())} → {int((last == label).sum())}"


def _name(
    ax: Axes, view: MapView, units: gpd.GeoDataFrame, changed: Any, field: str | None
) -> None:
    """Write the names of the changed units."""
    inside = view.units.geometry[changed].representative_point()
    column = units.index.to_series() if field is None else units[field]
    words = [str(name) for name in column[changed]]
    points = [(point.x, point.y) for point in inside]
    # Beside the places, not on them: what a word covers cannot be seen to have changed.
    boxes = [shape.bounds for shape in view.units.geometry[changed]]
    pixels = [ax.transData.transform([(x0, y0), (x1, y1)]) for x0, y0, x1, y1 in boxes]
    small = [Bbox(corners) for corners in pixels if np.ptp(corners, axis=0).max() < 40]
    place_labels(ax, points, words, fontsize=7.5, obstacles=small)
