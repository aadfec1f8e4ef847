"""Parts that several figures have in common: axes of places, legends, ticks, shades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from spatialcarbon.report.canvas import FAINT
from spatialcarbon.report.lettering import extent, number, wrap
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def place_axis(ax: Axes, sheet: Sheet, names: Sequence[str]) -> None:
    """Write the names of places from top to bottom, and numbers below them."""
    ax.set(ylim=(len(names) - 0.45, -0.55), yticks=range(len(names)))
    small = 8.5 if len(names) <= 12 else 7.5
    ax.set_yticklabels([wrap(sheet.fig, name, 2.0, fontsize=small) for name in names])
    ax.tick_params(axis="y", length=0, labelsize=small)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two limits: 1, 2, 5 when there is room, else powers of ten."""
    steps = (1.0, 2.0, 5.0) if high / low < 1500 else (1.0,)
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    return [s * 10.0**p for p in powers for s in steps if low <= s * 10.0**p <= high]


def legend_rows(sheet: Sheet, words: list[str]) -> int:
    """Return in how many rows the names of a legend fit above the axes."""
    letters = [sheet.fig.text(0, 0, word, fontsize=8.5) for word in words]
    widest = max(extent(sheet.fig, letter).width for letter in letters) / sheet.fig.dpi + 0.5
    return -(-len(words) // max(1, int((WIDTH - 2 * MARGIN) / widest)))


def legend_above(sheet: Sheet, top: float, handles: Sequence[Any]) -> None:
    """Write a legend in one row at the top of a sheet."""
    sheet.fig.legend(
        handles=list(handles), ncols=len(handles), loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + top) / sheet.height), columnspacing=1.5,
    ).set_gid("legend")  # fmt: skip


def shade(share: float, ends: tuple[str, str]) -> str:
    """Return the colour at a part of the way from one colour to another."""
    low, high = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in ends)
    mixed = low + (high - low) * share
    return "#" + "".join(f"{round(part):02x}" for part in mixed.tolist())
