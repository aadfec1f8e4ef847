"""Where is the middle of the emissions, how wide do they spread, and where do they move?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, check_unique, checksum
from spatialcarbon.core.errors import CRSMismatchError, OptionError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.geo.crs import equal_area_crs, require_crs, unit_to_km
from spatialcarbon.stats.centre_geometry import Globe, deviational_ellipse, outline
from spatialcarbon.stats.moran_panel import ALL, group_members
from spatialcarbon.stats.series_table import series_table

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from spatialcarbon.data.panel import Panel

Correction = Literal["none", "sqrt2"]

SCALES: Mapping[Correction, float] = {"none": 1.0, "sqrt2": math.sqrt(2.0)}
COLUMNS = (
    *("group", "year", "n", "total", "x", "y", "lon", "lat", "displacement_km", "bearing"),
    *("semi_major_km", "semi_minor_km", "rotation", "rotation_grid", "area_km2", "status"),
)
EMPTY = "sum=0"


@dataclass(frozen=True, kw_only=True, eq=False)
class CentreResult(Result):
    """Centre and standard deviational ellipse of every year.

    Parameters
    ----------
    table : DataFrame
        One row per group and year: ``n`` units, their ``total``; the centre ``x, y``
        (metres, in ``crs``) and ``lon, lat`` (degrees); ``displacement_km`` and
        ``bearing`` (degrees clockwise from true north) from the centre of the year before,
        along the ellipsoid; ``semi_major_km, semi_minor_km``; ``rotation`` of the major
        axis clockwise from true north and ``rotation_grid`` from the y axis of the
        projection, both in [0, 180), NaN for a circle; ``area_km2``; ``status``
        (``"ok"``, or ``"sum=0"`` without any emissions).
    crs : pyproj.CRS
        The projected system the geometry was computed in.

    Examples
    --------
    Two places 4 km apart on a line east: the centre moves from the middle to three quarters.

    >>> import geopandas as gpd, pandas as pd
    >>> import spatialcarbon as sc
    >>> points = gpd.GeoSeries.from_xy([0.0, 4000.0], [0.0, 0.0], crs="EPSG:4547")
    >>> units = gpd.GeoDataFrame(geometry=points.set_axis(["west", "east"]))
    >>> co2 = pd.DataFrame({2005: [1.0, 1.0], 2010: [1.0, 3.0]}, index=["west", "east"])
    >>> found = sc.centre_track(co2, units)
    >>> found.to_frame()[["year", "total", "x"]].round(3).values.tolist()
    [[2005.0, 2.0, 2000.0], [2010.0, 4.0, 3000.0]]
    >>> kilometres, bearing = found.moved(2005, 2010)
    >>> f"{kilometres:.2f} km at {bearing:.0f} degrees"
    '1.00 km at 90 degrees'
    >>> len(found.points()), found.tracks().geom_type.tolist(), len(found.ellipses([2010]))
    (2, ['LineString'], 0)
    >>> len(found.defined())
    2
    """

    table: pd.DataFrame
    crs: CRS

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    def moved(self, start: int, end: int, *, group: str = ALL) -> tuple[float, float]:
        """Return how many km a centre moved between two years, and in which direction.

        Parameters
        ----------
        start, end : int
            Years that have a centre.
        group : str
            Name of the group.

        Returns
        -------
        tuple of float
            Kilometres along the ellipsoid; degrees clockwise from north (NaN without a move).
        """
        rows = self.defined()
        rows = rows[rows["group"] == group].set_index("year")
        absent = [year for year in (start, end) if year not in rows.index]
        if absent:
            raise OptionError(
                "group {group} has no centre in {years}",
                arrived="centres in {known}",
                group=group,
                years=some(absent),
                known=some(rows.index, 12),
            )
        lon, lat = (rows[name].reindex([start, end]).tolist() for name in ("lon", "lat"))
        return Globe(self.crs).way((lon[0], lat[0]), (lon[1], lat[1]))

    def points(self) -> gpd.GeoDataFrame:
        """Return the centres as points, with the columns of the table."""
        import geopandas as gpd

        rows = self.defined()
        return gpd.GeoDataFrame(
            rows, geometry=gpd.points_from_xy(rows["x"], rows["y"]), crs=self.crs
        )

    def tracks(self) -> gpd.GeoDataFrame:
        """Return the way of each centre as a line through its years, from two years on."""
        import geopandas as gpd
        import shapely

        made = []
        for group, rows in self.defined().groupby("group", sort=False):
            if len(rows) > 1:
                steps = rows["displacement_km"].iloc[1:]
                line = shapely.linestrings(rows[["x", "y"]].to_numpy(dtype=np.float64))
                made.append((group, rows["year"].iloc[0], rows["year"].iloc[-1], steps.sum(), line))
        columns = ["group", "start", "end", "length_km", "geometry"]
        return gpd.GeoDataFrame(pd.DataFrame(made, columns=columns), crs=self.crs)

    def ellipses(self, years: Iterable[int] | None = None) -> gpd.GeoDataFrame:
        """Return the ellipses as polygons; one with an axis of length zero has none.

        Parameters
        ----------
        years : iterable of int, optional
            Only these years.
        """
        import geopandas as gpd

        rows = self.defined()
        rows = rows[rows["semi_minor_km"] > 0]
        if years is not None:
            rows = rows[rows["year"].isin(list(years))]
        shapes = [outline(row) for row in rows.to_dict("records")]
        return gpd.GeoDataFrame(rows, geometry=shapes, crs=self.crs)

    def defined(self) -> pd.DataFrame:
        """Return the rows of the table that have a centre."""
        return self.table[self.table["status"] == "ok"].reset_index(drop=True)


def centre_track(
    values: pd.DataFrame | Panel,
    units: gpd.GeoDataFrame,
    *,
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None = None,
    crs: Any = None,
    correction: Correction = "none",
) -> CentreResult:
    r"""Where is the centre of gravity of emissions, and where has it moved over the years?

    Use it to say in which direction the weight of emissions shifts, and whether they
    concentrate around their centre (a smaller ellipse) or stretch along an axis. One
    centre hides opposite moves that cancel; where several clusters emit much, look at
    them as ``groups``. An ellipse describes a cloud with one middle, not its shape.

    Parameters
    ----------
    values : DataFrame or Panel
        One variable, not negative: index unit and columns year, or tidy, or a panel of one
        variable.
    units : GeoDataFrame
        The same units in any order, with a coordinate reference system. A polygon counts
        as its centroid.
    groups : Series or mapping, optional
        A label per unit, or group → units, which may overlap; the first rows, named
        ``ALL``, are for all units together.
    crs : anything pyproj understands, optional
        Projected system in metres to compute in; by default that of the map if it is one,
        else an equal-area projection.
    correction : {"none", "sqrt2"}
        Factor of the axes: see Notes.

    Returns
    -------
    CentreResult

    Raises
    ------
    CRSMismatchError
        Units without a coordinate reference system, or ``crs`` in degrees or feet.
    AlignmentError, MissingDataError
        When values and units are not the same set, or a value is missing.
    SchemaError
        Negative values, or several variables.

    Notes
    -----
    With centroids :math:`(x_i, y_i)` and shares :math:`w_i = v_i / \sum_j v_j` of a year,

    .. math::

        \bar x = \sum_i w_i x_i, \quad \bar y = \sum_i w_i y_i, \quad
        S_{xx} = \sum_i w_i (x_i-\bar x)^2, \quad S_{yy} = \sum_i w_i (y_i-\bar y)^2, \quad
        S_{xy} = \sum_i w_i (x_i-\bar x)(y_i-\bar y).

    The semi-axes are :math:`f\sqrt{\lambda_1}` and :math:`f\sqrt{\lambda_2}` with the
    eigenvalues of the matrix :math:`S` of these; the major axis points along the first
    eigenvector, which is the solution of Lefever's and Yuill's equation

    .. math::

        \tan\theta = \frac{A + \sqrt{A^2 + 4B^2}}{2B}, \quad
        A = S_{xx} - S_{yy}, \; B = S_{xy}

    (:math:`\theta` from the y axis, clockwise). ``correction="none"`` has :math:`f=1`:
    the axes are standard deviations, as Lefever and Yuill meant them; for a
    two-dimensional normal cloud 39.35 % of the weight is inside (Wang, Shi & Miao 2015),
    not the 68 % known from one dimension. ``"sqrt2"`` has :math:`f=\sqrt 2` (63.21 %), as
    several GIS programs draw it. The divisor n − 2 of some programs corrects a sample of
    points; shares of a whole are not a sample, and it is not offered.

    x, y and the axes are those of the projection; displacement and bearing are geodesic.

    References
    ----------
    Lefever (1926); Yuill (1971); Wang, Shi & Miao (2015), Eqs. for the spectral form.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> points = gpd.GeoSeries.from_xy([0.0, 4000.0], [0.0, 0.0], crs="EPSG:4547")
    >>> units = gpd.GeoDataFrame(geometry=points.set_axis(["west", "east"]))
    >>> co2 = pd.DataFrame({2005: [1.0, 1.0], 2010: [1.0, 3.0]}, index=["west", "east"])
    >>> centre_track(co2, units).table[["x", "semi_major_km"]].round(3).values.tolist()
    [[2000.0, 2.0], [3000.0, 1.732]]
    """
    check_option(correction, Correction, "correction")
    known = require_crs(getattr(units, "crs", None))
    check_unique(units.index, "units")
    system = _working_crs(units, known, crs)
    data = _values(values, units.index)
    order = canonical_order(data.index)
    members = group_members(groups, data.index[order], overall=True)
    places = _centroids(units, data.index, system)
    globe = Globe(system)
    rows = [
        {"group": group, "year": year}
        | _row(data.loc[index, year], places.loc[index], globe, SCALES[correction])
        for group, index in members.items()
        for year in data.columns
    ]
    _add_steps(rows, globe)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return CentreResult(
        method="Centre of gravity and standard deviational ellipse",
        table=table,
        crs=system,
        settings={
            "crs": system.to_string(),
            "correction": correction,
            "groups": {name: len(index) for name, index in members.items()},
            "data": checksum(data),
        },
        references=("lefever1926", "yuill1971", "wang2015"),
        remarks=_remarks(table),
    )


def _working_crs(units: gpd.GeoDataFrame, known: CRS, crs: Any) -> CRS:
    if crs is None:
        metric = not known.is_geographic and unit_to_km(known) == 0.001
        return known if metric else require_crs(equal_area_crs(units))
    chosen = require_crs(crs)
    if unit_to_km(chosen) != 0.001:
        raise CRSMismatchError(
            "{crs} is not in metres",
            expected="a projected system in metres",
            fix="crs=None for an equal-area projection that suits the map",
            crs=chosen.name,
        )
    return chosen


def _values(values: Any, units: pd.Index) -> pd.DataFrame:
    table = series_table(values, units, "raise")
    variables = table.columns.get_level_values("variable").unique()
    if len(variables) > 1:
        raise SchemaError(
            "there are several variables: {names}",
            expected="one, unit × year",
            fix="panel['co2']",
            names=some(variables),
        )
    data = table.droplevel("variable", axis=1).sort_index(axis=1)
    negative = (data < 0).any(axis=1)
    if negative.any():
        raise SchemaError(
            "{name} is negative for {labels}",
            name=str(variables[0]),
            labels=some(data.index[negative.to_numpy()]),
        )
    return data


def _centroids(units: gpd.GeoDataFrame, labels: pd.Index, system: CRS) -> pd.DataFrame:
    shapes = units.geometry.to_crs(system).reindex(labels)
    points = shapes.centroid
    lost = labels[(points.is_empty | points.isna()).to_numpy()]
    if len(lost):
        raise SchemaError("these units have no geometry: {labels}", labels=some(lost))
    return pd.DataFrame({"x": points.x, "y": points.y})


def _row(
    values: pd.Series[float], places: pd.DataFrame, globe: Globe, scale: float
) -> dict[str, Any]:
    """Return centre and ellipse of one group in one year."""
    v = np.asarray(values, dtype=np.float64)
    head: dict[str, Any] = {"n": len(v), "total": math.fsum(v)}
    if head["total"] <= 0:
        return {**head, "status": EMPTY}
    found = deviational_ellipse(np.asarray(places, dtype=np.float64), v / head["total"])
    lon, lat = globe.place(found.x, found.y)
    major, minor = (scale * axis / 1000.0 for axis in (found.major, found.minor))
    return {
        **head,
        "x": found.x,
        "y": found.y,
        "lon": lon,
        "lat": lat,
        "semi_major_km": major,
        "semi_minor_km": minor,
        "rotation": globe.direction(found.x, found.y, found.rotation),
        "rotation_grid": found.rotation,
        "area_km2": math.pi * major * minor,
        "status": "ok",
    }


def _add_steps(rows: list[dict[str, Any]], globe: Globe) -> None:
    """Fill in how far and in which direction each centre moved since the year before."""
    for before, now in pairwise(rows):
        same = before["group"] == now["group"]
        if same and before["status"] == now["status"] == "ok":
            ends = ((row["lon"], row["lat"]) for row in (before, now))
            now["displacement_km"], now["bearing"] = globe.way(*ends)


def _remarks(table: pd.DataFrame) -> tuple[Text, ...]:
    empty = table[table["status"] == EMPTY]
    if empty.empty:
        return ()
    listed = some(f"{g} {y}" for g, y in zip(empty["group"], empty["year"], strict=True))
    return (text("no centre, since the sum is zero: {rows}", rows=listed),)
