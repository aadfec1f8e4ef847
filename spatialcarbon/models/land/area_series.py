"""Areas of land classes year by year, from the intervals of a series or from counted rasters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order
from spatialcarbon.models.land.area_tables import ALL, class_order
from spatialcarbon.models.land.transition_formulas import shares

if TYPE_CHECKING:
    from spatialcarbon.models.land.crosstab import CrossTabulation
    from spatialcarbon.models.land.transition_result import TransitionResult


def areas_by_year(steps: Sequence[TransitionResult]) -> pd.DataFrame:
    """Return the areas that tables gave: of the first year, then of the end of each interval."""
    first = steps[0]
    assert first.years is not None
    wide = {first.years[0]: first.per_zone("area_start")}
    for step in steps:
        assert step.years is not None
        wide[step.years[1]] = step.per_zone("area_end")
    return _tidy(wide)


def areas_counted(crossed: CrossTabulation, years: Sequence[int], zones: pd.Index) -> pd.DataFrame:
    """Return the areas of all cells that have a class in a year, whatever they have in others."""
    classes = class_order(crossed.areas["class"])
    wide = {}
    for place, year in enumerate(years):
        rows = crossed.areas[crossed.areas["raster"] == place]
        table = rows.pivot(index="zone", columns="class", values="km2")
        wide[year] = table.reindex(index=zones, columns=list(classes)).fillna(0.0)
    return _tidy(wide)


def _tidy(wide: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Return zone × class of each year as ``zone, year, class, km2, share``, all zones last."""
    parts = []
    for year, table in wide.items():
        zones, values = table.index.tolist(), table.to_numpy(dtype=float)
        if zones != [ALL]:
            whole = values[canonical_order(table.index)].sum(axis=0, keepdims=True)
            zones, values = [*zones, ALL], np.vstack([values, whole])
        parts.append(
            pd.DataFrame(
                {
                    "zone": np.repeat(np.asarray(zones, dtype=object), values.shape[1]),
                    "year": year,
                    "class": np.tile(table.columns.astype(str).to_numpy(), len(zones)),
                    "km2": values.ravel(),
                    "share": shares(values).ravel(),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    order = pd.Index(frame["zone"].unique()).get_indexer(pd.Index(frame["zone"]))
    frame = frame.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)
    frame.attrs["units"] = {"km2": "km2", "share": "1"}
    return frame
