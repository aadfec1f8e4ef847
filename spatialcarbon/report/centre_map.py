"""The centre of gravity on a map: ellipses over the units, and the track close up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of
from spatialcarbon.report.map_canvas import draw_areas, draw_map, map_view
from spatialcarbon.report.map_furniture import COLUMN, map_sheet, scale_and_north
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spatialcarbon.report.map_canvas import MapView
    from spatialcarbon.stats.centre import CentreResult

Names = Mapping[Any, str | Text]

FIRST, LAST = "#4477aa", "#b2182b"
"""Colours of the first and of the last year."""

_UNITS = "#ecebe6"
_BETWEEN = 5
_LOWEST, _TALLEST = 2.8, 7.0
_STEP = 18.0
"""Pixels between the marks that keep the names of years off the track."""

_CLOSE_UP = 3.2
"""Height in inches of the close-up of the track."""


@in_house_style
def centre_map(
    units: gpd.GeoDataFrame,
    result: CentreResult,
    *,
    title: str | Text = "",
    group: str = "ALL",
    years: Iterable[int] | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Where is the centre, how wide is the spread, and where did the centre go?

    The map shows the ellipses of the first and last of ``years``; below it the track of the
    centre is drawn large, since it usually spans few kilometres.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons with a coordinate reference system.
    result : CentreResult
        From :func:`spatialcarbon.centre_track`.
    title : str or Text
        Heading.
    group : str
        Which group to draw.
    years : iterable of int, optional
        The years whose ellipses are drawn; by default the first and the last.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words on the map.

    Raises
    ------
    OptionError
        For a group or a year without a centre.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import centre_map
    >>> squares = [box(x, 0, x + 1e5, 1e5) for x in (0, 1e5, 2e5, 3e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=list("abcd"), crs="EPSG:32648")
    >>> co2 = pd.DataFrame(
    ...     {2005: [1.0, 1.0, 1.0, 1.0], 2017: [1.0, 2.0, 2.0, 3.0]}, index=list("abcd")
    ... )
    >>> figure = centre_map(units, sc.centre_track(co2, units), title="East it moves")
    >>> len(figure.axes)
    5
    """
    points = _of_group(result, group)
    known = [int(year) for year in points["year"]]
    chosen = _chosen(years, known)
    ellipses = result.ellipses(chosen)
    ellipses = ellipses[ellipses["group"] == group]
    view = _with_room(map_view(units, background=background), ellipses)
    points, ellipses = points.to_crs(view.units.crs), ellipses.to_crs(view.units.crs)
    several = len(points) > 1
    extra = _CLOSE_UP + 0.35 if several else 0.0
    wide = WIDTH - COLUMN - 2 * MARGIN
    tall = min(max(wide * view.aspect, _LOWEST), _TALLEST)
    sheet = Sheet(title, tall + extra, language, source=source)
    ax = sheet.axes(MARGIN, extra, wide, tall)
    side = sheet.axes(WIDTH - COLUMN, extra, COLUMN - MARGIN, tall)
    side.set_axis_off()
    draw_map(ax, view, [_UNITS] * len(view.units))
    ax.set_anchor("W")
    colours = _year_colours(chosen)
    for year, shape in zip(ellipses["year"], ellipses.geometry, strict=True):
        _ellipse(ax, shape, colours[int(year)], f"ellipse {year}")
    _centres(ax, points, colours, size=22)
    handles = [
        Line2D([], [], color=colour, linewidth=1.6, marker="o", markersize=5, label=f"{year}")
        for year, colour in colours.items()
    ]
    side.legend(
        handles=handles, title=translate("Centre and ellipse of", language), loc="upper left",
        alignment="left", borderaxespad=0, borderpad=0, labelspacing=0.5, handlelength=1.6,
    ).set_gid("legend")  # fmt: skip
    foot = sheet.axes(WIDTH - COLUMN, extra, COLUMN - MARGIN, 0.75)
    scale_and_north(foot, ax, view, language)
    if several:
        _close_up(sheet, points, view, colours, language)
    return sheet.fig


@in_house_style
def group_centres_map(
    units: gpd.GeoDataFrame,
    result: CentreResult,
    *,
    title: str | Text = "",
    years: tuple[int, int] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How do the groups differ in where their centre lies and how far they reach?

    Parameters
    ----------
    units, title, background, source, language
        As in :func:`centre_map`.
    result : CentreResult
        With groups; all units together are left out.
    years : tuple of two int, optional
        The first is drawn dashed, the second solid; by default the first and the last.
    group_names : mapping, optional
        What to call the groups.

    Raises
    ------
    SchemaError
        For a result without groups.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import group_centres_map
    >>> squares = [box(x, 0, x + 1e5, 1e5) for x in (0, 1e5, 2e5, 3e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=list("abcd"), crs="EPSG:32648")
    >>> co2 = pd.DataFrame(
    ...     {2005: [1.0, 1.0, 1.0, 1.0], 2017: [1.0, 2.0, 2.0, 3.0]}, index=list("abcd")
    ... )
    >>> halves = {"west": ["a", "b"], "east": ["c", "d"]}
    >>> figure = group_centres_map(
    ...     units, sc.centre_track(co2, units, groups=halves), title="Halves"
    ... )
    >>> len(figure.axes)
    3
    """
    points = result.points()
    points = points[points["group"] != "ALL"]
    if points.empty:
        raise SchemaError("the result has no groups", fix="centre_track(..., groups=...)")
    chosen = _chosen(years, sorted({int(year) for year in points["year"]}))
    ellipses = result.ellipses(chosen)
    ellipses = ellipses[ellipses["group"] != "ALL"]
    view = _with_room(map_view(units, background=background), ellipses)
    sheet, (ax,), side = map_sheet(title, view, language, source=source)
    draw_map(ax, view, [_UNITS] * len(view.units))
    groups = list(dict.fromkeys(points["group"]))
    colours = qualitative_colours(groups)
    points, ellipses = points.to_crs(view.units.crs), ellipses.to_crs(view.units.crs)
    for group in groups:
        own = ellipses[ellipses["group"] == group]
        for year, shape in zip(own["year"], own.geometry, strict=True):
            late = int(year) == chosen[-1]
            _ellipse(ax, shape, colours[group], f"ellipse {group} {year}", dashed=not late)
        ends = points[(points["group"] == group) & points["year"].isin(chosen)]
        ax.plot(ends.geometry.x, ends.geometry.y, color=colours[group], linewidth=1.2, zorder=6)
        ax.scatter(ends.geometry.x.iloc[-1:], ends.geometry.y.iloc[-1:], s=22, zorder=7,
                   color=colours[group], edgecolors="white", linewidths=0.6)  # fmt: skip
    handles: list[Any] = [
        Patch(facecolor=colours[g], label=name_of(g, group_names, language)) for g in groups
    ]
    looks: list[Any] = ["solid"] if len(chosen) == 1 else [(0, (3, 2)), "solid"]
    handles += [
        Line2D([], [], color=GREY, linewidth=1.4, linestyle=look, label=f"{year}")
        for year, look in zip((chosen[0], chosen[-1]), looks, strict=False)
    ]
    side.legend(
        handles=handles, title=translate("Centre and ellipse of", language), loc="upper left",
        alignment="left", borderaxespad=0, borderpad=0, labelspacing=0.5, handlelength=1.6,
    ).set_gid("legend")  # fmt: skip
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig


def _with_room(view: MapView, shapes: gpd.GeoDataFrame) -> MapView:
    """Return the view, wide enough for shapes that reach beyond the units."""
    if shapes.empty:
        return view
    x0, y0, x1, y1 = shapes.to_crs(view.units.crs).total_bounds
    a, b, c, d = view.bounds
    pad = 0.02 * max(c - a, d - b)
    return replace(
        view, bounds=(min(a, x0 - pad), min(b, y0 - pad), max(c, x1 + pad), max(d, y1 + pad))
    )


def _of_group(result: CentreResult, group: str) -> gpd.GeoDataFrame:
    points = result.points()
    own = points[points["group"] == group].sort_values("year", ignore_index=True)
    if own.empty:
        raise OptionError(
            "there is no centre of the group {group!r}",
            expected="one of {known}",
            group=group,
            known=some(dict.fromkeys(points["group"]), 12),
        )
    return own


def _chosen(years: Iterable[int] | None, known: list[int]) -> list[int]:
    chosen = sorted({known[0], known[-1]}) if years is None else sorted(set(years))
    absent = [year for year in chosen if year not in known]
    if absent or not chosen:
        raise OptionError(
            "there is no centre in the year {years}",
            expected="one of {known}",
            years=some(absent),
            known=some(known, 12),
        )
    return chosen


def _year_colours(years: list[int]) -> dict[int, str]:
    """Return blue for the first year, red for the last, greys between."""
    shades = [f"#{v:02x}{v:02x}{v:02x}" for v in np.linspace(150, 90, _BETWEEN).astype(int)]
    colours = {year: shades[i % _BETWEEN] for i, year in enumerate(years[1:-1])}
    return {year: colours.get(year, FIRST if year == years[0] else LAST) for year in years} | {
        years[-1]: LAST
    }


def _ellipse(ax: Axes, shape: Any, colour: str, gid: str, *, dashed: bool = False) -> None:
    drawn = draw_areas(ax, [shape], ["none"], edge=colour, linewidth=1.6, zorder=5, gid=gid)
    if dashed:
        drawn.set_linestyle((0, (3, 2)))


def _centres(
    ax: Axes, points: gpd.GeoDataFrame, colours: Mapping[int, str], *, size: float
) -> None:
    """Draw the track, all its years as small dots and the chosen ones large."""
    x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    ax.plot(x, y, color=INK, linewidth=1.0, zorder=6, gid="track")
    for at, year in enumerate(points["year"]):
        chosen = int(year) in colours
        ax.scatter([x[at]], [y[at]], s=size if chosen else size / 4, zorder=8 if chosen else 7,
                   color=colours.get(int(year), INK), edgecolors="white", linewidths=0.6,
                   gid=f"centre {year}")  # fmt: skip


def _close_up(
    sheet: Sheet,
    points: gpd.GeoDataFrame,
    view: MapView,
    colours: Mapping[int, str],
    language: Language,
) -> None:
    """Draw the track large, in a frame of its own with its own scale."""
    x0, y0, x1, y1 = points.total_bounds
    wide = WIDTH - COLUMN - 2 * MARGIN
    reach = max((x1 - x0) / wide, (y1 - y0) / _CLOSE_UP, 1.0) * 1.35
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    bounds = (
        middle[0] - reach * wide / 2,
        middle[1] - reach * _CLOSE_UP / 2,
        middle[0] + reach * wide / 2,
        middle[1] + reach * _CLOSE_UP / 2,
    )
    near = shapely.box(*bounds)
    ax = sheet.axes(MARGIN, 0.0, wide, _CLOSE_UP)
    ax.set(xlim=bounds[::2], ylim=bounds[1::2], xticks=[], yticks=[])
    ax.set_aspect("equal", adjustable="box")
    for spine in ax.spines.values():
        spine.set(visible=True, color=FAINT)
    shapes = [shape for shape in view.units.geometry if shape.intersects(near)]
    draw_areas(ax, shapes, [_UNITS] * len(shapes), gid="units nearby", linewidth=0.5)
    ax.set_title(translate("The track of the centre, close up", language), loc="left", pad=4)
    _centres(ax, points, colours, size=34)
    first = [at for at, year in enumerate(points["year"]) if int(year) in colours]
    order = first + [at for at in range(len(points)) if at not in first]
    xy = [(float(points.geometry.x.iloc[at]), float(points.geometry.y.iloc[at])) for at in order]
    words = [str(points["year"].iloc[at]) for at in order]
    inks = [colours.get(int(word), GREY) for word in words]
    dots = _boxes(ax, points)
    place_labels(ax, xy[: len(first)], words[: len(first)], fontsize=8.5, obstacles=dots,
                 colours=inks[: len(first)])  # fmt: skip
    taken = [letters.get_window_extent() for letters in ax.texts if letters.get_text()]
    place_labels(ax, xy[len(first) :], words[len(first) :], fontsize=7, obstacles=[*dots, *taken],
                 colours=inks[len(first) :])  # fmt: skip
    foot = sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75)
    scale_and_north(foot, ax, replace(view, bounds=bounds), language)


def _boxes(ax: Axes, points: gpd.GeoDataFrame) -> list[Bbox]:
    """Return what the names of the years keep off: the dots, and the line between them."""
    dots = ax.transData.transform(np.column_stack([points.geometry.x, points.geometry.y]))
    boxes = [Bbox.from_extents(x - 5, y - 5, x + 5, y + 5) for x, y in dots]
    for a, b in pairwise(dots):
        steps = int(np.hypot(*(b - a)) // _STEP)
        for x, y in np.linspace(a, b, steps + 2)[1:-1]:
            boxes.append(Bbox.from_extents(x - 2, y - 2, x + 2, y + 2))
    return boxes
