"""Moran's I over time, against what chance would give."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import extent, name_of, number, wrap
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.series_axes import end_labels, year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BAND = "#e4e4e4"
"""Where chance alone would put the values."""

MAX_SHARED = 3
"""Most groups that share one plot; beyond, the bands hide each other."""

_COLUMN = 2.3
_LEFT, _FOOT = 0.62, 0.28


@in_house_style
def moran_over_time(
    panel_frame: pd.DataFrame,
    *,
    title: str | Text = "",
    variable: object = None,
    pvalue: str = "pvalue_permutation",
    group_names: Mapping[Any, str | Text] | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Did emissions gather in space more over the years, and more than chance would have it?

    Up to three groups share one plot; more get one small plot each, on the same scale.

    Parameters
    ----------
    panel_frame : DataFrame
        One row per group and year (``MoranPanelResult.to_frame()``): columns ``group,
        year, statistic, expected, variance_randomization, status`` and the p-values;
        ``variable`` where there are several.
    title : str or Text
        Heading.
    variable : optional
        Which variable to draw; needed where the table has more than one.
    pvalue : str
        Column of p-values that fills the markers; where it is empty throughout, the
        p-values of the randomisation z-score serve instead and the legend says so.
    group_names : mapping, optional
        What to call the groups.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For a missing column, several variables without a choice, or no row to draw.

    Notes
    -----
    The band is E[I] ± 1.96 √Var_R[I], where 95 % of the values would lie if the same
    numbers were spread over the units at random. It is not a confidence interval of I.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import moran_over_time
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> frame = pd.DataFrame({2005: [1, 2, 3, 4], 2017: [1, 3, 2, 4]}, index=list("abcd"))
    >>> figure = moran_over_time(
    ...     sc.moran_panel(frame, w, permutations=0).to_frame(), pvalue="pvalue_randomization"
    ... )
    >>> len(figure.axes)
    2
    """
    needed = ["group", "year", "statistic", "expected", "variance_randomization", "status"]
    require_columns(panel_frame, [*needed, pvalue], text("the table of Moran's I"))
    frame = panel_frame
    if "variable" in frame.columns:
        present = list(frame["variable"].unique())
        if variable is None and len(present) > 1:
            raise SchemaError(
                "the table of Moran's I has several variables",
                arrived="{present}",
                fix="name one: variable={first!r}",
                present=some(present),
                first=present[0],
            )
        frame = frame if variable is None else frame[frame["variable"] == variable]
    if not len(frame):
        raise SchemaError("there is no Moran's I to draw", fix="look at the column 'variable'")
    frame = frame.assign(year=pd.to_numeric(frame["year"])).sort_values("year", kind="stable")
    tested = pvalue
    if frame[pvalue].isna().all() and "pvalue_randomization" in frame.columns:
        tested = "pvalue_randomization"
    groups = {group: frame[frame["group"] == group] for group in panel_frame["group"].unique()}
    groups = {group: part for group, part in groups.items() if len(part)}
    called = {group: name_of(group, group_names, language) for group in groups}
    notes = _gaps(groups, called, language)
    count = len(groups)
    shared = count <= MAX_SHARED
    columns = 1 if shared else next(c for c in (3, 4, 5) if count <= c * c or c == 5)
    rows = 1 if shared else math.ceil(count / columns)
    tall = 4.2 if shared else 2.05 if rows <= 3 else 1.7
    sheet = Sheet(title, rows * tall, language, source=source, notes=notes)
    room = WIDTH - _COLUMN - 2 * MARGIN
    limits = _limits(frame)
    colours = qualitative_colours(groups)
    width = (room - _LEFT) / columns
    for place, (group, part) in enumerate(groups.items()):
        row, column = divmod(0 if shared else place, columns)
        if place == 0 or not shared:
            ax = sheet.axes(MARGIN + _LEFT + column * width, (rows - 1 - row) * tall + _FOOT,
                            width - 0.2, tall - _FOOT - (0.05 if shared else 0.3))  # fmt: skip
            _frame_axes(ax, frame["year"], limits, language, first=column == 0)
            if not shared:
                _head(sheet, ax, called[group], width - 0.1)
        _draw_group(ax, group, part, tested, colours[group], alone=not shared or count == 1)
    if shared:
        _label_ends(ax, groups, called, colours)
        sheet.fit(ax, MARGIN, 0.0, room, tall - 0.04)
        year_ticks(ax, sorted(frame["year"].unique()))
    side = sheet.axes(WIDTH - _COLUMN, 0.0, _COLUMN - MARGIN, rows * tall)
    side.set_axis_off()
    _legend(side, frame, tested, bool(notes), language)
    return sheet.fig


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    half = 1.96 * np.sqrt(frame["variance_randomization"].clip(lower=0))
    parts = [frame["statistic"], frame["expected"] - half, frame["expected"] + half]
    found = np.concatenate([part.to_numpy(dtype=float) for part in parts])
    found = found[np.isfinite(found)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (-1.0, 1.0)
    pad = 0.08 * max(high - low, 0.1)
    return low - pad, high + pad


def _frame_axes(
    ax: Axes, years: pd.Series[Any], limits: tuple[float, float], language: Language, *, first: bool
) -> None:
    start, end = float(years.min()), float(years.max())
    pad = max(0.06 * (end - start), 0.5)
    ax.set(xlim=(start - pad, end + pad), ylim=limits)
    ax.axhline(0, color=FAINT, linewidth=0.8, zorder=1)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    year_ticks(ax, sorted(years.unique()))
    if first:
        ax.set_ylabel(translate("Moran's I", language))
    else:
        ax.tick_params(labelleft=False)


def _head(sheet: Sheet, ax: Axes, words: str, width: float) -> None:
    """Write the name of a group above its plot, smaller and in two lines where it is long."""
    letters = ax.set_title(words, loc="left", pad=4)
    if extent(sheet.fig, letters).width > width * sheet.fig.dpi:
        letters.set(text=wrap(sheet.fig, words, width, fontsize=7.0), fontsize=7.0)


def _draw_group(
    ax: Axes, group: object, part: pd.DataFrame, pvalue: str, colour: str, *, alone: bool
) -> None:
    fine = part["status"] == "ok"
    years = part["year"].to_numpy(dtype=float)
    value = part["statistic"].where(fine).to_numpy(dtype=float)
    expected = part["expected"].where(fine).to_numpy(dtype=float)
    variance = part["variance_randomization"].where(fine).clip(lower=0).to_numpy(dtype=float)
    half = 1.96 * np.sqrt(variance)
    band: dict[str, Any] = {
        "color": BAND if alone else colour,
        "alpha": 1.0 if alone else 0.13,
        "linewidth": 0,
    }
    ax.fill_between(years, expected - half, expected + half, zorder=0.5, **band)
    ax.plot(years, expected, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
    known = np.isfinite(half)
    beside = np.concatenate([[False], known, [False]])
    # A year between two gaps spans no area: it gets a bar of its own.
    lone = known & ~beside[:-2] & ~beside[2:]
    wide = 0.03 * (ax.get_xlim()[1] - ax.get_xlim()[0])
    ax.bar(years[lone], 2 * half[lone], bottom=(expected - half)[lone], width=2 * wide,
           zorder=0.5, **band)  # fmt: skip
    ax.hlines(expected[lone], years[lone] - wide, years[lone] + wide, color=GREY, linewidth=0.9,
              zorder=2)  # fmt: skip
    ax.plot(years, value, color=colour, linewidth=1.6, zorder=3, gid=f"line {group}")
    for kind, rows in _kinds(part[pvalue].to_numpy(dtype=float), np.isfinite(value)).items():
        ax.plot(
            years[rows], value[rows], linestyle="none", zorder=4, gid=kind,
            **_marker(kind, colour),
        )  # fmt: skip
    bad = years[~fine.to_numpy()]
    ax.plot(bad, np.full(len(bad), 0.03), linestyle="none", marker="x", markersize=5,
            color=GREY, transform=ax.get_xaxis_transform(), gid="undefined")  # fmt: skip


def _kinds(
    p: npt.NDArray[np.float64], fine: npt.NDArray[np.bool_]
) -> dict[str, npt.NDArray[np.bool_]]:
    """Sort points by what their p-value says."""
    sure, nearly = p < 0.05, (p >= 0.05) & (p < 0.1)
    kinds = {
        "p < 0.05": fine & sure,
        "p < 0.10": fine & nearly,
        "not significant": fine & (p >= 0.1),
        "not tested": fine & np.isnan(p),
    }
    return {kind: rows for kind, rows in kinds.items() if rows.any()}


def _marker(kind: str, colour: str) -> dict[str, Any]:
    look: dict[str, Any] = {"marker": "o", "markersize": 6, "color": colour, "markeredgewidth": 1.2}
    if kind == "p < 0.10":
        look |= {"fillstyle": "bottom", "markerfacecoloralt": "white"}
    elif kind == "not significant":
        look |= {"markerfacecolor": "white"}
    elif kind == "not tested":
        look |= {"marker": "_"}
    return look


def _label_ends(
    ax: Axes,
    groups: Mapping[Any, pd.DataFrame],
    called: Mapping[Any, str],
    colours: Mapping[Any, str],
) -> None:
    """Write the name of each group at the end of its line."""
    ends = {}
    for group, part in groups.items():
        line = part[(part["status"] == "ok") & part["statistic"].notna()]
        if len(line):
            ends[group] = float(line["statistic"].iloc[-1])
    end_labels(ax, ends, called, colours)


def _gaps(
    groups: Mapping[Any, pd.DataFrame], called: Mapping[Any, str], language: Language
) -> list[str]:
    """Name the points that could not be drawn, with the reason."""
    found = [
        f"{called[group]} {year:g} ({translate(str(status), language)})"
        for group, part in groups.items()
        for year, status in zip(part["year"], part["status"], strict=True)
        if status != "ok"
    ]
    if not found:
        return []
    return [translate("× Moran's I is not defined: {cases}", language, cases=some(found, 8))]


def _legend(
    side: Axes, frame: pd.DataFrame, pvalue: str, undefined: bool, language: Language
) -> None:
    fine = ((frame["status"] == "ok") & frame["statistic"].notna()).to_numpy()
    kinds = _kinds(frame[pvalue].to_numpy(dtype=float), fine)
    entries: list[Any] = [
        Line2D([], [], linestyle="none", label=translate(kind, language), **_marker(kind, INK))
        for kind in kinds
    ]
    if undefined:
        entries.append(
            Line2D([], [], linestyle="none", marker="x", color=GREY, markersize=5,
                   label=translate("not defined", language))
        )  # fmt: skip
    entries += [
        Line2D([], [], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)),
               label=translate("E[I], expected at random", language)),
        Patch(facecolor=BAND, label=translate("95 % band under\nspatial randomness", language)),
    ]  # fmt: skip
    permuted = pvalue == "pvalue_permutation"
    caption = "p-values by permutation" if permuted else "p-values from the z-score"
    side.legend(handles=entries, title=translate(caption, language), loc="upper left",
                borderaxespad=0, borderpad=0, labelspacing=0.7, alignment="left",
                handlelength=1.6).set_gid("legend")  # fmt: skip
