"""Maps of hot and cold spots: where high values gather, and where low ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.report.layers import Categorised, Category
from spatialcarbon.report.maps import Names, label_map
from spatialcarbon.report.palettes import LISA_COLOURS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.figure import Figure

HOTSPOT_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "Hot spot": LISA_COLOURS["High-High"],
        "Cold spot": LISA_COLOURS["Low-Low"],
        "Not significant": LISA_COLOURS["Not significant"],
        "Isolate": LISA_COLOURS["Isolate"],
    }
)
"""Red and blue as on maps of local Moran's I, so that the two can be compared."""

HOTSPOT_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "Hot spot": text("Hot spot"),
        "Cold spot": text("Cold spot"),
        "Not significant": text("Not significant"),
        "Isolate": text("Isolate"),
    }
)


def hotspot_map(
    units: gpd.GeoDataFrame,
    local_frame: pd.DataFrame,
    *,
    title: str | Text,
    star: bool = True,
    name_field: str | None = None,
    groups: pd.Series[Any] | None = None,
    group_names: Names | None = None,
    background: gpd.GeoDataFrame | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Where do high values gather, and where low ones?

    Parameters
    ----------
    local_frame : DataFrame
        Columns ``unit`` and ``label``: Hot spot, Cold spot, Not significant or Isolate
        for each unit (``LocalGResult.to_frame()``).
    star : bool
        Whether the statistic is G* (with the unit itself) or G.
    units, title, name_field, groups, group_names, background, source, notes, language
        As in :func:`spatialcarbon.report.maps.lisa_map`.

    Raises
    ------
    SchemaError
        For a missing column or a label outside the four.
    AlignmentError
        When the table and the units are not the same set.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon.report.figures import hotspot_map
    >>> squares = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    >>> units = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs="EPSG:32648")

    >>> frame = pd.DataFrame({"unit": ["A", "B"], "label": ["Hot spot", "Not significant"]})
    >>> figure = hotspot_map(units, frame, title="Hot spots")
    >>> len(figure.axes)
    3
    """
    starred, plain = text("Local G* (number of units)"), text("Local G (number of units)")
    return label_map(
        units, local_frame, HOTSPOT_COLOURS, HOTSPOT_TEXTS, title=title, name_field=name_field,
        caption=starred if star else plain, groups=groups, group_names=group_names,
        background=background, source=source, notes=notes, language=language,
    )  # fmt: skip


def hotspot_style(column: str) -> Categorised:
    """Which colours does a map of hot and cold spots have?

    Parameters
    ----------
    column : str
        Column with the labels of :func:`spatialcarbon.local_g`.

    Examples
    --------
    >>> [item.value for item in hotspot_style("label").categories][:2]
    ['Hot spot', 'Cold spot']
    """
    return Categorised(
        column,
        tuple(
            Category(value, HOTSPOT_TEXTS[value], colour)
            for value, colour in HOTSPOT_COLOURS.items()
        ),
    )
