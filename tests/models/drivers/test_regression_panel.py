"""Fixed effects, comparison of models, and the Kuznets curve."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import spreg
import statsmodels.api as sm

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
)
from spatialcarbon.models.drivers.kuznets_turn import fieller, shape_of, turning_points

N, T = 16, 6
KNOWN: Any = {"unit": "place", "year": "year", "outcome": "y", "covariates": ["x", "z"], "rng": 4}


@pytest.fixture(scope="module")
def weights() -> sc.Weights:
    """Return a ring of sixteen places, rows summing to one."""
    places = [f"p{i:02d}" for i in range(N - 1)] + ["岛"]
    edges = [(places[i], places[(i + step) % N]) for i in range(N) for step in (-1, 1)]
    return sc.Weights.from_edges(
        pd.DataFrame(edges, columns=["focal", "neighbor"]), units=places
    ).standardised("R")


@pytest.fixture(scope="module")
def panel(weights: sc.Weights) -> pd.DataFrame:
    generator = np.random.default_rng(5)
    rows = pd.MultiIndex.from_product([weights.units, range(2001, 2001 + T)])
    frame = pd.DataFrame(
        {"x": generator.normal(size=N * T), "z": generator.gamma(2.0, size=N * T)}, rows
    )
    own = np.repeat(generator.normal(size=N) * 3, T)
    year = np.tile(generator.normal(size=T) * 2, N)
    spill = np.linalg.inv(np.eye(N) - 0.4 * weights.sparse.toarray())
    inner = (1.5 * frame["x"] - 0.5 * frame["z"] + own + year).to_numpy()
    inner = inner + generator.normal(size=N * T) * 0.3
    frame["y"] = (spill @ inner.reshape(N, T)).ravel()
    frame = frame.rename_axis(["place", "year"]).reset_index()
    return frame.sample(frac=1, random_state=6).reset_index(drop=True)


@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_dummies_give_the_same(panel: pd.DataFrame, effects: Any) -> None:
    for rows in (panel, panel.iloc[5:]):  # the second with gaps
        result = sc.panel_regression(rows, effects=effects, **KNOWN)
        dummies = [pd.get_dummies(rows["place"], dtype=float)]
        if effects == "twoway":
            dummies.append(pd.get_dummies(rows["year"], drop_first=True, dtype=float))
        x = np.column_stack([rows[["x", "z"]], *dummies])
        plain = sm.OLS(rows["y"].to_numpy(), x).fit()
        assert result.coefficients["estimate"].tolist() == pytest.approx(plain.params[:2].tolist())
        order = pd.MultiIndex.from_frame(rows[["place", "year"]])
        assert result.residuals.loc[order].to_numpy() == pytest.approx(plain.resid, abs=1e-9)
        groups = pd.factorize(rows["place"])[0]
        clustered = sm.OLS(rows["y"].to_numpy(), x).fit(
            cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
        )
        n = len(rows)
        factor = np.sqrt(N / (N - 1) * (n - 1) / (n - 2))
        assert result.coefficients["standard_error"].tolist() == pytest.approx(
            (clustered.bse[:2] * factor).tolist()
        )
        assert result.diagnostic("n") == n


@pytest.mark.parametrize("model", ["lag", "error"])
def test_spatial_panels_of_spreg(panel: pd.DataFrame, weights: sc.Weights, model: Any) -> None:
    result = sc.panel_regression(panel, weights, model=model, effects="unit", **KNOWN)
    stacked = panel.set_index(["year", "place"]).sort_index()
    stacked = stacked.reindex(pd.MultiIndex.from_product([range(2001, 2001 + T), weights.units]))
    kind = spreg.Panel_FE_Lag if model == "lag" else spreg.Panel_FE_Error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = kind(
            stacked["y"].to_numpy()[:, None], stacked[["x", "z"]].to_numpy(), weights.to_w()
        )
    assert result.coefficients["estimate"].tolist() == pytest.approx(peer.betas.ravel().tolist())
    assert result.coefficients["standard_error"].tolist() == pytest.approx(
        np.sqrt(np.diag(peer.vm)).tolist()
    )
    # spreg leaves n ln(n)/2 out of its likelihood, so that no other model can be set beside it.
    n = N * T
    assert result.diagnostic("log_likelihood") == pytest.approx(
        float(np.asarray(peer.logll).ravel()[0]) + n / 2 * np.log(n)
    )
    plain = sc.panel_regression(panel, weights, effects="unit", **KNOWN)
    assert result.diagnostic("log_likelihood") > plain.diagnostic("log_likelihood")


def test_panel_recovers_what_was_put_in(panel: pd.DataFrame, weights: sc.Weights) -> None:
    result = sc.panel_regression(panel, weights, model="lag", **KNOWN)
    values = result.coefficients.set_index("term")
    for term, true in (("x", 1.5), ("z", -0.5), ("rho", 0.4)):
        assert values.loc[term, "estimate"] == pytest.approx(
            true, abs=4 * values.loc[term, "standard_error"]
        ), term
    plain = sc.panel_regression(panel, weights, **KNOWN)
    assert plain.diagnostic("residual_moran", "pvalue") < 0.05
    assert result.diagnostic("residual_moran", "pvalue") > 0.05
    total = result.effects.set_index(["term", "effect"])["estimate"]
    rho = values.loc["rho", "estimate"]
    assert total["x", "total"] == pytest.approx(values.loc["x", "estimate"] / (1 - rho))
    again = sc.panel_regression(panel.iloc[::-1], weights, model="lag", **KNOWN)
    pd.testing.assert_frame_equal(result.diagnostics, again.diagnostics, check_exact=True)
    pd.testing.assert_frame_equal(result.effects, again.effects, check_exact=True)


def test_what_a_panel_refuses(panel: pd.DataFrame, weights: sc.Weights) -> None:
    def refused(
        kind: type[Exception], words: str, frame: Any = panel, w: Any = weights, **more: Any
    ) -> None:
        with pytest.raises(kind, match=words):
            sc.panel_regression(frame, w, **{**KNOWN, **more})

    refused(SchemaError, "is a dict", {})
    refused(SchemaError, "lacks the column age", covariates=["age"])
    refused(AlignmentError, "a year twice", pd.concat([panel, panel.iloc[:1]]))
    refused(
        AlignmentError,
        "no unit or no year",
        panel.assign(year=panel["year"].where(panel.index > 0)),
    )
    refused(AlignmentError, "does not cover", panel[panel["place"] != "岛"])
    refused(MissingDataError, "1 rows are absent", panel.iloc[1:], model="lag")
    refused(
        MissingDataError,
        "the column x is missing",
        panel.assign(x=panel["x"].where(panel.index > 0)),
    )
    refused(DegenerateDataError, "no logarithm", log=["x"])
    fixed = panel.assign(area=panel["place"].map({u: i for i, u in enumerate(weights.units)}))
    refused(
        DegenerateDataError, "area does not change within units", fixed, covariates=["x", "area"]
    )
    trend = panel.assign(t=panel["year"] * 1.0)
    refused(DegenerateDataError, "t does not change within units", trend, covariates=["x", "t"])
    sc.panel_regression(trend, weights, effects="unit", **{**KNOWN, "covariates": ["x", "t"]})
    refused(OptionError, "needs weights", w=None, model="lag")
    refused(OptionError, "is not a choice", model="durbin")
    refused(OptionError, "is not a choice", effects="year")
    tiny = panel[panel["year"].isin([2001, 2002]) & panel["place"].isin(["p01", "p02"])]
    refused(DegenerateDataError, "too few", tiny, effects="unit", w=None, covariates=["x"])


# -- comparison ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def places(panel: pd.DataFrame) -> pd.DataFrame:
    return panel[panel["year"] == 2003].set_index("place").drop(columns="year")


def test_comparison(places: pd.DataFrame, weights: sc.Weights) -> None:
    known: Any = {"outcome": "y", "covariates": ["x"], "rng": 1}
    both = sc.compare_regressions(places, weights, models=["ols", "lag"], **known)
    one = sc.spatial_regression(places, weights, model="lag", **known)
    row = one.coefficients.set_index("term").loc["x"]
    assert both.table.loc["x", "lag"].startswith(f"{row['estimate']:.3f}")
    assert both.table.loc["rho", "ols"] == ""
    assert both.fit.loc["lag", "aic"] == one.diagnostic("aic")
    assert both.best == both.fit["aic"].idxmin()
    named = sc.compare_regressions({"A": one, "B": both.results["ols"]})
    assert list(named.table.columns) == ["A", "B"]
    twice = sc.compare_regressions([one, one])
    assert list(twice.results) == ["lag", "lag 2"]
    assert "not effects" in both.notes[0]
    other = sc.spatial_regression(places, None, outcome="z", covariates=["x"])
    for kind, words, data in (
        (SchemaError, "explains another outcome", [one, other]),
        (OptionError, "no regressions", []),
        (OptionError, "no regressions", [3]),
        (OptionError, "needs outcome", places),
    ):
        with pytest.raises(kind, match=words):
            sc.compare_regressions(data)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="list of models"):
        sc.compare_regressions(places, weights, models="ols", **known)  # type: ignore[arg-type]


# -- Kuznets ---------------------------------------------------------------------------


def curve_of(top: float, noise: float, n: int = 60, seed: int = 1) -> pd.DataFrame:
    """Return emissions that turn at a log income."""
    generator = np.random.default_rng(seed)
    logs = np.linspace(1.0, 9.0, n)
    y = -0.3 * (logs - top) ** 2 + noise * generator.normal(size=n)
    return pd.DataFrame({"g": np.exp(logs), "e": np.exp(y)}, [f"u{i}" for i in range(n)])


def test_turning_point_and_its_intervals() -> None:
    frame = curve_of(5.0, 0.3)
    result = sc.kuznets(frame, outcome="e", income="g")
    logs = np.log(frame["g"])
    found = sm.OLS(np.log(frame["e"]), sm.add_constant(np.column_stack([logs, logs**2]))).fit()
    _, b1, b2 = found.params
    point = result.turning_points.iloc[0]
    assert np.log(point["income"]) == pytest.approx(-b1 / (2 * b2))
    assert (result.shape, point["kind"], point["inside"]) == ("inverted U", "maximum", True)
    # The delta method by numerical differentiation, Fieller by a search over theta.
    v = np.asarray(found.cov_params())[1:, 1:]
    step = 1e-6
    gradient = np.array([
        (-(b1 + step) / (2 * b2) + b1 / (2 * b2)) / step,
        (-b1 / (2 * (b2 + step)) + b1 / (2 * b2)) / step,
    ])  # fmt: skip
    error = float(np.sqrt(gradient @ v @ gradient))
    from scipy import stats

    t = stats.t.ppf(0.975, len(frame) - 3)
    assert np.log(point["high"]) == pytest.approx(-b1 / (2 * b2) + t * error, rel=1e-4)
    theta = np.linspace(3, 7, 400_001)
    z = (b1 + 2 * theta * b2) ** 2 / (v[0, 0] + 4 * theta * v[0, 1] + 4 * theta**2 * v[1, 1])
    kept = theta[z <= t**2]
    assert np.log(point["fieller_low"]) == pytest.approx(kept[0], abs=1e-4)
    assert np.log(point["fieller_high"]) == pytest.approx(kept[-1], abs=1e-4)
    assert result.shape_pvalue is not None
    assert result.shape_pvalue < 0.001
    assert result.points["value"].mean() == pytest.approx(np.log(frame["e"]).mean())


def test_shapes_and_what_is_said() -> None:
    outside = sc.kuznets(curve_of(11.0, 0.1), outcome="e", income="g")
    assert outside.shape == "rising"
    assert outside.shape_pvalue is None
    assert any("extrapolation" in note for note in outside.notes)
    assert any("no inverted U" in note for note in outside.notes)
    upside = curve_of(5.0, 0.1)
    assert sc.kuznets(upside.assign(e=1 / upside["e"]), outcome="e", income="g").shape == "U"
    blurred = sc.kuznets(curve_of(5.0, 40.0).clip(upper=1e200), outcome="e", income="g")
    assert any("do not bound it" in note for note in blurred.notes)
    logs = np.log(upside["g"]).to_numpy()
    wave = upside.assign(e=np.exp((logs - 3) * (logs - 5) * (logs - 7)))
    cubic = sc.kuznets(wave, outcome="e", income="g", degree=3)
    assert cubic.shape == "N"
    expected = np.exp(5 + np.array([-2, 2]) / np.sqrt(3))
    assert cubic.turning_points["income"].to_numpy() == pytest.approx(expected)
    assert cubic.turning_points["kind"].tolist() == ["maximum", "minimum"]
    straight = upside.assign(e=np.exp(logs**3 / 9 + logs))
    assert sc.kuznets(straight, outcome="e", income="g", degree=3).turning_points.empty


def test_kuznets_over_years(panel: pd.DataFrame, weights: sc.Weights) -> None:
    generator = np.random.default_rng(0)
    own = dict(zip(weights.units, generator.normal(size=N) * 2, strict=True))
    frame = panel.assign(g=np.exp(panel["z"]))
    frame["e"] = frame["place"].map(own) + 4 * frame["z"] - frame["z"] ** 2 + 0.1 * frame["x"]
    known: Any = {"outcome": "e", "income": "g", "unit": "place", "year": "year", "log": False}
    plain = sc.kuznets(frame, weights, controls=["x"], **known)
    assert np.log(plain.turning_points["income"].iloc[0]) == pytest.approx(2.0)
    assert plain.regression.coefficients["term"].tolist() == ["ln(g)", "ln(g)^2", "x"]
    spatial = sc.kuznets(frame, weights, model="error", **known)
    assert spatial.regression.model == "error"
    assert spatial.points.index.names == ["unit", "year"]
    for words, options in (
        ("degree=4", {"degree": 4}),
        ("go together", {"year": None}),
        ("robust='white'", {"robust": "hac"}),
    ):
        with pytest.raises(OptionError, match=words):
            sc.kuznets(frame, weights, **{**known, **options})
    with pytest.raises(DegenerateDataError, match="g has no logarithm for 96"):
        sc.kuznets(frame.assign(g=-1.0), weights, **known)
    with pytest.raises(SchemaError, match="is a list"):
        sc.kuznets([], **known)  # type: ignore[arg-type]


def test_fieller_by_hand() -> None:
    b, v = np.array([4.0, -1.0]), np.diag([0.01, 0.01])
    low, high, kind = fieller(b, v, 1.96)
    for theta in (low, high):
        assert (b[0] + 2 * theta * b[1]) ** 2 == pytest.approx(1.96**2 * (0.01 + 0.04 * theta**2))
    assert kind == "bounded"
    assert fieller(b, v * 200, 1.96)[2] == "open"
    assert fieller(np.array([0.1, -0.01]), v * 200, 1.96)[2] == "whole line"
    none = turning_points(np.array([1.0, 0.0]), v, 1.96, (0.0, 1.0))
    assert none.empty
    assert shape_of(np.array([-1.0, 0.0]), v, (0.0, 1.0), none) == ("falling", None)
