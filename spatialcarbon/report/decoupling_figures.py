"""Decoupling as a plane of two growth rates, and kinds of places as a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from spatialcarbon.core.align import require_columns, same_units
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.drivers.decoupling_states import DECOUPLING_STATES, TAPIO_BOUNDS
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.driver_looks import STATE_COLOURS
from spatialcarbon.report.lettering import extent, halo, name_of, number, say, with_unit, wrap
from spatialcarbon.report.map_canvas import draw_map, map_view, name_groups
from spatialcarbon.report.map_furniture import COLUMN, legend, map_sheet, scale_and_north
from spatialcarbon.report.palettes import NO_DATA
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
_COLUMN = 2.95
_TINT = 0.30


@in_house_style
def decoupling_plane(
    frame: pd.DataFrame,
    *,
    title: str | Text = "",
    outcome: str | Text = "CO2 emissions",
    driver: str | Text = "GDP",
    names: Names | None = None,
    named: int = 12,
    bounds: tuple[float, float] = TAPIO_BOUNDS,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which places grow with their emissions, which without, and in which state are they?

    Parameters
    ----------
    frame : DataFrame
        One row per place: ``unit, outcome_growth, driver_growth, state``
        (:func:`spatialcarbon.decoupling`, one stage).
    title, outcome, driver : str or Text
        Heading; the two quantities.
    names : mapping, optional
        What to call the places.
    named : int
        How many places are named at most, those farthest from the middle first.
    bounds : (float, float)
        Elasticities between which the two are coupled.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print, such as the price basis.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When columns are missing, the table is empty, or a state is none of the eight.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import decoupling_plane
    >>> frame = pd.DataFrame(
    ...     {
    ...         "unit": ["A", "B"],
    ...         "outcome_growth": [0.02, -0.05],
    ...         "driver_growth": [0.10, 0.08],
    ...         "state": ["weak decoupling", "strong decoupling"],
    ...     }
    ... )
    >>> figure = decoupling_plane(frame)
    >>> {"A", "B"} <= {text.get_text() for text in figure.axes[0].texts}
    True
    """
    needed = ["unit", "outcome_growth", "driver_growth", "state"]
    require_columns(frame, needed, text("the table of decoupling"))
    strange = [state for state in frame["state"].unique() if state not in STATE_COLOURS]
    if strange or frame.empty:
        raise SchemaError(
            "these classes are not in the legend: {strange}" if strange
            else "there is nothing to draw: the table is empty",
            expected="{known}" if strange else "",
            strange=some(strange),
            known=", ".join(STATE_COLOURS),
        )  # fmt: skip
    tall = 5.3
    sheet = Sheet(title, tall, language, source=source, notes=notes)
    ax = sheet.axes(0.8, 0.6, WIDTH - _COLUMN - 1.2, tall - 0.7)
    across, up = 100 * frame["driver_growth"], 100 * frame["outcome_growth"]
    ax.set(xlim=_reach(across), ylim=_reach(up))
    ax.set_xlabel(with_unit(text("Change of {quantity}", quantity=_text(driver)), "%", language))
    ax.set_ylabel(with_unit(text("Change of {quantity}", quantity=_text(outcome)), "%", language))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    for state in STATE_COLOURS:
        rows = frame["state"] == state
        if rows.any():
            ax.scatter(across[rows], up[rows], s=36, color=STATE_COLOURS[state], zorder=5,
                       edgecolors=INK, linewidths=0.6, gid=f"state {state}")  # fmt: skip
    _legend(sheet, frame["state"], bounds, tall, language)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - _COLUMN - 2 * MARGIN, tall - 0.06)
    _sectors(ax, bounds)
    rays = _rays(ax, bounds, language)
    _name_outer(ax, frame, names, named, language, rays)
    return sheet.fig


def _text(words: str | Text) -> Text:
    return words if isinstance(words, Text) else Text(words)


def _reach(values: pd.Series[Any]) -> tuple[float, float]:
    """Return limits that hold all values and show both sides of zero."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    span = (high - low) or 1.0
    return low - 0.1 * span, high + 0.1 * span


def _sectors(ax: Axes, bounds: tuple[float, float]) -> None:
    """Tint each of the eight sectors with the colour of its state."""
    x0, x1 = ax.get_xlim()
    y0, y1 = ax.get_ylim()
    low, high = bounds
    grows, shrinks = np.array([0.0, x1]), np.array([x0, 0.0])
    bands: dict[str, tuple[Any, Any, Any]] = {
        "strong decoupling": (grows, [y0, y0], [0, 0]),
        "weak decoupling": (grows, [0, 0], low * grows),
        "expansive coupling": (grows, low * grows, high * grows),
        "expansive negative decoupling": (grows, high * grows, [y1, y1]),
        "strong negative decoupling": (shrinks, [0, 0], [y1, y1]),
        "weak negative decoupling": (shrinks, low * shrinks, [0, 0]),
        "recessive coupling": (shrinks, high * shrinks, low * shrinks),
        "recessive decoupling": (shrinks, [y0, y0], high * shrinks),
    }
    for state, (x, lower, upper) in bands.items():
        fine = np.linspace(x[0], x[1], 200)
        bottom, top = np.interp(fine, x, lower), np.interp(fine, x, upper)
        ax.fill_between(fine, bottom, top, where=top >= bottom, color=STATE_COLOURS[state],
                        alpha=_TINT, linewidth=0, zorder=1, gid=f"sector {state}")  # fmt: skip
    ax.set(xlim=(x0, x1), ylim=(y0, y1))
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=2)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=2)


def _rays(ax: Axes, bounds: tuple[float, float], language: Language) -> list[Any]:
    """Draw the two bounds of coupling and write their elasticity where they leave the plot."""
    made = []
    x0, x1 = ax.get_xlim()
    y0, y1 = ax.get_ylim()
    for slope in dict.fromkeys(bounds):
        ax.plot([max(x0, y0 / slope), min(x1, y1 / slope)],
                [max(y0, x0 * slope), min(y1, x1 * slope)],
                color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=3)  # fmt: skip
        end = (min(x1, y1 / slope), min(y1, x1 * slope))
        if end[0] <= 0:
            continue
        at_top = end[1] >= y1 * (1 - 1e-9)
        made.append(
            ax.annotate(
                translate("e = {value}", language, value=number(slope)), end, color=INK,
                xytext=(-3, -3) if at_top else (-3, 3), textcoords="offset points", fontsize=7.5,
                ha="right", va="top" if at_top else "bottom", path_effects=halo(), zorder=6,
            )
        )  # fmt: skip
    return made


def _name_outer(
    ax: Axes,
    frame: pd.DataFrame,
    names: Names | None,
    named: int,
    language: Language,
    marks: Sequence[Any],
) -> None:
    """Name places from the rim inwards, so that the crowded middle stays free."""
    points = frame[["driver_growth", "outcome_growth"]].to_numpy(dtype=float) * 100
    spread = np.where(points.std(axis=0) > 0, points.std(axis=0), 1.0)
    distance = np.hypot(*((points - np.median(points, axis=0)) / spread).T)
    words = [name_of(unit, names, language) for unit in frame["unit"]]
    order = sorted(range(len(points)), key=lambda i: (-round(distance[i], 9), words[i]))[:named]
    fig = ax.figure.get_figure(root=True)
    assert fig is not None
    obstacles = [
        Bbox.from_extents(x - 6, y - 6, x + 6, y + 6) for x, y in ax.transData.transform(points)
    ]
    obstacles += [extent(fig, letters) for letters in marks]
    place_labels(ax, [tuple(points[i]) for i in order], [words[i] for i in order],
                 obstacles=obstacles, fontsize=7.5)  # fmt: skip


def _legend(
    sheet: Sheet,
    states: pd.Series[Any],
    bounds: tuple[float, float],
    tall: float,
    language: Language,
) -> None:
    """Name all eight states with their counts; "undefined" only where there is one."""
    side = sheet.axes(WIDTH - _COLUMN + 0.1, 0.0, _COLUMN - MARGIN - 0.1, tall)
    side.set_axis_off()
    parts = ((text("The driver grows"), 0, 4), (text("The driver shrinks"), 4, 8))
    listed = list(STATE_COLOURS)
    top = 1.0
    for heading, first, last in parts:
        shown = listed[first:last]
        if last == 8 and (states == "undefined").any():
            shown = [*shown, "undefined"]
        handles = []
        for state in shown:
            words = (
                f"{name_of(state, DECOUPLING_STATES, language)}  ({int((states == state).sum())})"
            )
            words = wrap(sheet.fig, words, _COLUMN - MARGIN - 0.5, fontsize=8.5)
            handles.append(
                Line2D([], [], linestyle="none", marker="o", markersize=7, label=words,
                       markerfacecolor=STATE_COLOURS[state], markeredgecolor=INK,
                       markeredgewidth=0.6)
            )  # fmt: skip
        made = side.legend(
            handles=handles, loc="upper left", borderaxespad=0, borderpad=0, handlelength=1.2,
            labelspacing=0.6, title=say(heading, language), alignment="left",
            bbox_to_anchor=(0, top),
        )  # fmt: skip
        made.set_gid("legend")
        if last < 8:
            side.add_artist(made)  # the last one is kept by the axes, as their own
        top -= made.get_window_extent().height / sheet.fig.dpi / tall + 0.06
    low, high = (number(bound) for bound in bounds)
    words = translate(
        "Tapio's states (number of places); coupling: elasticity e from {low} to {high}",
        language, low=low, high=high,
    )  # fmt: skip
    side.text(0, top, wrap(sheet.fig, words, _COLUMN - MARGIN - 0.2, fontsize=7.5), fontsize=7.5,
              color=GREY, va="top", transform=side.transAxes, linespacing=1.3)  # fmt: skip


@in_house_style
def kind_map(
    units: gpd.GeoDataFrame,
    kinds: pd.Series[Any],
    colours: Mapping[str, str],
    words: Names,
    *,
    title: str | Text,
    caption: str | Text = "",
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Where is each kind of place: its dominant driver, its state of decoupling?

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    kinds : Series
        Kind of each unit, by unit label; missing is drawn as "no data".
    colours : mapping
        Kind → colour, in the order of the legend, which leaves out what does not occur.
    words : mapping
        Kind → what the legend calls it.
    title, caption : str or Text
        Heading of the map, and of its legend.
    groups, group_names, background, source, notes, language
        As in :func:`spatialcarbon.report.maps.choropleth`.

    Raises
    ------
    AlignmentError
        When kinds do not cover exactly the units.
    SchemaError
        For a kind without a colour.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import kind_map
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")

    >>> figure = kind_map(
    ...     units,
    ...     pd.Series({"A": "up", "B": "down"}),
    ...     {"up": "#c44", "down": "#48a"},
    ...     {"up": "grew", "down": "fell"},
    ...     title="Emissions",
    ... )
    >>> len(figure.axes)
    3
    """
    same_units(kinds.index, units.index, text("the kinds"))
    known = kinds.reindex(units.index)
    strange = [kind for kind in known.dropna().unique() if kind not in colours]
    if strange:
        raise SchemaError(
            "these classes are not in the legend: {strange}",
            expected="{known}",
            strange=some(strange),
            known=", ".join(colours),
        )
    view = map_view(units, background=background, groups=groups)
    sheet, (ax,), side = map_sheet(title, view, language, source=source, notes=notes)
    draw_map(ax, view, [colours.get(kind, NO_DATA) for kind in known])
    name_groups(ax, view, group_names, language)
    entries = []
    for kind, colour in colours.items():
        count = int((known == kind).sum())
        if count:
            said = f"{name_of(kind, words, language)}  ({count})"
            entries.append((colour, wrap(sheet.fig, said, COLUMN - MARGIN - 0.4, fontsize=8.5)))
    absent = int(known.isna().sum())
    if absent:
        entries.append((NO_DATA, f"{translate('no data', language)}  ({absent})"))
    legend(side, entries, name_of("", {"": caption}, language))
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig
