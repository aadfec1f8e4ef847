"""Study 003: printed levels and peaks, what they imply, and what cannot hold (METHODS §7)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

WITHIN = 0.001
BASE = 1184.20


@pytest.fixture(scope="module")
def printed() -> pd.DataFrame:
    return sc.load_table("study003_figures")


@pytest.fixture(scope="module")
def projection() -> sc.ProjectionResult:
    return sc.project(BASE, sc.load_table("study003_rates"), horizon=2030)


@pytest.fixture(scope="module")
def delta() -> pd.Series:
    """Return the total of the 26 cities without the former Chaohu counties, by year."""
    cities = sc.clusters("variants").query("cluster == 'YRD26'")["adcode"]
    table = sc.load_table("city_co2")
    whole = table[table["adcode"].isin(cities)].groupby("year")["co2_mt"].sum()
    return whole - sc.load_table("city_co2_chaohu").groupby("year")["co2_mt"].sum()


def test_every_printed_number_of_the_scenarios(
    printed: pd.DataFrame, projection: sc.ProjectionResult
) -> None:
    rows = printed[printed["series"].isin(projection.rates.scenarios)]
    assert len(rows) == 11
    for row in rows.itertuples():
        path, year = projection.path[row.series], int(row.period)
        if row.quantity == "level":
            assert path[year] == pytest.approx(row.value, abs=WITHIN), row
        elif row.quantity == "peak":
            top = projection.peaks.loc[row.series]
            assert (top["year"], top["status"]) == (year, "peaked")
            assert top["value"] == pytest.approx(row.value, abs=WITHIN)
        else:
            assert path[year] - path[2017] == pytest.approx(row.value, abs=WITHIN), row
    # Not printed as such, but given by the text.
    assert projection.path["baseline"][2025] == pytest.approx(1241.39, abs=WITHIN)
    assert projection.path["baseline"][2030] == pytest.approx(1252.58, abs=WITHIN)


def test_the_base_follows_from_the_print_twice(printed: pd.DataFrame) -> None:
    value = printed.set_index(["series", "period", "quantity"])["value"]
    for series in ("low_emission", "tech_breakthrough"):
        assert value[series, "2030", "level"] - value[
            series, "2030", "change_from_2017"
        ] == pytest.approx(BASE, abs=1e-9)
    steps = [
        value["historical", stage, "delta_C"] for stage in ("2015-2017", "2010-2015", "2005-2010")
    ]
    implied = BASE - np.cumsum(steps)
    assert implied == pytest.approx([1142.87, 1147.52, 746.82], abs=1e-9)


def test_open_data_agree_but_for_2015(delta: pd.Series) -> None:
    assert delta[[2005, 2010, 2017]].tolist() == pytest.approx(
        [746.816, 1147.520, 1184.199], abs=5e-4
    )
    assert delta[2015] - 1142.87 == pytest.approx(15.35, abs=5e-3)
    assert delta[2012] - delta[2005] == pytest.approx(510.09, abs=5e-3)


def test_rates_within_a_segment_are_not_identified(projection: sc.ProjectionResult) -> None:
    # All four rates changed, the product kept: the same path.
    rates = sc.load_table("study003_rates")
    other = rates.assign(delta=0.0, chi=0.0, beta=0.0)
    kept = (1 + rates["delta"]) * (1 + rates["chi"]) * (1 - rates["beta"]) * (1 - rates["alpha"])
    again = sc.project(BASE, other.assign(alpha=1 - kept), horizon=2030)
    pd.testing.assert_frame_equal(again.path, projection.path, rtol=1e-12)
    # Another course inside 2018–2021 with the same end: every printed number stands.
    first = rates["scenario"].eq("baseline") & rates["start"].eq(2018)
    growth = projection.growth["baseline"][2018]
    early, late = (1 + 0.03) - 1, (1 + growth) ** 4 / 1.03
    moved = pd.concat(
        [
            rates[~first],
            rates[first].assign(end=2018, delta=early, chi=0.0, beta=0.0, alpha=0.0),
            rates[first].assign(
                start=2019, delta=late ** (1 / 3) - 1, chi=0.0, beta=0.0, alpha=0.0
            ),
        ]
    )
    bent = sc.project(BASE, moved, horizon=2030).path["baseline"]
    assert bent[2018] - projection.path["baseline"][2018] > 25
    pd.testing.assert_series_equal(bent.loc[2021:], projection.path["baseline"].loc[2021:])


def test_constant_rates_from_2026_on_cannot_peak_in_between(
    projection: sc.ProjectionResult,
) -> None:
    for name, year in (("baseline", 2029), ("low_emission", 2027)):
        level = projection.path[name]
        omega = (level[2030] / level[2025]) ** (1 / 5) - 1
        constant = level[2025] * (1 + omega) ** np.arange(6)
        top = sc.peak(pd.Series(constant, index=range(2025, 2031)))
        assert top.year in (2025, 2030)
        assert top.year != year


def test_the_baseline_ends_by_falling_faster_than_low_emission(
    projection: sc.ProjectionResult,
) -> None:
    base, low = projection.path["baseline"], projection.path["low_emission"]
    assert 100 * (1 - base[2030] / base[2029]) == pytest.approx(0.374, abs=5e-4)
    # A third of the fall from 2027 to 2030; compounded it is 0.294 % a year.
    assert 100 * (1 - low[2030] / low[2027]) / 3 == pytest.approx(0.293, abs=5e-4)
    assert 100 * (1 - (low[2030] / low[2027]) ** (1 / 3)) == pytest.approx(0.294, abs=5e-4)


def test_two_of_three_peaks_lie_below_a_year_of_the_past(
    delta: pd.Series, projection: sc.ProjectionResult
) -> None:
    """Seen with the study's own past, low emission and breakthrough do not peak after 2017."""
    assert (delta.idxmax(), delta.max()) == (2012, pytest.approx(1256.907, abs=5e-4))
    whole = {
        name: sc.peak(pd.concat([delta.loc[:2016], projection.path[name]])).year
        for name in projection.path
    }
    assert whole == {"baseline": 2029, "low_emission": 2012, "tech_breakthrough": 2012}
    assert projection.peaks.loc["baseline", "value"] - delta[2012] == pytest.approx(0.373, abs=1e-3)


def test_common_rates_stretch_the_density(projection: sc.ProjectionResult) -> None:
    """What Figure 7 of the study can show under common rates: one curve, stretched."""
    cities = sc.clusters("variants").query("cluster == 'YRD26'")["adcode"]
    base = sc.load_table("city_co2", years=2017).set_index("adcode")["co2_mt"].loc[cities]
    found = sc.project(base, sc.load_table("study003_rates"), horizon=2030)
    last = found.path.iloc[-1].unstack("scenario")
    panel = sc.density_panel(last, grid=np.linspace(0, 250, 101))
    factor = found.total.iloc[-1] / found.total.iloc[0]
    assert len(last) == 26
    for name in found.rates.scenarios:
        one = panel.curves["ALL", name]
        start = sc.kernel_density(base, grid=one.grid / factor[name])
        assert one.bandwidth == pytest.approx(start.bandwidth * factor[name], rel=1e-12)
        assert one.density == pytest.approx(start.density / factor[name], rel=1e-9, abs=1e-15)
