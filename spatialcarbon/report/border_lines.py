"""Borders as lines: what two areas share, or a straight link where they share nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialcarbon.core.errors import AlignmentError, some

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

BORDER, LINK = "border", "link"


def border_lines(
    shapes: gpd.GeoSeries, left: Sequence[Any], right: Sequence[Any]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return for each pair of areas the line between them, and what kind of line it is.

    Parameters
    ----------
    shapes : GeoSeries
        Polygons by unit.
    left, right : sequence
        Labels of the pairs.

    Returns
    -------
    tuple of arrays
        Lines; and ``"border"`` for a common stretch of boundary, ``"link"`` for a straight
        line between two areas that touch in a point only or not at all.

    Raises
    ------
    AlignmentError
        For pairs of areas that are not there.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = gpd.GeoSeries([shapely.box(i, 0, i + 1, 1) for i in (0, 1, 3)], list("abc"))
    >>> lines, kinds = border_lines(squares, ["a", "a"], ["b", "c"])
    >>> [line.length for line in lines], kinds.tolist()
    ([1.0, 3.0], ['border', 'link'])
    """
    strangers = [unit for unit in (*left, *right) if unit not in shapes.index]
    if strangers:
        raise AlignmentError("pairs name units that are not on the map: {units}",
                             units=some(dict.fromkeys(strangers)))  # fmt: skip
    if len(left) == 0:
        return np.empty(0, dtype=object), np.empty(0, dtype=object)
    a, b = shapes.index.get_indexer(list(left)), shapes.index.get_indexer(list(right))
    areas = shapes.to_numpy()
    outlines = shapely.boundary(areas)
    common = shapely.line_merge(_lines_of(shapely.intersection(outlines[a], outlines[b])))
    middle = shapely.get_coordinates(shapely.point_on_surface(areas))
    links = shapely.linestrings(np.stack([middle[a], middle[b]], axis=1))
    touching = shapely.length(common) > 0
    return np.where(touching, common, links), np.where(touching, BORDER, LINK).astype(object)


def _lines_of(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Keep the lines of what two outlines have in common, which may hold points as well."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    linear = shapely.get_dimensions(parts) == 1
    made = np.full(len(shapes), shapely.from_wkt("MULTILINESTRING EMPTY"), dtype=object)
    if linear.any():
        which = np.unique(owner[linear])
        made[which] = [shapely.multilinestrings(parts[linear & (owner == at)]) for at in which]
    return made
