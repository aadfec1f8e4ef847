"""What holds for indicators of any panel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

AMOUNT = st.floats(1e-2, 1e3)
YEARS = [2005, 2010, 2017]
few = settings(max_examples=15)


@st.composite
def panels(draw: Any) -> tuple[sc.Panel, dict[str, list[str]]]:
    """Draw a panel of towns and a division of them into groups."""
    n = draw(st.integers(1, 7))
    towns = [f"城{i}" for i in range(n)]
    table = pd.DataFrame(
        [
            (town, year, draw(AMOUNT), draw(AMOUNT), draw(AMOUNT))
            for town in towns
            for year in YEARS
        ],
        columns=["town", "year", "co2", "people", "gdp"],
    )
    units = {"co2": "Mt CO2", "people": "万人", "gdp": "亿元"}
    panel = sc.Panel.from_frame(table, unit="town", year="year", units=units)
    marks = draw(st.lists(st.sampled_from("xy"), min_size=n, max_size=n))
    return panel, {m: [t for t, k in zip(towns, marks, strict=True) if k == m] for m in set(marks)}


def wide(panel: sc.Panel, groups: Any, indicator: str, **options: Any) -> pd.DataFrame:
    options = {"population": "people", "gdp": "gdp", **options}
    return sc.indicators(panel, groups=groups, **options).pivot(indicator)


@few
@given(panels())
def test_groups_sum_to_the_whole(case: Any) -> None:
    panel, groups = case
    total = wide(panel, groups, "total")
    np.testing.assert_allclose(total.drop("ALL").sum(), total.loc["ALL"], rtol=1e-12)


@few
@given(panels())
def test_a_ratio_of_sums_lies_between_its_members(case: Any) -> None:
    panel, groups = case
    result = sc.indicators(panel, population="people", groups=groups)
    own = result.pivot("per_capita", level="unit")
    for name, towns in groups.items():
        ratio = result.pivot("per_capita").loc[name]
        assert (ratio >= own.loc[towns].min() * (1 - 1e-12)).all()
        assert (ratio <= own.loc[towns].max() * (1 + 1e-12)).all()


@few
@given(panels(), st.sampled_from(["t", "kt CO2", "万吨", "Gt CO2"]))
def test_changing_the_unit_of_emissions_changes_no_ratio(case: Any, unit: str) -> None:
    panel, groups = case
    other = panel.convert("co2", unit)
    for indicator in ("per_capita", "per_gdp"):
        pd.testing.assert_frame_equal(
            wide(panel, groups, indicator), wide(other, groups, indicator), rtol=1e-12
        )
    factor = sc.conversion_factor("Mt", unit)
    np.testing.assert_allclose(
        wide(other, groups, "total"), wide(panel, groups, "total") * factor, rtol=1e-12
    )


@few
@given(panels(), st.sampled_from([0.5, 3.0, 1e3]))
def test_ratios_rescale(case: Any, factor: float) -> None:
    panel, groups = case
    table = panel.to_frame()
    more = sc.Panel.from_frame(
        table.assign(co2=table["co2"] * factor),
        unit="town",
        year="year",
        units={k: v for k, v in panel.units_of_measure.items() if v},
    )
    for indicator in ("total", "per_capita", "per_gdp"):
        np.testing.assert_allclose(
            wide(more, groups, indicator), wide(panel, groups, indicator) * factor, rtol=1e-12
        )


@few
@given(panels())
def test_per_head_is_intensity_times_gdp_per_head(case: Any) -> None:
    panel, groups = case
    heads = wide(panel, groups, "per_capita")
    intensity = wide(panel, groups, "per_gdp")  # t per 10^4 CNY
    gdp = panel["gdp"] * 1e8
    people = panel["people"] * 1e4
    for name, towns in groups.items():
        per_head = gdp.loc[towns].sum() / people.loc[towns].sum()
        np.testing.assert_allclose(
            heads.loc[name], intensity.loc[name] / 1e4 * per_head, rtol=1e-12
        )


@few
@given(panels())
def test_growth_chains_multiply(case: Any) -> None:
    panel, groups = case

    def grown(start: int, end: int) -> pd.DataFrame:
        return sc.growth(panel, start=start, end=end, groups=groups)

    first, second, whole = grown(2005, 2010), grown(2010, 2017), grown(2005, 2017)
    np.testing.assert_allclose(
        (1 + first["growth"]) * (1 + second["growth"]), 1 + whole["growth"], rtol=1e-9
    )
    np.testing.assert_allclose(
        (1 + first["annual_growth"]) ** 5 * (1 + second["annual_growth"]) ** 7,
        (1 + whole["annual_growth"]) ** 12,
        rtol=1e-9,
    )
    np.testing.assert_allclose(first["change"] + second["change"], whole["change"], atol=1e-9)


@few
@given(panels())
def test_growth_is_the_same_in_every_unit(case: Any) -> None:
    panel, _ = case
    other = panel.convert("co2", "kg CO2")
    a, b = (sc.growth(p, start=2005, end=2017)["annual_growth"] for p in (panel, other))
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@few
@given(panels(), st.randoms(use_true_random=False))
def test_indicators_forget_the_order_of_the_rows(case: Any, random: Any) -> None:
    panel, groups = case
    order = list(panel.units)
    random.shuffle(order)
    turned = panel.aligned_to(pd.Index(order))
    for indicator in ("total", "per_capita"):
        pd.testing.assert_frame_equal(
            wide(panel, groups, indicator), wide(turned, groups, indicator), check_exact=True
        )


@few
@given(panels(), st.sampled_from([1.0, 100.0]))
def test_sinks_balance(case: Any, size: float) -> None:
    panel, groups = case
    table = panel.to_frame()
    with_sink = sc.Panel.from_frame(
        table.assign(sink=table["gdp"] * size),
        unit="town",
        year="year",
        units={"co2": "Mt CO2", "sink": "万t CO2"},
        values=["co2", "sink"],
    )
    result = sc.indicators(with_sink, sink="sink", groups=groups)
    total, net, share = (result.pivot(i) for i in ("total", "net", "neutrality"))
    np.testing.assert_allclose(net, total * (1 - share), rtol=1e-9, atol=1e-9)


@st.composite
def tables(draw: Any) -> pd.DataFrame:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    cells = draw(st.lists(AMOUNT, min_size=rows * columns, max_size=rows * columns))
    return pd.DataFrame(
        np.array(cells).reshape(rows, columns),
        [f"城{i}" for i in range(rows)],
        list("pqrs")[:columns],
    )


@given(tables())
def test_shares_sum_to_one_and_are_their_own_shares(table: pd.DataFrame) -> None:
    found = sc.composition(table)
    np.testing.assert_allclose(found.table.sum(axis=1), 1.0, rtol=1e-12)
    again = sc.composition(found.table, kind="shares").table
    pd.testing.assert_frame_equal(again, found.table)
    rebuilt = found.table.mul(found.totals, axis=0)
    pd.testing.assert_frame_equal(rebuilt, table, rtol=1e-12)


@given(tables())
def test_categories_keep_the_totals(table: pd.DataFrame) -> None:
    kinds = {name: "direct" if name in "pq" else "indirect" for name in table.columns}
    found = sc.composition(table, categories=kinds)
    np.testing.assert_allclose(found.totals, table.sum(axis=1), rtol=1e-12)


@given(tables(), st.sampled_from([1e-6, 2.0, 1e8]))
def test_the_largest_is_one_in_any_unit(table: pd.DataFrame, factor: float) -> None:
    found = sc.max_normalise(table).table
    assert (found.max() == 1.0).all()
    assert ((found >= 0) & (found <= 1)).all().all()
    scaled = table.copy()
    scaled["p"] *= factor
    pd.testing.assert_frame_equal(sc.max_normalise(scaled).table, found, rtol=1e-12)
