"""The three-way table behind everything: zone × class in one year × class in another, in km²."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.compiled import thread_count
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.options import check_count
from spatialcarbon.models.land.block_reading import damage_said, windows
from spatialcarbon.models.land.blocks import counted_blocks
from spatialcarbon.models.land.legends import load_legend
from spatialcarbon.models.land.raster_input import open_rasters
from spatialcarbon.models.land.tabulation import CrossTabulation, assembled
from spatialcarbon.models.land.window_counts import WIDTH, counting_task
from spatialcarbon.models.land.zone_runs import zone_runs

__all__ = ["CrossTabulation", "cross_tabulate", "pairs_of"]

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from spatialcarbon.models.land.block_reading import Damage
    from spatialcarbon.models.land.legends import Legend, SchemeLike
    from spatialcarbon.models.land.raster_input import Raster, RasterLike
    from spatialcarbon.models.land.window_counts import Pair

    Floats = npt.NDArray[np.float64]

Progress = Callable[[int, int], None]
"""Called with the cells done and the cells in all."""


def cross_tabulate(
    rasters: Sequence[RasterLike],
    *,
    years: Sequence[int] | None = None,
    zones: gpd.GeoDataFrame | None = None,
    scheme: SchemeLike | None,
    exact: bool = False,
    client: Any = None,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | Path | None = None,
    skip_damaged: bool = False,
) -> CrossTabulation:
    r"""Measure how much land of each class became land of each other class, zone by zone.

    Rasters of any size are read once, window by window, so that memory does not
    grow with them. A cell belongs to the zone that its centre lies in. Use it
    where cells are small beside the zones; where a zone has few cells, weigh
    them by the part that it covers.

    Parameters
    ----------
    rasters : sequence of path, (array, transform, crs) or Raster
        Land cover in order of years, all on one grid; one raster gives areas
        only.
    years : sequence of int, optional
        Their years, rising.
    zones : GeoDataFrame, optional
        Polygons that do not overlap, labelled by their index, in any CRS.
        Without any the whole raster is one zone, ``"ALL"``.
    scheme : str, path or Legend
        What the codes mean, see :func:`load_legend`.
    exact : bool
        Split cells that borders of zones cross by the area on each side. A
        remark says how far the areas are from those of the cell-centre rule.
    client : dask.distributed.Client or concurrent.futures.Executor, optional
        Where to count instead of in threads; files must be found there under
        the same paths. The answer is the same.
    threads : int, optional
        How many to use; all processors if left out. The answer is the same.
    progress : callable, optional
        Called with the cells done and the cells in all after each window.
    checkpoint : path, optional
        A file to which finished windows are added. A run that was interrupted
        goes on from it; once all is counted it may be deleted.
    skip_damaged : bool
        Leave out blocks that cannot be decoded, in all years, and report their
        place and area, instead of raising.

    Returns
    -------
    CrossTabulation
        Areas in km² on the ellipsoid.

    Raises
    ------
    AlignmentError
        Rasters on different grids (the message has the ``gdalwarp`` line),
        overlapping zones, or none on the raster.
    CRSMismatchError
        Different CRS, or a projection that is not equal-area.
    SchemaError
        Files that cannot be read, codes that are not whole numbers or that the
        scheme lacks; a damaged block, with its place; a checkpoint of another run.
    OptionError
        No scheme, years that do not rise, or a client that is none.
    MissingDataError
        No cell with data in both years of a pair.

    Notes
    -----
    For zone :math:`z` and cells :math:`c` of area :math:`A_c`, which depends on
    the row only,

    .. math:: T_{zij} = \sum_{c \in z} A_c \, [a_c = i] \, [b_c = j].

    Cells are counted in whole numbers and multiplied by the area of a cell once
    per zone and row; windows are added in the order of rows.

    Examples
    --------
    Two years of four cells of 1 km²: one cell of cropland is built up.

    >>> import numpy as np
    >>> grid = ((1000, 0, 0, 0, -1000, 2000), "EPSG:6933")
    >>> old, new = np.array([[1, 1], [2, 5]]), np.array([[1, 6], [2, 5]])
    >>> result = cross_tabulate([(old, *grid), (new, *grid)], scheme="common")
    >>> result.tables[0, 1]
      zone      from        to  km2
    0  ALL  cropland  cropland  1.0
    1  ALL  cropland     built  1.0
    2  ALL    forest    forest  1.0
    3  ALL     water     water  1.0
    """
    legend = load_legend(scheme)
    opened = open_rasters(rasters)
    times = _checked_years(years, len(opened))
    workers = thread_count() if threads is None else check_count(threads, "threads", minimum=1)
    pairs = pairs_of(len(opened))
    runs = zone_runs(zones, opened[0], exact=exact, stacklevel=3)
    task = counting_task(opened, runs, legend, pairs)
    totals = np.zeros((len(runs.labels), len(pairs), WIDTH * WIDTH))
    unknown: Counter[tuple[int, int]] = Counter()
    damage: list[Damage] = []
    done = 0
    counts = counted_blocks(
        task,
        list(windows(opened)),
        threads=workers,
        client=client,
        checkpoint=checkpoint,
        skip_damaged=skip_damaged,
    )
    with closing(counts):
        for counted in counts:
            totals[counted.zones] += counted.tables
            unknown.update(counted.unknown)
            damage += counted.damage
            done += counted.cells
            if progress is not None and counted.cells:
                progress(done, runs.cells)
    if unknown:
        _refuse_unknown(unknown, opened, legend)
    return assembled(
        totals * task.cell,
        pairs,
        opened,
        times,
        legend,
        runs.labels,
        (*runs.remarks, *damage_said(damage, opened, totals[:, 0] * task.cell)),
        {"cells": done, "rule": "share of each cell" if exact else "cell centre"},
    )


def pairs_of(n: int) -> tuple[Pair, ...]:
    """Return which rasters are set against each other: neighbours in time, first and last.

    Examples
    --------
    >>> pairs_of(3)
    ((0, 1), (1, 2), (0, 2))
    """
    if n == 1:
        return ((0, 0),)
    pairs = tuple(pairwise(range(n)))
    return pairs if n == 2 else (*pairs, (0, n - 1))


def _checked_years(years: Sequence[int] | None, n: int) -> tuple[int, ...]:
    if years is None:
        return ()
    checked = tuple(check_count(year, "years") for year in years)
    if len(checked) != n:
        raise OptionError(
            "{years} years for {rasters} rasters",
            expected="one year per raster",
            years=len(checked),
            rasters=n,
        )
    if any(later <= earlier for earlier, later in pairwise(checked)):
        raise OptionError(
            "the years do not rise",
            arrived="{years}",
            expected="the earliest raster first",
            fix="put the rasters into the order of {rising}",
            years=", ".join(map(str, checked)),
            rising=", ".join(map(str, sorted(checked))),
        )
    return checked


def _refuse_unknown(
    unknown: Mapping[tuple[int, int], int], rasters: Sequence[Raster], legend: Legend
) -> None:
    worst = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    known = sorted(legend.codes)
    raise SchemaError(
        "{raster} has codes that the scheme {scheme} lacks",
        arrived="code: cells {codes}",
        expected="codes {known}; without data {nodata}",
        fix="name the right scheme, or give a CSV with the columns code and class "
        "that has these codes too (class nodata for cells without data)",
        raster=some(rasters[at].name for at in sorted({at for at, _ in unknown})),
        scheme=legend.scheme,
        codes=some(f"{code}: {cells:,}" for (_, code), cells in worst),
        known=some(known, 40),
        nodata=some(legend.nodata) or "—",
    )
