"""Where each type of city lies: the map, and the look of its layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.align import same_units
from spatialcarbon.core.errors import AlignmentError, some
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import in_house_style
from spatialcarbon.report.industry_figures import marks_of, type_colours, type_name
from spatialcarbon.report.layers import Categorised, Category
from spatialcarbon.report.lettering import wrap
from spatialcarbon.report.map_canvas import draw_map, map_view, name_groups
from spatialcarbon.report.map_furniture import COLUMN, legend, map_sheet, scale_and_north
from spatialcarbon.report.palettes import NO_DATA
from spatialcarbon.report.sheet import MARGIN, WIDTH

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.figure import Figure

    from spatialcarbon.stats.city_types import TypesResult


@in_house_style
def types_map(
    units: gpd.GeoDataFrame,
    result: TypesResult,
    *,
    title: str | Text,
    groups: pd.Series[Any] | None = None,
    group_names: Mapping[Any, str | Text] | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Where does each type of city lie?

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label, with a coordinate reference system.
    result : IndustryResult or ConstrainedResult
        The types; units that were left out are drawn as "no data".
    title : str or Text
        Heading.
    groups : Series, optional
        Group of each unit (its city cluster), outlined and named.
    group_names : mapping, optional
        What to call the groups.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.
    source : str or Text
        Where the shares come from.
    notes : sequence
        Small print.
    language : {"en", "zh"}
        Of all words on the map.

    Raises
    ------
    AlignmentError
        When the map and the types are not about the same units.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import types_map
    >>> shares = pd.DataFrame(
    ...     {"energy": [0.7, 0.6, 0.1, 0.2], "light": [0.3, 0.4, 0.9, 0.8]}, index=list("abcd")
    ... )
    >>> found = sc.industry_clusters(shares, k=2, gap_samples=0, bootstraps=0)
    >>> squares = [box(x, 0, x + 1e5, 1e5) for x in (0, 1e5, 2e5, 3e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=list("abcd"), crs="EPSG:32648")
    >>> figure = types_map(units, found, title="Two types of city")
    >>> len(figure.axes)
    3
    """
    labels = _on_map(units, result)
    view = map_view(units, background=background, groups=groups)
    with marks_of(result):
        sheet, (ax,), side = map_sheet(title, view, language, source=source, notes=notes)
    colours = type_colours(result)
    draw_map(ax, view, [colours.get(kind, NO_DATA) for kind in labels])
    name_groups(ax, view, group_names, language)
    sizes = result.sizes
    entries = [
        (
            colour,
            wrap(
                sheet.fig,
                f"{type_name(result, kind, language)}  ({sizes.loc[kind]})",
                COLUMN - MARGIN - 0.4,
                fontsize=8.5,
            ),
        )
        for kind, colour in colours.items()
    ]
    absent = labels.count(0)
    if absent:
        entries.append((NO_DATA, f"{translate('no data', language)}  ({absent})"))
    legend(side, entries, translate("Type (number of units)", language))
    scale_and_north(sheet.axes(WIDTH - COLUMN, 0.0, COLUMN - MARGIN, 0.75), ax, view, language)
    return sheet.fig


def _on_map(units: gpd.GeoDataFrame, result: TypesResult) -> list[int]:
    """Return the type of each unit of the map; 0 for one that was left out."""
    strangers = result.labels.index.difference(units.index, sort=False)
    if len(strangers):
        raise AlignmentError(
            "{n} units with a type are not on the map",
            arrived="{labels}",
            fix="units.loc[result.labels.index] with a map that has them all",
            n=len(strangers),
            labels=some(strangers),
        )
    same_units(
        result.labels.index.append(units.index[units.index.isin(list(result.dropped))]),
        units.index,
        text("the types"),
    )
    return [int(kind) for kind in result.labels.reindex(units.index).fillna(0)]


def types_style(column: str, result: TypesResult) -> Categorised:
    """Which colours does a layer of types have?

    Parameters
    ----------
    column : str
        Column with the number of the type.
    result : IndustryResult or ConstrainedResult
        The types.
    """
    return Categorised(
        column,
        tuple(
            Category(
                kind, text("{number} {name}", number=kind, name=result.titles[kind - 1]), colour
            )
            for kind, colour in type_colours(result).items()
        ),
        outline="#ffffff",
    )
