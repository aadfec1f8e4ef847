"""What a cross-tabulation returns, and how it is made from sums of areas."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import MissingDataError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.models.land.block_reading import DAMAGED
from spatialcarbon.models.land.legends import LAND_CLASSES
from spatialcarbon.models.land.window_counts import MISSING, WIDTH

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.land.legends import Legend
    from spatialcarbon.models.land.raster_input import Raster
    from spatialcarbon.models.land.window_counts import Pair

    Floats = npt.NDArray[np.float64]

REASONS = ("first only", "second only", "both", "damaged")
"""In which year of a pair a cell has no data; or that a block could not be read."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossTabulation(Result):
    """Areas by zone and class in each year, and by zone and class in two years.

    Parameters
    ----------
    tables : mapping
        Positions (a, b) of two rasters → frame with the columns zone, from, to,
        km2; consecutive rasters, and the first and the last. Zero areas are
        left out.
    areas : DataFrame
        zone, raster (its position), class, km2: all cells with data in that
        raster, whatever the others have.
    excluded : DataFrame
        zone, pair, reason, km2: cells without data in the first raster of the
        pair only, in the second only, or in both; or damaged, if asked to skip
        those.
    legend : Legend
        The scheme.
    years : tuple of int
        Years of the rasters; empty if not given.
    zones : Index
        All zones that were asked for, also those without a cell.
    """

    tables: Mapping[tuple[int, int], pd.DataFrame]
    areas: pd.DataFrame
    excluded: pd.DataFrame
    legend: Legend
    years: tuple[int, ...] = ()
    zones: pd.Index = field(default_factory=lambda: pd.Index([]))

    def to_frame(self) -> pd.DataFrame:
        """Return all tables as one: first, second (positions), zone, from, to, ``km2``."""
        if not self.tables:
            return self.areas.copy()
        parts = [
            frame.assign(first=a, second=b)[["first", "second", *frame.columns]]
            for (a, b), frame in self.tables.items()
        ]
        return pd.concat(parts, ignore_index=True)


def assembled(
    totals: Floats,
    pairs: Sequence[Pair],
    rasters: Sequence[Raster],
    years: tuple[int, ...],
    legend: Legend,
    zones: pd.Index,
    remarks: Sequence[Text],
    settings: Mapping[str, Any],
) -> CrossTabulation:
    """Make the result from areas (km²) of zone × pair × 256.

    Parameters
    ----------
    totals : array of float, zones × pairs × 256
        km² under ``16 * first + second``; place 15 stands for no data.
    pairs : sequence of (int, int)
        Positions of the rasters.
    rasters : sequence of Raster
        The rasters.
    years : tuple of int
        Their years, or nothing.
    legend : Legend
        The scheme.
    zones : Index
        Labels.
    remarks : sequence of Text
        What is known already.
    settings : mapping
        What is known already.

    Raises
    ------
    MissingDataError
        No cell with data in both years of a pair.
    """
    square = totals.reshape(len(zones), len(pairs), WIDTH, WIDTH)
    classes = len(LAND_CLASSES)
    inner = square[:, :, :classes, :classes]
    for k, (a, b) in enumerate(pairs):
        if not inner[:, k].any():
            raise MissingDataError(
                "no cell has data in both {first} and {second}",
                arrived="{km2:.6g} km² without data",
                fix="check the nodata code of the files (gdalinfo) and where they have data",
                first=rasters[a].name,
                second=rasters[b].name,
                km2=float(square[:, k].sum()),
            )
    tables = {pair: _transitions(inner[:, k], zones) for k, pair in enumerate(pairs)}
    excluded = _excluded(square, pairs, zones)
    told = [*remarks, *_without_data(square, inner, zones), *_left_out(square, pairs, excluded)]
    digest = hashlib.blake2b(np.ascontiguousarray(totals).tobytes(), digest_size=8).hexdigest()
    return CrossTabulation(
        method="Land cover by zone",
        tables=tables if len(rasters) > 1 else {},
        areas=_areas(square, pairs, len(rasters), zones),
        excluded=excluded,
        legend=legend,
        years=years,
        zones=zones,
        remarks=tuple(told),
        references=tuple(filter(None, [legend.reference])),
        settings={
            "rasters": tuple(Path(raster.name).name for raster in rasters),
            "years": years,
            "scheme": legend.scheme,
            "shape": rasters[0].shape,
            "transform": rasters[0].transform,
            "crs": rasters[0].crs.name,
            "zones": len(zones),
            "checksum": digest,
            **settings,
        },
    )


def _transitions(cube: Floats, zones: pd.Index) -> pd.DataFrame:
    zone, before, after = np.nonzero(cube)
    names = np.array(LAND_CLASSES)
    return pd.DataFrame(
        {
            "zone": zones[zone],
            "from": names[before],
            "to": names[after],
            "km2": cube[zone, before, after],
        }
    )


def _areas(square: Floats, pairs: Sequence[Pair], n: int, zones: pd.Index) -> pd.DataFrame:
    """Return the area of each class in each raster; every raster stands in some pair."""
    classes = len(LAND_CLASSES)
    by_raster = np.zeros((len(zones), n, classes))
    for position in range(n):
        k = next(k for k, pair in enumerate(pairs) if position in pair)
        other = 2 if pairs[k][0] == position else 1
        by_raster[:, position] = square[:, k].sum(axis=other)[:, :classes]
    zone, raster, land = np.nonzero(by_raster)
    return pd.DataFrame(
        {
            "zone": zones[zone],
            "raster": raster,
            "class": np.array(LAND_CLASSES)[land],
            "km2": by_raster[zone, raster, land],
        }
    )


def _excluded(square: Floats, pairs: Sequence[Pair], zones: pd.Index) -> pd.DataFrame:
    classes = len(LAND_CLASSES)
    parts = np.stack(
        [
            square[:, :, MISSING, :classes].sum(axis=2),
            square[:, :, :classes, MISSING].sum(axis=2),
            square[:, :, MISSING, MISSING],
            square[:, :, DAMAGED, DAMAGED],
        ],
        axis=2,
    )
    zone, pair, reason = np.nonzero(parts)
    return pd.DataFrame(
        {
            "zone": zones[zone],
            "pair": pd.Series([pairs[k] for k in pair.tolist()], dtype=object),
            "reason": np.array(REASONS)[reason],
            "km2": parts[zone, pair, reason],
        }
    )


def _without_data(square: Floats, inner: Floats, zones: pd.Index) -> list[Text]:
    """Name zones that have cells, but none with data in both years of a pair."""
    touched = (square > 0).sum(axis=(1, 2, 3)) > 0
    counted = (inner > 0).sum(axis=(2, 3)) > 0
    empty: npt.NDArray[np.bool_] = touched & ~counted.all(axis=1)
    if not empty.any():
        return []
    return [
        text(
            "zones without a cell that has data in both years: {labels}", labels=some(zones[empty])
        )
    ]


def _left_out(square: Floats, pairs: Sequence[Pair], excluded: pd.DataFrame) -> list[Text]:
    """Say how much land lacks data, from the first raster to the last."""
    pair = pairs[-1]
    of_pair = np.array([p == pair for p in excluded["pair"]], dtype=np.bool_)
    lost = excluded[of_pair & (excluded["reason"] != "damaged").to_numpy()]
    if lost.empty:
        return []
    by_reason = lost.groupby("reason")["km2"].sum().reindex(list(REASONS), fill_value=0.0)
    return [
        text(
            "left out for want of data: {total:.6g} km² ({share:.2g} % of the zones); "
            "{first:.6g} km² lack the first year only, {second:.6g} km² the second only, "
            "{both:.6g} km² both",
            total=float(by_reason.sum()),
            share=float(100.0 * by_reason.sum() / square[:, len(pairs) - 1].sum()),
            first=float(by_reason["first only"]),
            second=float(by_reason["second only"]),
            both=float(by_reason["both"]),
        )
    ]
