"""Densities laid over each other, with the values they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import FAINT, GREY, in_house_style
from spatialcarbon.report.lettering import (
    name_of,
    number,
    unit_label,
    with_unit,
    wrap,
)
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet
from spatialcarbon.stats.density import HIGH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.stats.density import DensityResult

Names = Mapping[Any, str | Text]

_SIDE = 2.35
_DASHES: tuple[Any, ...] = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))


@in_house_style
def density_curves(
    curves: Mapping[Any, DensityResult],
    *,
    title: str | Text = "",
    quantity: str | Text = "Value",
    unit: str = "",
    names: Names | None = None,
    rug: bool = True,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How do distributions differ: scenarios, groups, two years, two bandwidths?

    Parameters
    ----------
    curves : mapping
        Label → :class:`~spatialcarbon.DensityResult`; at most eight can be told apart.
    title, quantity : str or Text
        Heading; what the values are, for the horizontal axis.
    unit : str
        Unit of measure of the values.
    names : mapping, optional
        What to call the curves.
    rug : bool
        Whether the values themselves stand below the curves, one tick each.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When there is no curve to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import density_curves
    >>> values = pd.Series([1.0, 2.0, 2.0, 3.0, 5.0], index=list("ABCDE"))
    >>> figure = density_curves({2017: sc.kernel_density(values)}, quantity="t per head")
    >>> figure.axes[0].get_xlabel()
    't per head'
    """
    if not curves:
        raise SchemaError("there is no density to draw")
    colours = qualitative_colours(curves)
    first = next(iter(curves.values()))
    # Rules compared on the same values need those but once.
    shared = all(one.values.equals(first.values) for one in curves.values())
    carpets = {label: colours[label] for label in curves}
    carpets = ({next(iter(curves)): GREY} if shared else carpets) if rug else {}
    rows = len(carpets)
    tall, carpet = 3.9, 0.16 * rows
    sheet = Sheet(title, tall + carpet, language, source=source)
    ax = sheet.axes(0.8, 0.5, WIDTH - _SIDE - 1.0, tall + carpet - 0.6)
    top = max(float(one.density.max()) for one in curves.values()) * 1.06
    # Room below zero for the ticks, in proportion to their height on paper.
    foot = -top * carpet / (tall - 0.6)
    low = min(float(one.grid[0]) for one in curves.values())
    high = max(float(one.grid[-1]) for one in curves.values())
    ax.set(xlim=(low, high), ylim=(foot * 1.12, top))
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=1)
    if low < 0:
        ax.axvline(0, color=FAINT, linewidth=0.8, zorder=0.5)
    for place, (label, one) in enumerate(curves.items()):
        colour = colours[label]
        ax.fill_between(one.grid, 0, one.density, color=colour, alpha=0.10, linewidth=0)
        ax.plot(one.grid, one.density, color=colour, linewidth=1.8, gid=f"curve {label}",
                linestyle=_DASHES[place % len(_DASHES)])  # fmt: skip
        marked = one.modes[one.modes["relative"] >= HIGH]
        ax.plot(marked["location"], marked["height"], linestyle="none", marker="o", markersize=4.5,
                color=colour, markeredgecolor="white", markeredgewidth=0.8, zorder=4,
                gid=f"modes {label}")  # fmt: skip
    for place, (label, colour) in enumerate(carpets.items()):
        one = curves[label]
        ax.plot(one.values, np.full(one.n, foot * (place + 0.7) / rows), linestyle="none",
                marker="|", markersize=6, markeredgewidth=0.7, color=colour, alpha=0.7,
                gid=f"rug {label}")  # fmt: skip
    ax.spines["bottom"].set_visible(not rug)
    ax.spines["left"].set_bounds(0, top)
    ticks = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(0, top)
    ax.set_yticks([tick for tick in ticks if 0 <= tick <= top])
    _label_axes(ax, quantity, unit, language)
    ax.set_ylabel(_height_label(unit, language))
    side = sheet.axes(WIDTH - _SIDE, 0.0, _SIDE - MARGIN, tall + carpet)
    side.set_axis_off()
    _legend(sheet, side, curves, colours, names, unit, language, rug=rug)
    box = (MARGIN, 0.02, WIDTH - _SIDE - MARGIN - 0.1, tall + carpet - 0.08)
    sheet.fit(ax, *box)
    return sheet.fig


def _label_axes(ax: Axes, quantity: str | Text, unit: str, language: Language) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(with_unit(quantity, unit, language))


def _height_label(unit: str, language: Language) -> str:
    if not unit:
        return translate("Density", language)
    return translate("Density (per {measure})", language, measure=unit_label(unit, language))


def _legend(
    sheet: Sheet,
    side: Axes,
    curves: Mapping[Any, DensityResult],
    colours: Mapping[Any, str],
    names: Names | None,
    unit: str,
    language: Language,
    *,
    rug: bool,
) -> None:
    """Name each curve with its bandwidth, and say what dots and ticks are."""
    handles: list[Any] = []
    measure = unit_label(unit, language) if unit else ""
    for place, (label, one) in enumerate(curves.items()):
        width = f"h = {number(one.bandwidth, 3)} {measure}".strip()
        called = wrap(sheet.fig, name_of(label, names, language), _SIDE - 0.65, fontsize=8.5)
        handles.append(
            Line2D([], [], color=colours[label], linewidth=1.8, label=f"{called}\n{width}",
                   linestyle=_DASHES[place % len(_DASHES)])
        )  # fmt: skip
    dots = translate("mode, at least {share} % as high\nas the highest", language,
                     share=f"{100 * HIGH:g}")  # fmt: skip
    handles.append(Line2D([], [], linestyle="none", marker="o", markersize=4.5, color=GREY,
                          label=dots))  # fmt: skip
    if rug:
        handles.append(
            Line2D([], [], linestyle="none", marker="|", markersize=6, color=GREY,
                   label=translate("one value", language))
        )  # fmt: skip
    side.legend(handles=handles, title=translate("h: bandwidth", language), loc="upper left",
                borderaxespad=0, borderpad=0, labelspacing=0.8, alignment="left",
                handlelength=2.0).set_gid("legend")  # fmt: skip
