"""Allocations: what each principle asks of each place, weights of criteria, maps classed alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, PercentFormatter

from spatialcarbon.core.align import conform, same_units
from spatialcarbon.core.errors import MissingDataError, SchemaError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import ink_on, name_of, number, with_unit, wrap
from spatialcarbon.report.map_canvas import draw_map, map_view
from spatialcarbon.report.map_furniture import COLUMN, class_legend, map_sheet, scale_and_north
from spatialcarbon.report.palettes import (
    NO_DATA,
    QUALITATIVE,
    classify,
    natural_breaks,
    sequential_colours,
)
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

PRINCIPLE_WORDS: Mapping[str, Text] = {
    "equality": text("Equality (population)"),
    "cumulative": text("Cumulative emissions"),
    "economic": text("Economic capacity (GDP)"),
    "comprehensive": text("Comprehensive"),
    "fairness": text("Leaning to fairness"),
    "efficiency": text("Leaning to efficiency"),
    "grandfathering": text("Grandfathering"),
    "convergence": text("Convergence per head"),
    "ability": text("Ability to pay"),
    "criterion": text("Own criterion"),
    "blended": text("Blend"),
}

CRITERION_WORDS: Mapping[str, Text] = {
    "population": text("Population"),
    "cumulative": text("Cumulative emissions"),
    "gdp": text("GDP"),
    "intensity": text("Emissions per GDP"),
    "emissions": text("Emissions"),
}

MARKERS = ("o", "s", "D", "^", "v", "P", "X", "<", ">", "p", "h")
_LIMIT = "#9c4a12"
_GAINS = "#6baed6"


@in_house_style
def allocation_burdens(
    amounts: pd.DataFrame,
    emissions: pd.Series[Any],
    *,
    title: str | Text = "",
    principle_names: Names | None = None,
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """What part of its emissions does each principle ask of each place?

    Beyond the line at 100 % a place is asked for more than it emits.

    Parameters
    ----------
    amounts : DataFrame
        Place × principle, in the unit of the emissions.
    emissions : Series
        What each place emits, above zero. Places are drawn in the order of the most
        that any principle asks of them.
    title : str or Text
        Heading.
    principle_names, names : mapping, optional
        What to call principles and places.
    source : str or Text
        Where the criteria come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    AlignmentError
        When emissions do not cover the places.
    SchemaError
        When a place emits nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import allocation_burdens
    >>> amounts = pd.DataFrame({"population": [10.0, 30.0], "gdp": [20.0, 20.0]}, index=["A", "B"])
    >>> figure = allocation_burdens(amounts, pd.Series({"A": 100.0, "B": 100.0}))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['B', 'A']
    """
    data = _complete(amounts)
    emitted = conform(emissions, data.index, name=text("the emissions"))
    if (emitted <= 0).any():
        raise SchemaError(
            "places without emissions have no burden: {places}",
            fix="leave them out of the figure",
            places=some(emitted.index[emitted <= 0]),
        )
    burden = data.div(emitted, axis=0)
    order = burden.max(axis=1).sort_values(ascending=False, kind="stable").index
    limit = translate("all that is emitted", language)
    sheet, ax = _dots(burden.loc[order], title, principle_names, names, source, language, (limit,))
    ax.axvline(1.0, color=_LIMIT, linewidth=1.3, linestyle=(0, (4, 2)), zorder=2, gid="limit")
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel(translate("Reduction as a part of emissions", language))
    if float(burden.to_numpy().min()) >= 0:
        ax.set_xlim(left=0)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, _tall(len(burden)) - 0.06)
    return sheet.fig


@in_house_style
def target_gaps(
    gaps: pd.DataFrame,
    *,
    title: str | Text = "",
    quantity: str | Text = "",
    unit: str = "",
    principle_names: Names | None = None,
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How much more does the stricter of two targets ask of each place?

    Parameters
    ----------
    gaps : DataFrame
        Place × principle: allocation under one target less that under the other.
    quantity : str or Text
        What is shown, for the axis.
    unit : str
        Unit of measure.
    title, principle_names, names, source, language
        As in :func:`allocation_burdens`.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import target_gaps
    >>> gaps = pd.DataFrame({"population": [1.0, -2.0], "gdp": [0.5, 0.0]}, index=["A", "B"])
    >>> figure = target_gaps(gaps)
    >>> len(figure.axes)
    1
    """
    data = _complete(gaps)
    order = data.abs().max(axis=1).sort_values(ascending=False, kind="stable").index
    sheet, ax = _dots(data.loc[order], title, principle_names, names, source, language)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    what = quantity or text("Difference between the targets")
    ax.set_xlabel(with_unit(what, unit, language))
    if float(data.to_numpy().min()) >= 0:
        ax.set_xlim(left=0)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, _tall(len(data)) - 0.06)
    return sheet.fig


@in_house_style
def weight_bars(
    weights: pd.DataFrame,
    *,
    title: str | Text = "",
    principle_names: Names | None = None,
    criterion_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How much does each criterion count under each principle?

    Parameters
    ----------
    weights : DataFrame
        Principle × criterion, rows of sum one.
    criterion_names : mapping, optional
        What to call the criteria.
    title, principle_names, source, language
        As in :func:`allocation_burdens`.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import weight_bars
    >>> weights = pd.DataFrame(
    ...     {"gdp": [0.6, 0.3], "population": [0.4, 0.7]}, index=["ability", "equality"]
    ... )
    >>> figure = weight_bars(weights)
    >>> len(figure.axes)
    1
    """
    data = _complete(weights)
    called = CRITERION_WORDS if criterion_names is None else criterion_names
    colours: dict[Any, str] = dict(zip(data.columns, _colours(data.shape[1]), strict=True))
    tall = 0.5 * len(data) + 0.95
    sheet = Sheet(title, tall, language, source=source)
    ax = sheet.axes(1.5, 0.4, WIDTH - 1.8, tall - 0.9)
    left = np.zeros(len(data))
    for criterion in data:
        parts = data[criterion].to_numpy(dtype=float)
        ax.barh(range(len(data)), parts, left=left, height=0.62, color=colours[criterion],
                edgecolor="white", linewidth=0.8, gid=f"bar {criterion}")  # fmt: skip
        for row, part in enumerate(parts):
            if part >= 0.045:
                ax.text(left[row] + part / 2, row, f"{part:.3f}", ha="center", va="center",
                        fontsize=8, color=ink_on(colours[criterion]))  # fmt: skip
        left = left + parts
    _places(ax, sheet, [name_of(p, _principles(principle_names), language) for p in data.index])
    ax.set_xlim(0, 1)
    ax.set_xlabel(translate("Weight", language))
    handles = [Patch(facecolor=colours[c], label=name_of(c, called, language)) for c in data]
    _legend(sheet, handles, tall, columns=min(4, len(handles)))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.4)
    return sheet.fig


@in_house_style
def allocation_maps(
    units: gpd.GeoDataFrame,
    amounts: pd.DataFrame,
    *,
    title: str | Text,
    unit: str,
    principle_names: Names | None = None,
    groups: pd.Series[Any] | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Where does each principle put the burden, in maps of the same classes?

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    amounts : DataFrame
        Place × principle.
    unit : str
        Unit of measure, written above the legend.
    groups, background
        As in :func:`spatialcarbon.report.maps.choropleth`.
    title, principle_names, source, language
        As in :func:`allocation_burdens`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import allocation_maps
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")

    >>> amounts = pd.DataFrame({"population": [10.0, 30.0], "gdp": [20.0, 20.0]}, index=["A", "B"])
    >>> figure = allocation_maps(units, amounts, title="Cuts", unit="Mt CO2")
    >>> len(figure.axes)
    4
    """
    same_units(amounts.index, units.index, text("the allocation"))
    data = [conform(amounts[p], units.index, missing="drop") for p in amounts]
    bounds, colours = burden_classes(amounts)
    columns = 1 if len(data) == 1 else 2 if len(data) <= 4 else 3
    view = map_view(units, background=background, groups=groups, columns=columns)
    sheet, maps, side = map_sheet(
        title, view, language,
        rows=math.ceil(len(data) / columns), columns=columns, panels=len(data), source=source,
    )  # fmt: skip
    for ax, principle, values in zip(maps, amounts, data, strict=True):
        places = classify(values, bounds).tolist()
        draw_map(ax, view, [NO_DATA if at < 0 else colours[at] for at in places])
        name = name_of(principle, _principles(principle_names), language)
        ax.set_title(name, loc="left", pad=3)
    class_legend(side, data, bounds, colours, unit, language)
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), maps[0], view, language)
    return sheet.fig


def burden_classes(amounts: pd.DataFrame) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return bounds and colours of classes for all principles; what is gained stands apart.

    Parameters
    ----------
    amounts : DataFrame
        Place × principle. Below zero there is one class, in blue; it ends at zero.

    Examples
    --------
    >>> import pandas as pd
    >>> burden_classes(pd.DataFrame({"a": [-4.0, 1.0], "b": [2.0, 10.0]}))[0]
    (-4.0, 0.0, 1.5, 6.0, 10.0)
    """
    values = amounts.to_numpy(dtype=float).ravel()
    values = values[np.isfinite(values)]
    if values.min() >= 0 or values.max() <= 0:
        bounds = natural_breaks(values, 5)
        return bounds, sequential_colours(len(bounds) - 1)
    low = natural_breaks(values[values < 0], 1)[0]
    above = natural_breaks(values[values > 0], 5)[1:]
    return (low, 0.0, *above), (_GAINS, *sequential_colours(len(above)))


def _principles(names: Names | None) -> Names:
    return PRINCIPLE_WORDS if names is None else names


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    data = numeric_table(table)
    if data.isna().any(axis=None):
        raise MissingDataError("values are missing, so there is nothing to draw for them")
    return data


def _colours(n: int) -> Sequence[str]:
    return [QUALITATIVE[at % len(QUALITATIVE)] for at in range(n)]


def _tall(rows: int) -> float:
    return 0.235 * rows + 1.0


def _dots(
    data: pd.DataFrame,
    title: str | Text,
    principle_names: Names | None,
    names: Names | None,
    source: str | Text,
    language: Language,
    limit: tuple[str, ...] = (),
) -> tuple[Sheet, Axes]:
    """Draw one row per place with a mark per principle, and the legend above."""
    lines = 1 + (data.shape[1] + len(limit) > 4) + (data.shape[1] + len(limit) > 8)
    tall = _tall(len(data))
    sheet = Sheet(title, tall + 0.2 * lines, language, source=source)
    ax = sheet.axes(1.5, 0.4, WIDTH - 1.8, tall - 0.5)
    rows = np.arange(len(data))
    values = data.to_numpy(dtype=float)
    ax.hlines(rows, values.min(axis=1), values.max(axis=1), color=FAINT, linewidth=2.2, zorder=1)
    handles: list[Any] = []
    for at, (principle, colour) in enumerate(zip(data, _colours(data.shape[1]), strict=True)):
        look: dict[str, Any] = {
            "linestyle": "none", "marker": MARKERS[at % len(MARKERS)], "markersize": 5,
            "color": colour, "markeredgecolor": INK, "markeredgewidth": 0.35,
        }  # fmt: skip
        ax.plot(values[:, at], rows, zorder=3, gid=f"dots {principle}", **look)
        words = name_of(principle, _principles(principle_names), language)
        handles.append(Line2D([], [], label=words, **look))
    handles += [
        Line2D([], [], color=_LIMIT, linewidth=1.3, linestyle=(0, (4, 2)), label=w) for w in limit
    ]
    _places(ax, sheet, [name_of(place, names, language) for place in data.index])
    if (values < 0).any():
        ax.axvline(0, color=GREY, linewidth=0.8, zorder=2)
    _legend(sheet, handles, tall + 0.2 * lines, columns=min(4, len(handles)))
    return sheet, ax


def _places(ax: Axes, sheet: Sheet, names: Sequence[str]) -> None:
    small = 8.5 if len(names) <= 12 else 7.5
    ax.set(ylim=(len(names) - 0.4, -0.6), yticks=range(len(names)))
    ax.set_yticklabels([wrap(sheet.fig, name, 2.0, fontsize=small) for name in names])
    ax.tick_params(axis="y", length=0, labelsize=small)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)


def _legend(sheet: Sheet, handles: Sequence[Any], top: float, *, columns: int) -> None:
    sheet.fig.legend(
        handles=handles, ncols=columns, loc="upper left", handlelength=1.4, columnspacing=1.4,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + top) / sheet.height),
        borderaxespad=0, borderpad=0,
    ).set_gid("legend")  # fmt: skip
