"""Growth curves: each unit with its forecast, and the forecasts of other trends beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of, number, say, unit_label, with_unit, wrap
from spatialcarbon.report.series_axes import end_labels, year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

MOST = 36
"""Most units on one page."""

CURVE, SUSPECT, CEILING = "#4477aa", "#9c4a12", "#228833"
MODEL_COLOURS = {"logistic": "#4477aa", "exponential": "#ee6677", "linear": "#82772b"}
MODEL_WORDS: Mapping[str, Text] = {
    "logistic": text("Logistic"),
    "exponential": text("Exponential"),
    "linear": text("Linear"),
}
MODEL_DASHES: Mapping[str, Any] = {
    "logistic": "solid", "exponential": (0, (5, 1.5)), "linear": (0, (1.5, 1.2)),
}  # fmt: skip


@in_house_style
def growth_curves(
    values: pd.DataFrame,
    fitted: pd.DataFrame,
    forecast: pd.DataFrame,
    parameters: pd.DataFrame,
    *,
    capacity: bool = True,
    title: str | Text = "",
    unit: str = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Where does the curve of each unit lead, and how sure is that?

    Parameters
    ----------
    values, fitted : DataFrame
        Unit × year: the data, and the curve in the same years
        (``GrowthResult.values`` and ``.fitted``).
    forecast : DataFrame
        ``GrowthResult.forecast(horizon)``.
    parameters : DataFrame
        ``GrowthResult.parameters``.
    capacity : bool
        Draw ``k`` as a line where it is in sight and no bound; for levels, not for increments.
    title : str or Text
        Heading.
    unit : str
        Unit of measure.
    names : mapping, optional
        What to call the units.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For no unit, or more than fit on a page.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import growth_curves
    >>> curve = {2005 + t: 200 / (1 + 4 * np.exp(-0.15 * t)) for t in range(12)}
    >>> found = sc.fit_growth(pd.DataFrame(curve, index=["A"]))
    >>> figure = growth_curves(found.values, found.fitted, found.forecast(2030), found.parameters)
    >>> len(figure.axes)
    1
    """
    if not 1 <= len(values) <= MOST:
        raise SchemaError(
            "there are {n} units to draw",
            expected="one to {most}",
            fix="choose some: result.values.loc[units], and the same of the others",
            n=len(values),
            most=MOST,
        )
    columns = min(len(values), 5 if len(values) > 8 else 4)
    rows = -(-len(values) // columns)
    cell = 1.28 if rows > 2 else 1.7
    note = text(
        "Each panel has its own scale, from zero. A brown name: a parameter lies at its bound, "
        "the forecast hangs on that bound."
    )
    measure = text("Vertical: {unit}.", unit=unit_label(unit, language)) if unit else None
    notes = [note, *([measure] if measure else [])]
    sheet = Sheet(title, rows * cell + 0.34, language, source=source, notes=notes)
    wide = (WIDTH - 2 * MARGIN) / columns
    years = values.columns.to_numpy(dtype=float)
    # A capacity at its upper bound is that bound, not a finding.
    ceilings = parameters["k"].mask(parameters["bound"].str.contains("k highest")).to_dict()
    statuses = parameters["status"].to_dict()
    parts = dict(tuple(forecast.groupby("unit", sort=False)))
    for place, label in enumerate(values.index):
        row, column = divmod(place, columns)
        ax = sheet.axes(
            MARGIN + column * wide + 0.42, (rows - 1 - row) * cell + 0.24,
            wide - 0.52, cell - 0.5,
        )  # fmt: skip
        k = float(ceilings[label]) if capacity else np.nan
        _panel(ax, years, values.loc[label], fitted.loc[label], parts[label], k)
        suspect = statuses[label] == "at bound"
        words = wrap(sheet.fig, name_of(label, names, language), wide - 0.3, fontsize=8)
        ax.set_title(
            words.splitlines()[0], fontsize=8, pad=3, color=SUSPECT if suspect else INK, loc="left"
        )
        if row < rows - 1 and place + columns < len(values):
            ax.set_xticklabels([])
    _legend(sheet, language, rows * cell, capacity=capacity)
    return sheet.fig


def _panel(
    ax: Axes,
    years: Any,
    values: pd.Series[float],
    fitted: pd.Series[float],
    forecast: pd.DataFrame,
    k: float,
) -> None:
    later = forecast["year"].to_numpy(dtype=float)
    path = np.concatenate([[fitted.iloc[-1]], forecast["value"]])
    # A rebased forecast does not begin where the curve ends.
    when = np.concatenate([years[-1:], later])
    most = 1.08 * max(values.max(), path.max())
    high = forecast["high_observed"].to_numpy()
    most = float(min(max(most, np.nanmax(high, initial=0.0)), 1.7 * most))
    ax.set(xlim=(years[0] - 0.5, later[-1] + 0.5), ylim=(0, most))
    ax.fill_between(later, forecast["low_observed"], high, color=CURVE, alpha=0.13, linewidth=0)
    ax.fill_between(later, forecast["low"], forecast["high"], color=CURVE, alpha=0.22, linewidth=0)
    ax.plot(years, fitted, color=CURVE, linewidth=1.3, gid="fit")
    ax.plot(when, path, color=CURVE, linewidth=1.3, linestyle=(0, (4, 1.5)), gid="forecast")
    ax.plot(years, values, color=INK, linestyle="none", marker="o", markersize=1.9, gid="data")
    if np.isfinite(k) and k <= most:
        ax.axhline(k, color=CEILING, linewidth=0.8, linestyle=(0, (1.5, 1.2)), gid="capacity")
    ax.yaxis.set_major_locator(MaxNLocator(3, min_n_ticks=2))
    ax.yaxis.set_major_formatter(FuncFormatter(_short))
    ax.set_xticks([years[0], years[-1], later[-1]])
    ax.set_xticklabels([f"{years[0]:.0f}", f"{years[-1]:.0f}", f"{later[-1]:.0f}"])
    first, _, final = ax.get_xticklabels()
    first.set_horizontalalignment("left")
    final.set_horizontalalignment("right")
    ax.tick_params(labelsize=6.5, length=2, pad=1.5)
    ax.grid(axis="y", color=FAINT, linewidth=0.5)


def _short(value: float, _: object) -> str:
    """Write a number of the scale in little room."""
    if abs(value) >= 1e5:
        return f"{number(value / 1e3)}k"
    return number(value)


def _legend(sheet: Sheet, language: Language, top: float, *, capacity: bool) -> None:
    handles: list[Any] = [
        Line2D([], [], color=INK, linestyle="none", marker="o", markersize=3,
               label=translate("data", language)),
        Line2D([], [], color=CURVE, linewidth=1.4, label=translate("curve", language)),
        Line2D([], [], color=CURVE, linewidth=1.4, linestyle=(0, (4, 1.5)),
               label=translate("forecast", language)),
        Patch(facecolor=CURVE, alpha=0.35, label=translate("interval of the curve", language)),
        Patch(facecolor=CURVE, alpha=0.13, label=translate("of a single year", language)),
    ]  # fmt: skip
    if capacity:
        handles.append(
            Line2D([], [], color=CEILING, linewidth=0.9, linestyle=(0, (1.5, 1.2)),
                   label=translate("capacity k", language))
        )  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=len(handles), loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + top + 0.28) / sheet.height),
        fontsize=8, handlelength=1.6, columnspacing=1.4,
    ).set_gid("legend")  # fmt: skip


@in_house_style
def growth_forecasts(
    values: pd.Series[float],
    paths: Mapping[str, pd.Series[float]],
    *,
    title: str | Text = "",
    quantity: str | Text = "Total",
    unit: str = "",
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How far apart do the forecasts of a logistic, an exponential and a linear trend lie?

    Parameters
    ----------
    values : Series
        The data by year, of one unit or a sum.
    paths : mapping
        ``logistic``, ``exponential``, ``linear`` → level by year, years of the data included.
    title, quantity : str or Text
        Heading; what is shown, for the vertical axis.
    unit : str
        Unit of measure.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import growth_forecasts
    >>> values = pd.Series({2015: 100.0, 2016: 104.0, 2017: 107.0})
    >>> paths = {"linear": pd.Series({2015: 100.2, 2016: 103.7, 2017: 107.2, 2018: 110.7})}
    >>> figure = growth_forecasts(values, paths, unit="Mt CO2")
    >>> len(figure.axes)
    1
    """
    sheet = Sheet(title, 4.2, language, source=source)
    ax = sheet.axes(0.8, 0.4, WIDTH - 3.0, 3.6)
    years = values.index.to_numpy(dtype=float)
    last = max(float(path.index.max()) for path in paths.values())
    most = max(float(values.max()), *(float(path.max()) for path in paths.values()))
    ax.set(xlim=(years[0] - 0.4, last), ylim=(0, 1.08 * most))
    for model, path in paths.items():
        ax.plot(path.index, path, color=MODEL_COLOURS[model], linestyle=MODEL_DASHES[model],
                linewidth=1.8, gid=f"line {model}")  # fmt: skip
    ax.plot(years, values, color=INK, linestyle="none", marker="o", markersize=4, gid="data")
    ax.axvline(years[-1] + 0.5, color=GREY, linewidth=0.7, linestyle=(0, (2, 2)))
    ax.grid(axis="y", color=FAINT)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_ylabel(with_unit(quantity, unit, language))
    ends = {model: float(path.iloc[-1]) for model, path in paths.items()}
    words = {
        model: f"{say(MODEL_WORDS[model], language)}  {number(end)}" for model, end in ends.items()
    }
    end_labels(ax, ends, words, MODEL_COLOURS)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, 4.1)
    year_ticks(ax, list(range(int(years[0]), int(last) + 1)))
    return sheet.fig
