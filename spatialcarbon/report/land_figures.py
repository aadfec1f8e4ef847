"""Land cover: shares of the classes over the years, and what each won and lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.land.area_tables import ALL, class_order
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.flow_figure import class_colours, class_words
from spatialcarbon.report.lettering import (
    emphasise,
    extent,
    ink_on,
    name_of,
    number,
    with_unit,
    wrap,
)
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
_LOSS = 0.42
"""Opacity of what a class lost, so that it is seen to be gone."""


@in_house_style
def land_shares(
    areas: pd.DataFrame,
    *,
    title: str | Text = "",
    zone_names: Names | None = None,
    class_names: Names | None = None,
    colours: Mapping[str, str] | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """How is the land of each zone divided between classes, year by year?

    Parameters
    ----------
    areas : DataFrame
        Columns ``zone, year, class, share``, such as ``TransitionSeriesResult.areas``; for
        up to some fifteen zones. Shares that are all NaN are drawn as "no data".
    title : str or Text
        Heading.
    zone_names, class_names : mapping, optional
        What to call zones and classes.
    colours : mapping, optional
        Class → colour; the common legend has its own.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For missing columns, no rows, or shares that do not sum to one.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import land_shares
    >>> areas = pd.DataFrame(
    ...     {
    ...         "zone": "A",
    ...         "year": [2000, 2000, 2020, 2020],
    ...         "class": ["cropland", "built"] * 2,
    ...         "share": [0.9, 0.1, 0.7, 0.3],
    ...     }
    ... )
    >>> figure = land_shares(areas)
    >>> len(figure.axes)
    1
    """
    require_columns(areas, ["zone", "year", "class", "share"], text("the table of areas"))
    wide = areas.pivot(index=["zone", "year"], columns="class", values="share")
    empty = wide.isna().all(axis=1)
    wide = wide.fillna(0.0)
    sums = wide.sum(axis=1)
    wrong = sums.index[~empty & ((sums - 1).abs() > 1e-6)]
    if empty.all() or len(wrong):
        raise SchemaError(
            "the shares of the classes do not sum to one",
            arrived="other sums for {places}",
            places=some(f"{zone} {year}" for zone, year in wrong),
        )
    zones = list(dict.fromkeys(areas["zone"]))
    years = sorted(areas["year"].unique())
    classes = [c for c in class_order(wide.columns) if (wide[c] > 0).any()]
    step, head = 0.23, 0.14
    tall = len(zones) * (len(years) * step + head) + 0.5
    sheet = _with_legend(title, classes, class_names, colours, tall, language,
                                source=source, notes=notes)  # fmt: skip
    fills = class_colours(classes, colours)
    ax = sheet.axes(2.2, 0.42, WIDTH - 2.5, tall - 0.5)
    ax.set_xlim(0, 100)
    ticks, labels, firsts = [], [], {}
    y = 0.0
    for zone in zones:
        firsts[zone] = y
        for year in years:
            if empty.get((zone, year), True):
                ax.text(1, y, translate("no data", language), va="center", fontsize=7.5, color=GREY)
            else:
                _bar_of_shares(ax, y, wide.loc[(zone, year)], classes, fills, step)
            ticks.append(y)
            labels.append(str(year))
            y += step
        y += head
    ax.set(ylim=(y - head - step / 2, -step / 2 - 0.02), yticks=ticks)
    ax.set_yticklabels(labels)
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xlabel(with_unit(text("Share of the area"), "%", language))
    room = 1.45
    sheet.fit(ax, MARGIN + room, 0.02, WIDTH - 2 * MARGIN - room, tall - 0.04)
    for zone, first in firsts.items():
        said = name_of(zone, {ALL: text("All zones"), **(zone_names or {})}, language)
        said = wrap(sheet.fig, said, room - 0.1, fontsize=8.5)
        letters = ax.annotate(
            said, (0, first - step * 0.36), xycoords=("axes fraction", "data"), ha="left",
            va="top", xytext=(-_left_edge(ax), 0), textcoords="offset points", fontsize=8.5,
        )  # fmt: skip
        emphasise(letters, language)
    return sheet.fig


def _left_edge(ax: Axes) -> float:
    """Return how far the margin of the page lies left of the axes, in points."""
    return float(ax.get_position().x0 * WIDTH - MARGIN) * 72


def _bar_of_shares(
    ax: Axes, y: float, row: Any, classes: list[str], fills: Mapping[str, str], step: float
) -> None:
    fig = ax.figure.get_figure(root=True)
    assert fig is not None
    left = 0.0
    for name in classes:
        width = 100.0 * float(row[name])
        [bar] = ax.barh(y, width, left=left, height=0.86 * step, color=fills[name],
                        edgecolor="white", linewidth=0.5, gid=f"share {name}")  # fmt: skip
        if width >= 3:
            letters = ax.text(left + width / 2, y, f"{width:.1f}", ha="center", va="center",
                              fontsize=7, color=ink_on(fills[name]), gid="per cent")  # fmt: skip
            if extent(fig, letters).width > 0.92 * bar.get_window_extent().width:
                letters.remove()
        left += width


def _with_legend(
    title: str | Text,
    classes: list[str],
    names: Names | None,
    colours: Mapping[str, str] | None,
    tall: float,
    language: Language,
    *,
    source: str | Text,
    notes: Sequence[str | Text],
) -> Sheet:
    """Return a page with the legend of the classes above its body."""
    words, fills = class_words(classes, names, language), class_colours(classes, colours)
    columns = min(len(classes), 4 if len(classes) in (7, 8) else 5)
    above = 0.22 * -(-len(classes) // columns) + 0.12
    sheet = Sheet(title, tall + above, language, source=source, notes=notes)
    handles = [Patch(facecolor=fills[c], edgecolor="none", label=words[c]) for c in classes]
    sheet.fig.legend(
        handles=_by_rows(handles, columns), ncols=columns, loc="upper left", handlelength=1.1,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + above) / sheet.height),
        borderaxespad=0, borderpad=0, columnspacing=1.6, labelspacing=0.45, fontsize=8.5,
    ).set_gid("legend")  # fmt: skip
    return sheet


def _by_rows(handles: list[Patch], columns: int) -> list[Patch]:
    """Return entries in the order in which a legend filled by columns shows them row by row."""
    return [handle for start in range(columns) for handle in handles[start::columns]]


@in_house_style
def gains_and_losses(
    table: pd.DataFrame,
    *,
    title: str | Text = "",
    class_names: Names | None = None,
    colours: Mapping[str, str] | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """What did each class win and lose, and what remains of it?

    Bars to the right are gains, pale ones to the left losses, the diamond is net change.
    Where only areas are known, there are diamonds alone.

    Parameters
    ----------
    table : DataFrame
        Rows of one zone of ``TransitionResult.table``: columns ``class, gain, loss, net``.
    title, class_names, colours, source, notes, language
        As in :func:`land_shares`.

    Raises
    ------
    SchemaError
        For missing columns, no rows, or a class that stands twice (rows of two zones).

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import gains_and_losses
    >>> table = pd.DataFrame(
    ...     {
    ...         "class": ["cropland", "built"],
    ...         "gain": [1.0, 5.0],
    ...         "loss": [6.0, 0.0],
    ...         "net": [-5.0, 5.0],
    ...     }
    ... )
    >>> figure = gains_and_losses(table)
    >>> len(figure.axes)
    1
    """
    require_columns(table, ["class", "gain", "loss", "net"], text("the table of changes"))
    if table.empty or table["class"].duplicated().any():
        raise SchemaError(
            "the table of changes is not that of one zone",
            expected="each class once",
            fix="result.table[result.table['zone'] == 'ALL']",
        )
    rows = table.set_index("class")[["gain", "loss", "net"]].astype("float64")
    rows = rows.loc[[c for c in class_order(rows.index) if rows.loc[c].abs().sum() > 0]]
    if rows.empty:
        raise SchemaError("no land changed its class: there is nothing to draw")
    moved = bool(rows["gain"].notna().all())
    words, fills = (
        class_words(list(rows.index), class_names, language),
        class_colours(list(rows.index), colours),
    )
    tall, key = 0.42 * len(rows) + 0.6, 0.3
    sheet = Sheet(title, tall + key, language, source=source, notes=notes)
    ax = sheet.axes(1.6, 0.45, WIDTH - 2.0, tall - 0.5)
    reach = float(np.nanmax(rows.abs().to_numpy()))
    ends = (
        (-float(rows["loss"].max()), float(rows["gain"].max()))
        if moved
        else (min(float(rows["net"].min()), 0.0), max(float(rows["net"].max()), 0.0))
    )
    ax.set(xlim=(ends[0] - 0.14 * reach, ends[1] + 0.14 * reach), ylim=(len(rows) - 0.4, -0.6),
           yticks=range(len(rows)))  # fmt: skip
    ax.set_yticklabels([words[c] for c in rows.index])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=2)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(with_unit(text("Area won and lost"), "km2", language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    for y, (name, row) in enumerate(rows.iterrows()):
        _changes(ax, y, str(name), row, fills[str(name)], moved)
    _key_of_changes(sheet, tall + key, moved, language)
    return sheet.fig


def _changes(ax: Axes, y: int, name: str, row: Any, colour: str, moved: bool) -> None:
    if moved:
        for kind, sign, alpha in (("gain", 1, 1.0), ("loss", -1, _LOSS)):
            ax.barh(y, sign * row[kind], height=0.56, color=colour, alpha=alpha, zorder=1,
                    gid=f"{kind} {name}")  # fmt: skip
            said = f"{'+' if sign > 0 else '−'}{number(row[kind])}"
            clear = max(float(row[kind]), 0.012 * float(np.ptp(ax.get_xlim())))
            ax.annotate(said, (sign * clear, y), xytext=(8 * sign, 0), va="center",
                        textcoords="offset points", ha="left" if sign > 0 else "right",
                        fontsize=7.5, color=GREY, gid=f"{kind} amount")  # fmt: skip
    else:
        ax.plot([0, row["net"]], [y, y], color=colour, linewidth=2.4, zorder=1)
        side = 1 if row["net"] >= 0 else -1
        ax.annotate(("+" if side > 0 else "") + number(row["net"]), (row["net"], y),
                    xytext=(8 * side, 0), va="center", textcoords="offset points",
                    ha="left" if side > 0 else "right", fontsize=7.5, color=GREY)  # fmt: skip
    ax.plot(row["net"], y, marker="D", markersize=6, color=INK, markeredgecolor="white",
            markeredgewidth=0.8, zorder=3, gid=f"net {name}")  # fmt: skip


def _key_of_changes(sheet: Sheet, top: float, moved: bool, language: Language) -> None:
    net = Line2D([], [], linestyle="none", marker="D", markersize=6, color=INK,
                 label=translate("Net change", language))  # fmt: skip
    bars = [
        Patch(facecolor="#777777", alpha=_LOSS, label=translate("Lost to other classes", language)),
        Patch(facecolor="#777777", label=translate("Won from other classes", language)),
    ]
    sheet.fig.legend(
        handles=[*(bars if moved else []), net], ncols=3, loc="upper left", borderaxespad=0,
        borderpad=0, bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + top) / sheet.height),
        columnspacing=1.8, handlelength=1.3,
    ).set_gid("legend")  # fmt: skip
