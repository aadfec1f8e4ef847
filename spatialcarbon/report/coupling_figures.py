"""Coupling coordination as a plane of coupling and development, and as a map of its classes."""

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
from spatialcarbon.report.canvas import GREY, INK, in_house_style
from spatialcarbon.report.lettering import name_of, number
from spatialcarbon.report.map_canvas import draw_map, map_view, name_groups
from spatialcarbon.report.map_furniture import COLUMN, legend, map_sheet, scale_and_north
from spatialcarbon.report.palettes import NO_DATA, diverging_colours
from spatialcarbon.report.placement import place_labels
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
_COLUMN = 2.4


def class_colours(classes: Sequence[str]) -> dict[str, str]:
    """Return a colour for each class, red where subsystems fall apart, blue where they agree."""
    ramp = diverging_colours(len(classes))[::-1]
    return dict(zip(classes, ramp, strict=True))


@in_house_style
def coupling_plane(
    frame: pd.DataFrame,
    *,
    classes: Mapping[str, float],
    title: str | Text = "",
    class_names: Names | None = None,
    names: Names | None = None,
    named: int = 8,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Which places are coupled, which are developed, and which are both?

    Parameters
    ----------
    frame : DataFrame
        One row per place: columns ``unit, coupling, development, coordination, level``
        (``CouplingResult.to_frame()`` of one year).
    classes : mapping
        Class → inclusive lower bound of D (``CouplingResult.classes``): drawn as the
        curves C·T = D².
    title : str or Text
        Heading.
    class_names, names : mapping, optional
        What to call the classes and the places.
    named : int
        How many places with the lowest and the highest D are named.
    source : str or Text
        Where the scores come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        When columns are missing, or a level is not among the classes.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import coupling_plane
    >>> frame = pd.DataFrame(
    ...     {
    ...         "unit": ["A", "B"],
    ...         "coupling": [0.9, 0.5],
    ...         "development": [0.8, 0.4],
    ...         "coordination": [0.85, 0.45],
    ...         "level": ["high", "low"],
    ...     }
    ... )
    >>> figure = coupling_plane(frame, classes={"low": 0.0, "high": 0.6})
    >>> {"A", "B"} <= {text.get_text() for text in figure.axes[0].texts}
    True
    """
    needed = ["unit", "coupling", "development", "coordination", "level"]
    require_columns(frame, needed, text("the table of coupling"))
    _known(frame["level"], classes)
    colours = class_colours(list(classes))
    sheet = Sheet(title, 5.2, language, source=source)
    ax = sheet.axes(0.8, 0.6, WIDTH - _COLUMN - 1.2, 4.5)
    side = sheet.axes(WIDTH - _COLUMN, 0.0, _COLUMN - MARGIN, 5.2)
    side.set_axis_off()
    ax.set(xlim=(-0.02, 1), ylim=(-0.02, 1.03))
    ax.set_xlabel(translate("Development T", language))
    ax.set_ylabel(translate("Coupling C", language))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    handles = []
    for name in reversed(list(classes)):
        rows = frame[frame["level"] == name]
        if len(rows):
            ax.scatter(rows["development"], rows["coupling"], s=34, color=colours[name],
                       edgecolors=GREY, linewidths=0.4, zorder=4, gid=f"class {name}")  # fmt: skip
        words = f"{name_of(name, class_names, language)}  ({len(rows)})"
        handles.append(
            Line2D([], [], linestyle="none", marker="o", markersize=6.5, label=words,
                   markerfacecolor=colours[name], markeredgecolor=GREY, markeredgewidth=0.4)
        )  # fmt: skip
    side.legend(
        handles=handles, loc="upper left", borderaxespad=0, borderpad=0, labelspacing=0.6,
        handlelength=1.2, title=translate("Class of D (places)", language), alignment="left",
    ).set_gid("legend")  # fmt: skip
    marks = _contours(ax, [bound for bound in classes.values() if bound > 0], language)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - _COLUMN - 2 * MARGIN, 5.14)
    if named:
        _name_ends(ax, frame, names, named, language, marks)
    return sheet.fig


def _contours(ax: Axes, degrees: Sequence[float], language: Language) -> list[Any]:
    """Draw the curves of equal D and write its value where each leaves the plot."""
    made = []
    for degree in degrees:
        across = np.linspace(max(degree**2, 1e-6), 1.0, 200)
        ax.plot(across, degree**2 / across, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)),
                zorder=2, gid=f"contour {degree:g}")  # fmt: skip
        words = translate("D = {value}", language, value=number(degree))
        made.append(
            ax.annotate(words, (1.0, degree**2), xytext=(4, 0), textcoords="offset points",
                        fontsize=7.5, color=GREY, va="center", annotation_clip=False)
        )  # fmt: skip
    return made


def _name_ends(
    ax: Axes,
    frame: pd.DataFrame,
    names: Names | None,
    named: int,
    language: Language,
    marks: Sequence[Any],
) -> None:
    ranked = frame.assign(_word=frame["unit"].map(str)).sort_values(["coordination", "_word"])
    low = ranked.head(named // 2)
    high = ranked.drop(index=low.index).tail(named - len(low))
    chosen = [*high.iloc[::-1].to_dict("records"), *low.to_dict("records")]
    pixels = ax.transData.transform(frame[["development", "coupling"]].to_numpy(dtype=float))
    obstacles = [Bbox.from_extents(x - 6, y - 6, x + 6, y + 6) for x, y in pixels]
    obstacles += [letters.get_window_extent() for letters in marks]
    points = [(float(row["development"]), float(row["coupling"])) for row in chosen]
    words = [name_of(row["unit"], names, language) for row in chosen]
    place_labels(ax, points, words, obstacles=obstacles, colours=[INK] * len(words))


@in_house_style
def class_map(
    units: gpd.GeoDataFrame,
    levels: pd.Series[Any],
    *,
    classes: Sequence[str],
    title: str | Text,
    caption: str | Text = "",
    class_names: Names | None = None,
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Where are the places of each class of coordination?

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    levels : Series
        Class of each unit, by unit label; missing is drawn as "no data".
    classes : sequence of str
        All classes, from the lowest to the highest.
    title, caption : str or Text
        Heading of the map, and of its legend.
    class_names : mapping, optional
        What to call the classes.
    groups, group_names, background, source, language
        As in :func:`spatialcarbon.report.maps.choropleth`.

    Raises
    ------
    AlignmentError
        When levels do not cover exactly the units.
    SchemaError
        For a level that is not among the classes.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import class_map
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")

    >>> levels = pd.Series({"A": "low", "B": "high"})
    >>> figure = class_map(units, levels, classes=["low", "middle", "high"], title="Levels")
    >>> len(figure.axes)
    3
    """
    same_units(levels.index, units.index, text("the classes"))
    known = levels.reindex(units.index)
    _known(known.dropna(), classes)
    colours = class_colours(classes)
    view = map_view(units, background=background, groups=groups)
    sheet, (ax,), side = map_sheet(title, view, language, source=source)
    draw_map(ax, view, [colours.get(level, NO_DATA) for level in known])
    name_groups(ax, view, group_names, language)
    entries = [
        (colours[name], f"{name_of(name, class_names, language)}  ({int((known == name).sum())})")
        for name in reversed(classes)
    ]
    absent = int(known.isna().sum())
    if absent:
        entries.append((NO_DATA, f"{translate('no data', language)}  ({absent})"))
    legend(side, entries, name_of("", {"": caption}, language))
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig


def _known(levels: pd.Series[Any], classes: Mapping[str, float] | Sequence[str]) -> None:
    strange = [level for level in levels.unique() if level not in classes]
    if strange:
        raise SchemaError(
            "these classes are not in the legend: {strange}",
            expected="{known}",
            strange=some(strange),
            known=", ".join(classes),
        )
