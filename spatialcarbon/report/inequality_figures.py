"""Pictures of inequality: Lorenz curves, and indices with their parts over the years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of, number, say, with_unit, wrap
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.series_axes import end_labels, year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

INDICES: Mapping[str, Text] = {
    "gini": text("Gini coefficient"),
    "theil_t": text("Theil's T"),
    "theil_l": text("Theil's L"),
    "variation": text("Coefficient of variation"),
}
PLACES = text("Share of places")
_PARTS = (
    ("between_share_t", text("between groups"), "#4477aa"),
    ("within_share_t", text("within groups"), "#ccddee"),
)
_COLUMN = 2.5
_DASHES = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))


@in_house_style
def lorenz_curves(
    curves: Mapping[Any, pd.DataFrame],
    *,
    title: str | Text = "",
    quantity: str | Text = "Emissions",
    people: str | Text = PLACES,
    ginis: Mapping[Any, float] | None = None,
    curve_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """What share of the whole have the places with the least?

    Parameters
    ----------
    curves : mapping
        Name (a year, a group) → Lorenz curve (``GiniResult.lorenz``), columns
        ``population`` and ``value``.
    title, quantity, people : str or Text
        Heading; what is shared out; whose shares are across.
    ginis : mapping, optional
        Gini coefficient of each curve, written beside its name.
    curve_names : mapping, optional
        What to call the curves.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        Without a curve, or for a curve without its columns.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import lorenz_curves
    >>> emission = pd.Series([1.0, 1.0, 2.0], index=["A", "B", "C"])
    >>> figure = lorenz_curves({2017: sc.gini(emission).lorenz}, quantity="emissions")
    >>> len(figure.axes)
    2
    """
    if not curves:
        raise SchemaError("there is no Lorenz curve to draw")
    sheet = Sheet(title, 5.0, language, source=source)
    ax = sheet.axes(0.8, 0.5, 4.3, 4.3)
    side = sheet.axes(WIDTH - _COLUMN - 0.9, 0.0, _COLUMN + 0.9 - MARGIN, 5.0)
    side.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.grid(color=FAINT)
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), gid="equality")
    colours = qualitative_colours(curves)
    rounds = len(set(colours.values()))
    handles = [
        Line2D([], [], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)),
               label=translate("all equal", language))
    ]  # fmt: skip
    for place, (name, curve) in enumerate(curves.items()):
        require_columns(curve, ["population", "value"], text("the Lorenz curve"))
        look: dict[str, Any] = {
            "color": colours[name],
            "linewidth": 1.8,
            "linestyle": _DASHES[place // rounds % len(_DASHES)],
        }
        ax.plot(curve["population"], curve["value"], gid=f"lorenz {name}", **look)
        words = name_of(name, curve_names, language)
        if ginis is not None:
            words = translate(
                "{name}: Gini {value}", language, name=words, value=f"{ginis[name]:.3f}"
            )
        handles.append(Line2D([], [], label=wrap(sheet.fig, words, 2.7, fontsize=8.5), **look))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(100 * value)))
    across = text("{people}, from the least to the most", people=_words(people))
    ax.set_xlabel(with_unit(across, "%", language))
    up = text("{quantity}, cumulated", quantity=_words(quantity))
    ax.set_ylabel(with_unit(up, "%", language))
    side.legend(
        handles=handles, loc="upper left", borderaxespad=0, borderpad=0, labelspacing=0.7,
        handlelength=2.2,
    ).set_gid("legend")  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - _COLUMN - 1.1 - MARGIN, 4.94)
    ax.set_aspect("equal", adjustable="box", anchor="NW")
    return sheet.fig


def _words(given: str | Text) -> Text:
    return given if isinstance(given, Text) else Text(given)


@in_house_style
def inequality_over_time(
    table: pd.DataFrame,
    *,
    title: str | Text = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Is inequality falling, and how much of it lies between groups?

    Lines for the indices above; below, the shares of Theil's T between and within groups,
    left out where there are none.

    Parameters
    ----------
    table : DataFrame
        One variable of ``InequalityPanelResult.table``: columns ``year, gini, theil_t,
        theil_l, variation, between_share_t, within_share_t``. Years whose indices are NaN
        leave a gap.
    title : str or Text
        Heading.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When columns are missing, or nothing is defined in any year.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import inequality_over_time
    >>> table = pd.DataFrame(
    ...     {
    ...         "year": [2005, 2017],
    ...         "gini": [0.5, 0.4],
    ...         "theil_t": [0.4, 0.3],
    ...         "theil_l": [0.45, 0.35],
    ...         "variation": [1.0, 0.8],
    ...         "between_share_t": [0.2, 0.3],
    ...         "within_share_t": [0.8, 0.7],
    ...     }
    ... )
    >>> figure = inequality_over_time(table)
    >>> len(figure.axes)
    2
    """
    needed = ["year", *INDICES, *(column for column, _, _ in _PARTS)]
    require_columns(table, needed, text("the table of inequality"))
    rows = table.sort_values("year")
    if rows["gini"].isna().all():
        raise SchemaError("no year has an index to draw")
    years = rows["year"].to_numpy(dtype=float)
    split = rows.dropna(subset=["between_share_t"])
    upper, lower, gap = 3.4, (1.9 if len(split) else 0.0), (0.25 if len(split) else 0.0)
    sheet = Sheet(title, upper + lower + gap, language, source=source)
    ax = sheet.axes(0.8, lower + gap + 0.4, WIDTH - 3.0, upper - 0.5)
    _lines(ax, rows, years, language)
    box = (MARGIN, lower + gap + 0.02, WIDTH - 2 * MARGIN, upper - 0.06)
    sheet.fit(ax, *box)
    year_ticks(ax, list(years))
    if len(split):
        below = sheet.axes(0.8, 0.4, WIDTH - 3.0, lower - 0.5)
        _parts(below, split, ax.get_xlim(), language)
        sheet.fit(below, MARGIN, 0.02, WIDTH - 2 * MARGIN, lower - 0.06)
        # One scale of years for both: the narrower plot sets it.
        a, b = ax.get_position(), below.get_position()
        x0, x1 = max(a.x0, b.x0), min(a.x1, b.x1)
        for part, held in ((ax, a), (below, b)):
            part.set_position((x0, held.y0, x1 - x0, held.height))
        year_ticks(below, list(years))
        year_ticks(ax, list(years))
    return sheet.fig


def _lines(ax: Axes, rows: pd.DataFrame, years: Any, language: Language) -> None:
    known = {column: rows[column].to_numpy(dtype=float) for column in INDICES}
    known = {column: line for column, line in known.items() if np.isfinite(line).any()}
    colours = qualitative_colours(known)
    most = max(float(np.nanmax(line)) for line in known.values()) or 1.0
    _years(ax, years, (0.0, 1.08 * most))
    ax.set_ylabel(translate("Index of inequality", language))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ends, words = {}, {}
    for column, line in known.items():
        ax.plot(years, line, color=colours[column], linewidth=1.8, gid=f"line {column}",
                marker="o" if len(years) <= 8 else None, markersize=4)  # fmt: skip
        ends[column] = float(line[np.isfinite(line)][-1])
        words[column] = f"{say(INDICES[column], language)}  {ends[column]:.3f}"
    end_labels(ax, ends, words, colours)


def _parts(ax: Axes, split: pd.DataFrame, limits: tuple[float, float], language: Language) -> None:
    years = split["year"].to_numpy(dtype=float)
    _years(ax, years, (0.0, 1.0))
    ax.set_xlim(limits)
    ax.set_ylabel(with_unit(translate("Share of Theil's T", language), "%", language))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(100 * value)))
    step = float(np.min(np.diff(years))) if len(years) > 1 else 1.0
    foot = np.zeros(len(years))
    ends, words = {}, {}
    for column, name, colour in _PARTS:
        share = split[column].to_numpy(dtype=float)
        ax.bar(years, share, bottom=foot, width=min(0.8 * step, 0.8), color=colour,
               edgecolor="white", linewidth=0.5, gid=f"bar {column}")  # fmt: skip
        ends[column] = float(foot[-1] + share[-1] / 2)
        words[column] = f"{say(name, language)}  {100 * share[-1]:.1f} %"
        foot = foot + share
    end_labels(ax, ends, words, dict.fromkeys(ends, INK))


def _years(ax: Axes, years: Any, limits: tuple[float, float]) -> None:
    margin = max(0.02 * (years.max() - years.min()), 0.5)
    ax.set(xlim=(years.min() - margin, years.max() + margin), ylim=limits)
    ax.grid(axis="y", color=FAINT)
    year_ticks(ax, list(years))
