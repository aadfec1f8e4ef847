"""Emissions against sinks: a scatter plot with lines of equal neutrality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import Bbox

from spatialcarbon.core.align import check_unique, conform_labels, require_columns
from spatialcarbon.core.errors import DegenerateDataError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.fittings import log_ticks
from spatialcarbon.report.lettering import name_of, number, with_unit
from spatialcarbon.report.measures import readable_measure
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet
from spatialcarbon.report.sink_figures import SINK

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

RATIOS = (1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0)
"""Neutrality ratios that may be drawn as lines."""


_TABLE = text("the table of places")


@in_house_style
def emission_sink_scatter(
    places: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    named: int = 10,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Who emits much and takes up little, and who the other way round?

    Parameters
    ----------
    places : DataFrame
        Index place; columns ``emission`` and ``sink`` in t CO2 a year
        (``BalanceResult.table``). Both axes are logarithmic: places without
        emission or sink are named below instead of drawn.
    title : str or Text
        Heading.
    names : mapping, optional
        What to call the places.
    groups : Series, optional
        Group of each place, as colour; missing for none.
    group_names : mapping, optional
        What to call the groups.
    named : int
        How many of the places with the least and the largest neutrality are named;
        all of them when there are no more than 12.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When a column is absent.
    DegenerateDataError
        When no place has both an emission and a sink.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import emission_sink_scatter
    >>> places = pd.DataFrame({"emission": [9e7, 2e7], "sink": [2e6, 5e6]}, index=["A", "B"])
    >>> figure = emission_sink_scatter(places)
    >>> figure.axes[0].get_xscale(), figure.axes[0].get_yscale()
    ('log', 'log')
    """
    require_columns(places, ["emission", "sink"], _TABLE)
    check_unique(places.index, _TABLE)
    data = numeric_table(places[["emission", "sink"]])
    drawn = data[(data > 0).all(axis=1)]
    if drawn.empty:
        raise DegenerateDataError("no place has both an emission and a sink above zero")
    absent = [name_of(p, names, language) for p in data.index.difference(drawn.index, sort=False)]
    notes = [text("Not drawn, without emission or sink: {places}.", places=some(absent, 12))]
    labels = None if groups is None else conform_labels(groups, data.index, name="groups")
    sheet = Sheet(title, 5.6, language, source=source, notes=notes if absent else [])
    above = 0.0 if labels is None else 0.32
    ax = sheet.axes(0.8, 0.6, WIDTH - 1.8, 4.7)
    x_factor, x_unit = readable_measure(drawn["emission"])
    y_factor, y_unit = readable_measure(drawn["sink"])
    x, y = drawn["emission"] / x_factor, drawn["sink"] / y_factor
    ax.set(xscale="log", yscale="log", xlim=_wide(x), ylim=_wide(y))
    colours = _colours(labels)
    point = [colours.get(None if labels is None else labels[p], GREY) for p in drawn.index]
    ax.scatter(x, y, s=34, c=point, edgecolors="white", linewidths=0.5, zorder=4, gid="places")
    for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        axis.set_major_locator(FixedLocator(log_ticks(*limits)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(with_unit(text("CO2 emissions per year"), x_unit, language))
    ax.set_ylabel(with_unit(text("{quantity} per year", quantity=SINK), y_unit, language))
    if labels is not None:
        _group_legend(sheet, colours, labels.loc[drawn.index], group_names, language)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN - 0.45, 5.5 - above)
    marks = _ratio_lines(ax, x_factor / y_factor, language)
    _name_places(ax, x, y, names, named, language, marks)
    return sheet.fig


def _wide(values: pd.Series[float]) -> tuple[float, float]:
    """Return limits a little outside the values, at least a factor of ten apart."""
    low, high = float(values.min()), float(values.max())
    room = max((high / low) ** 0.08, (10 / (high / low)) ** 0.5 if high / low < 10 else 1.0, 1.15)
    return low / room, high * room


def _colours(labels: pd.Series[Any] | None) -> dict[Any, str]:
    if labels is None:
        return {None: "#23527c"}
    return dict(qualitative_colours(labels.dropna().unique()))


def _group_legend(
    sheet: Sheet, colours: dict[Any, str], labels: pd.Series[Any], names: Names | None,
    language: Language,
) -> None:  # fmt: skip
    handles = [
        Line2D([], [], linestyle="none", marker="o", markersize=6.5, color=colour,
               label=name_of(group, names, language))
        for group, colour in colours.items()
    ]  # fmt: skip
    if labels.isna().any():
        handles.append(Line2D([], [], linestyle="none", marker="o", markersize=6.5, color=GREY,
                              label=translate("in no group", language)))  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=min(len(handles), 5), loc="upper left", borderaxespad=0,
        borderpad=0, bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + 5.6) / sheet.height),
        handlelength=1.0, columnspacing=1.3,
    ).set_gid("legend")  # fmt: skip


def _ratio_lines(ax: Axes, factor: float, language: Language) -> list[Any]:
    """Draw lines of equal neutrality ratio, each with its value where it leaves the plot."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    made = []
    for ratio in RATIOS:
        slope = ratio * factor
        if not (y0 < slope * x1 and slope * x0 < y1):
            continue
        ax.plot([x0, x1], [slope * x0, slope * x1], color=GREY, linewidth=0.8,
                linestyle=(0, (4, 3)), zorder=2, gid=f"ratio {ratio:g}")  # fmt: skip
        right = slope * x1 <= y1
        end = (x1, slope * x1) if right else (y1 / slope, y1)
        made.append(
            ax.annotate(f"{number(100 * ratio)} %", end, xytext=(4, 0) if right else (0, 3),
                        textcoords="offset points", fontsize=7.5, color=GREY,
                        ha="left" if right else "center", va="center" if right else "bottom",
                        annotation_clip=False, gid="ratio name")
        )  # fmt: skip
    if made:
        words = translate("Dashed: sink as a share of emissions", language)
        ax.annotate(
            words, (0, 1), xytext=(6, -6), xycoords="axes fraction", va="top",
            textcoords="offset points", fontsize=7.5, color=GREY, gid="ratio words",
        )  # fmt: skip
    return made


def _name_places(
    ax: Axes, x: pd.Series[float], y: pd.Series[float], names: Names | None, named: int,
    language: Language, marks: Sequence[Any],
) -> None:  # fmt: skip
    ratio = (y / x).sort_values(kind="stable").index
    if len(ratio) <= 12:
        chosen = list(ratio)
    else:
        chosen = [*ratio[: named // 2], *ratio[len(ratio) - (named - named // 2) :]]
    pixels = ax.transData.transform(np.column_stack([x, y]))
    obstacles = [Bbox.from_extents(a - 6, b - 6, a + 6, b + 6) for a, b in pixels]
    obstacles += [mark.get_window_extent() for mark in marks]
    points = [(float(x[p]), float(y[p])) for p in chosen]
    words = [name_of(p, names, language) for p in chosen]
    place_labels(ax, points, words, obstacles=obstacles, colours=[INK] * len(words))
