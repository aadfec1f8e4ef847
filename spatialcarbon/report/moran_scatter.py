"""The Moran scatter plot: who lies beside whom."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from spatialcarbon.core.align import conform, same_units
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.lettering import number, say
from spatialcarbon.report.palettes import LISA_COLOURS
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMN = 2.3
_QUADRANTS = (
    ("High-High", 1, 1),
    ("Low-High", -1, 1),
    ("Low-Low", -1, -1),
    ("High-Low", 1, -1),
)
_PALE = "#a8a8a8"


@in_house_style
def moran_scatter(
    values: pd.Series[Any],
    lag: pd.Series[Any],
    statistic: float,
    *,
    title: str | Text = "",
    quantity: str | Text = "Value",
    neighbors: str | Text = "",
    labels: pd.Series[Any] | None = None,
    names: pd.Series[Any] | None = None,
    named: int = 8,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Do units with high values have neighbours with high values?

    Parameters
    ----------
    values : Series
        Standardised values (mean 0, standard deviation 1), by unit.
    lag : Series
        Weighted mean of the neighbours' standardised values, by unit.
    statistic : float
        Global Moran's I: the slope of the line drawn.
    title, quantity : str or Text
        Heading; what was measured, for the axis labels.
    neighbors : str or Text
        What was measured among the neighbours, where that is something else: the
        statistic is then called bivariate.
    labels : Series, optional
        High-High, Low-Low, High-Low, Low-High, Not significant or Isolate, by unit:
        colours the significant units and draws isolates hollow.
    names : Series, optional
        What to call units; their labels are written otherwise.
    named : int
        How many of the most extreme units (significant ones first) are named.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    AlignmentError
        When lag, labels or names do not cover exactly the units of ``values``.
    MissingDataError
        For NaN in values or lag.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import moran_scatter
    >>> values = pd.Series([1.0, 0.0, -1.0], index=["A", "B", "C"])
    >>> lag = pd.Series([0.5, 0.0, -0.5], index=["A", "B", "C"])
    >>> figure = moran_scatter(values, lag, 0.5)
    >>> len(figure.axes)
    2
    """
    x = conform(values, values.index)
    y = conform(lag, x.index, name="lag")
    if labels is None:
        kinds = x.index.to_series().map(lambda _: "Not significant")
    else:
        same_units(labels.index, x.index, "labels")
        kinds = labels.reindex(x.index)
    sheet = Sheet(title, 5.4, language, source=source)
    ax = sheet.axes(0.8, 0.6, WIDTH - _COLUMN - 1.0, 4.7)
    side = sheet.axes(WIDTH - _COLUMN, 0.0, _COLUMN - MARGIN, 5.4)
    side.set_axis_off()
    reach_x, reach_y = (max(1.12 * float(s.abs().max()), 0.5) for s in (x, y))
    ax.set(xlim=(-reach_x, reach_x), ylim=(-reach_y, reach_y))
    measured = say(quantity, language)
    ax.set_xlabel(translate("{quantity}, standardised (z)", language, quantity=measured))
    ax.set_ylabel(_lag_label(neighbors, language))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    corners = _quadrants(ax, language)
    # The least-squares line runs through the means with slope I.
    middle = float(y.mean())
    ends = np.array([-reach_x, reach_x])
    ax.plot(ends, middle + statistic * ends, color=INK, linewidth=1.2, zorder=3, gid="slope")
    entries: list[Any] = [
        Line2D([], [], color=INK, linewidth=1.2,
               label=_slope_label(statistic, language, bivariate=bool(neighbors)))
    ]  # fmt: skip
    for kind, colour in LISA_COLOURS.items():
        chosen = kinds == kind
        if not chosen.any():
            continue
        faint = kind == "Not significant"
        face = "none" if kind == "Isolate" else (_PALE if faint else colour)
        ax.scatter(
            x[chosen], y[chosen], s=24 if faint else 38, facecolors=face,
            edgecolors=GREY if kind == "Isolate" else "white",
            linewidths=1.0 if kind == "Isolate" else 0.5, zorder=4 if faint else 5, gid=kind,
        )  # fmt: skip
        if labels is not None:
            words = f"{translate(kind, language)}  ({int(chosen.sum())})"
            entries.append(
                Line2D([], [], linestyle="none", marker="o", markersize=6, markerfacecolor=face,
                       markeredgecolor=GREY if kind == "Isolate" else "white", label=words)
            )  # fmt: skip
    side.legend(handles=entries, loc="upper left", borderaxespad=0, borderpad=0, labelspacing=0.6,
                handlelength=1.4).set_gid("legend")  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - _COLUMN - 2 * MARGIN, 5.36)
    if named:
        _name_extremes(ax, x, y, kinds, names, named, corners)
    return sheet.fig


def _lag_label(neighbors: str | Text, language: Language) -> str:
    if not neighbors:
        return translate("Mean of the neighbours, standardised (Wz)", language)
    measured = say(neighbors, language)
    return translate(
        "{quantity}: mean of the neighbours, standardised", language, quantity=measured
    )


def _slope_label(statistic: float, language: Language, *, bivariate: bool) -> str:
    template = (
        "slope: bivariate\nMoran's I = {value}" if bivariate else "slope: Moran's I = {value}"
    )
    return translate(template, language, value=number(statistic))


def _quadrants(ax: Axes, language: Language) -> list[Any]:
    """Tint the quadrants and write their names into the corners."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    made = []
    for label, right, up in _QUADRANTS:
        corner = ((x0 if right < 0 else 0), (y0 if up < 0 else 0))
        ax.fill_between(
            [corner[0], corner[0] + (x1 - x0) / 2], corner[1], corner[1] + (y1 - y0) / 2,
            color=LISA_COLOURS[label], alpha=0.07, linewidth=0, zorder=1,
        )  # fmt: skip
        made.append(
            ax.text(
                0.985 if right > 0 else 0.015,
                0.98 if up > 0 else 0.02,
                translate(label, language),
                transform=ax.transAxes,
                fontsize=8.5,
                color=GREY,
                ha="right" if right > 0 else "left",
                va="top" if up > 0 else "bottom",
            )
        )
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=2)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=2)
    return made


def _name_extremes(
    ax: Axes,
    x: pd.Series[float],
    y: pd.Series[float],
    kinds: pd.Series[Any],
    names: pd.Series[Any] | None,
    named: int,
    corners: list[Any],
) -> None:
    called = x.index.to_series() if names is None else names
    if names is not None:
        same_units(names.index, x.index, "names")
    plain = kinds.isin(["Not significant", "Isolate"])
    order = sorted(
        range(len(x)), key=lambda i: (bool(plain.iloc[i]), -math.hypot(x.iloc[i], y.iloc[i]), i)
    )[:named]
    pixels = ax.transData.transform(np.column_stack([x, y]))
    obstacles = [Bbox.from_extents(px - 6, py - 6, px + 6, py + 6) for px, py in pixels]
    obstacles += [letters.get_window_extent() for letters in corners]
    labels = x.index[order]
    points = [(float(x[label]), float(y[label])) for label in labels]
    place_labels(ax, points, [str(called[label]) for label in labels], obstacles=obstacles)
