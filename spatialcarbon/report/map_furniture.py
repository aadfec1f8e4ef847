"""What stands beside a map: legend, scale bar, north arrow, and the page that holds them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch, Rectangle

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.geo.crs import unit_to_km
from spatialcarbon.report.canvas import INK
from spatialcarbon.report.lettering import number, unit_label
from spatialcarbon.report.palettes import NO_DATA, OUTLINE, classify, number_label
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from spatialcarbon.report.map_canvas import MapView

COLUMN = 2.15
"""Inches kept free beside the map for legend, scale and arrow."""

_TALLEST, _LOWEST = 8.0, 2.8


def map_sheet(
    title: str | Text,
    view: MapView,
    language: Language,
    *,
    rows: int = 1,
    columns: int = 1,
    panels: int = 1,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
) -> tuple[Sheet, list[Axes], Axes]:
    """Lay out a page: maps in rows and columns, and a column for what explains them.

    Returns
    -------
    tuple
        The sheet, the axes of the maps in reading order, the axes of the side column.
    """
    gap, head = 0.12, 0.26 if panels > 1 else 0.0
    room = WIDTH - COLUMN - 2 * MARGIN
    width = (room - gap * (columns - 1)) / columns
    height = min(max(width * view.aspect, _LOWEST / rows), _TALLEST / min(rows, 2))
    body = rows * (height + head) + gap * (rows - 1)
    sheet = Sheet(title, body, language, source=source, notes=notes)
    maps = []
    for panel in range(panels):
        row, column = divmod(panel, columns)
        left = MARGIN + column * (width + gap)
        maps.append(sheet.axes(left, body - (row + 1) * height - row * gap - (row + 1) * head,
                               width, height))  # fmt: skip
    side = sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, body)
    side.set_axis_off()
    return sheet, maps, side


def class_legend(
    side: Axes,
    data: Sequence[pd.Series[float]],
    bounds: Sequence[float],
    colours: Sequence[str],
    unit: str,
    language: Language,
) -> None:
    """List the classes; with one map also how many units each holds."""
    entries = []
    places = [classify(series, bounds) for series in data] if len(bounds) else []
    for i in reversed(range(len(colours))):
        low, high = bounds[i], bounds[i + 1]
        words = number_label(low) if low == high else f"{number_label(low)} – {number_label(high)}"
        count = sum(int(np.count_nonzero(place == i)) for place in places)
        entries.append((colours[i], words, count))
    absent = sum(int(series.isna().sum()) for series in data)
    if absent:
        entries.append((NO_DATA, translate("no data", language), absent))
    if len(data) == 1:
        entries = [(colour, f"{words}  ({count})", count) for colour, words, count in entries]
    caption = unit_label(unit, language)
    if len(data) == 1:
        units = translate("(number of units)", language)
        caption = f"{caption}  {units}" if caption else units
    legend(side, [(colour, words) for colour, words, _ in entries], caption)


def legend(side: Axes, entries: Sequence[tuple[str, str]], caption: str) -> None:
    """Write colours and their meanings at the top of the side column."""
    handles = [
        Patch(facecolor=colour, edgecolor=OUTLINE, linewidth=0.5, label=words)
        for colour, words in entries
    ]
    made = side.legend(
        handles=handles,
        title=caption,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.0,
        borderpad=0.0,
        handlelength=1.5,
        handleheight=1.1,
        labelspacing=0.45,
        alignment="left",
    )
    made.set_gid("legend")


def scale_and_north(ax: Axes, map_ax: Axes, view: MapView, language: Language) -> None:
    """Draw a scale bar in kilometres and a north arrow into axes beside the map."""
    fig = ax.figure.get_figure(root=True)
    assert fig is not None
    x0, y0, x1, y1 = view.bounds
    map_inches = map_ax.get_window_extent().width / fig.dpi
    inches_per_km = map_inches / ((x1 - x0) * unit_to_km(view.units.crs))
    box = ax.get_window_extent()
    wide, tall = box.width / fig.dpi, box.height / fig.dpi
    ax.set(xlim=(0, wide), ylim=(0, tall))
    ax.set_axis_off()
    kilometres = _nice(min(1.1, wide - 0.9) / inches_per_km)
    length = kilometres * inches_per_km
    left, foot = 0.05, 0.30
    for start, colour in ((0.0, INK), (0.5, "white")):
        ax.add_patch(
            Rectangle(
                (left + start * length, foot),
                length / 2,
                0.05,
                facecolor=colour,
                edgecolor=INK,
                linewidth=0.7,
            )
        )
    ax.text(left, foot - 0.04, "0", ha="center", va="top", fontsize=8)
    ax.text(
        left + length, foot - 0.04, f"{number(kilometres)} km", ha="center", va="top", fontsize=8
    )
    angle = _north(view, (x0 + x1) / 2, (y0 + y1) / 2)
    x, y, reach = wide - 0.28, foot + 0.05, 0.21
    dx, dy = math.sin(angle), math.cos(angle)
    sides = [(x + reach * dx, y + reach * dy)]
    for across, along in ((0.09, -0.19), (0.0, -0.11), (-0.09, -0.19)):
        sides.append((x + across * dy + along * dx, y - across * dx + along * dy))
    ax.fill(*zip(*sides, strict=True), color=INK, linewidth=0)
    ax.text(
        x + 0.31 * dx, y + 0.31 * dy, "N" if language == "en" else "北",
        ha="center", va="center", fontsize=8.5,
    )  # fmt: skip


def _nice(value: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above ``value``."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= value * (1 + 1e-9))


def _north(view: MapView, x: float, y: float) -> float:
    """Return the direction of north at a point of the map, in radians from straight up."""
    from pyproj import Transformer

    back = Transformer.from_crs(view.units.crs, 4326, always_xy=True)
    lon, lat = back.transform(x, y)
    ahead = back.transform(lon, min(lat + 0.1, 89.9), direction="INVERSE")
    return math.atan2(ahead[0] - x, ahead[1] - y)
