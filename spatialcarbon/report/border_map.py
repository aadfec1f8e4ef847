"""Border contrasts on the map: the wider and darker a border, the more unlike its two sides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from spatialcarbon.core.align import require_columns, same_units
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.allocation_figures import PRINCIPLE_WORDS
from spatialcarbon.report.border_lines import LINK, border_lines
from spatialcarbon.report.canvas import in_house_style
from spatialcarbon.report.lettering import extent, name_of, with_unit
from spatialcarbon.report.map_canvas import draw_map, map_view
from spatialcarbon.report.map_furniture import COLUMN, map_sheet, scale_and_north
from spatialcarbon.report.palettes import (
    NO_DATA,
    OUTLINE,
    classify,
    number_label,
    quantile_breaks,
)
from spatialcarbon.report.sheet import MARGIN, WIDTH

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

STEPS = (1.0, 1.25, 1.5, 2.0, 3.0)
"""Ratios that bound the classes of every map, so that maps of different studies compare."""

COLOURS = ("#c9b8d8", "#a98cc4", "#8a5cae", "#6a2c91", "#3d0a5c")
WIDTHS = (0.5, 1.1, 1.8, 2.6, 3.6)
UNDEFINED_COLOUR = "#d7191c"
_FILLS = ("#fbfaf5", "#f3ecd2", "#e8d9a3", "#d9bf6c")


def contrast_classes(ratios: pd.Series[float]) -> tuple[tuple[float, ...], int]:
    """Return the bounds of the classes that ratios need, and how many classes there are.

    Examples
    --------
    >>> import pandas as pd
    >>> contrast_classes(pd.Series([1.0, 1.7, 2.4]))
    ((1.0, 1.25, 1.5, 2.0, 2.5), 4)
    """
    most = float(ratios.max()) if ratios.notna().any() else STEPS[0]
    bounds = [step for step in STEPS if step < most] or [STEPS[0]]
    # The last class ends at a number that can be read, not below the largest ratio.
    step = 10.0 ** (math.floor(math.log10(most)) - 1) if most >= 10 else 0.25
    bounds.append(max(math.ceil(most / step - 1e-9) * step, bounds[-1] + step))
    return tuple(bounds), len(bounds) - 1


@in_house_style
def border_contrast_map(
    units: gpd.GeoDataFrame,
    contrasts: pd.DataFrame,
    *,
    title: str | Text,
    burdens: pd.DataFrame | None = None,
    burden_name: str | Text = "",
    principle_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Across which borders do neighbours bear very different burdens?

    One map per principle, all with the same classes: a border is the wider and darker
    the larger the ratio of the burdens on its two sides. Neighbours without a common
    border are linked by a thin straight line. Where one side has nothing or a gain, so that
    no ratio exists, the border is red.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    contrasts : DataFrame
        ``JudgementResult.contrasts`` of one measure: ``principle, unit, neighbor,
        ratio, difference``.
    title : str or Text
        Heading.
    burdens : DataFrame, optional
        Unit × principle, to fill the areas: darker where the burden is higher, in
        classes that hold about equally many over all maps.
    burden_name : str or Text
        What they are, for the legend.
    principle_names : mapping, optional
        What to call the principles.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    AlignmentError
        Units that are not on the map.
    SchemaError
        When columns are missing, or there are no pairs.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import border_contrast_map
    >>> links = pd.DataFrame({"focal": list("abbc"), "neighbor": list("bacb")})
    >>> cuts = pd.DataFrame({"equal": [2.0, 2.0, 2.0], "steep": [1.0, 4.0, 1.0]}, index=list("abc"))
    >>> emitted = pd.Series({"a": 10.0, "b": 10.0, "c": 10.0})
    >>> found = sc.judge_allocation(
    ...     cuts, weights=sc.Weights.from_edges(links), emissions=emitted, permutations=0
    ... )
    >>> squares = [box(x, 0, x + 1e5, 1e5) for x in (0, 1e5, 2e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=list("abc"), crs="EPSG:32648")
    >>> steep = found.contrasts.query("measure == 'per_emission' and principle == 'steep'")
    >>> figure = border_contrast_map(units, steep, title="b is asked for four times as much")
    >>> len(figure.axes)
    3
    """
    needed = ["principle", "unit", "neighbor", "ratio", "difference"]
    require_columns(contrasts, needed, text("the table of contrasts"))
    if contrasts.empty:
        raise SchemaError("there are no pairs of neighbours to draw")
    principles = list(dict.fromkeys(contrasts["principle"]))
    if burdens is not None:
        same_units(burdens.index, units.index, text("the burdens"))
        require_columns(burdens, principles, text("the table of burdens"))
    columns = 1 if len(principles) == 1 else 2 if len(principles) <= 4 else 3
    view = map_view(units, background=background, columns=columns)
    sheet, maps, side = map_sheet(
        title, view, language,
        rows=math.ceil(len(principles) / columns), columns=columns, panels=len(principles),
        source=source,
    )  # fmt: skip
    filled = None if burdens is None else burdens.reindex(units.index)[principles]
    fills = () if filled is None else quantile_breaks(filled.to_numpy(dtype=float).ravel(), 4)
    bounds, count = contrast_classes(contrasts["ratio"])
    for ax, principle in zip(maps, principles, strict=True):
        colours = [_FILLS[0]] * len(units)
        if filled is not None:
            places = classify(filled[principle], fills).tolist()
            colours = [NO_DATA if at < 0 else _FILLS[at] for at in places]
        draw_map(ax, view, colours)
        rows = contrasts[contrasts["principle"] == principle]
        _draw_borders(ax, view.units.geometry, rows, bounds, small=columns > 1)
        if len(principles) > 1:  # a single map is named by the heading
            words = PRINCIPLE_WORDS if principle_names is None else principle_names
            ax.set_title(name_of(principle, words, language), loc="left", pad=3)
    undefined = bool((contrasts["ratio"].isna() & (contrasts["difference"] > 0)).any())
    _legends(side, bounds, count, undefined, fills, burden_name, language)
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), maps[0], view, language)
    return sheet.fig


def _draw_borders(
    ax: Axes, shapes: gpd.GeoSeries, rows: pd.DataFrame, bounds: Sequence[float], *, small: bool
) -> None:
    """Draw borders, the strongest on top."""
    lines, kinds = border_lines(shapes, rows["unit"].tolist(), rows["neighbor"].tolist())
    ratio = rows["ratio"].to_numpy(dtype=float)
    place = classify(rows["ratio"], bounds)
    red = np.isnan(ratio) & (rows["difference"].to_numpy(dtype=float) > 0)
    thin = 0.6 if small else 1.0
    for at in range(-1, len(bounds) - 1):
        chosen = red if at < 0 else (place == at) & ~red
        for kind, style in ((LINK, (0, (2, 1.5))), (None, "solid")):
            these = chosen & ((kinds == LINK) if kind else (kinds != LINK))
            if not these.any():
                continue
            parts = shapely.get_parts(lines[these])
            drawn = LineCollection(
                [shapely.get_coordinates(part) for part in parts],
                colors=UNDEFINED_COLOUR if at < 0 else COLOURS[at],
                linewidths=thin * (WIDTHS[-1] if at < 0 else WIDTHS[at]) * (0.5 if kind else 1.0),
                linestyles=style,
                capstyle="round" if kind is None else "butt",
                zorder=5 + at + (len(bounds) if at < 0 else 0),
            )
            drawn.set_gid("borders undefined" if at < 0 else f"borders {at}")
            ax.add_collection(drawn, autolim=False)


def _legends(
    side: Axes,
    bounds: Sequence[float],
    count: int,
    undefined: bool,
    fills: Sequence[float],
    burden_name: str | Text,
    language: Language,
) -> None:
    """Write what the borders and the areas mean, one below the other."""
    handles: list[Any] = [
        Line2D([], [], color=COLOURS[at], linewidth=WIDTHS[at],
               label=f"{number_label(bounds[at])} – {number_label(bounds[at + 1])}")
        for at in reversed(range(count))
    ]  # fmt: skip
    if undefined:
        words = translate("nothing or a gain on one side", language)
        handles.insert(0, Line2D([], [], color=UNDEFINED_COLOUR, linewidth=WIDTHS[-1], label=words))
    look: dict[str, Any] = {
        "loc": "upper left", "borderaxespad": 0.0, "borderpad": 0.0, "handlelength": 1.5,
        "handleheight": 1.1, "labelspacing": 0.45, "alignment": "left",
    }  # fmt: skip
    title = translate("Ratio of the burdens\non the two sides", language)
    first = side.legend(handles=handles, title=title, bbox_to_anchor=(0.0, 1.0), **look)
    first.set_gid("legend")
    if not len(fills):
        return
    side.add_artist(first)
    fig = side.figure.get_figure(root=True)
    assert fig is not None
    foot = side.transAxes.inverted().transform(extent(fig, first))[0][1]  # type: ignore[arg-type]
    patches = [
        Patch(facecolor=_FILLS[at], edgecolor=OUTLINE, linewidth=0.5,
              label=f"{number_label(fills[at])} – {number_label(fills[at + 1])}")
        for at in reversed(range(len(fills) - 1))
    ]  # fmt: skip
    gap = 0.2 / (side.get_window_extent().height / fig.dpi)
    words = with_unit(burden_name, "", language)
    second = side.legend(
        handles=patches,
        title=with_unit(burden_name, "", language),
        bbox_to_anchor=(0.0, foot - gap),
        **look,
    )
    second.set_gid("legend of areas")
