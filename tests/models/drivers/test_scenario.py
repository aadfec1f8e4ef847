"""Projections: levels, units, factors, peaks, and bases that cannot be projected."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    SpatialCarbonWarning,
)

COLUMNS = ["scenario", "start", "end", "delta", "chi", "beta", "alpha"]
RATES = pd.DataFrame(
    [
        ["up", 2021, 2022, 0.0, 0.10, 0.0, 0.0],
        ["up", 2023, 2023, 0.0, 0.0, 0.0, 0.5],
        ["calm", 2021, 2023, 0.01, 0.02, 0.01, 0.02],
    ],
    columns=COLUMNS,
)


def by_hand(base: float, rates: pd.DataFrame, scenario: str, last: int) -> list[float]:
    """Walk through the years, row by row."""
    rows = rates[rates["scenario"] == scenario]
    levels = [base]
    for year in range(int(rows["start"].min()), last + 1):
        row = rows[(rows["start"] <= year) & (year <= rows["end"])].iloc[0]
        growth = (1 + row["delta"]) * (1 + row["chi"]) * (1 - row["beta"]) * (1 - row["alpha"])
        levels.append(levels[-1] * growth)
    return levels


def test_one_level() -> None:
    found = sc.project(100.0, RATES, horizon=2023)
    assert found.path.columns.tolist() == ["up", "calm"]
    assert found.path.index.tolist() == [2020, 2021, 2022, 2023]
    for name in ("up", "calm"):
        assert found.path[name].tolist() == pytest.approx(by_hand(100, RATES, name, 2023))
    assert found.total.equals(found.path)
    assert found.growth.loc[2023].tolist() == pytest.approx([-0.5, 1.01 * 1.02 * 0.99 * 0.98 - 1])
    assert found.peaks.loc["up", "year"] == 2022
    assert found.peaks.loc["up", "status"] == "peaked"
    assert found.peak("up").value == pytest.approx(121)
    assert found.unit_peaks.empty
    assert found.factors is None
    tidy = found.to_frame()
    assert tidy.columns.tolist() == ["scenario", "year", "level"]
    assert tidy["level"].tolist() == found.path.T.to_numpy().ravel().tolist()
    assert "up" in found.summary()
    assert found.settings["base_year"] == 2020


def test_units_with_common_rates_and_with_their_own() -> None:
    base = pd.Series({"乙": 3.0, "a": 1.0, "b": 2.0})
    found = sc.project(base, RATES, horizon=2023)
    assert found.path.columns.names == ["scenario", "unit"]
    assert found.path.columns.get_level_values("unit")[:3].tolist() == ["乙", "a", "b"]
    assert found.total["up"].tolist() == pytest.approx(by_hand(6, RATES, "up", 2023))
    assert found.unit_peaks.loc[("up", "b"), "year"] == 2022
    own = pd.concat(
        [
            RATES.assign(unit=""),
            pd.DataFrame([["up", 2021, 2023, 0, 0.1, 0, 0, "a"]], columns=[*COLUMNS, "unit"]),
        ]
    )
    apart = sc.project(base, own, horizon=2023)
    assert apart.path["up", "a"].tolist() == pytest.approx([1.1**t for t in range(4)])
    assert apart.path["up", "b"].tolist() == pytest.approx(by_hand(2, RATES, "up", 2023))
    assert apart.unit_peaks["status"].loc[[("up", "a"), ("up", "b")]].tolist() == [
        "not peaked in horizon",
        "peaked",
    ]
    assert apart.growth.columns.names == ["scenario", "unit"]
    assert apart.to_frame().columns.tolist() == ["scenario", "unit", "year", "level"]
    turned = sc.project(base.iloc[::-1], own.iloc[::-1], horizon=2023)
    assert turned.path["up", "a"].equals(apart.path["up", "a"])
    assert turned.settings["data"] == apart.settings["data"]


def test_factors_make_the_level() -> None:
    base = pd.DataFrame(
        {
            "intensity": [2.0, 1.0],
            "population": [10.0, 20.0],
            "affluence": [3.0, 1.0],
            "structure": [0.5, 0.4],
            "other": ["x", "y"],
        },
        index=["a", "b"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = sc.project(base, RATES, horizon=2023)
    assert found.path.iloc[0].tolist() == [30.0, 8.0, 30.0, 8.0]
    assert found.factors is not None
    product = found.factors[["population", "affluence", "structure", "intensity"]].prod(axis=1)
    assert found.factors["level"].to_numpy() == pytest.approx(product.to_numpy())
    for row in found.factors.itertuples():
        assert found.path[row.scenario, row.unit][row.year] == pytest.approx(row.level, rel=1e-12)
    last = found.factors.query("scenario == 'calm' and unit == 'a' and year == 2023").iloc[0]
    assert last[["population", "affluence", "structure", "intensity"]].tolist() == pytest.approx(
        [10 * 1.01**3, 3 * 1.02**3, 0.5 * 0.99**3, 2 * 0.98**3]
    )


def test_a_share_above_one_is_warned_of() -> None:
    base = pd.DataFrame(
        {"population": [1.0], "affluence": [1.0], "structure": [0.99], "intensity": [1.0]},
        index=["上海"],
    )
    with pytest.warns(SpatialCarbonWarning, match="above 1 from: up 上海 2022") as caught:
        found = sc.project(base, RATES.assign(beta=-0.01), horizon=2023)
    assert caught[0].filename == __file__
    assert "above 1" in found.notes[0]
    exactly = base.assign(structure=1.0)
    assert sc.project(exactly, RATES, horizon=2023).notes == ()


def test_the_base_year_can_be_given() -> None:
    later = sc.project(100.0, RATES, horizon=2023, base_year=2021)
    assert later.path.index.tolist() == [2021, 2022, 2023]
    assert "left aside" in later.notes[0]
    with pytest.raises(SchemaError, match="no rates in 2019–2020"):
        sc.project(100.0, RATES, horizon=2023, base_year=2018)


def test_demands_on_the_peak_are_passed_on() -> None:
    found = sc.project(100.0, RATES, horizon=2023, sustained=2)
    assert found.peaks.loc["up", "status"] == "peaked, not sustained"
    assert found.peak("up").status == "peaked, not sustained"
    assert (
        sc.project(100.0, RATES, horizon=2023, tol=0.1, tie="last").peaks.loc["up", "year"] == 2022
    )
    with pytest.raises(OptionError, match="tie"):
        sc.project(100.0, RATES, horizon=2023, tie="middle")  # type: ignore[arg-type]


@pytest.mark.parametrize("base", [0.0, -3.0])
def test_levels_must_be_above_zero(base: float) -> None:
    with pytest.raises(SchemaError, match="the base is zero or below"):
        sc.project(base, RATES, horizon=2023)
    with pytest.raises(SchemaError, match=r"for 1 units\n.*上海: "):
        sc.project(pd.Series({"a": 1.0, "上海": base}), RATES, horizon=2023)
    factors = pd.DataFrame(1.0, index=["x"], columns=["population", "affluence", "structure"])
    with pytest.raises(SchemaError, match="intensity is zero or below"):
        sc.project(factors.assign(intensity=base), RATES, horizon=2023)


def test_bases_that_are_refused() -> None:
    with pytest.raises(MissingDataError, match="the base is missing for 1 of 1"):
        sc.project(np.nan, RATES, horizon=2023)
    with pytest.raises(MissingDataError, match=r"missing for 1 of 2 units(.|\n)*base.dropna"):
        sc.project(pd.Series({"a": 1.0, "b": np.nan}), RATES, horizon=2023)
    with pytest.raises(AlignmentError, match="repeated"):
        sc.project(pd.Series([1.0, 2.0], index=["a", "a"]), RATES, horizon=2023)
    for bare in (np.ones(3), [1.0], "12", None, True):
        with pytest.raises(AlignmentError, match="the base is a"):
            sc.project(bare, RATES, horizon=2023)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="no units"):
        sc.project(pd.Series(dtype=float), RATES, horizon=2023)
    with pytest.raises(SchemaError, match="lacks the column structure"):
        sc.project(
            pd.DataFrame({"population": [1], "affluence": [1], "intensity": [1]}),
            RATES, horizon=2023,
        )  # fmt: skip
    one = pd.Series({"population": 1.0, "affluence": 1.0, "structure": 0.5, "intensity": 1.0})
    with pytest.raises(SchemaError, match="names of factors"):
        sc.project(one, RATES, horizon=2023)
    sc.project(one.to_frame().T, RATES, horizon=2023)  # what the message advises
    with pytest.raises(AlignmentError, match="the rates differ by unit"):
        sc.project(1.0, RATES.assign(unit="a"), horizon=2023)


def test_nothing_given_is_changed() -> None:
    rates, base = RATES.copy(), pd.Series({"a": 1, "b": 2})
    sc.project(base, rates, horizon=2022)
    pd.testing.assert_frame_equal(rates, RATES)
    assert base.tolist() == [1, 2]
