"""Governance on paper: which mode wins where, who pays whom, and both on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import FancyArrowPatch, Patch, Rectangle
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.align import conform, same_units
from spatialcarbon.core.errors import DegenerateDataError, OptionError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.governance.govern_reason import MODE_NAMES
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.game_figures import MODE_COLOURS
from spatialcarbon.report.lettering import ink_on, name_of, number, say, unit_label, wrap
from spatialcarbon.report.map_canvas import draw_map, map_view
from spatialcarbon.report.map_furniture import COLUMN, class_legend, map_sheet, scale_and_north
from spatialcarbon.report.measures import money_measure
from spatialcarbon.report.palettes import classify, diverging_colours, zero_centred_breaks
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.models.governance.sweep import GovernanceSweepResult

Names = Mapping[Any, str | Text]

MOST_SQUARE = 20
"""Places whose payments fit a square of cells."""

ARROW = "#5b2a86"
_PAID = ("#f4effa", "#5b2a86")
_WIDEST = 6.0
"""Points, of the largest payment on the map."""

AXIS_NAMES: Mapping[str, Text] = {
    "damage": text("Damage, as a multiple of that assumed"),
    "spread": text("Spread of costs (0: all equal, 1: as assumed)"),
    "share": text("Share of emissions that does damage elsewhere"),
}


@in_house_style
def mode_regions(
    sweep: GovernanceSweepResult,
    *,
    share: float | None = None,
    title: str | Text = "",
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which mode of governance is recommended, over damage, spillover and spread of costs?

    One panel per axis that was swept beside the share; the third is held at 1, or as close
    to it as was swept. Dots mark cells in which somebody loses by cooperation without payments.

    Parameters
    ----------
    sweep : GovernanceSweepResult
        What :func:`spatialcarbon.govern_sweep` returned.
    share : float, optional
        The share that was assumed, to be marked with a cross.
    title : str or Text
        Heading.
    source : str or Text
        Where the values come from.
    notes : sequence
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    DegenerateDataError
        When the sweep has a single cell along every axis but the share.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import mode_regions
    >>> places = pd.DataFrame(
    ...     {"emission": 10.0, "damage": [10.0, 6.0], "cost": [2.0, 1.0]}, index=["A", "B"]
    ... )
    >>> shares = pd.DataFrame(0.5, places.index, places.index)
    >>> sweep = sc.govern_sweep(places, shares, damages=[0.1, 0.2], shares=[0.0, 0.2, 0.4])
    >>> figure = mode_regions(sweep, share=0.2)
    >>> len(figure.axes)  # one axis was swept beside the share
    1
    """
    axes = [axis for axis in ("damage", "spread") if len(sweep.table[axis].unique()) > 1]
    if not axes or len(sweep.table["share"].unique()) < 2:
        raise DegenerateDataError(
            "the sweep has no two axes to draw",
            fix="sc.govern_sweep(places, spillover, damages=[0.5, 1, 2], shares=[0.1, 0.3, 0.5])",
        )
    tall = 3.5
    said = text("Dots: somebody would lose by cooperation without payments.")
    dotted = "losers_cooperation" in sweep.table
    small = [said] if dotted and bool((sweep.table["losers_cooperation"] > 0).any()) else []
    sheet = Sheet(title, tall + 0.4, language, source=source, notes=[*small, *notes])
    present = [mode for mode in MODE_NAMES if (sweep.table["recommendation"] == mode).any()]
    handles = [
        Patch(facecolor=MODE_COLOURS[mode], alpha=0.75, label=name_of(mode, MODE_NAMES, language))
        for mode in present
    ]
    made = sheet.fig.legend(
        handles=handles, ncols=len(handles), loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + 0.35) / sheet.height),
        columnspacing=1.5, handlelength=1.2,
    )  # fmt: skip
    made.set_gid("legend")
    wide = (WIDTH - 2 * MARGIN) / 2
    for at, axis in enumerate(axes):
        ax = sheet.axes(MARGIN + 0.7 + at * wide, 0.6, wide - 0.9, tall - 0.8)
        _regions(ax, sweep, axis, share, language)
        sheet.fit(ax, MARGIN + at * wide, 0.02, wide - 0.1, tall - 0.05)
    return sheet.fig


def _regions(
    ax: Axes, sweep: GovernanceSweepResult, axis: Any, share: float | None, language: Language
) -> None:
    grid = sweep.grid(rows=axis)
    order = list(MODE_NAMES)
    codes = grid.map(order.index).to_numpy(dtype=float)
    x, y = grid.columns.to_numpy(dtype=float), grid.index.to_numpy(dtype=float)
    logs = axis == "damage" and bool((y > 0).all())
    mesh = ax.pcolormesh(
        _edges(x), np.exp(_edges(np.log(y))) if logs else _edges(y), codes, alpha=0.75,
        cmap=ListedColormap([MODE_COLOURS[mode] for mode in order]), vmin=-0.5,
        vmax=len(order) - 0.5, linewidth=0, rasterized=True,
    )  # fmt: skip
    mesh.set_gid(f"regions {axis}")
    if logs:
        ax.set_yscale("log", base=2)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    if "losers_cooperation" in sweep.table:
        lost = sweep.grid("losers_cooperation", rows=axis).to_numpy() > 0
        down, across = np.nonzero(lost)
        ax.plot(x[across], y[down], linestyle="none", marker=".", markersize=2.2, color=INK,
                alpha=0.55, gid=f"losers {axis}")  # fmt: skip
    if share is not None and x.min() <= share <= x.max() and y.min() <= 1.0 <= y.max():
        ax.plot([share], [1.0], marker="X", markersize=9, color="white", markeredgecolor=INK,
                markeredgewidth=1.0, zorder=6, gid="assumed")  # fmt: skip
    for line, words in ((ax.set_xlabel, "share"), (ax.set_ylabel, axis)):
        line(say(AXIS_NAMES[words], language), fontsize=9)


def _edges(middles: Any) -> Any:
    """Return where cells meet: half way between their middles."""
    if len(middles) == 1:
        return np.array([middles[0] - 0.5, middles[0] + 0.5])
    between = (middles[1:] + middles[:-1]) / 2
    return np.concatenate([[2 * middles[0] - between[0]], between, [2 * middles[-1] - between[-1]]])


@in_house_style
def payment_matrix(
    payments: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Who would pay whom, and how much?

    Parameters
    ----------
    payments : DataFrame
        Payer (rows) × receiver (columns), CNY, zero or more
        (``GovernanceResult.payments[mode]``).
    title, source, notes, language
        As in :func:`mode_regions`.
    names : mapping, optional
        What to call the places.

    Raises
    ------
    AlignmentError
        Other rows than columns.
    OptionError
        More places than fit.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import payment_matrix
    >>> payments = pd.DataFrame([[0.0, 3e6], [1e6, 0.0]], index=["A", "B"], columns=["A", "B"])
    >>> figure = payment_matrix(payments, title="A pays B 3, B pays A 1 million CNY")
    >>> {"A", "B"} <= {text.get_text() for text in figure.axes[0].texts}
    True
    """
    same_units(payments.columns, payments.index, text("the columns of the payments"))
    table = payments[payments.index]
    count = len(table)
    if count > MOST_SQUARE:
        raise OptionError(
            "{n} places do not fit a square of payments",
            expected="at most {most}",
            fix="draw net_transfer_map(), or the rows and columns that matter",
            n=count,
            most=MOST_SQUARE,
        )
    factor, unit = money_measure(table)
    held = table.to_numpy(dtype=float) / factor
    cell = 0.42 if count <= 8 else 0.34
    small = 8.5 if count <= 8 else 7.0
    left, above = 1.45, 0.4 if count <= 8 else 0.85
    wide = min(1.1, (WIDTH - 2 * MARGIN - left) / (count + 1.1))
    said = text(
        "Row pays column, in {unit}; sums on the right and below.", unit=unit_label(unit, language)
    )
    body = above + (count + 1.1) * cell + 0.1
    sheet = Sheet(title, body, language, source=source, notes=[said, *notes])
    ax = sheet.axes(MARGIN + left, 0.05, (count + 1.1) * wide, (count + 1.1) * cell)
    ax.set(xlim=(0, count + 1.1), ylim=(count + 1.1, 0))
    ax.set_axis_off()
    most = float(held.max()) or 1.0
    for (row, column), value in np.ndenumerate(held):
        fill = "#ececec" if row == column else _shade(value / most)
        ax.add_patch(Rectangle((column, row), 1, 1, facecolor=fill, edgecolor="white",
                               gid=f"cell {table.index[row]} {table.index[column]}"))  # fmt: skip
        if value > 0:
            ax.text(column + 0.5, row + 0.5, number(value, 3), ha="center", va="center",
                    fontsize=small, color=ink_on(fill), gid="payment")  # fmt: skip
    paid, received = held.sum(axis=1), held.sum(axis=0)
    for at in range(count):
        for x, y, value in (
            (count + 0.6, at + 0.5, paid[at]),
            (at + 0.5, count + 0.6, received[at]),
        ):
            ax.text(x, y, number(value, 3), ha="center", va="center", fontsize=small, color=INK)
        label = name_of(table.index[at], names, language)
        ax.text(-0.08 / wide, at + 0.5, wrap(sheet.fig, label, left - 0.15, fontsize=small),
                ha="right", va="center", fontsize=small, gid="payer")  # fmt: skip
        ax.text(at + 0.5, -0.06 / cell, wrap(sheet.fig, label, wide + 0.15, fontsize=small),
                ha="left" if count > 8 else "center", va="bottom", fontsize=small,
                rotation=40 if count > 8 else 0, gid="receiver")  # fmt: skip
    ax.text(count + 0.6, -0.06 / cell, translate("paid", language), ha="center", va="bottom",
            fontsize=small, color=GREY)  # fmt: skip
    ax.text(-0.08 / wide, count + 0.6, translate("received", language), ha="right", va="center",
            fontsize=small, color=GREY)  # fmt: skip
    return sheet.fig


def _shade(share: float) -> str:
    if share <= 0:
        return "#fafafa"
    low, high = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in _PAID)
    return "#" + "".join(f"{round(part):02x}" for part in (low + (high - low) * share).tolist())


@in_house_style
def net_transfer_map(
    units: gpd.GeoDataFrame,
    transfers: pd.Series[Any],
    payments: pd.DataFrame,
    *,
    title: str | Text,
    largest: int = 12,
    names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Who receives and who pays on the map, and from where to where does the money go?

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by place, with a coordinate reference system.
    transfers : Series
        Net received by place, CNY (``GovernanceResult.transfers[mode]``).
    payments : DataFrame
        Payer × receiver, CNY (``GovernanceResult.payments[mode]``). Of two places that pay
        each other the difference is drawn.
    title, names, source, notes, language
        As in :func:`payment_matrix`.
    largest : int
        How many of the largest net payments are drawn.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.

    Raises
    ------
    AlignmentError
        When transfers or payments are not those of the units.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import net_transfer_map
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")
    >>> payments = pd.DataFrame([[0.0, 3e6], [1e6, 0.0]], index=["A", "B"], columns=["A", "B"])
    >>> received = pd.Series({"A": -2e6, "B": 2e6})
    >>> figure = net_transfer_map(units, received, payments, title="A pays B 2 million CNY net")
    >>> len(figure.axes)
    3
    """
    net = conform(transfers, units.index, name=text("transfers"))
    same_units(payments.index, units.index, text("the rows of the payments"))
    same_units(payments.columns, units.index, text("the columns of the payments"))
    table = payments.loc[units.index, units.index].to_numpy(dtype=float)
    difference = table - table.T
    pairs = sorted(
        ((float(difference[i, j]), i, j) for i, j in zip(*np.nonzero(difference > 0), strict=True)),
        reverse=True,
    )[:largest]
    factor, unit = money_measure(net)
    shown = net / factor
    view = map_view(units, background=background)
    bounds = zero_centred_breaks(shown, 5)
    colours = diverging_colours(len(bounds) - 1)
    small = [text("Arrows: the {n} largest net payments, from payer to receiver, as wide as the "
                  "sum; the widest is {value} ({unit}).", n=len(pairs),
                  unit=unit_label(unit, language),
                  value=number(pairs[0][0] / factor, 3))] if pairs else []  # fmt: skip
    sheet, (ax,), side = map_sheet(title, view, language, source=source, notes=[*small, *notes])
    draw_map(ax, view, [colours[place] for place in classify(shown, bounds)])
    points = view.units.geometry.representative_point().tolist()
    for value, i, j in reversed(pairs):
        wide = max(_WIDEST * value / pairs[0][0], 0.7)
        ax.add_patch(
            FancyArrowPatch(
                (points[i].x, points[i].y), (points[j].x, points[j].y),
                connectionstyle="arc3,rad=0.18", mutation_scale=1,
                arrowstyle=f"-|>,head_length={3 + 0.7 * wide},head_width={1.6 + 0.5 * wide}",
                linewidth=wide, color=ARROW, alpha=0.72, shrinkA=3, shrinkB=5, zorder=6,
                gid=f"arrow {units.index[i]} {units.index[j]}",
            )
        )  # fmt: skip
    if len(units) <= MOST_SQUARE:
        labels = [name_of(place, names, language) for place in units.index]
        place_labels(ax, [(p.x, p.y) for p in points], labels, centred=True, fontsize=8)
    class_legend(side, [shown, shown.iloc[:0]], bounds, colours, "", language)
    box = side.get_legend()
    assert box is not None
    heading = translate("Net received", language)
    box.set_title(f"{heading}\n{unit_label(unit, language)}".strip())
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig
