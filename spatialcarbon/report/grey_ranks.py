"""Grey relational coefficients place by place, and ranks over a family of settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, in_house_style
from spatialcarbon.report.grey_figures import MARKERS
from spatialcarbon.report.lettering import emphasise, ink_on, name_of, number, wrap
from spatialcarbon.report.palettes import qualitative_colours, sequential_colours
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.series_axes import end_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

NORMALISATION_WORDS: Mapping[str, Text] = {
    "mean": text("by the mean"),
    "initial": text("by the first value"),
    "max": text("by the maximum"),
    "minmax": text("min–max"),
    "zscore": text("z-score"),
    "none": text("unchanged"),
}


@in_house_style
def grey_heatmap(
    coefficients: pd.DataFrame,
    *,
    title: str | Text = "",
    unit_names: Names | None = None,
    factor_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """In which places does which factor keep to the reference, and where does it part from it?

    Parameters
    ----------
    coefficients : DataFrame
        Units in rows, factors in columns, relational coefficients in (0, 1]
        (``GreyPanelResult.coefficients_of(year)``). Rows are drawn in the order of
        their mean, the closest first.
    title, factor_names, source, notes, language
        As in :func:`grey_degrees`.
    unit_names : mapping, optional
        What to call the units.

    Raises
    ------
    SchemaError
        For values outside 0 to 1, missing values, or an empty table.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import grey_heatmap
    >>> close = pd.DataFrame({"gdp": [0.8, 0.5], "energy": [0.9, 0.4]}, index=["A", "B"])
    >>> figure = grey_heatmap(close)
    >>> {"0.80", "0.90"} <= {text.get_text() for text in figure.axes[0].texts}
    True
    """
    data = numeric_table(coefficients)
    if not ((data > 0) & (data <= 1)).all(axis=None):
        raise SchemaError("relational coefficients lie between 0 and 1")
    data = data.loc[data.mean(axis=1).sort_values(ascending=False, kind="stable").index]
    cell = 0.2 if len(data) > 12 else 0.26
    head, bar = 0.62, 0.5
    tall = cell * len(data) + head + bar
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    ax = sheet.axes(1.5, bar, WIDTH - 1.8, tall - head - bar)
    low, high = float(data.min().min()), float(data.max().max())
    scale = Normalize(low if low < high else low - 0.1, high)
    colours = LinearSegmentedColormap.from_list("closeness", sequential_colours(9)[:6])
    mesh = ax.pcolormesh(data.to_numpy(), cmap=colours, norm=scale, edgecolors="white",
                         linewidth=0.8, gid="cells")  # fmt: skip
    ax.set(ylim=(len(data), 0), yticks=np.arange(len(data)) + 0.5,
           xticks=np.arange(data.shape[1]) + 0.5)  # fmt: skip
    ax.set_yticklabels([name_of(u, unit_names, language) for u in data.index], fontsize=7.5)
    room = (WIDTH - 2.2) / data.shape[1] - 0.1
    ax.set_xticklabels(
        [wrap(sheet.fig, name_of(f, factor_names, language), room, fontsize=8.5) for f in data],
    )
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for (row, column), value in np.ndenumerate(data.to_numpy()):
        shade = "#{:02x}{:02x}{:02x}".format(*(round(255 * c) for c in colours(scale(value))[:3]))
        ax.text(column + 0.5, row + 0.5, f"{value:.2f}", ha="center", va="center", fontsize=7,
                color=ink_on(shade), gid="coefficient")  # fmt: skip
    sheet.fit(ax, MARGIN, bar, WIDTH - 2 * MARGIN, tall - bar)
    key = sheet.axes(WIDTH - 3.2, 0.28, 2.9, 0.1)
    drawn = sheet.fig.colorbar(mesh, cax=key, orientation="horizontal")
    drawn.outline.set_visible(False)
    key.tick_params(labelsize=7.5, length=2)
    key.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    sheet.fig.text((WIDTH - 3.3) / WIDTH, (sheet.bottom + 0.33) / sheet.height, ha="right",
                   va="center", fontsize=8,
                   s=translate("Relational coefficient", language))  # fmt: skip
    return sheet.fig


@in_house_style
def grey_ranks(
    ranks: pd.DataFrame,
    *,
    base: tuple[str, float] | None = None,
    title: str | Text = "",
    factor_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Does the ranking of the factors survive another ρ or another normalisation?

    Parameters
    ----------
    ranks : DataFrame
        Factors in rows, (normalisation, ρ) in columns (``GreySensitivityResult.pivot()``);
        NaN where a normalisation is not defined.
    base : tuple, optional
        Normalisation and ρ of the setting reported, to mark.
    title, factor_names, source, notes, language
        As in :func:`grey_degrees`.

    Raises
    ------
    SchemaError
        For an empty table, or ranks below one.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import grey_ranks
    >>> columns = pd.MultiIndex.from_tuples([("initial", 0.5), ("mean", 0.5)])
    >>> ranks = pd.DataFrame([[1, 2], [2, 1]], index=["gdp", "energy"], columns=columns)
    >>> figure = grey_ranks(ranks)
    >>> len(figure.axes)
    1
    """
    if ranks.empty or ranks.columns.nlevels != 2 or (ranks < 1).any(axis=None):
        raise SchemaError(
            "ranks start at one, with a column for each normalisation and rho",
            fix="spatialcarbon.grey_sensitivity(...).pivot()",
        )
    data = ranks.astype("float64")
    tall = 0.42 * len(data) + 1.25
    dashed = [] if base is None else [text("Dashed: the setting that is reported.")]
    sheet = Sheet(title, tall, language, source=source, notes=[*dashed, *notes])
    ax = sheet.axes(0.8, 0.5, WIDTH - 3.0, tall - 0.95)
    colours = qualitative_colours(data.index)
    kinds = list(dict.fromkeys(data.columns.get_level_values(0)))
    width = 1.25
    # The first rank is on top; the names beside the lines need an axis that rises.
    places = range(1, len(data) + 1)
    ax.set(ylim=(-len(data) - 0.45, -0.55), xlim=(0, width * len(kinds)))
    ax.set_yticks([-place for place in places], [str(place) for place in places])
    ax.grid(axis="y", color=FAINT)
    ax.set_ylabel(translate("Rank", language))
    ax.spines["bottom"].set_visible(False)
    marks: dict[float, str] = {}
    ends: dict[Any, float] = {}
    for at, kind in enumerate(kinds):
        block = data[kind].sort_index(axis=1)
        rhos = block.columns.to_numpy(dtype=np.float64)
        x = width * at + 0.125 + _spread(rhos)
        _block(ax, block, x, colours)
        _head(ax, sheet, width * at, width, name_of(kind, NORMALISATION_WORDS, language))
        marks |= {x[0]: f"{rhos[0]:g}", x[-1]: f"{rhos[-1]:g}"}
        if block.isna().all(axis=None):
            ax.text(width * (at + 0.5), -(len(data) + 1) / 2, translate("not defined", language),
                    ha="center", va="center", color=GREY, fontsize=8, gid="missing")  # fmt: skip
        if base is not None and base[0] == kind and base[1] in rhos:
            here = float(x[list(rhos).index(base[1])])
            ax.axvline(here, color=GREY, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1, gid="base")
            marks[here] = f"{base[1]:g}"
        ends |= (-block.ffill(axis=1).iloc[:, -1].dropna()).to_dict()
    ax.set_xticks(list(marks), list(marks.values()))
    ax.set_xlabel(translate("Distinguishing coefficient ρ, by normalisation", language))
    words = {factor: name_of(factor, factor_names, language) for factor in ends}
    end_labels(ax, ends, words, colours)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    return sheet.fig


def _spread(rhos: Any) -> Any:
    """Return places from 0 to 1 for values of ρ; a single one stands in the middle."""
    if len(rhos) == 1:
        return np.array([0.5])
    return (rhos - rhos[0]) / (rhos[-1] - rhos[0])


def _block(ax: Axes, block: pd.DataFrame, x: Any, colours: Mapping[Any, str]) -> None:
    for at, (factor, row) in enumerate(block.iterrows()):
        ax.plot(x, -row.to_numpy(), color=colours[factor], linewidth=2.0, markersize=5,
                marker=MARKERS[at % len(MARKERS)], markeredgecolor="white", markeredgewidth=0.6,
                zorder=3, gid=f"rank {factor}")  # fmt: skip


def _head(ax: Axes, sheet: Sheet, left: float, width: float, words: str) -> None:
    """Write the normalisation over its block, and part it from the one before."""
    if left > 0:
        ax.axvline(left, color=FAINT, linewidth=1.0, zorder=1)
    letters = ax.annotate(
        words, (left + width / 2, 1.0), xycoords=ax.get_xaxis_transform(), ha="center",
        va="bottom", xytext=(0, 4), textcoords="offset points", fontsize=8.5, gid="normalisation",
        annotation_clip=False,
    )  # fmt: skip
    emphasise(letters, sheet.language)
