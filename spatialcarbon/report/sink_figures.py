"""Carbon sinks: by land cover, and as a range over coefficient sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import MissingDataError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.land.legends import land_class_colours
from spatialcarbon.models.land.sink_areas import land_names
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.fittings import place_axis
from spatialcarbon.report.lettering import name_of, with_unit
from spatialcarbon.report.measures import readable_measure
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

SINK = text("Carbon sink")
_TABLE = text("the table of places")


@in_house_style
def sink_composition(
    sink: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Which land takes up how much, place by place?

    Parameters
    ----------
    sink : DataFrame
        Place × class in t CO2 a year (``SinkResult.sink``); below zero is release,
        drawn to the left. The diamond is the sum.
    title : str or Text
        Heading.
    names : mapping, optional
        What to call the places.
    source : str or Text
        Where areas and coefficients come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    MissingDataError
        When a value is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import sink_composition
    >>> sink = pd.DataFrame({"forest": [2e6, 1e6], "cropland": [-1e5, 2e5]}, index=["A", "B"])
    >>> figure = sink_composition(sink)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['A', 'B']
    """
    data = numeric_table(sink)
    if data.isna().any(axis=None):
        raise MissingDataError("a sink is missing", fix="draw the places that have all classes")
    factor, unit = readable_measure(data.sum(axis=1))
    data = data.loc[:, (data != 0).any()] / factor
    colours = {**qualitative_colours(data.columns), **land_class_colours()}
    words: Names = land_names()
    step = 0.42 if len(data) <= 12 else 0.24
    tall = step * len(data) + 0.75
    sheet = Sheet(title, tall + 0.32, language, source=source)
    handles: list[Any] = [
        Patch(facecolor=colours[c], label=name_of(c, words, language)) for c in data.columns
    ]
    handles.append(_sum_mark(translate("Sum", language)))
    sheet.fig.legend(
        handles=handles, ncols=len(handles), loc="upper left", handlelength=1.1,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + 0.32) / sheet.height),
        borderaxespad=0, borderpad=0, columnspacing=1.3,
    ).set_gid("legend")  # fmt: skip
    ax = sheet.axes(1.5, 0.5, WIDTH - 1.8, tall - 0.6)
    place_axis(ax, sheet, [name_of(p, names, language) for p in data.index])
    for sign in (1, -1):
        left = np.zeros(len(data))
        for land in data.columns:
            width = data[land].where(np.sign(data[land]) == sign, 0.0).to_numpy()
            if width.any():
                ax.barh(range(len(data)), width, left=left, height=0.68, color=colours[land],
                        edgecolor="white", linewidth=0.6, gid=f"bar {land}")  # fmt: skip
            left = left + width
    ax.plot(data.sum(axis=1), range(len(data)), linestyle="none", marker="D", markersize=5,
            markerfacecolor="white", markeredgecolor=INK, zorder=4, gid="sums")  # fmt: skip
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=3)
    ax.set_xlabel(with_unit(text("{quantity} per year", quantity=SINK), unit, language))
    ax.margins(x=0.04)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.08)
    return sheet.fig


def _sum_mark(words: str) -> Line2D:
    return Line2D([], [], linestyle="none", marker="D", markersize=5, markerfacecolor="white",
                  markeredgecolor=INK, label=words)  # fmt: skip


@in_house_style
def sink_range(
    ranges: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How far do the coefficient sets leave the sink open?

    Parameters
    ----------
    ranges : DataFrame
        Place × (low, central, high) in t CO2 a year (``SinkResult.range``).
    title, names, source, language
        As in :func:`sink_composition`.

    Raises
    ------
    SchemaError
        When a column is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import sink_range
    >>> ranges = pd.DataFrame(
    ...     {"low": [1e6, 2e6], "central": [2e6, 3e6], "high": [3e6, 5e6]}, index=["A", "B"]
    ... )
    >>> figure = sink_range(ranges)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['A', 'B']
    """
    require_columns(ranges, ["low", "central", "high"], _TABLE)
    data = numeric_table(ranges[["low", "central", "high"]])
    factor, unit = readable_measure(data)
    data = data / factor
    tall = (0.36 if len(data) <= 12 else 0.24) * len(data) + 0.85
    sheet = Sheet(title, tall + 0.3, language, source=source)
    handles = [
        Line2D([], [], color="#7a9fc4", linewidth=4,
               label=translate("least to largest set", language)),
        Line2D([], [], linestyle="none", marker="o", markersize=6.5, color="#23527c",
               label=translate("central set", language)),
    ]  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=2, loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + 0.3) / sheet.height),
    ).set_gid("legend")  # fmt: skip
    ax = sheet.axes(1.5, 0.5, WIDTH - 1.8, tall - 0.6)
    place_axis(ax, sheet, [name_of(p, names, language) for p in data.index])
    rows = range(len(data))
    ax.hlines(rows, data["low"], data["high"], color="#7a9fc4", linewidth=4, gid="range")
    ax.plot(data["central"], rows, linestyle="none", marker="o", markersize=6.5,
            color="#23527c", zorder=4, gid="central")  # fmt: skip
    if (data.to_numpy() < 0).any():
        ax.axvline(0, color=GREY, linewidth=0.8)
    else:
        ax.set_xlim(left=0)
    ax.set_xlabel(with_unit(text("{quantity} per year", quantity=SINK), unit, language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.1)
    return sheet.fig
