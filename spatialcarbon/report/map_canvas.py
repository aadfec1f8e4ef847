"""What every map needs: an equal-area view, areas, outlines of groups, scale bar, north arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.path import Path

from spatialcarbon.core.align import same_units
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.geo.crs import is_geographic
from spatialcarbon.report.canvas import FAINT, INK
from spatialcarbon.report.lettering import emphasise, extent, halo, name_of
from spatialcarbon.report.palettes import OUTLINE

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes

    from spatialcarbon.core.language import Language, Text

_LAND = "#f7f7f5"
_LAND_EDGE = "#d2d2cf"
_PIXELS = 1000


@dataclass(frozen=True)
class MapView:
    """Units projected for drawing, with what lies behind and around them.

    Parameters
    ----------
    units : GeoDataFrame
        In an equal-area or the caller's own projected system.
    background : GeoDataFrame or None
        Cut to the neighbourhood of the units, same system.
    groups : Series or None
        Group of each unit, by unit label; missing for units of no group.
    outlines : mapping
        Dissolved shape of each group.
    bounds : tuple of float
        x0, y0, x1, y1 of the view, in the units of the system.
    """

    units: gpd.GeoDataFrame
    background: gpd.GeoDataFrame | None
    groups: pd.Series[Any] | None
    outlines: Mapping[Any, Any]
    bounds: tuple[float, float, float, float]

    @property
    def aspect(self) -> float:
        """Return height over width."""
        x0, y0, x1, y1 = self.bounds
        return (y1 - y0) / (x1 - x0)


def map_view(
    units: gpd.GeoDataFrame,
    *,
    background: gpd.GeoDataFrame | None = None,
    groups: pd.Series[Any] | None = None,
    columns: int = 1,
    detail: float = _PIXELS,
) -> MapView:
    """Project units for a map that keeps areas comparable.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit label; longitude and latitude are projected with an
        Albers equal-area cone laid through the units, any other system stays.
    background : GeoDataFrame, optional
        Areas to draw pale underneath, for orientation.
    groups : Series, optional
        Group of each unit, by unit label.
    columns : int
        How many maps stand side by side; small ones are drawn coarser and without names.
    detail : float
        How many of the finest steps drawn fit into the longer side of the map.

    Raises
    ------
    CRSMismatchError
        Without a coordinate reference system.
    SchemaError
        Without any unit.
    """
    if len(units) == 0:
        raise SchemaError("there are no units to draw on a map")
    drawn = units.to_crs(_albers(units)) if is_geographic(units.crs) else units
    x0, y0, x1, y1 = drawn.total_bounds
    # What is finer than a pixel only makes files large.
    fine = max(x1 - x0, y1 - y0) / detail * columns
    drawn = drawn.set_geometry(shapely.coverage_simplify(drawn.geometry.values, fine))
    pad = 0.04 * max(x1 - x0, y1 - y0, 1e-9)
    top = 2 * pad if groups is not None and columns == 1 else pad
    bounds = (x0 - pad, y0 - pad, x1 + pad, y1 + top)
    if background is not None:
        behind = background.to_crs(drawn.crs)
        # Cut a little outside the frame, so that the cut itself is never seen.
        box = (x0 - 3 * pad, y0 - 3 * pad, x1 + 3 * pad, y1 + 3 * pad)
        shapes = shapely.coverage_simplify(behind.geometry.values, fine)
        behind = behind.set_geometry(shapely.clip_by_rect(shapes, *box))
        background = behind[~behind.geometry.is_empty]
    outlines: dict[Any, Any] = {}
    if groups is not None:
        same_units(groups.index, units.index, "groups")
        groups = groups.reindex(units.index)
        for group in groups.dropna().unique():
            outlines[group] = _main_parts(drawn.geometry[groups == group].values)
    return MapView(drawn, background, groups, outlines, bounds)


def _main_parts(shapes: Any) -> Any:
    """Dissolve shapes and leave out islets, which a thick outline would turn into blots."""
    parts = shapely.get_parts(shapely.union_all(shapes))
    areas = shapely.area(parts)
    return shapely.multipolygons(parts[areas > 0.005 * areas.max()])


def _albers(units: gpd.GeoDataFrame) -> str:
    """Choose the cone whose standard parallels lie a sixth inside the units' own extent.

    Laid through the units themselves, unlike ``geo.crs.equal_area_crs``, so that north is up
    in the middle of a map of the coast as well.
    """
    west, south, east, north = units.total_bounds
    sixth = (north - south) / 6
    first, second = south + sixth, north - sixth
    # Parallels that mirror each other at the equator would make the cone a cylinder.
    second += 1.0 if abs(first + second) < 0.5 else 0.0
    return (
        f"+proj=aea +lat_1={first:.2f} +lat_2={second:.2f} +lat_0={(south + north) / 2:.2f} "
        f"+lon_0={(west + east) / 2:.2f} +datum=WGS84 +units=m"
    )


def draw_areas(
    ax: Axes, shapes: Sequence[Any], colours: Sequence[str], *, edge: str = OUTLINE,
    linewidth: float = 0.4, zorder: float = 2, gid: str = "units",
) -> PathCollection:  # fmt: skip
    """Fill polygons, one path for each in the order given."""
    areas = PathCollection(
        [_path(shape) for shape in shapes],
        facecolors=list(colours),
        edgecolors=edge,
        linewidths=linewidth,
        zorder=zorder,
    )
    areas.set_gid(gid)
    ax.add_collection(areas, autolim=False)
    return areas


def _path(shape: Any) -> Path:
    """Turn a polygon, of one or many parts, with holes, into one path."""
    rings: list[Path] = []
    # Holes show only where they run against their outer ring.
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                rings.append(Path(np.asarray(ring.coords)[:, :2], closed=True))
    return Path.make_compound_path(*rings) if rings else Path(np.empty((0, 2)))


def draw_map(ax: Axes, view: MapView, colours: Sequence[str], *, frame: bool = True) -> None:
    """Draw background, units in their colours and outlines of groups, in true proportion."""
    x0, y0, x1, y1 = view.bounds
    ax.set(xlim=(x0, x1), ylim=(y0, y1), xticks=[], yticks=[])
    ax.set_aspect("equal", adjustable="box")
    for spine in ax.spines.values():
        spine.set(visible=frame, color=FAINT)
    if view.background is not None and len(view.background):
        shapes = list(view.background.geometry)
        draw_areas(ax, shapes, [_LAND] * len(shapes), edge=_LAND_EDGE, zorder=1, gid="background")
    small = len(view.units) > 60
    draw_areas(ax, list(view.units.geometry), colours, linewidth=0.35 if small else 0.5)
    if view.outlines:
        shapes = list(view.outlines.values())
        width = 1.1 if ax.get_window_extent().width > 700 else 0.8
        draw_areas(
            ax, shapes, ["none"] * len(shapes), edge=INK, linewidth=width, zorder=4, gid="groups"
        )


def name_groups(
    ax: Axes, view: MapView, names: Mapping[Any, str | Text] | None, language: Language
) -> None:
    """Write the name of each group where it covers as little of the units as possible."""
    fig = ax.figure.get_figure(root=True)
    assert fig is not None
    everything = shapely.union_all(view.units.geometry.values)
    frame = shapely.box(*view.bounds)
    to_data = ax.transData.inverted()
    written: list[Any] = []
    for group, shape in view.outlines.items():
        x0, y0, x1, y1 = shape.bounds
        letters = ax.text(
            (x0 + x1) / 2, y1, name_of(group, names, language), ha="center", va="center",
            fontsize=9, path_effects=halo(2.5), zorder=8, gid="group",
        )  # fmt: skip
        if language == "en":
            emphasise(letters, language)
        size = to_data.transform(extent(fig, letters))
        half_w, half_h = (size[1] - size[0]) / 2 * 1.06
        best: tuple[float, float, float, Any] | None = None
        for x in np.linspace(x0 - half_w, x1 + half_w, 25):
            for y in np.linspace(y0 - half_h, y1 + half_h, 25):
                box = shapely.box(x - half_w, y - half_h, x + half_w, y + half_h)
                if not frame.contains(box):
                    continue
                size_of_box = max(box.area, 1e-12)
                covered = everything.intersection(box).area / size_of_box
                clash = sum(other.intersection(box).area for other in written) / size_of_box
                away = shape.distance(box) / max(x1 - x0, y1 - y0)
                # Near the middle of the upper side is where a reader looks first.
                off = abs(x - (x0 + x1) / 2) / (x1 - x0) + (y1 - y) / (y1 - y0)
                score = 4 * covered + 20 * clash + 3 * away + 0.35 * off
                if best is None or score < best[0]:
                    best = (score, float(x), float(y), box)
        if best is not None:
            letters.set_position(best[1:3])
            written.append(best[3])
