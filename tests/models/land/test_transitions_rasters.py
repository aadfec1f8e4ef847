"""Land transitions from rasters: counted by hand, by zone, and over several years."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

import spatialcarbon as sc
from spatialcarbon.models.land.crosstab import CrossTabulation
from spatialcarbon.models.land.legends import load_legend
from spatialcarbon.models.land.transitions import transitions_from_crosstab

FIRST = [[1, 1, 2], [1, 2, 6], [0, 5, 6]]
SECOND = [[1, 6, 2], [1, 1, 6], [2, 5, 6]]


def counted(tables: dict[tuple[int, int], list[tuple]]) -> CrossTabulation:
    """A count made by hand."""
    columns = ["zone", "from", "to", "km2"]
    excluded = [("w", (0, 1), "first only", 1.5), ("w", (0, 2), "both", 2.0)]
    areas = [("w", 0, "forest", 9.0), ("w", 1, "forest", 8.0), ("w", 1, "built", 1.0)]
    areas += [("w", 2, "built", 9.0)]
    return CrossTabulation(
        method="by hand",
        tables={pair: pd.DataFrame(rows, columns=columns) for pair, rows in tables.items()},
        areas=pd.DataFrame(areas, columns=["zone", "raster", "class", "km2"]),
        excluded=pd.DataFrame(excluded, columns=["zone", "pair", "reason", "km2"]),
        legend=load_legend("common"),
        zones=pd.Index(["w", "empty"]),
        references=("yang2021",),
    )


def test_a_count_becomes_a_result_for_each_interval() -> None:
    crossed = counted(
        {
            (0, 1): [("w", "forest", "forest", 7.0), ("w", "forest", "built", 1.0)],
            (1, 2): [("w", "forest", "built", 7.0), ("w", "built", "built", 1.0)],
            (0, 2): [("w", "forest", "built", 7.0)],
        }
    )
    found = transitions_from_crosstab(crossed, years=[2000, 2010, 2020])
    assert [step.years for step in found.steps] == [(2000, 2010), (2010, 2020)]
    assert found.whole.years == (2000, 2020)
    assert [step.gain["built"] for step in found.steps] == [1, 7]
    assert found.whole.persistence.sum() == 0
    assert found.steps[0].excluded.to_dict("records") == [
        {"zone": "w", "reason": "first only", "km2": 1.5}
    ]
    assert found.whole.excluded["km2"].tolist() == [2.0]
    assert found.whole.zones.tolist() == ["w", "empty"]
    status = found.whole.table.set_index(["zone", "class"])["status"]
    assert set(status["empty"]) == {"no data"}
    assert found.whole.references == ("pontius2004", "wang1999", "yang2021")
    assert found.areas.query("zone == 'w' and year == 2010")["share"].tolist() == [8 / 9, 1 / 9]
    assert found.areas.query("zone == 'empty'")["share"].isna().all()
    grouped = found.whole.grouped({"all of it": ["w", "empty"]})
    assert grouped.excluded["zone"].tolist() == ["all of it"]
    assert grouped.references == found.whole.references
    kept = transitions_from_crosstab(
        crossed, years=[2000, 2010, 2020], zones=gpd.GeoDataFrame(index=["empty", "w"])
    )
    assert kept.whole.zones.tolist() == ["empty", "w"]


def test_nothing_in_common_is_refused() -> None:
    crossed = counted({(0, 1): []})
    with pytest.raises(sc.DegenerateDataError, match="no cell has a class in both"):
        transitions_from_crosstab(crossed, years=[2000, 2010])


def test_rasters_are_counted_by_hand() -> None:
    rasterio = pytest.importorskip("rasterio")
    place = (rasterio.Affine(1000, 0, 500_000, 0, -1000, 3_400_000), "EPSG:6933")
    first, second = ((np.array(cells, dtype="uint8"), *place) for cells in (FIRST, SECOND))
    zones = gpd.GeoDataFrame(
        geometry=[box(502_000, 3_397_000, 503_000, 3_400_000),
                  box(500_000, 3_397_000, 502_000, 3_400_000)],
        index=["东", "w"], crs="EPSG:6933",
    )  # fmt: skip
    found = sc.transition_matrix(first, second, scheme="common", zones=zones, years=(2005, 2020))
    assert found.zones.tolist() == ["东", "w"]
    assert found.matrix_of("w").to_numpy().tolist() == [
        [2, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0],
    ]  # fmt: skip
    assert found.excluded.to_dict("records") == [{"zone": "w", "reason": "first only", "km2": 1.0}]
    assert float(found.matrix.to_numpy().sum()) == 8
    assert found.notes
    whole = sc.transition_matrix(first, second, scheme="common", years=(2005, 2020))
    pd.testing.assert_frame_equal(whole.matrix, found.matrix)
    assert whole.zones.tolist() == ["ALL"]
    series = sc.transition_series([first, second, first], scheme="common", years=[2005, 2010, 2020])
    pd.testing.assert_frame_equal(series.steps[0].matrix, whole.matrix)
    assert series.whole.total_change.sum() == 0
    areas = series.areas.pivot(index="class", columns="year", values="km2")
    assert areas.loc["forest"].tolist() == [2, 2, 2]
