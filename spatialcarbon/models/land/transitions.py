"""Transitions of land: how large each class is, and which turned into which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import DegenerateDataError, OptionError, SchemaError
from spatialcarbon.core.results import Result
from spatialcarbon.models.land.area_series import areas_by_year, areas_counted
from spatialcarbon.models.land.area_tables import (
    area_pair,
    check_years,
    transition_cube,
)
from spatialcarbon.models.land.crosstab import cross_tabulate
from spatialcarbon.models.land.transition_fields import area_fields, cube_fields
from spatialcarbon.models.land.transition_result import TransitionResult

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from spatialcarbon.models.land.area_tables import YearPair
    from spatialcarbon.models.land.crosstab import CrossTabulation, Progress
    from spatialcarbon.models.land.legends import SchemeLike

__all__ = [
    "TransitionResult",
    "TransitionSeriesResult",
    "transition_matrix",
    "transition_series",
    "transitions_from_crosstab",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class TransitionSeriesResult(Result):
    """Land transitions over several years: each interval, and first to last.

    Parameters
    ----------
    steps : tuple of TransitionResult
        One for each year and the next.
    whole : TransitionResult
        From the first year to the last. Land that changed and changed back is in the
        steps and not here.
    areas : DataFrame
        Area of each class in each year: ``zone, year, class, km2, share`` (part of the area of
        the zone), last the rows of all zones (``"ALL"``).
    years : tuple of int
        In order.

    Examples
    --------
    Two km² were built over between 2000 and 2005, and left again by 2010:

    >>> import pandas as pd
    >>> tables = [pd.DataFrame({"built": [a]}, index=["a"]) for a in (10.0, 12.0, 10.0)]
    >>> found = transition_series(tables, years=[2000, 2005, 2010])
    >>> [(step.years, float(step.net["built"])) for step in found.steps]
    [((2000, 2005), 2.0), ((2005, 2010), -2.0)]
    >>> found.whole.years, float(found.whole.net["built"])
    ((2000, 2010), 0.0)
    >>> found.to_frame().query("zone == 'ALL'")[["start", "end", "net"]].values.tolist()
    [[2000.0, 2005.0, 2.0], [2005.0, 2010.0, -2.0]]
    """

    steps: tuple[TransitionResult, ...]
    whole: TransitionResult
    areas: pd.DataFrame
    years: tuple[int, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the tables of all intervals under each other, with their years."""
        return pd.concat([_dated(step) for step in self.steps], ignore_index=True)


def _dated(step: TransitionResult) -> pd.DataFrame:
    assert step.years is not None
    frame = step.to_frame()
    frame.insert(0, "start", step.years[0])
    frame.insert(1, "end", step.years[1])
    return frame


def transition_matrix(
    first: Any,
    second: Any,
    *,
    years: Sequence[int] | None = None,
    zones: gpd.GeoDataFrame | None = None,
    scheme: SchemeLike | None = None,
    exact: bool = False,
    client: Any = None,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
    skip_damaged: bool = False,
) -> TransitionResult:
    r"""How large is each land class in two years, and which turned into which?

    Use it on two classified rasters of the same grid, or on two tables of areas. Tables
    of areas give net changes only: 100 km² of forest felled here and planted there are
    invisible to them, and what needs the matrix is NaN. Where a table already says what
    went where, use :meth:`TransitionResult.from_table`. The result describes the maps:
    two maps of 90 % accuracy can differ in nearly a fifth of their cells with nothing changed
    on the ground.

    Parameters
    ----------
    first, second : path, tuple or DataFrame
        Rasters of classes: a file, or a tuple (array, transform, crs); the earlier first.
        Or two tables of areas, unit × class, in km² unless ``.attrs["units"]`` says
        otherwise.
    years : sequence of two int, optional
        Without them, dynamic degrees are NaN.
    zones : GeoDataFrame, optional
        Polygons to report by, for rasters only.
    scheme : str, path or Legend, optional
        How codes of the rasters map to the common classes: ``"GlobeLand30"``, ``"CLCD"``, ...
    exact : bool
        Share cells on a border of zones by area, in place of giving each to the zone that
        holds its centre.
    client, threads, progress, checkpoint, skip_damaged
        How the rasters are read: as for ``cross_tabulate``.

    Returns
    -------
    TransitionResult

    Raises
    ------
    OptionError
        For years that do not run forwards, or settings of rasters given with tables.
    SchemaError
        For a raster with a table; for negative areas or an empty table.
    AlignmentError
        For tables of other units or classes; for rasters on other grids.
    MissingDataError
        For missing areas.

    Notes
    -----
    With :math:`T_{ij}` the area of class i that became class j, in km², over the cells
    that have a class in both years; :math:`U_a` and :math:`U_b` the row and column sums,
    and :math:`\tau` years between,

    .. math::

        \text{loss}_i = U_{a,i} - T_{ii}, \quad
        \text{gain}_i = U_{b,i} - T_{ii}, \quad
        \text{net}_i = \text{gain}_i - \text{loss}_i, \quad
        \text{swap}_i = 2 \min(\text{gain}_i, \text{loss}_i)

    .. math::

        K_i = \frac{100\,\text{net}_i}{U_{a,i}\,\tau}, \qquad
        LC = \frac{100 \sum_i \text{loss}_i}{\tau \sum_i U_{a,i}}, \qquad
        LC_\text{net} = \frac{100 \sum_i |\text{net}_i|}{2 \tau \sum_i U_{a,i}}

    References
    ----------
    Pontius, Shusas & McEachern (2004), doi 10.1016/j.agee.2003.09.008. Wang & Bao (1999)
    on dynamic degrees.

    Examples
    --------
    >>> import pandas as pd
    >>> first = pd.DataFrame({"forest": [60.0], "built": [40.0]}, index=["a"])
    >>> second = pd.DataFrame({"forest": [54.0], "built": [46.0]}, index=["a"])
    >>> found = transition_matrix(first, second, years=(2000, 2010))
    >>> float(found.net["built"]), float(found.dynamic_degree["built"]), found.status
    (6.0, 1.5, 'areas only')
    """
    pair = check_years(years)
    if _are_tables([first, second]):
        _refuse_raster_settings(zones, scheme, exact, client, checkpoint)
        start, end = area_pair(first, second)
        return TransitionResult(**area_fields(start, end, years=pair, settings={"source": "areas"}))
    crossed = cross_tabulate(
        [first, second], years=pair, zones=zones, scheme=scheme, exact=exact, client=client,
        threads=threads, progress=progress, checkpoint=checkpoint, skip_damaged=skip_damaged,
    )  # fmt: skip
    return _of_pair(crossed, (0, 1), pair, crossed.zones)


def transition_series(
    images: Sequence[Any],
    *,
    years: Sequence[int],
    zones: gpd.GeoDataFrame | None = None,
    scheme: SchemeLike | None = None,
    exact: bool = False,
    client: Any = None,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
    skip_damaged: bool = False,
) -> TransitionSeriesResult:
    """How did land change from year to year, and from the first year to the last?

    Use it for three years or more: rasters are read once for all intervals. For the speed
    of change by interval and class give the result to :func:`intensity_analysis`.

    Parameters
    ----------
    images : sequence
        Rasters or tables of areas as for :func:`transition_matrix`, in the order of years.
    years : sequence of int
        A year for each, ascending.
    zones, scheme, exact, client, threads, progress, checkpoint, skip_damaged
        As for :func:`transition_matrix`.

    Returns
    -------
    TransitionSeriesResult

    Raises
    ------
    OptionError
        For fewer than two years, years that do not ascend, or not one year per image.
    SchemaError, AlignmentError, MissingDataError
        As for :func:`transition_matrix`.

    Examples
    --------
    >>> import pandas as pd
    >>> tables = [pd.DataFrame({"built": [a]}, index=["a"]) for a in (10.0, 12.0, 15.0)]
    >>> found = transition_series(tables, years=[2000, 2005, 2010])
    >>> [float(step.net["built"]) for step in found.steps], float(found.whole.net["built"])
    ([2.0, 3.0], 5.0)
    """
    given = list(years)
    if len(given) != len(images):
        raise OptionError(
            "{n} years for {m} images",
            expected="a year for each image, in their order",
            n=len(given),
            m=len(images),
        )
    if len(given) < 2:
        raise OptionError("transitions need at least two years", fix="years=[2000, 2010, 2020]")
    pairs = [checked for pair in pairwise(given) if (checked := check_years(pair))]
    ends = (pairs[0][0], pairs[-1][1])
    if _are_tables(images):
        matrix = partial(
            transition_matrix, zones=zones, scheme=scheme, exact=exact, client=client,
            checkpoint=checkpoint,
        )  # fmt: skip
        steps = tuple(
            matrix(*two, years=pair) for two, pair in zip(pairwise(images), pairs, strict=True)
        )
        whole = matrix(images[0], images[-1], years=ends) if len(steps) > 1 else steps[0]
        return _series(steps, whole, None)
    crossed = cross_tabulate(
        list(images), years=given, zones=zones, scheme=scheme, exact=exact, client=client,
        threads=threads, progress=progress, checkpoint=checkpoint, skip_damaged=skip_damaged,
    )  # fmt: skip
    return transitions_from_crosstab(crossed, years=given)


def transitions_from_crosstab(
    crossed: CrossTabulation,
    *,
    years: Sequence[int],
    zones: gpd.GeoDataFrame | None = None,
) -> TransitionSeriesResult:
    """Return the transitions of every interval of rasters that were counted already.

    Parameters
    ----------
    crossed : CrossTabulation
        From ``cross_tabulate``.
    years : sequence of int
        The year of each raster, ascending.
    zones : GeoDataFrame, optional
        The zones counted by, if results are wanted in another order than theirs.
    """
    given = list(years)
    pairs = [checked for pair in pairwise(given) if (checked := check_years(pair))]
    order = crossed.zones if zones is None else zones.index
    steps = tuple(_of_pair(crossed, (i, i + 1), pair, order) for i, pair in enumerate(pairs))
    ends = (pairs[0][0], pairs[-1][1])
    last = len(given) - 1
    whole = _of_pair(crossed, (0, last), ends, order) if last > 1 else steps[0]
    return _series(steps, whole, crossed)


def _are_tables(images: Sequence[Any]) -> bool:
    """Return whether all inputs are tables of areas; raise where only some are."""
    tables = [isinstance(image, pd.DataFrame) for image in images]
    if any(tables) and not all(tables):
        raise SchemaError(
            "some inputs are tables and others are not",
            expected="rasters alone, or tables of areas (unit × class) alone",
        )
    return all(tables)


def _refuse_raster_settings(
    zones: Any, scheme: Any, exact: bool, client: Any, checkpoint: Any
) -> None:
    given = {"zones": zones, "scheme": scheme, "exact": exact or None, "client": client}
    given["checkpoint"] = checkpoint
    named = [name for name, value in given.items() if value is not None]
    if named:
        raise OptionError(
            "{named} is for rasters, and the inputs are tables of areas",
            expected="zones as the rows of the tables, classes as their columns",
            fix="leave it out; result.grouped(groups) sums units by group",
            named=", ".join(named),
        )


def _of_pair(
    crossed: CrossTabulation, key: tuple[int, int], years: YearPair | None, zones: pd.Index
) -> TransitionResult:
    """Return the transitions between two of the rasters that were counted."""
    # What the count remarks is about its first and last raster.
    ends = key == (0, max(last for _, last in crossed.tables))
    rows = crossed.tables[key]
    if rows.empty:
        raise DegenerateDataError(
            "no cell has a class in both rasters",
            fix="see whether the rasters cover the same area, and what they mark as no data",
        )
    pair = crossed.excluded["pair"].map(lambda given: tuple(given) == key).astype(bool)
    excluded = crossed.excluded.loc[pair, ["zone", "reason", "km2"]].reset_index(drop=True)
    return TransitionResult(
        **cube_fields(
            *transition_cube(rows, zones=zones),
            years=years,
            excluded=excluded,
            settings={"source": "rasters", **crossed.settings},
            remarks=crossed.remarks if ends else (),
            references=crossed.references,
        )
    )


def _series(
    steps: tuple[TransitionResult, ...], whole: TransitionResult, crossed: CrossTabulation | None
) -> TransitionSeriesResult:
    years = tuple(
        dict.fromkeys(year for step in steps if step.years is not None for year in step.years)
    )
    remarks = {said.render("en"): said for step in (*steps, whole) for said in step.remarks}
    return TransitionSeriesResult(
        method="Land transitions over several years",
        steps=steps,
        whole=whole,
        areas=areas_by_year(steps)
        if crossed is None
        else areas_counted(crossed, years, whole.zones),
        years=years,
        settings={**whole.settings, "years": list(years)},
        references=whole.references,
        remarks=tuple(remarks.values()),
    )
