"""Scenarios over the years: history, paths, and where each of them peaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of, number, readable, with_unit
from spatialcarbon.report.palettes import QUALITATIVE
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.series_axes import end_labels, year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.models.drivers.peak import PeakResult

Names = Mapping[Any, str | Text]
_DASHES: tuple[Any, ...] = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
_TALL, _OVERVIEW = 4.0, 2.7
_MOST = 8
"""Paths that can still be told apart."""


@in_house_style
def scenario_paths(
    paths: pd.DataFrame,
    peaks: Mapping[Any, PeakResult],
    *,
    history: pd.Series[float] | None = None,
    title: str | Text = "",
    quantity: str | Text = "Level",
    unit: str = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Where do the scenarios lead, seen against the past, and when does each peak?

    Parameters
    ----------
    paths : DataFrame
        Year × scenario, the base year first.
    peaks : mapping
        Scenario → its :class:`~spatialcarbon.PeakResult`; a scenario that is absent has no mark.
    history : Series, optional
        Observed levels by year. With three years or more they stand beside the paths
        on an axis from zero.
    title, quantity : str or Text
        Heading; what is shown, for the vertical axis.
    unit : str
        Unit of measure.
    names : mapping, optional
        What to call the scenarios.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        Without a path, or with more than eight.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import scenario_paths
    >>> paths = pd.DataFrame({"base": [10.0, 12.0, 11.5]}, index=[2020, 2021, 2022])
    >>> figure = scenario_paths(paths, {"base": sc.peak(paths["base"])}, unit="Mt CO2")
    >>> len(figure.axes)
    1
    """
    if not 0 < paths.shape[1] <= _MOST:
        raise SchemaError(
            "a figure of {n} scenarios cannot be read",
            expected="1 to {most}",
            fix="draw some of them: paths[['baseline']]",
            n=paths.shape[1],
            most=_MOST,
        )
    colours = {name: QUALITATIVE[at % len(QUALITATIVE)] for at, name in enumerate(paths.columns)}
    beside = history is not None and len(history) >= 3
    notes = [translate("The axis of the paths does not start at zero.", language)]
    sheet = Sheet(title, _TALL, language, source=source, notes=notes)
    label = with_unit(quantity, unit, language)
    left = _OVERVIEW + 0.35 if beside else 0.0
    ax = sheet.axes(left + 0.8, 0.8, WIDTH - left - 3.2, _TALL - 1.1)
    if beside and history is not None:
        overview = sheet.axes(0.8, 0.8, _OVERVIEW - 0.8, _TALL - 1.1)
        _lines(overview, paths, colours, width=1.2)
        overview.plot(history.index, history.to_numpy(), color=INK, linewidth=1.4, gid="history")
        years = np.union1d(history.index.to_numpy(dtype=float), paths.index.to_numpy(dtype=float))
        top = max(float(history.max()), float(paths.to_numpy().max())) * 1.06
        overview.set(ylim=(0, top), xlim=(years[0] - 0.5, years[-1] + 0.5), ylabel=label)
        _finish(overview, years)
        sheet.fit(overview, MARGIN, 0.4, _OVERVIEW, _TALL - 0.46)
        year_ticks(overview, [years[0], float(paths.index[0]), years[-1]])
    years = paths.index.to_numpy(dtype=float)
    low, high = float(paths.to_numpy().min()), float(paths.to_numpy().max())
    room = (high - low or abs(high) * 0.1 or 1.0) * 0.09
    ax.set(xlim=(years[0] - 0.4, years[-1] + 0.4), ylim=(low - room, high + 1.8 * room))
    if not beside:
        ax.set_ylabel(label)
    _lines(ax, paths, colours, width=1.9)
    _finish(ax, years)
    words = {
        name: f"{name_of(name, names, language)}  {number(float(paths[name].iloc[-1]), 6)}"
        for name in paths.columns
    }
    end_labels(ax, paths.iloc[-1].to_dict(), words, colours)
    sheet.fit(ax, left + MARGIN, 0.4, WIDTH - left - 2 * MARGIN, _TALL - 0.46)
    year_ticks(ax, list(years))
    _mark_peaks(ax, paths, peaks, colours)
    _legend(sheet, peaks, language, past=beside)
    return sheet.fig


def _lines(ax: Axes, paths: pd.DataFrame, colours: Mapping[Any, str], *, width: float) -> None:
    years = paths.index.to_numpy(dtype=float)
    for at, name in enumerate(paths.columns):
        ax.plot(
            years, paths[name].to_numpy(), color=colours[name], linewidth=width,
            linestyle=_DASHES[at // len(QUALITATIVE) % len(_DASHES)], gid=f"path {name}",
        )  # fmt: skip


def _finish(ax: Axes, years: Any) -> None:
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.grid(axis="y", color=FAINT)
    year_ticks(ax, list(years))


def _mark_peaks(
    ax: Axes,
    paths: pd.DataFrame,
    peaks: Mapping[Any, PeakResult],
    colours: Mapping[Any, str],
) -> None:
    """Mark each peak, draw its plateau, and write its year and level beside it."""
    points: list[tuple[float, float]] = []
    words, inks = [], []
    for name in paths.columns:
        found = peaks.get(name)
        if found is None:
            continue
        first, last = found.plateau
        if last > first:
            top = paths.loc[first:last, name]
            ax.plot(top.index, top.to_numpy(), color=colours[name], linewidth=6, alpha=0.3,
                    solid_capstyle="round", zorder=2.5, gid=f"plateau {name}")  # fmt: skip
        peaked = found.status in ("peaked", "peaked, not sustained")
        at = (float(found.year), float(paths[name].loc[found.year]))
        ax.plot(*([one] for one in at), linestyle="none", marker="o" if peaked else "^",
                markersize=7.5, color=colours[name] if peaked else "white",
                markeredgecolor="white" if peaked else colours[name], markeredgewidth=1.3,
                zorder=4, gid=f"peak {name}")  # fmt: skip
        if peaked:
            span = f"{first}–{last}" if last > first else f"{found.year}"
            points.append(at)
            words.append(f"{span}: {number(found.value, 6)}")
            inks.append(readable(colours[name]))
    if points:
        place_labels(ax, points, words, fontsize=8.5, colours=inks, obstacles=_on_lines(ax, paths))


def _on_lines(ax: Axes, paths: pd.DataFrame) -> list[Any]:
    """Return boxes along the paths that words keep off."""
    from matplotlib.transforms import Bbox

    fine = np.linspace(paths.index[0], paths.index[-1], 12 * len(paths))
    boxes = []
    for name in paths.columns:
        heights = np.interp(fine, paths.index.to_numpy(dtype=float), paths[name].to_numpy())
        pixels = ax.transData.transform(np.column_stack([fine, heights]))
        boxes += [Bbox.from_bounds(x - 2, y - 3, 4, 6) for x, y in pixels]
    return boxes


def _legend(
    sheet: Sheet, peaks: Mapping[Any, PeakResult], language: Language, *, past: bool
) -> None:
    """Say below the axes what the marks mean."""
    statuses = {found.status for found in peaks.values()}
    seen = statuses & {"peaked", "peaked, not sustained"}
    flat = any(found.plateau[0] < found.plateau[1] for found in peaks.values())
    dot: dict[str, Any] = {"linestyle": "none", "markersize": 7}
    kinds: list[tuple[bool, str, dict[str, Any]]] = [
        (past, translate("observed", language), {"color": INK, "linewidth": 1.4}),
        (
            bool(seen),
            translate("peak", language),
            {**dot, "marker": "o", "color": GREY, "markeredgecolor": "white"},
        ),
        (flat, translate("plateau", language), {"color": GREY, "linewidth": 6, "alpha": 0.3}),
        (
            bool(statuses - seen),
            translate("highest at an end of the path: no peak seen", language),
            {**dot, "marker": "^", "color": "white", "markeredgecolor": GREY},
        ),
    ]
    handles = [Line2D([], [], label=label, **look) for drawn, label, look in kinds if drawn]
    if handles:
        sheet.fig.legend(
            handles=handles, loc="lower left", ncols=len(handles), columnspacing=2.0,
            bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + 0.02) / sheet.height),
            borderaxespad=0, borderpad=0, handletextpad=0.6,
        ).set_gid("legend")  # fmt: skip
