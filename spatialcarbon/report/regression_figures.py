"""Regressions as pictures: coefficients of several models, residuals on a map, a Kuznets curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from spatialcarbon.core.align import conform, require_columns
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import halo, name_of, number, with_unit
from spatialcarbon.report.maps import choropleth
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

MODEL_COLOURS: Mapping[str, str] = {
    "ols": "#444444",
    "slx": "#ccbb44",
    "lag": "#4477aa",
    "error": "#ee6677",
    "durbin": "#228833",
    "durbin_error": "#aa3377",
}
"""Fixed colours and marks, so that a model looks the same in every figure."""

MODEL_MARKS: Mapping[str, str] = {
    "ols": "o", "slx": "v", "lag": "s", "error": "D", "durbin": "^", "durbin_error": "P",
}  # fmt: skip
_SPARE = ("#66ccee", "#bbbbbb", "#994455", "#004488")
POINT, CURVE, TURN = "#8d99a6", "#b2182b", "#f4a582"


@in_house_style
def coefficient_plot(
    coefficients: pd.DataFrame,
    *,
    title: str | Text = "",
    model_names: Names | None = None,
    term_names: Names | None = None,
    without: tuple[str, ...] = ("constant",),
    level: float = 0.95,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Which coefficients keep their sign and size whichever model is taken?

    Parameters
    ----------
    coefficients : DataFrame
        Columns ``model, term, estimate, low, high`` (``RegressionComparison.coefficients``).
    title : str or Text
        Heading.
    model_names, term_names : mapping, optional
        What to call models and terms.
    without : tuple of str
        Terms to leave out: a constant is on another scale.
    level : float
        Of the intervals, for the note.
    source : str or Text
        Where the data come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        A column is absent, or no term is left.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import coefficient_plot
    >>> table = pd.DataFrame(
    ...     {
    ...         "model": ["ols", "lag"],
    ...         "term": ["gdp", "gdp"],
    ...         "estimate": [0.8, 0.6],
    ...         "low": [0.6, 0.3],
    ...         "high": [1.0, 0.9],
    ...     }
    ... )
    >>> figure = coefficient_plot(table)
    >>> len(figure.axes)  # one panel for each term
    1
    """
    require_columns(coefficients, ["model", "term", "estimate", "low", "high"], "coefficients")
    rows = coefficients[~coefficients["term"].isin(without)]
    if rows.empty:
        raise SchemaError("there is no coefficient to draw")
    models, terms = list(dict.fromkeys(rows["model"])), list(dict.fromkeys(rows["term"]))
    last = [term for term in ("rho", "lambda") if term in terms]
    terms = [term for term in terms if term not in last] + last
    step, gap = 0.17, 0.26
    room = {term: max(1, int((rows["term"] == term).sum())) for term in terms}
    tall = sum(step * room[term] + gap for term in terms) + 0.95
    note = text("Points: estimates; lines: {level} % intervals.", level=f"{100 * level:g}")
    sheet = Sheet(title, tall, language, source=source, notes=[note])
    ax = sheet.axes(2.0, 0.5, WIDTH - 2.4, tall - 0.9)
    ax.axvline(0, color=GREY, linewidth=0.9, zorder=1)
    y, ticks = 0.0, []
    for place, term in enumerate(terms):
        own = rows[rows["term"] == term].set_index("model").reindex(
            [m for m in models if m in set(rows.loc[rows["term"] == term, "model"])]
        )  # fmt: skip
        top = y
        for model, low, high, estimate in zip(
            own.index, own["low"], own["high"], own["estimate"], strict=True
        ):
            y += step
            colour = _colour(str(model), models)
            ax.plot([low, high], [y, y], color=colour, linewidth=1.6, zorder=2, gid="interval",
                    solid_capstyle="round")  # fmt: skip
            ax.plot(estimate, y, marker=MODEL_MARKS.get(str(model), "o"), markersize=5.2,
                    color=colour, markeredgecolor="white", markeredgewidth=0.5, zorder=3,
                    gid="estimate")  # fmt: skip
        ticks.append((top + step + y) / 2)
        y += gap
        if place < len(terms) - 1:
            ax.axhline(y - gap / 2 + step / 2, color=FAINT, linewidth=0.6, zorder=0)
    ax.set(ylim=(y - gap / 2 + step / 2, step / 2 - gap / 4), yticks=ticks)
    ax.set_yticklabels([name_of(term, term_names, language) for term in terms])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(translate("Coefficient", language))
    handles = [
        Line2D([], [], color=_colour(m, models), marker=MODEL_MARKS.get(m, "o"), markersize=5.2,
               linewidth=1.6, label=name_of(m, model_names, language))
        for m in map(str, models)
    ]  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=min(len(handles), 6), loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall) / sheet.height), columnspacing=1.6,
    ).set_gid("legend")  # fmt: skip
    lines = -(-len(handles) // 6)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.1 - 0.2 * lines)
    return sheet.fig


def _colour(model: str, models: list[Any]) -> str:
    if model in MODEL_COLOURS:
        return MODEL_COLOURS[model]
    others = [str(m) for m in models if str(m) not in MODEL_COLOURS]
    return _SPARE[others.index(model) % len(_SPARE)]


def residual_map(
    units: gpd.GeoDataFrame,
    residuals: pd.Series[Any],
    *,
    title: str | Text,
    moran: float | None = None,
    pvalue: float | None = None,
    unit: str = "",
    label_field: str | None = None,
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Where does the model say too little, where too much, and are those places neighbours?

    Parameters
    ----------
    units : GeoDataFrame
        The map, indexed by unit.
    residuals : Series
        By unit: observed less fitted. Red is above, blue below.
    title : str or Text
        Heading; Moran's I follows it.
    moran, pvalue : float, optional
        Moran's I of the residuals and its p-value.
    unit, label_field, groups, group_names, background, source, language
        As for :func:`spatialcarbon.report.maps.choropleth`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import residual_map
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")

    >>> figure = residual_map(units, pd.Series({"A": 1.0, "B": -1.0}), title="Residuals")
    >>> len(figure.axes)
    3
    """
    values = conform(residuals, units.index, name="residuals", missing="drop")
    heading: str | Text = title
    if moran is not None and np.isfinite(moran):
        if pvalue is None or not np.isfinite(pvalue):
            heading = text("{title} (Moran's I = {moran})", title=title, moran=number(moran, 3))
        else:
            heading = text(
                "{title} (Moran's I = {moran}, p = {p})",
                title=title,
                moran=number(moran, 3),
                p=number(pvalue, 2),
            )
    return choropleth(
        units,
        values,
        title=heading,
        unit=unit,
        scheme="zero",
        label_field=label_field,
        groups=groups,
        group_names=group_names,
        background=background,
        source=source,
        language=language,
    )


@in_house_style
def kuznets_curve(
    curve: pd.DataFrame,
    points: pd.DataFrame,
    turning_points: pd.DataFrame,
    *,
    title: str | Text = "",
    income: str | Text = "income",
    income_unit: str = "",
    outcome: str | Text = "outcome",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Does the curve turn, where, and how well is that known?

    Parameters
    ----------
    curve, points, turning_points : DataFrame
        Of :class:`spatialcarbon.KuznetsResult`.
    title, income, outcome : str or Text
        Heading; what stands on the axes.
    income_unit : str
        Unit of measure of income.
    names : mapping, optional
        Unit → name, written beside the outermost points when there is one point per unit.
    source : str or Text
        Where the data come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import kuznets_curve
    >>> income = np.exp(np.arange(1.0, 9.0))
    >>> noise = np.array([1, -1, -1, 1, 1, -1, -1, 1]) / 100
    >>> frame = pd.DataFrame(
    ...     {"g": income, "y": 10 * np.log(income) - np.log(income) ** 2 + noise},
    ...     index=list("abcdefgh"),
    ... )
    >>> found = sc.kuznets(frame, outcome="y", income="g", log=False)
    >>> figure = kuznets_curve(found.curve, found.points, found.turning_points)
    >>> len(figure.axes)
    1
    """
    tall = 4.6
    inside = turning_points[turning_points["inside"].astype(bool)]
    notes = [
        text(
            "Points: curve plus residual, other covariates and fixed effects taken out. Grey band: "
            "interval of the curve."
        )
    ]
    if len(turning_points) and inside.empty:
        notes.append(text("The turning point lies outside the data and is not drawn."))
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    ax = sheet.axes(0.9, 0.5, WIDTH - 1.2, tall - 1.0)
    ax.set_xscale("log")
    many = len(points) > 150
    ax.scatter(points["income"], points["value"], s=9 if many else 20, color=POINT,
               alpha=0.55 if many else 0.9, linewidths=0, zorder=2, gid="observations")  # fmt: skip
    ax.fill_between(curve["income"], curve["low"], curve["high"], color="#dddddd", alpha=0.8,
                    linewidth=0, zorder=1)  # fmt: skip
    ax.plot(curve["income"], curve["fitted"], color=CURVE, linewidth=2, zorder=4, gid="curve")
    least, most = float(curve["income"].iloc[0]), float(curve["income"].iloc[-1])
    pad = (most / least) ** 0.04
    ax.set_xlim(least / pad, most * pad)
    for low, high, at in zip(inside["low"], inside["high"], inside["income"], strict=True):
        ax.axvspan(max(low, least / pad), min(high, most * pad), color=TURN, alpha=0.3, linewidth=0,
                   zorder=0, gid="band")  # fmt: skip
        ax.axvline(at, color=CURVE, linewidth=1.1, linestyle=(0, (4, 3)), zorder=3, gid="turning")
        ax.annotate(
            number(float(f"{at:.3g}")), (at, 0.02), xycoords=ax.get_xaxis_transform(),
            xytext=(4, 0), textcoords="offset points", fontsize=8.5, color=CURVE,
            path_effects=halo(), zorder=6,
        )  # fmt: skip
    if names is not None and not many:
        _name_ends(ax, points, names, language)
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 3.0, 5.0)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.yaxis.set_major_locator(MaxNLocator(7))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.grid(axis="y", color=FAINT)
    ax.set_xlabel(with_unit(income, income_unit, language))
    ax.set_ylabel(with_unit(outcome, "", language))
    handles: list[Any] = [
        Line2D([], [], linestyle="none", marker="o", markersize=5, color=POINT,
               label=translate("observations", language)),
        Line2D([], [], color=CURVE, linewidth=2, label=translate("fitted curve", language)),
    ]  # fmt: skip
    if len(inside):
        handles.append(
            Patch(facecolor=TURN, alpha=0.4, linewidth=0,
                  label=translate("turning point with its interval", language))
        )  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=3, loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall) / sheet.height), columnspacing=1.6,
    ).set_gid("legend")  # fmt: skip
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.32)
    return sheet.fig


def _name_ends(ax: Axes, points: pd.DataFrame, names: Names, language: Language) -> None:
    """Name the poorest and richest places, and those farthest up and down."""
    ends = [points["income"].idxmin(), points["income"].idxmax(),
            points["value"].idxmin(), points["value"].idxmax()]  # fmt: skip
    middle = float(np.sqrt(points["income"].min() * points["income"].max()))
    for unit in dict.fromkeys(ends):
        x, y = (float(points[column].to_dict()[unit]) for column in ("income", "value"))
        left = x > middle
        ax.annotate(
            name_of(unit, names, language), (x, y), xytext=(-5 if left else 5, 3),
            textcoords="offset points", ha="right" if left else "left", fontsize=8, color=INK,
            path_effects=halo(), zorder=5, gid="name",
        )  # fmt: skip
