"""Growth curves: the worked example, SciPy as judge, statuses, options, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import least_squares

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    SpatialCarbonError,
)
from spatialcarbon.models.drivers import growth_fit, growth_newton
from spatialcarbon.models.drivers.growth_curves import Series
from spatialcarbon.models.drivers.growth_starts import first_starts, seeds

YEARS = range(2005, 2017)


def logistic(k: float, a: float, r: float, years: range = YEARS) -> list[float]:
    return [k / (1 + a * np.exp(-r * (year - years[0]))) for year in years]


def noisy(n: int, seed: int = 1, years: range = YEARS) -> pd.DataFrame:
    """Return rising series with scatter, of sizes that differ by orders of magnitude."""
    rng = np.random.default_rng(seed)
    t = np.arange(len(years))
    k, a, r = rng.uniform(1, 4, n), rng.uniform(0.5, 9, n), rng.uniform(0.05, 0.4, n)
    clean = k[:, None] / (1 + a[:, None] * np.exp(-r[:, None] * t))
    size = 10.0 ** rng.integers(-3, 6, n)
    scatter = 1 + 0.03 * rng.standard_normal(clean.shape)
    return pd.DataFrame(clean * scatter * size[:, None], [f"市{i}" for i in range(n)], list(years))


@pytest.fixture(scope="module")
def provinces() -> pd.DataFrame:
    """Return Table 2 of study 004 by its true years, Mt."""
    table = sc.load_table("study004_co2").assign(year=lambda f: f["label_year"] - 1)
    return table.pivot(index="adcode", columns="year", values="co2_10kt") / 100


def test_worked_example() -> None:
    known = pd.DataFrame({"k": [200.0], "first": [40.0], "r": [0.15]}, index=["A"])
    path = sc.growth_curve(known, [2005, 2010, 2015, 2030], base=2005)
    expected = [40, 69.216937, 105.679164, 182.803495]
    assert path.loc["A"].tolist() == pytest.approx(expected, abs=1e-6)
    found = sc.fit_growth(pd.DataFrame([logistic(200, 4, 0.15)], ["A"], list(YEARS)))
    row = found.parameters.loc["A"]
    assert [row["k"], row["a"], row["r"]] == pytest.approx([200, 4, 0.15], rel=1e-6)
    assert row["inflection"] == pytest.approx(2005 + 9.241962, abs=1e-5)
    assert (row["status"], row["starts"], row["reached"]) == ("ok", 21, 21)
    assert found.forecast(2030)["value"].iloc[-1] == pytest.approx(182.803495, abs=1e-5)


def test_exact_increments_return_their_parameters() -> None:
    given = pd.DataFrame({"k": [50.0], "a": [4.0], "r": [0.3], "first": [100.0]}, index=["A"])
    exact = sc.growth_curve(given, YEARS, base=2005, kind="increment")
    found = sc.fit_growth(exact, kind="increment")
    row = found.parameters.loc["A"]
    assert [row["k"], row["a"], row["r"]] == pytest.approx([50, 4, 0.3], rel=1e-6)
    later = sc.growth_curve(given, [2020, 2030], base=2005, kind="increment").loc["A"]
    ours = found.forecast(2030).set_index("year")["value"]
    assert ours[[2020, 2030]].tolist() == pytest.approx(later.tolist(), rel=1e-8)


def scipy_cost(series: Series, low: np.ndarray, high: np.ndarray, row: int) -> float:
    """Return the least cost that SciPy's trust region finds from the same starts."""
    one = series.take(np.array([row]))
    free = np.flatnonzero((low[row] < high[row]) & np.isfinite(low[row]))
    starts = np.concatenate([first_starts(series, low, high)[row], seeds(series, low, high)[row]])
    best = np.inf
    for start in starts:
        theta = start.copy()

        def gap(x: np.ndarray, theta: np.ndarray = theta) -> np.ndarray:
            theta[free] = x
            return ((one.curve(theta[None])[0] - one.y) * one.weight)[0]

        def slope(x: np.ndarray, theta: np.ndarray = theta) -> np.ndarray:
            theta[free] = x
            return (one.curve(theta[None])[1][0][free] * one.weight[0]).T

        inside = np.clip(start[free], low[row, free] + 1e-9, high[row, free] - 1e-9)
        answer = least_squares(
            gap, inside, slope, bounds=(low[row, free], high[row, free]),
            xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=1000,
        )  # fmt: skip
        best = min(best, answer.cost)
    return best


@pytest.mark.parametrize("kind", ["level", "increment"])
@pytest.mark.parametrize("form", ["free", "anchored", "relative"])
def test_scipy_finds_nothing_better(kind: str, form: str) -> None:
    if kind == "increment" and form == "anchored":
        pytest.skip("increments are anchored anyway")
    data = noisy(3).to_numpy()
    y = data / data.max(axis=1, keepdims=True)
    weight = 1 / y if form == "relative" else np.ones_like(y)
    series = Series(
        np.arange(12.0), y, weight, y[:, 0].copy(), kind, "logistic", form == "anchored"
    )
    low, high = growth_fit.bounds(series, capacity=None, kappa=5.0, decline=False)
    found = growth_fit.fit(series, low, high)
    assert found.certified.all()
    assert not found.helped.any()
    for row in range(len(y)):
        assert found.cost[row] <= scipy_cost(series, low, high, row) * (1 + 1e-6)


@pytest.mark.parametrize("kind", ["level", "increment"])
@pytest.mark.parametrize("anchored", [False, True])
def test_derivatives(kind: str, anchored: bool) -> None:
    """Gradient, Hessian and the curve's slopes against differences."""
    data = noisy(3).to_numpy()
    y = data / data.max(axis=1, keepdims=True)
    series = Series(
        np.arange(12.0), y, np.ones_like(y), y[:, 0].copy(), kind, "logistic",
        anchored and kind == "level",
    )  # fmt: skip
    theta = np.array([[0.3, 1.0, 0.2], [0.5, 0.5, 0.1], [1.0, 2.0, 0.3]])
    now, h = series.evaluate(theta), 1e-5
    free = [0, 2] if series.anchored else [0, 1, 2]
    for place in free:
        step = np.zeros(3)
        step[place] = h
        up, down = series.evaluate(theta + step), series.evaluate(theta - step)
        np.testing.assert_allclose(
            now.gradient[:, place], (up.cost - down.cost) / (2 * h), rtol=1e-6, atol=1e-8
        )
        for other in free:
            slope = (up.gradient - down.gradient)[:, other] / (2 * h)
            np.testing.assert_allclose(now.hessian[:, place, other], slope, rtol=1e-5, atol=1e-7)
        moved = (series.curve(theta + step)[0] - series.curve(theta - step)[0]) / (2 * h)
        np.testing.assert_allclose(series.curve(theta)[1][:, place], moved, rtol=1e-5, atol=1e-8)


def test_intervals_are_those_of_a_linearised_fit() -> None:
    scatter = 1 + 0.02 * np.random.default_rng(3).standard_normal(12)
    data = pd.DataFrame([np.array(logistic(200, 9, 0.5)) * scatter], ["A"], list(YEARS))
    found = sc.fit_growth(data, confidence=0.9)
    assert found.status["A"] == "ok"
    row = found.parameters.iloc[0]
    y, t = data.to_numpy()[0], np.arange(12.0)

    def curve(x: np.ndarray) -> np.ndarray:
        return np.exp(x[0]) / (1 + np.exp(x[1] - x[2] * t))

    start = [np.log(row["k"]), np.log(row["a"]), row["r"]]
    answer = least_squares(lambda x: (curve(x) - y) / y.max(), start, xtol=1e-15)
    variance = 2 * answer.cost / 9
    spread = np.sqrt(np.diag(np.linalg.inv(answer.jac.T @ answer.jac) * variance))
    reach = 1.8331129 * spread  # Student's t, 9 degrees of freedom, 95 %
    assert row["r_high"] == pytest.approx(row["r"] + reach[2], rel=1e-4)
    assert row["k_low"] == pytest.approx(np.exp(np.log(row["k"]) - reach[0]), rel=1e-4)
    assert row["a_high"] == pytest.approx(np.exp(np.log(row["a"]) + reach[1]), rel=1e-4)
    forecast = found.forecast(2020).set_index("year").loc[2020]
    assert forecast["low_observed"] < forecast["low"] < forecast["value"] < forecast["high"]
    inside = forecast["high"] - forecast["value"]
    scatter = np.sqrt(2 * answer.cost / 9) * y.max() * 1.8331129
    assert forecast["high_observed"] - forecast["value"] == pytest.approx(
        np.hypot(inside, scatter), rel=1e-4
    )


def test_statuses() -> None:
    t = np.arange(12)
    data = pd.DataFrame(
        {"bent": logistic(200, 4, 0.3), "doubling": 5.0 * 1.1**t, "flat": [7.0] * 12,
         "over": [50, 80, 92, 97, 99, 99.6, 100, 100.4, 99.7, 100.2, 99.9, 100]},
        index=YEARS,
    ).T  # fmt: skip
    found = sc.fit_growth(data)
    assert found.status.to_dict() == {
        "bent": "ok", "doubling": "at bound", "flat": "constant", "over": "at bound",
    }  # fmt: skip
    bound = found.parameters["bound"].to_dict()
    assert bound == {"bent": "", "doubling": "k highest", "flat": "", "over": "k lowest"}
    assert found.parameters.loc["doubling", "k"] == pytest.approx(5 * data.loc["doubling"].max())
    assert found.parameters.loc["flat", ["k", "r"]].tolist() == [7, 0]
    assert (
        found.forecast(2020).query("unit == 'flat'")[["value", "low", "high"]].eq(7).all(axis=None)
    )
    told = " ".join(found.notes)
    for words in ("the data show no saturation", "growth is over", "no curve is needed: flat"):
        assert words in told
    best = found.compare[found.compare["preferred"]].set_index("unit")["model"].to_dict()
    assert best["bent"] == "logistic"
    assert best["doubling"] == "exponential"
    assert "flat" not in best


def test_capacity_given_or_chosen() -> None:
    data = pd.DataFrame([logistic(200, 4, 0.3), logistic(50, 3, 0.2)], ["A", "B"], list(YEARS))
    fixed = sc.fit_growth(data, capacity="fixed", k=pd.Series({"B": 60.0, "A": 210.0}))
    assert fixed.parameters["k"].to_dict() == {"A": pytest.approx(210), "B": pytest.approx(60)}
    assert fixed.parameters["k_low"].tolist() == pytest.approx(fixed.parameters["k"].tolist())
    chosen = sc.fit_growth(data, capacity="grid", grid=[300, 45, 50, 200, 400])
    assert chosen.parameters["k"].tolist() == pytest.approx([200, 50])
    assert chosen.errors["rmse"].max() < 1e-9
    assert fixed.compare.query("model == 'logistic'")["parameters"].tolist() == [2, 2]


def test_anchor_base_and_rebase() -> None:
    data = noisy(4)
    anchored = sc.fit_growth(data, anchor=True)
    np.testing.assert_allclose(anchored.fitted[2005], data[2005], rtol=1e-9)
    assert anchored.errors["n"].tolist() == [11] * 4
    later = sc.fit_growth(data, base=2010)
    plain = sc.fit_growth(data)
    np.testing.assert_allclose(later.fitted, plain.fitted, rtol=1e-7)
    np.testing.assert_allclose(later.parameters["inflection"], plain.parameters["inflection"])
    based = sc.fit_growth(data, rebase=True)
    gap = data[2016] - plain.fitted[2016]
    first = plain.forecast(2017).set_index("unit")["value"]
    np.testing.assert_allclose(
        based.forecast(2017).set_index("unit")["value"], first + gap, rtol=1e-12
    )


def test_hold_out_is_a_forecast_of_what_was_left_out() -> None:
    data = noisy(3)
    found = sc.fit_growth(data, holdout=3)
    shorter = sc.fit_growth(data.loc[:, :2013])
    for model in ("logistic", "exponential", "linear"):
        path = shorter.forecast(2016, model=model).pivot(
            index="unit", columns="year", values="value"
        )
        off = (100 * (path.loc[data.index] / data.loc[:, 2014:] - 1).abs()).mean(axis=1)
        ours = found.compare.query("model == @model").set_index("unit")["holdout_mape"]
        np.testing.assert_allclose(ours, off, rtol=1e-6)
    assert found.errors["holdout_mape"].gt(0).all()


def test_trends_are_least_squares() -> None:
    data = noisy(2)
    t = np.arange(12.0)
    paths = sc.fit_growth(data).trends(2017).query("year < 2017")
    for place, row in enumerate(data.to_numpy()):
        unit = data.index[place]
        line = np.polyval(np.polyfit(t, row, 1), t)
        mine = paths[paths["unit"] == unit].set_index("model")["value"]
        ours = mine["linear"]
        np.testing.assert_allclose(ours, line, rtol=1e-9)
        scale = row.max()
        answer = least_squares(
            lambda x, row=row, scale=scale: x[0] * np.exp(x[1] * t) - row / scale, [0.5, 0.05],
            xtol=1e-15, ftol=1e-15, gtol=1e-15,
        )  # fmt: skip
        ours = mine["exponential"]
        np.testing.assert_allclose(ours, scale * answer.x[0] * np.exp(answer.x[1] * t), rtol=1e-6)


def test_information_criteria_by_hand() -> None:
    data = noisy(1)
    found = sc.fit_growth(data)
    row = found.compare.query("model == 'logistic'").iloc[0]
    sse = found.errors["sse"].iloc[0]
    aic = 12 * np.log(sse / 12) + 2 * 4
    assert row["aicc"] == pytest.approx(aic + 2 * 4 * 5 / (12 - 5))
    assert row["bic"] == pytest.approx(12 * np.log(sse / 12) + 4 * np.log(12))
    five = sc.fit_growth(data.iloc[:, :5])
    assert np.isnan(five.compare.query("model == 'logistic'")["aicc"].iloc[0])


def test_panels_of_every_form_agree(provinces: pd.DataFrame) -> None:
    wide = sc.fit_growth(provinces)
    tidy = provinces.reset_index().melt("adcode", var_name="year", value_name="co2")
    mixed = tidy.sample(frac=1, random_state=1)
    again = sc.fit_growth(mixed)
    pd.testing.assert_frame_equal(
        again.parameters.loc[provinces.index].drop(columns=["reached"]),
        wide.parameters.drop(columns=["reached"]),
        check_index_type=False, check_names=False, rtol=1e-8,
    )  # fmt: skip
    panel = sc.Panel.from_frame(tidy, unit="adcode", year="year", units={"co2": "Mt CO2"})
    pd.testing.assert_frame_equal(sc.fit_growth(panel).parameters, wide.parameters, rtol=1e-8)
    text = provinces.rename(columns=str)
    assert sc.fit_growth(text).settings["data"] == wide.settings["data"]


def test_the_input_is_not_changed(provinces: pd.DataFrame) -> None:
    before = provinces.copy()
    sc.fit_growth(provinces, kind="increment", holdout=2)
    pd.testing.assert_frame_equal(provinces, before)


def test_a_falling_series_may_fall_when_asked() -> None:
    fall = pd.DataFrame([logistic(200, 0.2, -0.3)], ["A"], list(YEARS))
    found = sc.fit_growth(fall, allow_decline=True)
    assert found.parameters.loc["A", "r"] == pytest.approx(-0.3, rel=1e-6)


def test_scipy_is_asked_when_a_search_is_not_certified(monkeypatch: pytest.MonkeyPatch) -> None:
    data = noisy(2)
    usual = sc.fit_growth(data)
    monkeypatch.setattr(growth_newton, "CERTIFIED", -1.0)
    asked = sc.fit_growth(data)
    assert asked.settings["asked_scipy"] == 2
    assert asked.status.tolist() == ["not converged"] * 2
    assert "2 units were handed on to SciPy" in " ".join(asked.notes)
    np.testing.assert_allclose(asked.errors["sse"], usual.errors["sse"], rtol=1e-9)


GOOD = pd.DataFrame([logistic(200, 4, 0.15), logistic(90, 2, 0.1)], ["甲", "乙"], list(YEARS))


def with_value(year: int, value: float) -> pd.DataFrame:
    data = GOOD.copy()
    data.loc["乙", year] = value
    return data


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (GOOD.iloc[:, :4], {}, SchemaError, "at least 5 years"),
        (GOOD.drop(columns=2010), {}, SchemaError, "2010 missing"),
        (GOOD.drop(columns=[2010, 2014]), {}, SchemaError, "2010, 2014 missing"),
        (pd.concat([GOOD, GOOD[[2010]]], axis=1), {}, SchemaError, "the year 2010 stands twice"),
        (with_value(2009, 0.0), {}, SchemaError, "乙 2009: 0"),
        (with_value(2009, -3.0), {}, SchemaError, "乙 2009: -3"),
        (with_value(2009, np.nan), {}, MissingDataError, "乙 2009"),
        (with_value(2009, np.inf), {}, MissingDataError, "乙"),
        (pd.concat([GOOD, GOOD]), {}, AlignmentError, "repeated labels"),
        (GOOD.iloc[:, ::-1].set_axis(GOOD.columns, axis=1), {}, SchemaError, "甲, 乙"),
        (GOOD.iloc[:, ::-1].set_axis(GOOD.columns, axis=1),
         {"kind": "increment", "allow_decline": True}, SchemaError, "cannot"),
        (GOOD.rename(columns={2005: "base"}), {}, SchemaError, "'base'"),
        (GOOD.assign(year=1), {}, SchemaError, "several variables"),
        (GOOD, {"kind": "levels"}, OptionError, "kind='level'"),
        (GOOD, {"capacity": "fixed"}, OptionError, "neither k nor grid"),
        (GOOD, {"k": 300}, OptionError, "does not go with k"),
        (GOOD, {"capacity": "fixed", "k": 100}, SchemaError, "甲"),
        (GOOD, {"capacity": "fixed", "k": -1}, OptionError, "not above zero"),
        (GOOD, {"capacity": "fixed", "k": pd.Series({"甲": 300.0})}, AlignmentError, "乙"),
        (GOOD, {"capacity": "grid", "grid": []}, OptionError, "not a list of capacities"),
        (GOOD, {"capacity": "grid", "grid": [50, 100]}, SchemaError, "甲"),
        (GOOD, {"kappa": 1}, OptionError, "above 1"),
        (GOOD, {"kind": "increment", "base": 2006}, OptionError, "from which increases"),
        (GOOD, {"anchor": True, "base": 2000}, OptionError, "could pass"),
        (GOOD, {"base": 1}, OptionError, "far from the years"),
        (GOOD, {"holdout": 8}, OptionError, "leaves 4 of 12 years"),
        (GOOD, {"anchor": True, "base": 2015, "holdout": 2}, OptionError, "base year 2015 out"),
        (GOOD, {"confidence": 95}, OptionError, "between 0 and 1"),
        ([1, 2, 3], {}, AlignmentError, "without data"),
    ],
)  # fmt: skip
def test_what_is_refused(data, options, error, message: str) -> None:
    with pytest.raises(error, match=message):
        sc.fit_growth(data, **options)


def test_horizon_and_given_parameters_are_checked() -> None:
    found = sc.fit_growth(GOOD)
    with pytest.raises(OptionError, match="not after the last year 2016"):
        found.forecast(2016)
    with pytest.raises(OptionError, match="model="):
        found.forecast(2020, model="cubic")
    known = pd.DataFrame({"k": [200.0], "first": [40.0], "r": [0.15]}, index=["A"])
    with pytest.raises(SpatialCarbonError, match="lacks the column a"):
        sc.growth_curve(known, [2010], base=2005, kind="increment")
    with pytest.raises(OptionError, match="2004 lies before"):
        sc.growth_curve(known.assign(a=1.0), [2004], base=2005, kind="increment")
    with pytest.raises(SchemaError, match="a must be above zero"):
        sc.growth_curve(known.assign(first=250.0), [2010], base=2005)


def test_thirty_provinces_in_no_time(provinces: pd.DataFrame) -> None:
    import time

    begun = time.perf_counter()
    sc.fit_growth(provinces)
    assert time.perf_counter() - begun < 3  # 0.1 s on an idle machine


def test_the_interval_at_a_bound_is_not_narrower() -> None:
    """A bound is no knowledge: with k at its highest the interval must show what is not known."""
    t = np.arange(12)
    scatter = 1 + 0.02 * np.random.default_rng(2).standard_normal(12)
    data = pd.DataFrame([5.0 * 1.1**t * scatter], ["A"], list(YEARS))
    free = sc.fit_growth(data)
    assert free.parameters.loc["A", "bound"] == "k highest"
    k = float(free.parameters.loc["A", "k"])
    known = sc.fit_growth(data, capacity="fixed", k=k)
    width = [
        one.forecast(2030).iloc[-1]["high"] - one.forecast(2030).iloc[-1]["low"]
        for one in (free, known)
    ]
    assert width[0] > 1.5 * width[1]
    assert free.parameters.loc["A", "k_high"] > 2 * k
    assert known.parameters.loc["A", "k_high"] == k


def test_intervals_of_an_anchored_curve() -> None:
    """ln a moves with ln k: d ln a / d ln k = 1 + 1/a, and the first year is certain."""
    scatter = 1 + 0.01 * np.random.default_rng(3).standard_normal(12)
    data = pd.DataFrame([np.array(logistic(200, 9, 0.5)) * scatter], ["A"], list(YEARS))
    found = sc.fit_growth(data, anchor=True)
    row = found.parameters.loc["A"]
    ratio = np.log(row["a_high"] / row["a"]) / np.log(row["k_high"] / row["k"])
    assert ratio == pytest.approx(1 + 1 / row["a"])
    _, error = found._curves.paths(np.array([2005, 2016]))
    assert error[0, 0] == pytest.approx(0, abs=1e-9)
    assert error[0, 1] > 0


def test_relative_residuals_weigh_every_model() -> None:
    data = noisy(2)
    t = np.arange(12.0)
    found = sc.fit_growth(data, residuals="relative")
    line = found.trends(2017).query("model == 'linear' and year < 2017")
    for unit, row in data.iterrows():
        expected = np.polyval(np.polyfit(t, row, 1, w=1 / row), t)
        np.testing.assert_allclose(line[line["unit"] == unit]["value"], expected, rtol=1e-9)
    other = sc.fit_growth(data)
    assert (found.errors["mape"] != other.errors["mape"]).all()


def test_a_search_leaves_a_bound_on_which_it_begins() -> None:
    y = np.array([logistic(1.5, 4, 0.3)])
    y = y / y.max()
    series = Series(np.arange(12.0), y, np.ones_like(y), y[:, 0], "level")
    low, high = growth_fit.bounds(series, capacity=None, kappa=5.0, decline=False)
    for begin in (low.copy(), high.copy()):
        begin[:, 1:] = [[1.0, 0.2]]
        found = growth_newton.minimise(series, begin, low, high, steps=200)
        assert found.cost[0] < 1e-20
