"""Compensation: the example of the methods, and study 002's clusters by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

# Three places: G in any money, C and S in 10^4 t, P in CNY per t, so M in 10^4 CNY.
PLACES = pd.DataFrame(
    {"emission": [400.0, 350, 250], "sink": [20.0, 60, 120], "gdp": [500.0, 300, 200]},
    index=["A", "B", "C"],
)


def test_the_corrected_baseline() -> None:
    result = sc.compensate(PLACES, price=60)
    table = result.table
    for column, expected, digits in (
        ("ecc", [1.25, 0.857143, 0.8], 6),
        ("esc", [0.25, 0.857143, 2.4], 6),
        ("net", [380, 290, 130], 6),
        ("share", [0.257014, 0.344821, 0.398165], 6),
        ("baseline", [205.611, 275.857, 318.532], 3),
        ("deviation", [174.389, 14.143, -188.532], 3),
        ("amount", [10463.31, 848.60, -11311.91], 2),
    ):
        assert table[column].round(digits).tolist() == expected, column
    assert table["amount"].sum() == pytest.approx(0, abs=1e-8)
    assert table["role"].tolist() == ["payer", "payer", "receiver"]
    assert table["zone"].tolist() == [
        "economic development",
        "high-carbon optimisation",
        "carbon-sink development",
    ]
    assert (result.payers, result.receivers) == (("A", "B"), ("C",))
    assert result.settlement.matrix.round(2).to_dict() == {"C": {"A": 10463.31, "B": 848.60}}


def test_the_baseline_by_emissions() -> None:
    table = sc.compensate(PLACES, price=60, baseline="emission").table
    assert table["deviation"].round(9).tolist() == [60, 10, -70]
    same = sc.compensate(PLACES, price=60, a=0, b=0).table
    pd.testing.assert_frame_equal(same, table)


def test_study_002_in_its_own_terms() -> None:
    printed = sc.load_table("study002_indicators").set_index("cluster")
    sinks = sc.load_table("study002_sinks").query("year == 2020 and cover != 'printed_total'")
    ours = sc.load_table("study002_places").set_index("cluster")
    assert ours["emission"].tolist() == printed["co2_total_10kt"].tolist()
    by_class = sinks.groupby("cluster")["sink_10kt_co2"].sum()
    np.testing.assert_allclose(ours["sink"], by_class[ours.index], atol=1e-9)
    gdp = printed["co2_total_10kt"] / printed["co2_per_gdp_t_per_10k_yuan"]
    np.testing.assert_allclose(ours["gdp"], gdp, atol=0.05)
    people = printed["co2_total_10kt"] / printed["co2_per_capita_t"]
    np.testing.assert_allclose(ours["population"], people, atol=0.05)

    result = sc.compensate(ours, price=60)
    # worked out apart, in 10^4 t and 10^8 CNY
    c, s, g = (ours[k].to_numpy() for k in ("emission", "sink", "gdp"))
    weight = np.sqrt(c * g / g.sum() * c.sum()) * np.sqrt(s / s.sum() * c.sum() / c)
    owed = (c - s) - weight / weight.sum() * (c - s).sum()
    np.testing.assert_allclose(result.table["amount"], owed * 1e4 * 60, rtol=1e-9)
    assert result.table["role"].tolist() == ["payer", "payer", "receiver", "receiver", "receiver"]
    assert (result.table["amount"] / 1e8).round(1).tolist() == [188.9, 369.4, -73.3, -206.6, -278.4]


def test_whether_the_sinks_are_carbon_moves_the_sum_by_one_percent() -> None:
    ours = sc.load_table("study002_places").set_index("cluster")
    span = sc.compensation_range(ours, prices=[60], sinks={"CO2": 1, "C": 44 / 12})
    paid = span.cases.set_index("sinks")["paid"] / 1e8
    assert paid.round(1).to_dict() == {"CO2": 558.3, "C": 563.9}
    assert not (span.table["role"] == "depends").any()
