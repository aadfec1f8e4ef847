"""Ridges: densities of one series below the other, a panel for each group."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import extent, name_of, number, readable, with_unit, wrap
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet
from spatialcarbon.stats.density import HIGH
from spatialcarbon.stats.density_sample import REASONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.stats.density_panel import DensityPanelResult

Names = Mapping[Any, str | Text]

_OVERLAP = 2.4
"""Rows that the highest ridge reaches over."""

_HAIR = 0.01
"""Height, in rows, below which a ridge is its base line."""


@in_house_style
def density_ridges(
    result: DensityPanelResult,
    *,
    groups: Iterable[str] | None = None,
    title: str | Text = "",
    quantity: str | Text = "Value",
    unit: str = "",
    group_names: Names | None = None,
    series_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How did the distribution move over the years: along the axis, wider, into two humps?

    One ridge per series (year, scenario), the first at the top; one panel per group.

    Parameters
    ----------
    result : DensityPanelResult
        From :func:`spatialcarbon.density_panel`.
    groups : iterable of str, optional
        Which groups to draw; all of them if left out.
    title, quantity : str or Text
        Heading; what the values are, for the horizontal axis.
    unit : str
        Unit of measure of the values.
    group_names, series_names : mapping, optional
        What to call groups and series.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For groups that the result lacks.

    Notes
    -----
    All curves have the same area. Within a panel heights are to one scale.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import density_ridges
    >>> years = pd.DataFrame({2005: [2.0, 4.0, 9.0], 2017: [1.0, 2.0, 6.0]}, index=list("abc"))
    >>> figure = density_ridges(sc.density_panel(years, bandwidth=1.0), quantity="t per head")
    >>> figure.axes[0].get_xlabel()
    't per head'
    """
    known = list(dict.fromkeys(result.overview["group"]))
    chosen = known if groups is None else list(groups)
    absent = [group for group in chosen if group not in known]
    if absent or not chosen:
        raise SchemaError(
            "there is no density of {absent}",
            expected="groups among {known}",
            absent=some(absent),
            known=some(known, 12),
        )
    series = list(dict.fromkeys(result.overview["series"]))
    columns = min(len(chosen), 3)
    rows = math.ceil(len(chosen) / columns)
    step = 0.27 if len(chosen) == 1 else 0.15
    step = min(max(step, 1.6 / len(series)), 0.6)
    head = 0.3 if len(chosen) > 1 else 0.05
    tall = step * (len(series) + _OVERLAP - 1) + 0.45 + head
    notes = [
        text("Every curve has area 1; heights are to one scale within a panel."),
        text("Ticks mark modes at least {share} % as high as the highest of their curve.",
             share=f"{100 * HIGH:g}"),
    ]  # fmt: skip
    sheet = Sheet(title, rows * tall + 0.1, language, source=source, notes=notes)
    left = _left_column(sheet, [name_of(s, series_names, language) for s in series])
    width = (WIDTH - left - MARGIN) / columns
    colours = qualitative_colours(known)
    for place, group in enumerate(chosen):
        row, column = divmod(place, columns)
        below = 0.1 + (rows - 1 - row) * tall
        ax = sheet.axes(left + column * width, below + 0.4, width - 0.18, tall - 0.45 - head)
        _draw_ridges(ax, result, group, series, colours[group], language)
        shown = [name_of(s, series_names, language) for s in series] if column == 0 else []
        _frame_ridges(ax, shown, len(series), step)
        if place + columns >= len(chosen):
            ax.set_xlabel(with_unit(quantity, unit, language))
        if len(chosen) > 1:
            words = wrap(sheet.fig, name_of(group, group_names, language), width - 0.2,
                         fontsize=9.0)  # fmt: skip
            ax.set_title(words, loc="left", pad=3, fontsize=9.0)
    return sheet.fig


def _left_column(sheet: Sheet, words: list[str]) -> float:
    """Return the room that the names of the series need, in inches."""
    letters = [sheet.fig.text(0, 0, word, fontsize=8.5) for word in words]
    widest = max(extent(sheet.fig, letter).width for letter in letters) / sheet.fig.dpi
    for letter in letters:
        letter.remove()
    return MARGIN + widest + 0.12


def _draw_ridges(
    ax: Axes, result: DensityPanelResult, group: str, series: list[Any], colour: str,
    language: Language,
) -> None:  # fmt: skip
    curves = {key[1]: one for key, one in result.curves.items() if key[0] == group}
    highest = max((float(one.density.max()) for one in curves.values()), default=1.0)
    scale = _OVERLAP / highest
    grid = next(iter(result.curves.values())).grid
    ax.set(xlim=(grid[0], grid[-1]), ylim=(len(series) - 1 + 0.12, -_OVERLAP * 1.03))
    if grid[0] < 0:
        ax.axvline(0, color=FAINT, linewidth=0.8, zorder=0.5)
    for place, label in enumerate(series):
        # Later ridges stand before earlier ones.
        depth = 2 + place
        if label not in curves:
            status = result.overview.query("group == @group and series == @label")["status"].iloc[0]
            ax.text(grid[0], place, f" × {REASONS[status].render(language)}", fontsize=7.5,
                    color=GREY, va="bottom", zorder=depth, gid="undefined")  # fmt: skip
            continue
        one = curves[label]
        ridge = place - scale * one.density
        seen = np.where(scale * one.density > _HAIR, ridge, np.nan)
        ax.fill_between(grid, place, ridge, color=_tint(colour), linewidth=0, zorder=depth)
        ax.plot(grid, seen, color="white", linewidth=2.2, zorder=depth, solid_capstyle="butt")
        ax.axhline(place, color=FAINT, linewidth=0.7, zorder=depth)
        ax.plot(grid, seen, color=readable(colour), linewidth=1.0, zorder=depth + 0.1,
                gid=f"ridge {group} {label}")  # fmt: skip
        marked = one.modes[one.modes["relative"] >= HIGH]
        ax.vlines(marked["location"], place - scale * marked["height"], place, color=INK,
                  linewidth=0.8, zorder=depth + 0.2, gid=f"modes {group} {label}")  # fmt: skip


def _tint(colour: str) -> tuple[float, float, float]:
    """Return a colour mixed with white: ridges that show through each other darken by chance."""
    red, green, blue = (0.45 * part + 0.55 for part in to_rgb(colour))
    return red, green, blue


def _frame_ridges(ax: Axes, shown: list[str], count: int, step: float) -> None:
    """Name the rows that have room, the last one first."""
    every = max(1, math.ceil(0.155 / step))
    kept = [place for place in range(count) if (count - 1 - place) % every == 0]
    ax.set_yticks(kept)
    ax.set_yticklabels([shown[place] for place in kept] if shown else [""] * len(kept))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
