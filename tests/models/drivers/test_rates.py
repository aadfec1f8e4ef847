"""Rate tables: tiling, bounds, rates by unit, and what is said of a table that is wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
)
from spatialcarbon.models.drivers.rates import RATES, checked_rates, growth_of, out_of_bounds

COLUMNS = ["scenario", "start", "end", *RATES]


def table(*rows: tuple[object, ...], columns: list[str] = COLUMNS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns)


def calm(scenario: str = "a", start: object = 2018, end: object = 2020, **rates: float) -> tuple:
    return (scenario, start, end, *(rates.get(name, 0.0) for name in RATES))


def test_the_shipped_table_is_spread_over_the_years() -> None:
    rates = sc.load_table("study003_rates")
    found = checked_rates(rates, horizon=2030)
    assert found.scenarios == ("baseline", "low_emission", "tech_breakthrough")
    assert found.years.tolist() == list(range(2018, 2031))
    assert (found.base_year, found.horizon) == (2017, 2030)
    assert found.values.shape == (3, 1, 13, 4)
    assert found.units is None
    assert found.remarks == ()
    low = found.omega[1, 0]
    assert low[[0, 4, 8, 10, 12]] == pytest.approx(
        [0.0035196, 0.0049000, 0.0020587, -0.0024037, -0.0040000], abs=5e-8
    )
    assert found.period[1, 0].tolist() == [0] * 4 + [1] * 4 + [2] * 2 + [3] * 2 + [4]


def test_the_order_of_rows_and_columns_does_not_matter() -> None:
    rates = sc.load_table("study003_rates")
    shuffled = rates.sample(frac=1, random_state=4)[[*rates.columns[::-1]]]
    shuffled.index = [f"行{i}" for i in range(len(shuffled))]
    a, b = (checked_rates(t, horizon=2030) for t in (rates, shuffled))
    order = [b.scenarios.index(name) for name in a.scenarios]
    assert np.array_equal(a.values, b.values[order])
    assert list(rates.columns) == COLUMNS  # untouched


def test_a_table_is_cut_at_the_horizon_and_at_the_base_year() -> None:
    found = checked_rates(table(calm(), calm(start=2021, end=2030)), horizon=2022, base_year=2018)
    assert found.years.tolist() == [2019, 2020, 2021, 2022]
    assert "2018" in found.remarks[0].render("en")
    assert checked_rates(table(calm()), horizon=2020, base_year=2017).remarks == ()


def test_growth_is_the_product() -> None:
    rates = np.array([0.01, 0.05, 0.02, 0.04])
    assert growth_of(rates) == pytest.approx(1.01 * 1.05 * 0.98 * 0.96 - 1, abs=1e-15)
    bad = np.array([[-1.0, 0, 0, 0], [0, -1.5, 0, 0], [0, 0, 1.0, 0], [0, 0, 0, 2.0]])
    assert out_of_bounds(bad).tolist() == np.eye(4, dtype=bool).tolist()


def test_rates_by_unit_and_rows_for_all_others() -> None:
    rates = table(
        (*calm(alpha=0.01), None),
        (*calm(alpha=0.02), "上海"),
        (*calm("b", alpha=0.05), ""),
        columns=[*COLUMNS, "unit"],
    )
    units = pd.Index(["b", "上海"])
    found = checked_rates(rates, horizon=2020, units=units)
    assert found.units is units
    assert found.values[:, :, 0, 3].tolist() == [[0.01, 0.02], [0.05, 0.05]]
    # Codes with blanks in their column arrive as floats.
    coded = rates.assign(adcode=[np.nan, 310000.0, np.nan]).drop(columns="unit")
    assert checked_rates(coded, horizon=2020).units.tolist() == [310000]  # type: ignore[union-attr]
    assert checked_rates(coded, horizon=2020, units=pd.Index([310000, 1])).values[
        0, :, 0, 3
    ].tolist() == [0.02, 0.01]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((calm(), calm(start=2020, end=2022)), ["overlap", "a has two rates in 2020"]),
        ((calm(), calm(start=2022, end=2022)), ["gap", "a has no rates in 2021", "2018 to 2022"]),
        ((calm(),), ["gap", "2021–2022", "shorter horizon"]),
        ((calm(start=2018, end=2022), calm("b", 2019, 2022)), ["gap", "b has no rates in 2018"]),
        ((calm(end=2017),), ["end before they start", "a 2018–2017"]),
        ((calm(start=2018.5),), ["whole years", "row 1"]),
        ((calm(alpha=1.0),), ["out of bounds", "alpha = 1", "divide percentages by 100"]),
        ((calm(beta=4.7),), ["beta = 4.7"]),
        ((calm(delta=-1.0),), ["delta = -1"]),
        ((calm(chi=-3.0),), ["chi = -3"]),
        ((calm(""),), ["without a scenario", "number 1"]),
        ((), ["is empty"]),
    ],
)
def test_tables_that_are_refused(rows: tuple[tuple, ...], words: list[str]) -> None:
    with pytest.raises(SchemaError) as caught:
        checked_rates(table(*rows), horizon=2022)
    for word in words:
        assert word in str(caught.value)


def test_what_else_is_refused() -> None:
    with pytest.raises(SchemaError, match="lacks the column chi, alpha"):
        checked_rates(table(calm()).drop(columns=["chi", "alpha"]), horizon=2020)
    with pytest.raises(SchemaError, match="rate table is a dict"):
        checked_rates({}, horizon=2020)  # type: ignore[arg-type]
    with pytest.raises(
        MissingDataError, match="alpha is empty or infinite in the rate table, row 2"
    ):
        checked_rates(table(calm(), calm("b", alpha=np.nan)), horizon=2020)
    with pytest.raises(MissingDataError, match="delta is empty or infinite"):
        checked_rates(table(calm(delta=np.inf)), horizon=2020)
    with pytest.raises(SchemaError, match="alpha is not numeric"):
        checked_rates(table(calm()).assign(alpha="5 %"), horizon=2020)
    with pytest.raises(OptionError, match="horizon=2017 is not after the base year 2017"):
        checked_rates(table(calm()), horizon=2017)
    with pytest.raises(OptionError, match="whole number"):
        checked_rates(table(calm()), horizon=2020.5)  # type: ignore[arg-type]


def test_units_that_do_not_fit() -> None:
    columns = [*COLUMNS, "unit"]
    with pytest.raises(AlignmentError, match="'a' has no rates for 1 units: y"):
        checked_rates(
            table((*calm(), "x"), columns=columns), horizon=2020, units=pd.Index(["x", "y"])
        )
    with pytest.raises(AlignmentError, match="units that are not projected: z"):
        checked_rates(
            table((*calm(), "z"), (*calm(), ""), columns=columns), horizon=2020,
            units=pd.Index(["x"]),
        )  # fmt: skip
    with pytest.raises(AlignmentError, match="labels such as 310000"):
        checked_rates(
            table((*calm(), "310000"), columns=columns), horizon=2020, units=pd.Index([310000])
        )
    with pytest.raises(AlignmentError, match="names no unit"):
        checked_rates(table((*calm(), ""), columns=columns), horizon=2020)
    with pytest.raises(SchemaError, match="a, unit x has no rates in 2019"):
        checked_rates(table((*calm(end=2018), "x"), columns=columns), horizon=2019)


def test_percentages_are_remarked_on() -> None:
    found = checked_rates(table(calm(chi=5.2)), horizon=2020)
    assert "not percentages" in found.remarks[0].render("en")
    assert "不是百分数" in found.remarks[0].render("zh")
