"""Games between places: who gains in which mode, and which licence wins where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import MissingDataError, SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.governance.govern_reason import MODE_NAMES
from spatialcarbon.models.governance.licence_terms import Terms
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.fittings import place_axis
from spatialcarbon.report.lettering import halo, name_of, say, with_unit, wrap
from spatialcarbon.report.measures import money_measure
from spatialcarbon.report.radar_figure import numeric_table
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

MODE_COLOURS = {
    "nash": "#6b6b6b",
    "cooperation": "#ee6677",
    "compensation": "#4477aa",
    "licensing": "#228833",
}
MODE_MARKERS = {"nash": "|", "cooperation": "D", "compensation": "o", "licensing": "^"}
REGION_COLOURS = {"fee": "#cfe0ee", "royalty": "#f9dcc4", "none": "#e6e6e6"}
_CONTRACTS = text("the table of contracts")


@in_house_style
def payoff_by_mode(
    gain: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Who gains in which mode, against no cooperation, and who loses?

    Parameters
    ----------
    gain : DataFrame
        Place × mode in CNY, after transfers (``GovernanceResult.gain``). No cooperation is
        the line at zero.
    title : str or Text
        Heading.
    names : mapping, optional
        What to call the places.
    source : str or Text
        Where the values come from.
    notes : sequence
        Small print, such as the parameters that were assumed.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When there is no mode but no cooperation.
    MissingDataError
        When a value is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import payoff_by_mode
    >>> gain = pd.DataFrame(
    ...     {"nash": 0.0, "cooperation": [6e6, -1e6], "compensation": [3e6, 2e6]}, index=["A", "B"]
    ... )
    >>> figure = payoff_by_mode(gain, title="B loses without payments")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['A', 'B']
    """
    data = numeric_table(gain)
    data = data[[mode for mode in data.columns if mode != "nash"]]
    if data.empty:
        raise SchemaError(
            "there is no mode to compare with no cooperation",
            fix="sc.govern(places, spillover, modes=('nash', 'cooperation'))",
        )
    if data.isna().any(axis=None):
        raise MissingDataError("a gain is missing", fix="draw the places that have all modes")
    factor, unit = money_measure(data)
    data = data / factor
    tall = (0.42 if len(data) <= 12 else 0.24) * len(data) + 0.95
    sheet = Sheet(title, tall + 0.3, language, source=source, notes=notes)
    handles = [
        Line2D([], [], linestyle="none", marker=MODE_MARKERS.get(mode, "s"), markersize=7,
               color=MODE_COLOURS.get(mode, INK), markeredgecolor="white",
               label=name_of(mode, MODE_NAMES, language))
        for mode in data.columns
    ]  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=len(handles), loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + 0.3) / sheet.height),
        columnspacing=1.5, handletextpad=0.3,
    ).set_gid("legend")  # fmt: skip
    ax = sheet.axes(1.5, 0.5, WIDTH - 1.8, tall - 0.6)
    place_axis(ax, sheet, [name_of(place, names, language) for place in data.index])
    rows = np.arange(len(data))
    spans = data.assign(zero=0.0)
    ax.hlines(rows, spans.min(axis=1), spans.max(axis=1), color="#d0d0d0", linewidth=1.6)
    for mode in data.columns:
        ax.plot(data[mode], rows, linestyle="none", marker=MODE_MARKERS.get(mode, "s"),
                markersize=7.5, color=MODE_COLOURS.get(mode, INK), markeredgecolor="white",
                markeredgewidth=0.7, zorder=4, gid=f"gain {mode}")  # fmt: skip
    _zero(ax, data, language)
    ax.set_xlabel(with_unit(text("Gain against no cooperation"), unit, language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.1)
    return sheet.fig


def _zero(ax: Axes, data: pd.DataFrame, language: Language) -> None:
    """Draw the line of no cooperation, and shade the side of the losers."""
    low, high = min(float(data.to_numpy().min()), 0.0), max(float(data.to_numpy().max()), 0.0)
    air = 0.06 * ((high - low) or 1.0)
    ax.set_xlim(low - air, high + air)
    ax.axvline(0, color=GREY, linewidth=1.0, zorder=2)
    if low < 0:
        ax.axvspan(low - air, 0, color="#fbeceb", zorder=0, linewidth=0, gid="losers")
        ax.text(low - 0.7 * air, len(data) - 0.52, translate("worse off", language),
                fontsize=8, color="#a3312a", va="bottom", gid="worse")  # fmt: skip


@in_house_style
def licensing_regions(
    contracts: pd.DataFrame | None = None,
    *,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which licence does the owner of a technology prefer: fixed fee, royalty, or none?

    Parameters
    ----------
    contracts : DataFrame, optional
        Licensees to mark: index label; columns ``externality`` and ``delta`` (CNY per t),
        ``cost`` and ``licensed_cost`` (CNY per t²).
    title, names, source, notes, language
        As in :func:`payoff_by_mode`; ``names`` are those of the licensees.

    Raises
    ------
    SchemaError
        When a column is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import licensing_regions
    >>> licensees = pd.DataFrame(
    ...     {"externality": [1.0, -1.6], "delta": 4.0, "cost": 2.0, "licensed_cost": [1.0, 0.4]},
    ...     index=["partner", "rival"],
    ... )
    >>> figure = licensing_regions(licensees)
    >>> {"partner", "rival"} <= {text.get_text() for text in figure.axes[0].texts}
    True
    """
    low, high = -1.3, 0.8
    points = _points(contracts)
    if points:
        low = min(low, *(x - 0.15 for x, _, _ in points))
        high = max(high, *(x + 0.15 for x, _, _ in points))
    tall = 4.3
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    ax = sheet.axes(1.0, 0.6, WIDTH - 1.4, tall - 0.8)
    step = np.linspace(0.002, 0.998, 499)
    edge = np.array([Terms(1.0, 1.0, float(s) ** 2).threshold for s in step])
    ax.fill_betweenx(step, low, -1.0, color=REGION_COLOURS["none"], linewidth=0, gid="none")
    ax.fill_betweenx(step, -1.0, edge, color=REGION_COLOURS["royalty"], linewidth=0, gid="royalty")
    ax.fill_betweenx(step, edge, high, color=REGION_COLOURS["fee"], linewidth=0, gid="fee")
    ax.plot(edge, step, color=INK, linewidth=1.4, gid="threshold")
    ax.plot([-1.0, -1.0], [0.0, 1.0], color=INK, linewidth=1.0)
    ax.axvline(0.0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    for x, words in (
        ((low - 1.0) / 2, text("no licence")),
        (-0.68, text("royalty")),
        (max(0.42, high / 2), text("fixed fee")),
    ):
        said = wrap(sheet.fig, say(words, language), 1.1, fontsize=10.5)
        ax.text(x, 0.5, said, ha="center", va="center", fontsize=10.5, color=INK)
    for x, side, words in (
        (0.02, "left", text("spillover outweighs rivalry →")),
        (-0.02, "right", text("← rivalry outweighs spillover")),
    ):
        ax.text(x, 1.012, say(words, language), ha=side, va="bottom", fontsize=8, color=GREY)
    for x, s, label in points:
        ax.plot(x, s, marker="o", markersize=6.5, color="#23527c", markeredgecolor="white",
                zorder=5, gid=f"licensee {label}")  # fmt: skip
        ax.annotate(name_of(label, names, language), (x, s), (5, 5), fontsize=8.5, zorder=6,
                    textcoords="offset points", path_effects=halo())  # fmt: skip
    ax.set(xlim=(low, high), ylim=(0.0, 1.0))
    ax.xaxis.set_major_locator(MultipleLocator(0.25 if high - low < 4 else 1.0))
    ax.set_xlabel(say(text("Net externality on the licensor, as a multiple of the licensee's own "
                           "benefit (Σ̂/δ)"), language))  # fmt: skip
    ax.set_ylabel(say(text("√ of licensed cost over own cost (s)"), language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.1)
    return sheet.fig


def _points(contracts: pd.DataFrame | None) -> list[tuple[float, float, Any]]:
    if contracts is None:
        return []
    columns = ["externality", "delta", "cost", "licensed_cost"]
    require_columns(contracts, columns, _CONTRACTS)
    data = numeric_table(contracts[columns])
    useful = data[(data["delta"] > 0) & (data["licensed_cost"] < data["cost"])]
    across = useful["externality"] / useful["delta"]
    root = np.sqrt(useful["licensed_cost"] / useful["cost"])
    return list(zip(across.tolist(), root.tolist(), useful.index.tolist(), strict=True))
