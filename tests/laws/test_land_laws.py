"""Laws of land transitions that hold for any table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import spatialcarbon as sc
from spatialcarbon.models.land.legends import LAND_CLASSES

if TYPE_CHECKING:
    import numpy.typing as npt

YEARS = (2000, 2010)
AREAS = st.one_of(st.just(0.0), st.floats(0.001, 1e6))


@st.composite
def cubes(draw: st.DrawFn) -> npt.NDArray[np.float64]:
    """Areas by zone × before × after, with some land."""
    zones, classes = draw(st.integers(1, 4)), draw(st.integers(2, 6))
    cube = draw(hnp.arrays(np.float64, (zones, classes, classes), elements=AREAS))
    cube[0, 0, 0] += 1.0
    return cube


def tidy(cube: npt.NDArray[np.float64]) -> pd.DataFrame:
    at = np.indices(cube.shape).reshape(3, -1)
    names = np.array(LAND_CLASSES)
    return pd.DataFrame(
        {"zone": at[0], "from": names[at[1]], "to": names[at[2]], "km2": cube.ravel()}
    )


@given(cubes())
def test_identities(cube: npt.NDArray[np.float64]) -> None:
    found = sc.TransitionResult.from_table(tidy(cube), years=YEARS)
    total = cube.sum()
    assert found.matrix.to_numpy().sum() == pytest.approx(total, rel=1e-9)
    assert found.gain.sum() == pytest.approx(found.loss.sum(), rel=1e-9)
    assert found.net.sum() == pytest.approx(0.0, abs=1e-9 * total)
    np.testing.assert_allclose(found.total_change, found.gain + found.loss)
    np.testing.assert_allclose(found.swap, found.total_change - found.net.abs(), atol=1e-9 * total)
    np.testing.assert_allclose(
        found.areas["area_end"] - found.areas["area_start"], found.net, atol=1e-9 * total
    )
    np.testing.assert_allclose(found.areas["area_start"], found.matrix.sum(axis=1), rtol=1e-9)
    assert found.comprehensive_degree_net <= found.comprehensive_degree * (1 + 1e-9) + 1e-15
    for measure in ("gain", "loss", "net", "swap", "persistence"):
        parts = found.per_zone(measure).sum()
        if measure != "swap":  # what one zone swaps another may not
            np.testing.assert_allclose(parts, getattr(found, measure), atol=1e-9 * total)


@given(cubes())
def test_swapping_the_years_transposes(cube: npt.NDArray[np.float64]) -> None:
    there = sc.TransitionResult.from_table(tidy(cube), years=YEARS)
    back = sc.TransitionResult.from_table(tidy(cube.transpose(0, 2, 1)), years=YEARS)
    np.testing.assert_array_equal(back.matrix, there.matrix.T)
    np.testing.assert_allclose(back.net, -there.net)


@given(cubes(), st.randoms(use_true_random=False))
def test_order_and_grouping_change_nothing(cube: npt.NDArray[np.float64], chance: object) -> None:
    table = tidy(cube)
    order = list(range(len(table)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    found = sc.TransitionResult.from_table(table, years=YEARS)
    pd.testing.assert_frame_equal(
        sc.TransitionResult.from_table(table.iloc[order], years=YEARS).table, found.table
    )
    groups = {
        "odd": [z for z in found.zones if z % 2],
        "even": [z for z in found.zones if not z % 2],
    }
    parts = found.grouped({name: zones for name, zones in groups.items() if zones})
    np.testing.assert_allclose(parts.matrix, found.matrix, rtol=1e-9)


@given(cubes())
def test_intensities_average_to_even_change(cube: npt.NDArray[np.float64]) -> None:
    """Weighted by area, the intensities of gain, and those of loss, are that of the interval."""
    result = sc.TransitionResult.from_table(tidy(cube), years=YEARS)
    if not result.gain.sum() > 0:
        return
    found = sc.intensity_analysis(result)
    [even] = found.interval["intensity"]
    for kind, column in (("gain", "area_end"), ("loss", "area_start")):
        rows = found.category[found.category["kind"] == kind].set_index("class")
        weights = result.areas[column]
        mean = (rows["intensity"].fillna(0.0) * weights).sum() / weights.sum()
        assert mean == pytest.approx(even, rel=1e-9)
    transition = found.transition
    for name in result.classes:
        rows = transition[(transition["class"] == name) & (transition["kind"] == "gain")]
        rows = rows.set_index("other")
        weights = result.areas.loc[rows.index, "area_start"]
        if weights.sum() > 0:
            mean = (rows["intensity"].fillna(0.0) * weights).sum() / weights.sum()
            assert mean == pytest.approx(rows["uniform"].iloc[0], rel=1e-9, abs=1e-15)
