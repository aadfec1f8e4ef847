"""Monte Carlo on scenario rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.drivers import error_draws
from spatialcarbon.models.drivers.rates import RATES
from spatialcarbon.models.drivers.simulation_summary import peak_counts, row_quantiles

STUDY003 = sc.load_table("study003_rates")
COLUMNS = ["scenario", "start", "end", *RATES]
FRAMES = (
    *("quantiles", "peak_probability", "peaked_by", "overview", "mean", "median"),
    *("rejected", "unit_quantiles", "unit_peak_probability", "unit_peaks", "target_probability"),
)


def rates(*rows: Any, columns: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns or COLUMNS)


LEVEL = rates(["calm", 2021, 2024, 0.0, 0.0, 0.0, 0.0])
CITIES = pd.Series({"上海": 30.0, "b": 20.0, "a": 10.0, "Zürich": 5.0})


def own_rates() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = [
        ["calm", start, start + 1, 0.005, 0.05, 0.01, 0.04 + 0.01 * rng.standard_normal(), unit]
        for unit in CITIES.index
        for start in (2021, 2023)
    ]
    return rates(*rows, columns=[*COLUMNS, "unit"])


def same(first: Any, second: Any) -> None:
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name), check_exact=True)


def test_without_errors_every_draw_is_the_projection() -> None:
    known = sc.project(1184.2, STUDY003, horizon=2030)
    found = sc.simulate(1184.2, STUDY003, horizon=2030, draws=50, errors=0.0, rng=1)
    for frame in (found.mean, found.median, found.projection):
        pd.testing.assert_frame_equal(frame, known.total, rtol=1e-12, check_names=False)
    assert found.quantiles.groupby(["scenario", "year"])["value"].nunique().max() == 1
    peaks = found.peak_probability[found.peak_probability["probability"] > 0]
    assert peaks["peak"].tolist() == [2029, 2027, 2025]
    assert (peaks["probability"] == 1.0).all()
    assert (peaks["standard_error"] == 0.0).all()
    assert "no rate is uncertain" in found.notes[-1]


def test_the_moments_of_one_year_are_those_of_theory() -> None:
    found = sc.simulate(
        100.0, LEVEL, horizon=2021, draws=100_000, errors="alpha=0.02, chi=uniform(0.03)", rng=1
    )
    # C = 100 (1 + u)(1 − z): mean 100, variance from the product of independent factors.
    variance = (1 + 0.03**2 / 3) * (1 + 0.02**2) - 1
    assert found.mean.loc[2021, "calm"] == pytest.approx(100.0, abs=0.05)
    wide = found.quantiles[found.quantiles["year"] == 2021].set_index("quantile")["value"]
    assert wide[0.95] - wide[0.05] == pytest.approx(100 * 3.28 * np.sqrt(variance), rel=0.02)


def test_errors_of_a_period_stay_and_those_of_a_year_cancel() -> None:
    width = {}
    for per in ("period", "year"):
        found = sc.simulate(
            100.0, LEVEL, horizon=2024, draws=20_000, errors="alpha=0.01", per=per, rng=1
        )
        last = found.quantiles[found.quantiles["year"] == 2024].set_index("quantile")["value"]
        width[per] = last[0.95] - last[0.05]
    assert width["period"] / width["year"] == pytest.approx(2.0, rel=0.03)  # 4 against √4


def test_correlated_errors_have_the_correlation_of_theory() -> None:
    table = pd.DataFrame(np.eye(4), index=pd.Index(RATES), columns=pd.Index(RATES))
    table.loc["chi", "alpha"] = table.loc["alpha", "chi"] = 0.8
    plan: dict[str, Any] = {"horizon": 2021, "draws": 100_000, "rng": 1}
    # chi and alpha oppose each other: with a correlation of 0.8, Var = 2 s² (1 − 0.8).
    found = sc.simulate(100.0, LEVEL, errors="chi=0.01,alpha=0.01", correlation=table, **plan)
    apart = sc.simulate(100.0, LEVEL, errors="chi=0.01,alpha=0.01", **plan)
    ratio = _spread(found) / _spread(apart)
    assert ratio == pytest.approx(np.sqrt(0.2), rel=0.02)
    uniform = sc.simulate(
        100.0, LEVEL, errors="chi=uniform(0.01),alpha=uniform(0.01)", correlation=table,
        quantiles=[0.0, 1.0], **plan,
    )  # fmt: skip
    assert uniform.overview["high"].iloc[0] <= 100 * 1.01 * 1.01


def _spread(found: Any) -> float:
    last = found.quantiles[found.quantiles["year"] == found.settings["horizon"]]
    values = last.set_index("quantile")["value"]
    return float(values[0.95] - values[0.05])


def test_uniform_scores_are_correlated_as_the_copula_says() -> None:
    from spatialcarbon.core.rng import Stream
    from spatialcarbon.models.drivers.simulation_input import planned

    table = pd.DataFrame(np.eye(4), index=pd.Index(RATES), columns=pd.Index(RATES))
    table.loc["chi", "alpha"] = table.loc["alpha", "chi"] = 0.6
    plan, _, _ = planned(
        100.0, LEVEL, horizon=2021, base_year=None, draws=100_000,
        errors="chi=uniform(0.01),alpha=uniform(0.01)", correlation=table, per="year",
        units="shared", stream=Stream(4),
    )  # fmt: skip
    errors = error_draws.shaped(plan, error_draws.scores(plan, "x", 2021, 0, 100_000))
    expected = 6 / np.pi * np.arcsin(0.3)
    assert np.corrcoef(errors)[0, 1] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("sharing", ["shared", "independent", 0.4])
@pytest.mark.parametrize("per", ["period", "year"])
def test_threads_and_rows_do_not_matter(sharing: Any, per: Any) -> None:
    settings: dict[str, Any] = {
        "horizon": 2024, "draws": 300, "errors": 0.01, "units": sharing, "per": per,
        "target": 60.0, "rng": 7,
    }  # fmt: skip
    one = sc.simulate(CITIES, own_rates(), threads=1, **settings)
    same(one, sc.simulate(CITIES, own_rates(), threads=2, **settings))
    shuffled = own_rates().sample(frac=1.0, random_state=1)
    turned = sc.simulate(CITIES.iloc[::-1], shuffled, **settings)
    pd.testing.assert_frame_equal(one.quantiles, turned.quantiles, check_exact=True)
    by = ["scenario", "unit"]
    pd.testing.assert_frame_equal(
        one.unit_peaks.sort_values(by, ignore_index=True),
        turned.unit_peaks.sort_values(by, ignore_index=True),
        check_exact=True,
    )
    assert list(turned.unit_peaks["unit"]) == list(CITIES.index[::-1])


def test_draws_do_not_hang_on_chunks_horizon_or_other_units() -> None:
    settings: dict[str, Any] = {"draws": 12_000, "errors": 0.01, "units": "independent", "rng": 7}
    long = sc.simulate(CITIES, own_rates(), horizon=2024, **settings)
    short = sc.simulate(CITIES, own_rates(), horizon=2022, **settings)
    early = long.unit_quantiles[long.unit_quantiles["year"] <= 2022].reset_index(drop=True)
    pd.testing.assert_frame_equal(early, short.unit_quantiles, check_exact=True)
    few = CITIES[["a", "上海"]]
    table = own_rates()
    fewer = sc.simulate(few, table[table["unit"].isin(few.index)], horizon=2024, **settings)
    mine = long.unit_quantiles[long.unit_quantiles["unit"] == "a"].reset_index(drop=True)
    theirs = fewer.unit_quantiles[fewer.unit_quantiles["unit"] == "a"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
    alone = sc.simulate(
        CITIES[["a"]], table[table["unit"] == "a"], horizon=2024, **settings
    ).unit_quantiles
    pd.testing.assert_frame_equal(mine, alone, check_exact=True)
    # A chunk has a seed of its own: the same one, whatever stands beside it.
    assert error_draws.chunks(25_000)[-1] == (2, slice(20_000, 25_000))


def test_scenarios_share_their_random_numbers() -> None:
    both = pd.concat([LEVEL, LEVEL.assign(scenario="again")])
    found = sc.simulate(100.0, both, horizon=2024, draws=500, errors=0.01, rng=3)
    pd.testing.assert_series_equal(found.mean["calm"], found.mean["again"], check_names=False)


def test_independent_units_average_out() -> None:
    base = pd.Series(1.0, index=range(100))
    together = sc.simulate(base, LEVEL, horizon=2024, draws=4000, errors=0.01, rng=1)
    apart = sc.simulate(
        base, LEVEL, horizon=2024, draws=4000, errors=0.01, units="independent", rng=1
    )
    half = sc.simulate(base, LEVEL, horizon=2024, draws=4000, errors=0.01, units=0.5, rng=1)
    assert _spread(apart) / _spread(together) == pytest.approx(0.1, rel=0.1)
    # However they are shared, errors of one place are as wide.
    wide = half.unit_quantiles.query("year == 2024").groupby("quantile")["value"].mean()
    assert wide[0.95] - wide[0.05] == pytest.approx(_spread(together) / 100, rel=0.02)
    expected = np.sqrt(0.5 + 0.5 / 100)
    assert _spread(half) / _spread(together) == pytest.approx(expected, rel=0.06)
    assert together.unit_peaks["peaked_by"].drop_duplicates().size == 1
    assert apart.unit_peaks["peaked_by"].nunique() > 10


def test_units_of_equal_rates_are_the_total_in_small() -> None:
    found = sc.simulate(CITIES, STUDY003, horizon=2030, draws=200, rng=2)
    whole = found.quantiles["value"].to_numpy()
    for unit, level in CITIES.items():
        own = found.unit_quantiles[found.unit_quantiles["unit"] == unit]["value"]
        np.testing.assert_allclose(own, whole * level / CITIES.sum(), rtol=1e-12)


def test_standard_deviations_may_stand_in_the_table() -> None:
    table = rates(
        ["calm", 2021, 2022, 0.0, 0.0, 0.0, 0.0, 0.01],
        ["calm", 2023, 2024, 0.0, 0.0, 0.0, 0.0, 0.0],
        columns=[*COLUMNS, "alpha_sd"],
    )
    found = sc.simulate(100.0, table, horizon=2024, draws=500, rng=1)
    plain = sc.simulate(
        100.0, table.drop(columns="alpha_sd"), horizon=2022, draws=500, errors="alpha=0.01", rng=1
    )
    pd.testing.assert_series_equal(
        found.mean.loc[:2022, "calm"], plain.mean["calm"], check_exact=True
    )
    assert found.mean.loc[2024, "calm"] == found.mean.loc[2022, "calm"]
    assert found.settings["errors"]["alpha"] == "normal(alpha_sd)"
    assert found.settings["errors"]["chi"] == "certain"
    with pytest.raises(sc.SchemaError, match="given twice"):
        sc.simulate(100.0, table, horizon=2024, errors=0.01)
    with pytest.raises(sc.SchemaError, match="no standard deviation: -1"):
        sc.simulate(100.0, table.assign(alpha_sd=-1), horizon=2024)


def test_errors_out_of_bounds_are_drawn_again_and_counted() -> None:
    table = rates(["steep", 2021, 2022, 0.0, 0.0, 0.0, 0.9])
    found = sc.simulate(
        100.0, table, horizon=2022, draws=20_000, errors="alpha=0.1", quantiles=[0, 0.5, 1], rng=1
    )
    drawn, rejected = found.rejected.loc["steep"]
    assert drawn == 20_000 + rejected
    assert rejected / drawn == pytest.approx(0.1587, abs=0.01)  # 1 − Φ(1)
    assert found.overview["low"].iloc[0] > 0
    assert f"{rejected} errors left the bounds" in " ".join(found.notes)
    many = sc.simulate(
        CITIES, table, horizon=2022, draws=2000, errors="alpha=0.1", units="independent", rng=1,
        quantiles=[0, 1],
    )  # fmt: skip
    assert many.rejected["rejected"].iloc[0] > 1000
    assert (many.unit_quantiles["value"] > 0).all()
    with pytest.raises(sc.InfeasibleError, match="leave the bounds of the rates"):
        sc.simulate(
            100.0, table, horizon=2022, draws=500, errors="alpha=triangular(0.2, 0.3, 0.4)", rng=1
        )


def test_targets_are_met_as_often_as_levels_lie_below() -> None:
    found = sc.simulate(
        100.0, LEVEL, horizon=2024, draws=4001, errors="alpha=0.01", target={2022: 100.0}, rng=1
    )
    row = found.target_probability.iloc[0]
    assert (row["year"], row["target"]) == (2022, 100.0)
    assert row["probability"] == pytest.approx(0.5, abs=0.03)
    p = row["probability"]
    assert row["standard_error"] == pytest.approx(np.sqrt(p * (1 - p) / 4001))
    every = sc.simulate(100.0, LEVEL, horizon=2024, draws=10, target=100.0, errors=0.01, rng=1)
    assert every.target_probability["year"].tolist() == [2020, 2021, 2022, 2023, 2024]
    assert every.target_probability["probability"].iloc[0] == 1.0
    none = sc.simulate(100.0, LEVEL, horizon=2024, draws=10, errors=0.01, rng=1)
    assert none.target_probability.empty
    assert none.unit_peaks.empty


def test_quantiles_are_those_of_numpy() -> None:
    values = np.random.default_rng(1).normal(size=(3, 101))
    asked = [0.0, 0.05, 0.333, 0.5, 1.0]
    np.testing.assert_allclose(
        row_quantiles(np.sort(values, axis=1), asked), np.quantile(values, asked, axis=1).T
    )


@pytest.mark.parametrize("tie", ["first", "last"])
def test_peaks_are_counted_as_one_series_is_judged(tie: Any) -> None:
    levels = np.random.default_rng(2).integers(1, 5, size=(6, 400)).astype(float)
    counts = peak_counts(levels, tol=1e-9, tie=tie)
    expected = np.zeros(7, dtype=int)
    for column in levels.T:
        found = sc.peak(pd.Series(column, index=range(2020, 2026)), tie=tie)
        open_ = found.status in ("not peaked in horizon", "flat")
        expected[6 if open_ else found.year - 2020] += 1
    assert counts.tolist() == expected.tolist()


def test_everything_to_repeat_is_kept() -> None:
    found = sc.simulate(CITIES, own_rates(), horizon=2024, draws=100, units="independent")
    again = sc.simulate(
        CITIES,
        own_rates(),
        horizon=2024,
        draws=100,
        units="independent",
        rng=found.settings["seed"],
    )
    same(found, again)
    assert "is a convention and no estimate" in " ".join(found.notes)
    assert "calm" in found.summary()
    assert list(found.to_frame().columns) == ["scenario", "year", "quantile", "value"]
    told = []
    sc.simulate(
        CITIES, own_rates(), horizon=2024, draws=10, rng=1, progress=lambda *x: told.append(x)
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"draws": 1}, sc.OptionError, "draws=1"),
        ({"per": "month"}, sc.OptionError, "per='month'"),
        ({"units": "share"}, sc.OptionError, "units='share'"),
        ({"units": 1.5}, sc.OptionError, "does not say how errors of units belong"),
        ({"units": None}, sc.OptionError, "does not say how errors of units belong"),
        ({"quantiles": []}, sc.OptionError, "not numbers from 0 to 1"),
        ({"quantiles": [2]}, sc.OptionError, "not numbers from 0 to 1"),
        ({"quantiles": ["a"]}, sc.OptionError, "not numbers from 0 to 1"),
        ({"target": {1990: 1.0}}, sc.OptionError, "years that are not projected: 1990"),
        ({"target": np.nan}, sc.MissingDataError, "is not a level"),
        ({"target": "low"}, sc.MissingDataError, "is not a level"),
        ({"peak_by": 2050}, sc.OptionError, "peak_by=2050 is not projected"),
        ({"tol": 2}, sc.OptionError, "tol=2"),
        ({"tie": "middle"}, sc.OptionError, "tie='middle'"),
        ({"threads": 0}, sc.OptionError, "threads=0"),
        ({"errors": "much"}, sc.OptionError, "is not an error distribution"),
        ({"rng": -1}, sc.OptionError, "rng=-1"),
        ({"horizon": 2030}, sc.SchemaError, "leave a gap"),
    ],
)
def test_wrong_use_says_what_is_wrong(wrong: dict[str, Any], error: Any, words: str) -> None:
    settings: dict[str, Any] = {"horizon": 2024, "draws": 5, "rng": 1, **wrong}
    with pytest.raises(error, match=words):
        sc.simulate(100.0, LEVEL, **settings)


def test_rates_by_unit_need_a_base_by_unit() -> None:
    with pytest.raises(sc.AlignmentError, match="the base is one number"):
        sc.simulate(100.0, own_rates(), horizon=2024, draws=5)


def test_inputs_are_left_alone() -> None:
    table, base = own_rates(), CITIES.copy()
    sc.simulate(base, table, horizon=2024, draws=5, rng=1)
    pd.testing.assert_frame_equal(table, own_rates())
    pd.testing.assert_series_equal(base, CITIES)
