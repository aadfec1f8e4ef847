"""Sensitivity of allocations: ranges of ranks, and changes under other choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.allocation_figures import CRITERION_WORDS
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import ink_on, name_of, wrap
from spatialcarbon.report.palettes import diverging_colours
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

WEIGHTING_WORDS: Mapping[str, Text] = {
    "entropy": text("Entropy weights"),
    "equal": text("Equal weights"),
    "critic": text("CRITIC weights"),
}

_CHOICE, _ERROR = "#c9d3df", "#3d6fa5"
"""Bars of what choices do, and of what errors do."""

_NOTHING = "#ececec"
_ROW = 0.2


def variant_words(variant: str, criteria: Names = CRITERION_WORDS) -> Text:
    """Return what to call a way of weighting, or a criterion left out.

    Parameters
    ----------
    variant : str
        As in ``AllocationSensitivityResult.table``.
    criteria : mapping
        What to call criteria.
    """
    if variant.startswith("without "):
        criterion = variant.removeprefix("without ")
        return text("{criterion} left out", criterion=criteria.get(criterion, criterion))
    return WEIGHTING_WORDS.get(variant, Text(variant))


@in_house_style
def rank_ranges(
    stability: pd.DataFrame,
    *,
    top: int | None = None,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Between which ranks does each place lie, whatever is chosen and whatever the errors?

    Parameters
    ----------
    stability : DataFrame
        ``AllocationSensitivityResult.stability``, or some of its rows. They are drawn in
        the order of the base.
    top : int, optional
        Where a line parts the top from the others.
    title : str or Text
        Heading.
    names : mapping, optional
        What to call places.
    source : str or Text
        Where the criteria come from.
    notes : sequence of str or Text
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For a table without rows or without one of the columns.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import rank_ranges
    >>> table = pd.DataFrame(
    ...     {"population": [1.0, 4.0, 2.0], "gdp": [1.0, 2.0, 6.0]}, index=["a", "b", "c"]
    ... )
    >>> found = sc.allocation_sensitivity(
    ...     12.0, table, indicators=["population", "gdp"], weighting=["equal"], draws=9, rng=1
    ... )
    >>> figure = rank_ranges(found.stability)
    >>> len(figure.axes)
    1
    """
    needed = ["rank", "low", "high", "noise_low", "noise_high"]
    require_columns(stability, needed, text("the table of stability"))
    if stability.empty:
        raise SchemaError("there is no place to draw")
    rows = stability.sort_values(["rank", "low", "high"], kind="stable")
    tall = _ROW * len(rows) + 1.2
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    ax = sheet.axes(1.5, 0.45, WIDTH - 1.8, tall - 0.9)
    drawn = bool(rows["noise_low"].notna().any())
    for at, (unit, row) in enumerate(rows.iterrows()):
        _bar(ax, at, row["low"], row["high"], 0.62, _CHOICE, f"range {unit}")
        if drawn:
            _bar(ax, at, row["noise_low"], row["noise_high"], 0.26, _ERROR, f"errors {unit}")
    look: dict[str, Any] = {
        "linestyle": "none", "marker": "o", "markersize": 4.6, "color": INK,
        "markeredgecolor": "white", "markeredgewidth": 0.7,
    }  # fmt: skip
    ax.plot(rows["rank"], range(len(rows)), zorder=4, gid="base", **look)
    last = int(max(rows["high"].max(), rows["rank"].max()))
    if top is not None and top < last:
        ax.axvline(top + 0.5, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid="top")
    ax.set(xlim=(0.3, last + 0.7), ylim=(len(rows) - 0.4, -0.6), yticks=range(len(rows)))
    ax.xaxis.set_major_locator(FixedLocator(_rank_ticks(last)))
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(axis="both", length=0)
    ax.grid(axis="x", color=FAINT)
    ax.set_xlabel(translate("Rank by reduction (1: most is asked)", language))
    ax.set_yticklabels([name_of(unit, names, language) for unit in rows.index], fontsize=7.5)
    handles: list[Any] = [
        Line2D([], [], label=translate("As reported", language), **look),
        Patch(facecolor=_CHOICE, label=translate("Over all choices and errors", language)),
    ]
    if drawn:
        errors = translate("95 % of the draws with errors", language)
        handles.append(Patch(facecolor=_ERROR, label=errors))
    if top is not None and top < last:
        words = translate("Top {n}", language, n=top)
        dashes = (0, (4, 3))
        handles.append(Line2D([], [], color=GREY, linewidth=0.9, linestyle=dashes, label=words))
    _legend(sheet, handles, tall)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.42)
    return sheet.fig


def _bar(ax: Axes, at: int, low: float, high: float, height: float, colour: str, gid: str) -> None:
    """Draw from half a rank before to half a rank after, so that one rank has a width."""
    ax.barh(at, high - low + 0.7, left=low - 0.35, height=height, color=colour, linewidth=0,
            zorder=2, gid=gid)  # fmt: skip


def _rank_ticks(last: int) -> list[int]:
    step = next(
        s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if last / s <= 16 or s == 1000
    )
    return [1, *range(step if step > 1 else 2, last + 1, step)]


@in_house_style
def variant_heatmap(
    difference: pd.DataFrame,
    base: pd.Series[Any],
    *,
    title: str | Text = "",
    names: Names | None = None,
    variant_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """By how many per cent does another choice change what each place cuts?

    Parameters
    ----------
    difference : DataFrame
        Place × variant, from the base: ``AllocationSensitivityResult.pivot("difference", ...)``.
        A variant without values is left out.
    base : Series
        Allocation of the base, by place. Places that cut nothing have no percentage.
    variant_names : mapping, optional
        What to call variants; the usual ones have names.
    title, names, source, notes, language
        As in :func:`rank_ranges`.

    Raises
    ------
    SchemaError
        For an empty table.
    OptionError
        Places that the base lacks.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import variant_heatmap
    >>> table = pd.DataFrame(
    ...     {"population": [1.0, 4.0, 2.0], "gdp": [1.0, 2.0, 6.0]}, index=["a", "b", "c"]
    ... )
    >>> found = sc.allocation_sensitivity(
    ...     12.0, table, indicators=["population", "gdp"], weighting=["equal"], draws=9, rng=1
    ... )
    >>> changes = found.pivot("difference", kind="leave_out")
    >>> figure = variant_heatmap(changes, found.base.allocation)
    >>> len(figure.axes)
    2
    """
    data = numeric_table(difference.dropna(axis="columns", how="all"))
    absent = data.index.difference(base.index)
    if len(absent):
        raise OptionError("the base lacks {places}", places=some(absent))
    own = base.reindex(data.index).to_numpy(dtype=float)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(np.abs(own) > 0, data.to_numpy(dtype=float) / np.abs(own), np.nan)
    known = np.abs(change[np.isfinite(change)])
    limit = min(max(float(known.max()) if len(known) else 0.0, 0.01), 1.0)
    cell, head, foot = _ROW, 0.62, 0.5
    tall = cell * len(data) + head + foot
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    ax = sheet.axes(1.5, foot, WIDTH - 1.8, tall - head - foot)
    colours = LinearSegmentedColormap.from_list("change", diverging_colours(9))
    ax.set_facecolor(_NOTHING)  # seen through cells without a percentage
    mesh = ax.pcolormesh(np.ma.masked_invalid(change), cmap=colours, norm=Normalize(-limit, limit),
                         edgecolors="white", linewidth=0.8, gid="cells")  # fmt: skip
    for (row, column), value in np.ndenumerate(change):
        shade = to_hex(colours(0.5 + value / limit / 2)) if np.isfinite(value) else _NOTHING
        ax.text(column + 0.5, row + 0.52, _percent(value), ha="center", va="center", fontsize=7,
                color=ink_on(shade), gid="change")  # fmt: skip
    ax.set(ylim=(len(data), 0), yticks=np.arange(len(data)) + 0.5,
           xticks=np.arange(data.shape[1]) + 0.5)  # fmt: skip
    ax.set_yticklabels([name_of(unit, names, language) for unit in data.index], fontsize=7.5)
    room = (WIDTH - 2.2) / data.shape[1] - 0.1
    called = {v: variant_words(str(v)) for v in data} | dict(variant_names or {})
    ax.set_xticklabels(
        [wrap(sheet.fig, name_of(v, called, language), room, fontsize=8.5) for v in data]
    )
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    sheet.fit(ax, MARGIN, foot, WIDTH - 2 * MARGIN, tall - foot)
    key = sheet.axes(WIDTH - 3.2, 0.28, 2.9, 0.1)
    reach = "both" if len(known) and known.max() > limit else "neither"
    bar = sheet.fig.colorbar(mesh, cax=key, orientation="horizontal", extend=reach)
    bar.outline.set_visible(False)
    key.tick_params(labelsize=7.5, length=2)
    key.xaxis.set_major_locator(FixedLocator([-limit, 0, limit]))
    key.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _percent(value)))
    sheet.fig.text((WIDTH - 3.3) / WIDTH, (sheet.bottom + 0.33) / sheet.height, ha="right",
                   va="center", fontsize=8,
                   s=translate("Change from what is reported", language))  # fmt: skip
    return sheet.fig


def _percent(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    digits = 0 if abs(value) >= 0.0995 else 1
    plain = f"{100 * abs(value):,.{digits}f}"
    sign = "" if float(plain.replace(",", "")) == 0 else "−" if value < 0 else "+"
    return f"{sign}{plain} %"


def _legend(sheet: Sheet, handles: Sequence[Any], top: float) -> None:
    sheet.fig.legend(
        handles=handles, ncols=len(handles), loc="upper left", handlelength=1.6,
        columnspacing=1.6, borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + top) / sheet.height),
    ).set_gid("legend")  # fmt: skip
