"""Ecological compensation: who pays and receives, and the four zones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import Bbox

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import DegenerateDataError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.governance.compensation_formulas import (
    BALANCED,
    DEVELOPMENT,
    MAINTENANCE,
    OPTIMISATION,
    PAYER,
    RECEIVER,
    ROLES,
    SINK,
    UNDEFINED,
    ZONES,
)
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.fittings import log_ticks
from spatialcarbon.report.lettering import name_of, number, with_unit, wrap
from spatialcarbon.report.measures import money_measure
from spatialcarbon.report.palettes import NO_DATA
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

Names = Mapping[Any, str | Text]

PAYER_COLOUR, RECEIVER_COLOUR = "#d95f0e", "#2b8c61"
ROLE_COLOURS = {PAYER: PAYER_COLOUR, RECEIVER: RECEIVER_COLOUR, BALANCED: "#f2e2a0"}
ZONE_COLOURS = {
    MAINTENANCE: "#4c9f70",
    DEVELOPMENT: "#6a9fd4",
    SINK: "#c9dd9a",
    OPTIMISATION: "#e08b5c",
    UNDEFINED: NO_DATA,
}
_TABLE = text("the table of a compensation")
_SHOWN = 15


def below(side: Axes, upper: Legend) -> float:
    """Return the height, as a fraction of the side column, at which a second legend may start."""
    fig = side.figure.get_figure(root=True)
    assert fig is not None
    box = upper.get_window_extent(fig.canvas.get_renderer())  # type: ignore[attr-defined]
    lowest = side.transAxes.inverted().transform((box.x0, box.y0 - 0.18 * fig.dpi))
    return float(lowest[1])


@in_house_style
def payers_and_receivers(
    table: pd.DataFrame,
    *,
    ranges: pd.DataFrame | None = None,
    title: str | Text = "",
    names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Who pays, who receives, and how much?

    Parameters
    ----------
    table : DataFrame
        Index place; columns ``amount`` (CNY, positive paid) and ``role``
        (``CompensationResult.table``). Of more than 30 places the 15 largest payments
        and the 15 largest receipts are drawn.
    ranges : DataFrame, optional
        Index place; ``low`` and ``high`` in CNY, drawn as thin lines
        (``CompensationRangeResult.table``).
    title : str or Text
        Heading.
    names : mapping, optional
        What to call the places.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When a column is absent.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import payers_and_receivers
    >>> table = pd.DataFrame(
    ...     {"amount": [3e8, -1e8, -2e8], "role": ["payer", "receiver", "receiver"]},
    ...     index=["A", "B", "C"],
    ... )
    >>> figure = payers_and_receivers(table, title="A pays B and C")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['A', 'B', 'C']
    """
    require_columns(table, ["amount", "role"], _TABLE)
    ranked = table.sort_values("amount", ascending=False, kind="stable")
    notes: list[Text] = []
    if len(ranked) > 2 * _SHOWN:
        ends = [*ranked.index[:_SHOWN], *ranked.index[-_SHOWN:]]
        notes.append(
            text(
                "Drawn: the {n} largest payments and the {n} largest receipts of {total} places.",
                n=_SHOWN,
                total=len(ranked),
            )
        )
        ranked = ranked.loc[ends]
    span = None if ranges is None else ranges.loc[ranked.index, ["low", "high"]]
    factor, unit = money_measure([ranked["amount"]] if span is None else span.to_numpy())
    step = 0.4 if len(ranked) <= 12 else 0.235
    tall = step * len(ranked) + 0.8
    sheet = Sheet(title, tall + 0.32, language, source=source, notes=notes)
    present = [role for role in ROLES if (ranked["role"] == role).any()]
    handles: list[Any] = [
        Patch(facecolor=ROLE_COLOURS[r], label=ROLES[r].render(language)) for r in present
    ]
    if span is not None:
        words = translate("range over prices and sinks", language)
        handles.append(Line2D([], [], color=INK, linewidth=1.1, label=words))
    sheet.fig.legend(
        handles=handles, ncols=len(handles), loc="upper left", handlelength=1.2,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + tall + 0.32) / sheet.height),
        borderaxespad=0, borderpad=0, columnspacing=1.4,
    ).set_gid("legend")  # fmt: skip
    ax = sheet.axes(1.6, 0.5, WIDTH - 1.9, tall - 0.6)
    rows = np.arange(len(ranked))
    ax.barh(rows, ranked["amount"] / factor, height=0.7, gid="amounts",
            color=[ROLE_COLOURS[role] for role in ranked["role"]])  # fmt: skip
    if span is not None:
        ax.hlines(rows, span["low"] / factor, span["high"] / factor, color=INK, linewidth=1.1,
                  zorder=4, gid="ranges")  # fmt: skip
    small = 8.5 if len(ranked) <= 12 else 7.5
    ax.set(ylim=(len(ranked) - 0.45, -0.55), yticks=rows)
    labels = [name_of(place, names, language) for place in ranked.index]
    ax.set_yticklabels([wrap(sheet.fig, word, 2.0, fontsize=small) for word in labels])
    ax.tick_params(axis="y", length=0, labelsize=small)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=3)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.margins(x=0.05)
    ax.set_xlabel(with_unit(text("Received (left) and paid (right)"), unit, language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.1)
    return sheet.fig


@in_house_style
def coefficient_plane(
    table: pd.DataFrame,
    *,
    title: str | Text = "",
    names: Names | None = None,
    named: int = 10,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Which places earn more than they emit, and which take up more?

    Parameters
    ----------
    table : DataFrame
        Index place; columns ``ecc, esc, zone, role`` (``CompensationResult.table``).
        Both axes are logarithmic; places without a sink are named below instead.
    named : int
        How many places furthest from the average are named; all up to 12.
    title, names, source, language
        As in :func:`payers_and_receivers`.

    Raises
    ------
    SchemaError
        When a column is absent.
    DegenerateDataError
        When no place has both coefficients above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import coefficient_plane
    >>> places = pd.DataFrame(
    ...     {
    ...         "emission": [400.0, 350.0, 250.0],
    ...         "sink": [20.0, 60.0, 120.0],
    ...         "gdp": [500.0, 300.0, 200.0],
    ...     },
    ...     index=["A", "B", "C"],
    ... )
    >>> figure = coefficient_plane(sc.compensate(places, price=60).table)
    >>> figure.axes[0].get_xscale(), figure.axes[0].get_yscale()
    ('log', 'log')
    """
    require_columns(table, ["ecc", "esc", "zone", "role"], _TABLE)
    drawn = table[(table[["ecc", "esc"]] > 0).all(axis=1)]
    if drawn.empty:
        raise DegenerateDataError("no place has both coefficients above zero")
    absent = [name_of(p, names, language) for p in table.index.difference(drawn.index, sort=False)]
    notes = [text("Not drawn, without a sink: {places}.", places=some(absent, 12))]
    side = 2.55
    sheet = Sheet(title, 5.2, language, source=source, notes=notes if absent else [])
    ax = sheet.axes(0.8, 0.6, WIDTH - side - 1.2, 4.5)
    words = sheet.axes(WIDTH - side, 0.0, side - MARGIN, 5.2)
    words.set_axis_off()
    ax.set(
        xscale="log", yscale="log", xlim=_around_one(drawn["ecc"]), ylim=_around_one(drawn["esc"])
    )
    _tint_zones(ax)
    for role, marker in ((PAYER, "o"), (RECEIVER, "s"), (BALANCED, "D")):
        rows = drawn[drawn["role"] == role]
        if len(rows):
            ax.scatter(rows["ecc"], rows["esc"], s=36, marker=marker, zorder=4, gid=f"role {role}",
                       c=[ZONE_COLOURS[zone] for zone in rows["zone"]],
                       edgecolors=INK, linewidths=0.6)  # fmt: skip
    for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        axis.set_major_locator(FixedLocator(log_ticks(*limits)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(translate("Economic contribution (share of GDP / share of emissions)", language))
    ax.set_ylabel(translate("Ecological support (share of sinks / share of emissions)", language))
    _plane_legend(words, table, drawn, language)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - side - 2 * MARGIN, 5.14)
    _name_far(ax, drawn, names, named, language)
    return sheet.fig


def _around_one(values: pd.Series[float]) -> tuple[float, float]:
    """Return limits a little outside the values and one, at least a factor of four apart."""
    low, high = min(float(values.min()), 1.0), max(float(values.max()), 1.0)
    room = max((high / low) ** 0.1, 1.12)
    return min(low / room, 0.5), max(high * room, 2.0)


def _tint_zones(ax: Axes) -> None:
    """Colour the four zones faintly and draw the lines at one that part them."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    for zone, xs, ys in (
        (MAINTENANCE, (1, x1), (1, y1)),
        (DEVELOPMENT, (1, x1), (y0, 1)),
        (SINK, (x0, 1), (1, y1)),
        (OPTIMISATION, (x0, 1), (y0, 1)),
    ):
        ax.fill_between(xs, ys[0], ys[1], color=ZONE_COLOURS[zone], alpha=0.16, linewidth=0,
                        zorder=1, gid=f"zone {zone}")  # fmt: skip
    ax.axvline(1, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
    ax.axhline(1, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)


def _plane_legend(side: Axes, table: pd.DataFrame, drawn: pd.DataFrame, language: Language) -> None:
    counts = table["zone"].value_counts()
    zones: list[Any] = [
        Patch(facecolor=ZONE_COLOURS[z], edgecolor=GREY, linewidth=0.5,
              label=f"{ZONES[z].render(language)}  ({int(counts.get(z, 0))})")
        for z in ZONES if z != UNDEFINED or counts.get(z, 0)
    ]  # fmt: skip
    first = side.legend(handles=zones, loc="upper left", bbox_to_anchor=(0, 1), borderaxespad=0,
                    borderpad=0, labelspacing=0.6, handlelength=1.3, alignment="left",
                    title=translate("Zone (places)", language))  # fmt: skip
    markers = {PAYER: "o", RECEIVER: "s", BALANCED: "D"}
    counted = drawn["role"].value_counts()
    roles = [
        Line2D([], [], linestyle="none", marker=markers[r], markersize=6, markerfacecolor="white",
               markeredgecolor=INK, label=f"{ROLES[r].render(language)}  ({int(counted[r])})")
        for r in ROLES if counted.get(r, 0)
    ]  # fmt: skip
    side.add_artist(first)
    side.legend(handles=roles, loc="upper left", bbox_to_anchor=(0, below(side, first)),
                borderaxespad=0, borderpad=0, labelspacing=0.6, handlelength=1.3, alignment="left",
                title=translate("Role (places)", language)).set_gid("legend")  # fmt: skip


def _name_far(
    ax: Axes, drawn: pd.DataFrame, names: Names | None, named: int, language: Language
) -> None:
    far = np.hypot(np.log(drawn["ecc"]), np.log(drawn["esc"])).sort_values(
        ascending=False, kind="stable"
    )
    chosen = list(far.index if len(far) <= 12 else far.index[:named])
    pixels = ax.transData.transform(drawn[["ecc", "esc"]].to_numpy(dtype=float))
    obstacles = [Bbox.from_extents(x - 7, y - 7, x + 7, y + 7) for x, y in pixels]
    points = [(float(drawn.loc[p, "ecc"]), float(drawn.loc[p, "esc"])) for p in chosen]
    words = [name_of(place, names, language) for place in chosen]
    place_labels(ax, points, words, obstacles=obstacles, colours=[INK] * len(words))
