"""Simulated scenarios: fans of paths, the chance of a peak by each year, where the peaks fall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of, number, with_unit
from spatialcarbon.report.palettes import QUALITATIVE
from spatialcarbon.report.series_axes import end_labels, year_ticks
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
MOST_SCENARIOS = 8
"""Scenarios that one figure can show."""

_MANY = 1.959963984540054
_COLUMNS = 3
_PANEL = 2.55
_LABELS = 0.85
"""Inches for the numbers and the name of the vertical axis."""


def _scenarios(frame: pd.DataFrame) -> list[Any]:
    found = list(dict.fromkeys(frame["scenario"]))
    if not 0 < len(found) <= MOST_SCENARIOS:
        raise SchemaError(
            "a figure of {n} scenarios cannot be read",
            expected="1 to {most}",
            fix="draw some of them: frame[frame['scenario'] == 'baseline']",
            n=len(found),
            most=MOST_SCENARIOS,
        )
    return found


def _colours(scenarios: list[Any]) -> dict[Any, str]:
    return {name: QUALITATIVE[at % len(QUALITATIVE)] for at, name in enumerate(scenarios)}


def _bands(quantiles: list[float]) -> list[tuple[float, float]]:
    """Return pairs of quantiles around the median, the widest first."""
    known = {round(q, 9) for q in quantiles}
    low = [q for q in sorted(quantiles) if q < 0.5]
    return [(q, 1.0 - q) for q in low if round(1.0 - q, 9) in known]


@in_house_style
def fan_chart(
    quantiles: pd.DataFrame,
    *,
    history: pd.Series[float] | None = None,
    projection: pd.DataFrame | None = None,
    title: str | Text = "",
    quantity: str | Text = "Emissions",
    unit: str = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How wide is the range of emissions under each scenario?

    Parameters
    ----------
    quantiles : DataFrame
        ``scenario, year, quantile, value`` of a :class:`~spatialcarbon.SimulationResult`; pairs
        such as 0.05 and 0.95 become bands.
    history : Series, optional
        Observed levels by year, up to the base year.
    projection : DataFrame, optional
        Path without errors, year × scenario.
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
        Without a scenario, with more than eight, or without a pair of quantiles.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import fan_chart
    >>> paths = pd.DataFrame(
    ...     {
    ...         "scenario": "base",
    ...         "year": [2020, 2030] * 3,
    ...         "quantile": [0.05, 0.05, 0.5, 0.5, 0.95, 0.95],
    ...         "value": [10.0, 9.0, 10.0, 11.0, 10.0, 13.0],
    ...     }
    ... )
    >>> figure = fan_chart(paths, unit="Mt CO2")
    >>> figure.axes[0].get_ylabel()
    'Emissions (Mt CO₂)'
    """
    scenarios = _scenarios(quantiles)
    bands = _bands(list(quantiles["quantile"].unique()))
    if not bands:
        raise SchemaError(
            "a fan needs quantiles in pairs",
            arrived="{given}",
            expected="for example 0.05 and 0.95",
            given=", ".join(f"{q:g}" for q in quantiles["quantile"].unique()),
        )
    colours = _colours(scenarios)
    columns = min(_COLUMNS, len(scenarios))
    rows = -(-len(scenarios) // columns)
    tall = rows * _PANEL + 0.42
    sheet = Sheet(title, tall, language, source=source)
    top = float(quantiles["value"].max())
    if history is not None:
        top = max(top, float(history.max()))
    for place, name in enumerate(scenarios):
        table = quantiles[quantiles["scenario"] == name].pivot(
            index="year", columns="quantile", values="value"
        )
        left, below = place % columns, rows - 1 - place // columns
        # Equal widths: panels are read beside each other.
        wide = (WIDTH - _LABELS - MARGIN) / columns
        ax = sheet.axes(_LABELS + left * wide, 0.66 + below * _PANEL, wide - 0.42, _PANEL - 0.62)
        _fan(ax, table, bands, colours[name])
        if projection is not None:
            path = projection[name]
            ax.plot(path.index, path.to_numpy(), color=INK, linewidth=0.9, linestyle=(0, (4, 2)),
                    gid=f"projection {name}")  # fmt: skip
        years = table.index.to_numpy(dtype=float)
        if history is not None and len(history):
            ax.plot(history.index, history.to_numpy(), color=INK, linewidth=1.5, gid="history")
            years = np.union1d(years, history.index.to_numpy(dtype=float))
        ax.set(xlim=(years[0] - 0.3, years[-1] + 0.3), ylim=(0, 1.05 * top))
        ax.set_title(name_of(name, names, language), loc="left", color=INK)
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        ax.grid(axis="y", color=FAINT)
        if left == 0:
            ax.set_ylabel(with_unit(quantity, unit, language))
        else:
            ax.tick_params(labelleft=False)
        year_ticks(ax, list(years))
    _fan_legend(sheet, bands, language, past=history is not None, central=projection is not None)
    return sheet.fig


def _fan(ax: Axes, table: pd.DataFrame, bands: list[tuple[float, float]], colour: str) -> None:
    by = {round(float(q), 9): table[q].to_numpy() for q in table.columns}
    years = table.index.to_numpy(dtype=float)
    for place, (low, high) in enumerate(bands):
        ax.fill_between(years, by[round(low, 9)], by[round(high, 9)], color=colour, linewidth=0,
                        alpha=_shade(place, len(bands)), gid=f"band {high - low:.2f}")  # fmt: skip
    if 0.5 in by:
        ax.plot(years, by[0.5], color=colour, linewidth=1.8, gid="median")


def _shade(place: int, count: int) -> float:
    return 0.18 + 0.22 * place / max(count - 1, 1)


def _fan_legend(
    sheet: Sheet,
    bands: list[tuple[float, float]],
    language: Language,
    *,
    past: bool,
    central: bool,
) -> None:
    """Say how likely each band is, below the panels."""
    handles: list[Any] = []
    covered = 0.0
    for place, (low, high) in enumerate(bands):
        # Bands lie on each other, so that the inner ones are as dark as their sum.
        covered = 1.0 - (1.0 - covered) * (1.0 - _shade(place, len(bands)))
        share = f"{100 * (high - low):g}"
        handles.append(
            Patch(facecolor=GREY, alpha=covered, linewidth=0,
                  label=translate("{share} % of draws", language, share=share))
        )  # fmt: skip
    handles.append(Line2D([], [], color=GREY, linewidth=1.8, label=translate("median", language)))
    if central:
        handles.append(
            Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (4, 2)),
                   label=translate("without errors", language))
        )  # fmt: skip
    if past:
        handles.append(
            Line2D([], [], color=INK, linewidth=1.5, label=translate("observed", language))
        )
    _legend_below(sheet, handles)


def _legend_below(sheet: Sheet, handles: list[Any]) -> None:
    sheet.fig.legend(
        handles=handles, loc="lower left", ncols=len(handles), columnspacing=1.8,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + 0.02) / sheet.height),
        borderaxespad=0, borderpad=0, handletextpad=0.6,
    ).set_gid("legend")  # fmt: skip


@in_house_style
def peak_chances(
    peaked_by: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How likely is it that emissions have peaked by each year?

    Parameters
    ----------
    peaked_by : DataFrame
        ``scenario, year, probability, standard_error`` of a
        :class:`~spatialcarbon.SimulationResult`. The band is the 95 % interval of the Monte Carlo,
        often narrower than the line.
    title, names, source, language
        As in :func:`fan_chart`.

    Raises
    ------
    SchemaError
        Without a scenario, or with more than eight.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import peak_chances
    >>> rates = pd.DataFrame(
    ...     [["calm", 2021, 2022, 0.0, 0.0, 0.0, 0.0]],
    ...     columns=["scenario", "start", "end", "delta", "chi", "beta", "alpha"],
    ... )
    >>> found = sc.simulate(100.0, rates, horizon=2022, errors={"alpha": 0.01}, draws=99, rng=1)
    >>> figure = peak_chances(found.peaked_by)
    >>> len(figure.axes)
    1
    """
    scenarios = _scenarios(peaked_by)
    colours = _colours(scenarios)
    tall = 3.7
    sheet = Sheet(title, tall, language, source=source)
    ax = sheet.axes(0.8, 0.7, WIDTH - 3.2, tall - 1.0)
    years = np.unique(peaked_by["year"].to_numpy(dtype=float))
    ax.set(xlim=(years[0] - 0.3, years[-1] + 0.3), ylim=(-0.02, 1.02))
    ends, words = {}, {}
    for name in scenarios:
        rows = peaked_by[peaked_by["scenario"] == name].sort_values("year")
        share = rows["probability"].to_numpy()
        reach = _MANY * rows["standard_error"].to_numpy()
        at = rows["year"].to_numpy(dtype=float)
        low, high = np.clip(share - reach, 0, 1), np.clip(share + reach, 0, 1)
        ax.fill_between(at, low, high, color=colours[name], alpha=0.25, linewidth=0,
                        gid=f"error {name}")  # fmt: skip
        ax.plot(at, share, color=colours[name], linewidth=1.7, marker="o", markersize=4,
                markeredgecolor="white", markeredgewidth=0.7, gid=f"chance {name}")  # fmt: skip
        ends[name] = float(share[-1])
        words[name] = f"{name_of(name, names, language)}  {100 * share[-1]:.0f} %"
    ax.set_ylabel(translate("Share of draws that have peaked (%)", language))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(100 * value)))
    ax.yaxis.set_ticks([0, 0.25, 0.5, 0.75, 1.0])
    ax.grid(axis="y", color=FAINT)
    end_labels(ax, ends, words, colours)
    sheet.fit(ax, MARGIN, 0.34, WIDTH - 2 * MARGIN, tall - 0.4)
    year_ticks(ax, list(years))
    _legend_below(
        sheet,
        [
            Line2D([], [], color=GREY, linewidth=1.7, marker="o", markersize=4,
                   label=translate("peaked in this year or before", language)),
            Patch(facecolor=GREY, alpha=0.25, linewidth=0,
                  label=translate("95 % interval of the Monte Carlo", language)),
        ],
    )  # fmt: skip
    return sheet.fig


@in_house_style
def peak_bars(
    peak_probability: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """In which years do the peaks of the draws fall?

    Parameters
    ----------
    peak_probability : DataFrame
        ``scenario, peak, probability, standard_error`` of a
        :class:`~spatialcarbon.SimulationResult`; the whiskers are 95 % intervals of the
        Monte Carlo.
    title, names, source, language
        As in :func:`fan_chart`.

    Raises
    ------
    SchemaError
        Without a scenario, or with more than eight.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import peak_bars
    >>> rates = pd.DataFrame(
    ...     [["calm", 2021, 2022, 0.0, 0.0, 0.0, 0.0]],
    ...     columns=["scenario", "start", "end", "delta", "chi", "beta", "alpha"],
    ... )
    >>> found = sc.simulate(100.0, rates, horizon=2022, errors={"alpha": 0.01}, draws=99, rng=1)
    >>> figure = peak_bars(found.peak_probability)
    >>> len(figure.axes)
    1
    """
    scenarios = _scenarios(peak_probability)
    colours = _colours(scenarios)
    each = 1.35
    tall = each * len(scenarios) + 0.35
    sheet = Sheet(title, tall, language, source=source)
    labels = list(dict.fromkeys(peak_probability["peak"]))
    years = [label for label in labels if not isinstance(label, str)]
    # The bar of paths without a peak stands apart from the years.
    places = {label: float(at) for at, label in enumerate(years)}
    places |= {label: len(years) + 0.6 for label in labels if isinstance(label, str)}
    ceiling = min(1.0, 1.12 * float(peak_probability["probability"].max())) or 1.0
    for row, name in enumerate(scenarios):
        rows = peak_probability[peak_probability["scenario"] == name]
        ax = sheet.axes(0.8, 0.5, WIDTH - 1.0, each - 0.4)
        for label, share, error in rows[["peak", "probability", "standard_error"]].to_numpy():
            if share == 0:
                continue
            open_ = isinstance(label, str)
            ax.bar(places[label], share, width=0.78, color="white" if open_ else colours[name],
                   edgecolor=colours[name], linewidth=1.0, hatch="////" if open_ else None,
                   gid=f"bar {name} {label}")  # fmt: skip
            reach = _MANY * error
            ax.plot([places[label]] * 2, [max(share - reach, 0), share + reach], color=INK,
                    linewidth=0.9, gid=f"whisker {name} {label}")  # fmt: skip
            if share >= 0.005:
                ax.annotate(f"{100 * share:.0f}", (places[label], share), ha="center",
                            xytext=(0, 4), textcoords="offset points", fontsize=7.5,
                            color=GREY)  # fmt: skip
        ax.set(xlim=(-0.6, max(places.values()) + 0.8), ylim=(0, ceiling * 1.12))
        ax.set_title(name_of(name, names, language), loc="left", color=INK, pad=3)
        ax.yaxis.set_major_locator(MaxNLocator(3))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(100 * value)))
        ax.grid(axis="y", color=FAINT)
        ax.tick_params(axis="x", length=0)
        last = row == len(scenarios) - 1
        words = [_peak_label(label, years, language) for label in places]
        ax.set_xticks(list(places.values()), words if last else [])
        low = tall - each * (row + 1) - (0.32 if last else 0.0)
        sheet.fit(ax, MARGIN + 0.2, max(low, 0.02), WIDTH - 2 * MARGIN - 0.2,
                  each - 0.06 + (0.3 if last else 0.0))  # fmt: skip
    sheet.fig.text(MARGIN / WIDTH, (sheet.bottom + tall / 2) / sheet.height,
                   translate("Share of draws (%)", language), rotation=90, va="center", ha="left",
                   fontsize=9)  # fmt: skip
    return sheet.fig


def _peak_label(label: Any, years: list[Any], language: Language) -> str:
    if isinstance(label, str):
        return translate("not peaked", language)
    if label == years[0]:
        return translate("{first}\nor before", language, first=label)
    return str(label)
