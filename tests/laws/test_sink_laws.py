"""What holds for sinks, stocks, forests and balances of any data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=20)
CLASSES = ["cropland", "forest", "water"]
AREA = st.integers(0, 10**6).map(lambda n: n / 10)
VALUE = st.integers(-500, 500).map(lambda n: n / 100)


@st.composite
def land(draw: Any) -> pd.DataFrame:
    """Draw areas of some towns."""
    n = draw(st.integers(1, 6))
    rows = draw(st.lists(st.tuples(AREA, AREA, AREA), min_size=n, max_size=n))
    return pd.DataFrame(rows, index=[f"城{i}" for i in range(n)], columns=CLASSES)


@st.composite
def coefficients(draw: Any, substance: str | None = None) -> pd.DataFrame:
    """Draw a set with declared substances."""
    values = draw(st.tuples(VALUE, VALUE, VALUE))
    kinds = [substance or draw(st.sampled_from(["C", "CO2"])) for _ in values]
    return pd.DataFrame({"value": values, "substance": kinds}, index=CLASSES)


@few
@given(land(), land(), coefficients(), st.integers(0, 100).map(lambda n: n / 10))
def test_linear_and_additive(a: pd.DataFrame, b: pd.DataFrame, k: pd.DataFrame, f: float) -> None:
    whole = sc.carbon_sink(a.sum(), coefficients=k).total["ALL"]
    parts = sc.carbon_sink(a, coefficients=k).total.sum()
    np.testing.assert_allclose(parts, whole, rtol=1e-9, atol=1e-3)
    both = a.add(b, fill_value=0.0)
    single = sc.carbon_sink(a, coefficients=k).total.add(
        sc.carbon_sink(b, coefficients=k).total, fill_value=0.0
    )
    np.testing.assert_allclose(
        sc.carbon_sink(both, coefficients=k).total, single.loc[both.index], rtol=1e-9, atol=1e-3
    )
    scaled = sc.carbon_sink(a * f, coefficients=k).sink
    np.testing.assert_allclose(scaled, sc.carbon_sink(a, coefficients=k).sink * f, rtol=1e-9)


@few
@given(land(), coefficients("C"))
def test_carbon_is_44_over_12(a: pd.DataFrame, k: pd.DataFrame) -> None:
    carbon = sc.carbon_sink(a, coefficients=k).sink
    plain = sc.carbon_sink(a, coefficients=k.assign(substance="CO2")).sink
    np.testing.assert_allclose(carbon, plain * 44 / 12, rtol=1e-12)


@few
@given(land(), st.permutations(range(6)), coefficients(), coefficients())
def test_order_does_not_matter_and_ranges_hold(
    a: pd.DataFrame, order: list[int], k: pd.DataFrame, m: pd.DataFrame
) -> None:
    mixed = a.iloc[[i for i in order if i < len(a)]]
    sets = {"k": k, "m": m}
    one, two = (sc.carbon_sink(x, coefficients=sets) for x in (a, mixed))
    np.testing.assert_allclose(two.total.loc[a.index], one.total)
    assert one.settings["data"] == two.settings["data"]
    assert (one.low <= one.central).all()
    assert (one.central <= one.high).all()


@few
@given(land(), coefficients(), coefficients(), st.tuples(AREA, AREA, AREA))
def test_changes_close_and_turn_with_the_years(
    a: pd.DataFrame, k: pd.DataFrame, m: pd.DataFrame, more: tuple[float, ...]
) -> None:
    b = a * 0 + np.array(more)
    there = sc.sink_change(a, b, coefficients=k, second_coefficients=m).table
    back = sc.sink_change(b, a, coefficients=m, second_coefficients=k).table
    effects = there["area_effect"] + there["coefficient_effect"]
    np.testing.assert_allclose(effects, there["change"], rtol=1e-9, atol=1e-2)
    for column in ("change", "area_effect", "coefficient_effect"):
        np.testing.assert_allclose(back[column], -there[column], rtol=1e-12, atol=1e-9)


@few
@given(land(), land())
def test_a_stock_is_additive_and_its_change_is_odd(a: pd.DataFrame, b: pd.DataFrame) -> None:
    b = b.reindex(a.index, fill_value=1.0)
    pools = pd.DataFrame(
        {"above": [1.0, 40, 0], "below": [0.5, 10, 0], "soil": [60.0, 90, 5], "dead": [0.0, 4, 0]},
        index=CLASSES,
    )
    there = sc.carbon_stock(a, pools=pools, second=b)
    back = sc.carbon_stock(b, pools=pools, second=a)
    assert there.change is not None
    assert back.change is not None
    np.testing.assert_allclose(there.change, -back.change)
    np.testing.assert_allclose(there.by_pool.sum(axis=1), there.total, rtol=1e-9)


@few
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=6), st.floats(0.1, 5))
def test_forest_growth_is_linear_and_odd(values: list[float], factor: float) -> None:
    volume = pd.Series(values, [f"{i}" for i in range(len(values))])
    fixed = sc.forest_stock_co2(volume, factor=factor)
    np.testing.assert_allclose(sc.forest_stock_co2(-volume, factor=factor), -fixed)
    whole = sc.forest_stock_co2(float(volume.sum()), factor=factor)["ALL"]
    np.testing.assert_allclose(fixed.sum(), whole, rtol=1e-9, atol=1e-3)


@few
@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(0.1, 1e5)), min_size=1, max_size=6))
def test_balances_add_up(rows: list[tuple[float, float]]) -> None:
    places = pd.DataFrame(
        rows, columns=["emission", "sink"], index=[f"p{i}" for i in range(len(rows))]
    )
    found = sc.carbon_balance(places, groups={"all": list(places.index)})
    table = found.table
    np.testing.assert_allclose(table["net"].sum(), found.overall["net"])
    np.testing.assert_allclose((table["emission_share"] * table["support"]).sum(), 1)
    assert found.groups.loc["all", "neutrality"] == found.overall["neutrality"]
    doubled = sc.carbon_balance(places * 2).table
    np.testing.assert_allclose(doubled["neutrality"], table["neutrality"])
    shares = sc.regional_shares(places["sink"])
    np.testing.assert_allclose(shares.table["share"].sum(), 1)
