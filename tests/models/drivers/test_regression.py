"""Regression over places: against spreg, statsmodels and dense matrices, and what is refused."""

from __future__ import annotations

import warnings
from typing import Any

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
import spreg
import statsmodels.api as sm
from scipy import optimize

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    ConvergenceError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    SpatialCarbonWarning,
)

CRIME: Any = {"outcome": "CRIME", "covariates": ["INC", "HOVAL"], "rng": 1}


@pytest.fixture(scope="module")
def columbus() -> gpd.GeoDataFrame:
    """Return the 49 neighbourhoods of Columbus that libpysal carries (Anselin 1988)."""
    frame = gpd.read_file(libpysal.examples.get_path("columbus.shp"))
    return frame.set_index(frame["POLYID"].astype(int)).set_crs("EPSG:3857", allow_override=True)


@pytest.fixture(scope="module")
def table(columbus: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(columbus[["CRIME", "INC", "HOVAL"]])


@pytest.fixture(scope="module")
def queen() -> sc.Weights:
    gal = libpysal.examples.get_path("columbus.gal")
    return sc.Weights.from_gal(gal).standardised("R")


@pytest.fixture(scope="module")
def rook(columbus: gpd.GeoDataFrame) -> sc.Weights:
    return sc.Backbone(columbus).contiguity(criterion="rook").standardised("R")


def estimates(result: Any) -> dict[str, float]:
    return dict(zip(result.coefficients["term"], result.coefficients["estimate"], strict=True))


def effect(result: Any, term: str, kind: str, column: str = "estimate") -> float:
    rows = result.effects.set_index(["term", "effect"])[column]
    return float(rows[(term, kind)])


# -- spreg's own published examples ------------------------------------------


def test_moran_and_multipliers_of_spreg(table: pd.DataFrame, queen: sc.Weights) -> None:
    """Docstrings of spreg.LMtests and spreg.MoranRes: HOVAL on INC and CRIME."""
    result = sc.spatial_regression(table, queen, outcome="HOVAL", covariates=["INC", "CRIME"])
    found = result.diagnostics.round(4)
    printed = {
        "lm_error": (3.0971, 0.0784),
        "lm_lag": (0.9816, 0.3218),
        "robust_lm_error": (3.2092, 0.0732),
        "robust_lm_lag": (1.0936, 0.2957),
        "sarma": (4.1907, 0.123),
    }
    for name, (statistic, pvalue) in printed.items():
        assert found.loc[name, ["statistic", "pvalue"]].tolist() == [statistic, pvalue], name
    assert found.loc["residual_moran", ["statistic", "z", "pvalue"]].tolist() == [
        0.1713, 2.2827, 0.0224,
    ]  # fmt: skip


def test_moments_of_spreg(table: pd.DataFrame, rook: sc.Weights) -> None:
    """Docstrings of spreg.BaseGM_Lag (plain and White) and BaseGM_Error_Hom."""
    known: Any = {"outcome": "HOVAL", "covariates": ["INC", "CRIME"], "estimator": "gmm"}
    lag = sc.spatial_regression(table, rook, model="lag", **known)
    white = sc.spatial_regression(table, rook, model="lag", robust="white", **known)
    error = sc.spatial_regression(table, rook, model="error", **known)
    printed = [45.30170561, 0.62088862, -0.48072345, 0.02836221]
    assert lag.coefficients["estimate"].tolist() == pytest.approx(printed, abs=1e-8)
    for result, errors in (
        (lag, [17.91278862, 0.52486082, 0.1822815, 0.31740089]),
        (white, [20.47077481, 0.50613931, 0.20138425, 0.38028295]),
    ):
        assert result.coefficients["standard_error"].tolist() == pytest.approx(errors, abs=1e-7)
    assert error.coefficients["estimate"].round(4).tolist() == [47.9479, 0.7063, -0.556, 0.4129]
    assert error.coefficients["standard_error"].round(4).tolist() == [
        12.3021, 0.4967, 0.179, 0.1835,
    ]  # fmt: skip


# -- independent oracles -------------------------------------------------------


def test_least_squares_is_that_of_statsmodels(table: pd.DataFrame, queen: sc.Weights) -> None:
    x = sm.add_constant(table[["INC", "HOVAL"]].to_numpy())
    for robust, found in (
        (None, sm.OLS(table["CRIME"].to_numpy(), x).fit()),
        ("white", sm.OLS(table["CRIME"].to_numpy(), x).fit(cov_type="HC3", use_t=True)),
    ):
        ours = sc.spatial_regression(table, queen, robust=robust, **CRIME)
        got = ours.coefficients
        assert got["estimate"].tolist() == pytest.approx(found.params.tolist())
        assert got["standard_error"].tolist() == pytest.approx(found.bse.tolist())
        assert got["pvalue"].tolist() == pytest.approx(found.pvalues.tolist())
        assert got[["low", "high"]].to_numpy() == pytest.approx(found.conf_int())
    assert ours.diagnostic("r2") == pytest.approx(found.rsquared)
    assert ours.diagnostic("aic") == pytest.approx(found.aic)
    assert ours.diagnostic("bic") == pytest.approx(found.bic)


def negative_likelihood(
    rho: float, y: np.ndarray, x: np.ndarray, w: np.ndarray, model: str
) -> float:
    """Write the concentrated likelihood of a spatial lag or error model down from the book."""
    a = np.eye(len(y)) - rho * w
    target, terms = (a @ y, x) if model == "lag" else (a @ y, a @ x)
    left = target - terms @ np.linalg.lstsq(terms, target, rcond=None)[0]
    n = len(y)
    return n / 2 * np.log(2 * np.pi * (left @ left) / n) + n / 2 - np.linalg.slogdet(a)[1]


@pytest.mark.parametrize("model", ["lag", "error", "durbin", "durbin_error"])
def test_maximum_of_the_likelihood(table: pd.DataFrame, queen: sc.Weights, model: str) -> None:
    result = sc.spatial_regression(table, queen, model=model, **CRIME)
    w, y = queen.sparse.toarray(), table["CRIME"].loc[queen.units].to_numpy()
    plain = table[["INC", "HOVAL"]].loc[queen.units].to_numpy()
    x = np.column_stack([np.ones(49), plain, *([w @ plain] if "durbin" in model else [])])
    kind = "error" if "error" in model else "lag"
    best = optimize.minimize_scalar(
        negative_likelihood, bounds=(-0.99, 0.99), args=(y, x, w, kind), method="bounded",
        options={"xatol": 1e-9},
    )  # fmt: skip
    assert result.coefficients["estimate"].iloc[-1] == pytest.approx(best.x, abs=1e-5)
    assert result.diagnostic("log_likelihood") == pytest.approx(-best.fun, abs=1e-8)
    assert result.coefficients["term"].iloc[-1] == ("lambda" if kind == "error" else "rho")
    total = result.residuals + result.fitted
    assert total.loc[queen.units].to_numpy() == pytest.approx(y)


@pytest.mark.parametrize("model", ["lag", "durbin"])
def test_effects_of_dense_matrices(table: pd.DataFrame, queen: sc.Weights, model: str) -> None:
    # Rows that do not sum to one need the whole matrix.
    for weights in (queen, queen.standardised("D")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SpatialCarbonWarning)
            result = sc.spatial_regression(table, weights, model=model, **CRIME)
        b, w = estimates(result), weights.sparse.toarray()
        inverse = np.linalg.inv(np.eye(49) - b["rho"] * w)
        for term in ("INC", "HOVAL"):
            s = inverse @ (b[term] * np.eye(49) + b.get(f"W {term}", 0.0) * w)
            direct, total = np.trace(s) / 49, s.sum() / 49
            assert effect(result, term, "direct") == pytest.approx(direct)
            assert effect(result, term, "total") == pytest.approx(total)
            assert effect(result, term, "indirect") == pytest.approx(total - direct)
            assert (
                effect(result, term, "total", "low") < total < effect(result, term, "total", "high")
            )


def test_simulated_intervals_are_near_the_delta_method(
    table: pd.DataFrame, queen: sc.Weights
) -> None:
    result = sc.spatial_regression(table, queen, model="lag", draws=20_000, **CRIME)
    b = estimates(result)
    v = result.covariance.loc[["INC", "rho"], ["INC", "rho"]].to_numpy()
    shrink = 1 - b["rho"]
    gradient = np.array([1 / shrink, b["INC"] / shrink**2])
    delta = float(np.sqrt(gradient @ v @ gradient))
    direct_sd = effect(result, "INC", "direct", "standard_error")
    assert effect(result, "INC", "total", "standard_error") == pytest.approx(delta, rel=0.15)
    assert direct_sd == pytest.approx(np.sqrt(v[0, 0]), rel=0.1)


def test_multiplier_tests_by_hand(table: pd.DataFrame, queen: sc.Weights) -> None:
    """Anselin, Bera, Florax and Yoon (1996), formulas 9 to 18."""
    result = sc.spatial_regression(table, queen, **CRIME)
    y = table["CRIME"].loc[queen.units].to_numpy()
    x = sm.add_constant(table[["INC", "HOVAL"]].loc[queen.units].to_numpy())
    w, n = queen.sparse.toarray(), 49
    beta = np.linalg.solve(x.T @ x, x.T @ y)
    e = y - x @ beta
    s2 = e @ e / n
    t = np.trace((w.T + w) @ w)
    wxb = w @ x @ beta
    m = np.eye(n) - x @ np.linalg.solve(x.T @ x, x.T)
    j = (wxb @ m @ wxb + t * s2) / s2
    lag, error = e @ w @ y / s2, e @ w @ e / s2
    by_hand = {
        "lm_lag": lag**2 / j,
        "lm_error": error**2 / t,
        "robust_lm_lag": (lag - error) ** 2 / (j - t),
        "robust_lm_error": (error - t / j * lag) ** 2 / (t * (1 - t / j)),
    }
    by_hand["sarma"] = by_hand["lm_lag"] + by_hand["robust_lm_error"]
    for name, value in by_hand.items():
        assert result.diagnostic(name) == pytest.approx(value), name


def test_hac_by_hand(columbus: gpd.GeoDataFrame, table: pd.DataFrame, queen: sc.Weights) -> None:
    kernel = sc.Backbone(columbus).kernel(k=6)
    result = sc.spatial_regression(table, queen, robust="hac", kernel=kernel, **CRIME)
    units = queen.units
    x = sm.add_constant(table[["INC", "HOVAL"]].loc[units].to_numpy())
    scores = x * result.residuals.loc[units].to_numpy()[:, None]
    k = kernel.subset(units).sparse.toarray() + np.eye(49)
    inverse = np.linalg.inv(x.T @ x)
    covariance = inverse @ scores.T @ k @ scores @ inverse
    assert result.coefficients["standard_error"].to_numpy() ** 2 == pytest.approx(
        np.diag(covariance)
    )
    gmm = sc.spatial_regression(
        table, queen, robust="hac", kernel=kernel, model="lag", estimator="gmm", **CRIME
    )
    w = queen.to_w()
    gwk = libpysal.weights.util.full2W(k)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = spreg.BaseGM_Lag(
            table["CRIME"].loc[units].to_numpy()[:, None], x, w=w, w_lags=2, robust="hac", gwk=gwk
        )
    assert gmm.coefficients["standard_error"].to_numpy() ** 2 == pytest.approx(np.diag(peer.vm))


@pytest.mark.parametrize("model", ["ols", "lag"])
def test_regimes_of_spreg(
    columbus: Any, table: pd.DataFrame, queen: sc.Weights, model: str
) -> None:
    halves = columbus["NSA"].map({0.0: "南", 1.0: "北"})
    result = sc.spatial_regression(table, queen, model=model, groups=halves, **CRIME)
    units = queen.units
    kinds = {
        "ols": (spreg.OLS_Regimes, {"regime_err_sep": False}),
        "lag": (spreg.ML_Lag_Regimes, {"regime_lag_sep": False}),
    }
    kind, options = kinds[model]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = kind(
            table["CRIME"].loc[units].to_numpy()[:, None],
            table[["INC", "HOVAL"]].loc[units].to_numpy(),
            halves.loc[units].tolist(),
            w=queen.to_w(), name_x=["INC", "HOVAL"], **options,
        )  # fmt: skip
    b = estimates(result)
    ours = [b[f"{t} [{g}]"] for g in ("北", "南") for t in ("constant", "INC", "HOVAL")]
    assert ours == pytest.approx(peer.betas.ravel()[:6].tolist(), rel=1e-4)
    chow = result.chow.set_index("term")
    joint = float(peer.chow.joint[0])
    assert chow.loc["all", "statistic"] == pytest.approx(joint, rel=1e-3)
    assert chow.loc["all", "degrees"] == 3
    assert len(result.effects) == (0 if model == "lag" else 12)


def test_regimes_with_shared_errors(columbus: Any, table: pd.DataFrame, queen: sc.Weights) -> None:
    """The maximum of the likelihood, which spreg's regimes miss: they lag a place's neighbours
    with the coefficients of the place."""
    halves = columbus["NSA"].map({0.0: "南", 1.0: "北"})
    result = sc.spatial_regression(table, queen, model="error", groups=halves, **CRIME)
    units, w = queen.units, queen.sparse.toarray()
    every = sm.add_constant(table[["INC", "HOVAL"]].loc[units].to_numpy())
    north = (halves.loc[units] == "北").to_numpy()[:, None]
    x, y = np.column_stack([every * north, every * ~north]), table["CRIME"].loc[units].to_numpy()
    best = optimize.minimize_scalar(
        negative_likelihood, bounds=(-0.99, 0.99), args=(y, x, w, "error"), method="bounded",
        options={"xatol": 1e-9},
    )  # fmt: skip
    assert estimates(result)["lambda"] == pytest.approx(best.x, abs=1e-5)
    assert result.diagnostic("log_likelihood") == pytest.approx(-best.fun, abs=1e-8)


# -- what must not matter, and what must ------------------------------------------


def test_row_order_labels_and_seed(table: pd.DataFrame, queen: sc.Weights) -> None:
    first = sc.spatial_regression(table, queen, model="durbin", **CRIME)
    mixed = table.sample(frac=1, random_state=3)
    other = queen.subset(mixed.index[::-1])
    again = sc.spatial_regression(mixed, other, model="durbin", **CRIME)
    for name in ("coefficients", "effects", "diagnostics"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name), check_exact=True)
    assert again.residuals.index.equals(other.units)
    assert first.residuals.index.equals(queen.units)
    pd.testing.assert_series_equal(
        first.residuals, again.residuals.loc[queen.units], check_exact=True, check_names=False
    )
    assert first.settings["data"] == again.settings["data"]
    different = sc.spatial_regression(table, queen, model="durbin", **{**CRIME, "rng": 2})
    assert not different.effects["low"].equals(first.effects["low"])


def test_scale_of_the_weights_is_undone(table: pd.DataFrame, queen: sc.Weights) -> None:
    """Weights five times as large: a fifth of the coefficient, and everything else the same."""
    units = queen.units
    large = sc.Weights(units, queen.sparse * 5, recipe="large")
    before = large.sparse.copy()
    plain = sc.spatial_regression(table, queen, model="lag", **CRIME)
    with pytest.warns(SpatialCarbonWarning, match="do not sum to one"):
        scaled = sc.spatial_regression(table, large, model="lag", **CRIME)
    assert estimates(scaled)["rho"] == pytest.approx(estimates(plain)["rho"] / 5, rel=1e-5)
    assert estimates(scaled)["INC"] == pytest.approx(estimates(plain)["INC"], rel=1e-6)
    assert effect(scaled, "INC", "total") == pytest.approx(effect(plain, "INC", "total"), rel=1e-6)
    assert scaled.coefficients["standard_error"].iloc[-1] == pytest.approx(
        plain.coefficients["standard_error"].iloc[-1] / 5, rel=1e-4
    )
    assert (large.sparse != before).nnz == 0
    sc.spatial_regression(table, large, model="error", **CRIME)  # no mean of neighbours, no warning


def test_logarithms(table: pd.DataFrame, queen: sc.Weights) -> None:
    every = sc.spatial_regression(table.assign(CRIME=table["CRIME"] + 1), queen, log=True, **CRIME)
    assert every.outcome == "ln(CRIME)"
    assert every.coefficients["term"].tolist() == ["constant", "ln(INC)", "ln(HOVAL)"]
    x = np.log(table[["INC", "HOVAL"]].to_numpy())
    found = sm.OLS(np.log(table["CRIME"].to_numpy() + 1), sm.add_constant(x)).fit()
    assert every.coefficients["estimate"].tolist() == pytest.approx(found.params.tolist())
    some = sc.spatial_regression(table, queen, log=["INC"], **CRIME)
    assert some.outcome == "CRIME"
    assert some.coefficients["term"].tolist()[1:] == ["ln(INC)", "HOVAL"]


def test_contrarian_units(contrarian: Any) -> None:
    """An isolate, a non-ASCII name and shuffled labels: named, not dropped."""
    weights = sc.Backbone(contrarian.units).contiguity().standardised("R")
    for model in ("ols", "lag", "error"):
        result = sc.spatial_regression(
            contrarian.table, weights, model=model, outcome="co2", covariates="gdp", rng=1
        )
        assert set(result.residuals.index) == set(contrarian.table.index)
        assert any(str(contrarian.island) in note for note in result.notes)
    with pytest.raises(DegenerateDataError, match="flat does not vary"):
        sc.spatial_regression(contrarian.table, weights, outcome="co2", covariates=["gdp", "flat"])


def test_advice_follows_the_tests(table: pd.DataFrame, queen: sc.Weights) -> None:
    generator, w = np.random.default_rng(8), queen.sparse.toarray()
    x, noise = generator.normal(size=49) * 3, generator.normal(size=49)
    spill = np.linalg.inv(np.eye(49) - 0.7 * w)
    made = pd.DataFrame(
        {"x": x, "lag": spill @ (x + noise), "error": x + spill @ noise}, queen.units
    )
    for outcome, words in (("lag", "point to a spatial lag"), ("error", "point to spatial errors")):
        result = sc.spatial_regression(made, queen, outcome=outcome, covariates=["x"])
        assert any(words in note for note in result.notes), outcome
    quiet = sc.spatial_regression(table, queen, outcome="HOVAL", covariates=["INC", "CRIME"])
    assert any("stay with least squares" in note for note in quiet.notes)
    unsure = sc.spatial_regression(table, queen, **CRIME)
    assert any("look at the specification" in note for note in unsure.notes)
    alike = table.assign(TWIN=table["INC"] + np.arange(49) * 1e-2)
    twins = sc.spatial_regression(alike, queen, outcome="CRIME", covariates=["INC", "TWIN"])
    assert any("variance inflation" in note for note in twins.notes)
    assert twins.vif["INC"] > 10


def test_without_weights(table: pd.DataFrame) -> None:
    result = sc.spatial_regression(table, None, **CRIME)
    assert np.isnan(result.diagnostic("residual_moran"))
    assert np.isnan(result.diagnostic("lm_lag"))
    assert result.status == "ok"


def test_a_lag_at_the_end_of_its_range_is_refused() -> None:
    """spreg would sum a power series there that hardly converges."""
    edges = [(i, (i + step) % 20) for i in range(20) for step in (-1, 1)]
    ring = sc.Weights.from_edges(pd.DataFrame(edges, columns=["focal", "neighbor"]))
    generator = np.random.default_rng(1)
    wave = np.where(np.arange(20) % 2, 1.0, -1.0) + generator.normal(size=20) * 1e-4
    frame = pd.DataFrame({"y": wave, "x": generator.normal(size=20)}, range(20))
    weights = ring.standardised("R")
    with pytest.raises(ConvergenceError, match="end of its range"):
        sc.spatial_regression(frame, weights, model="lag", outcome="y", covariates=["x"])
    error = sc.spatial_regression(frame, weights, model="error", outcome="y", covariates=["x"])
    assert error.status == "at bound"
    assert any("do not interpret" in note for note in error.notes)


# -- refusals ----------------------------------------------------------------------


def test_bad_tables(table: pd.DataFrame, queen: sc.Weights) -> None:
    def refused(kind: type[Exception], words: str, frame: Any = table, **more: Any) -> None:
        with pytest.raises(kind, match=words):
            sc.spatial_regression(frame, more.pop("weights", queen), **{**CRIME, **more})

    refused(AlignmentError, "without labels", table.to_numpy())
    refused(SchemaError, "lacks the column AREA2", covariates=["AREA2"])
    refused(OptionError, "INC stands twice", covariates=["INC", "INC"])
    refused(OptionError, "CRIME stands twice", covariates=["CRIME"])
    refused(OptionError, "no covariates", covariates=[])
    refused(OptionError, "log names SIZE", log=["SIZE"])
    refused(AlignmentError, "does not cover", table.iloc[1:])
    refused(MissingDataError, "the column INC is missing for 1", table.assign(
        INC=table["INC"].where(table.index != 7)))  # fmt: skip
    refused(DegenerateDataError, "INC has no logarithm for 1 units", table.assign(
        INC=table["INC"].where(table.index != 7, 0.0)), log=True)  # fmt: skip
    refused(DegenerateDataError, "SUM follows from the other covariates",
            table.assign(SUM=table["INC"] + 2 * table["HOVAL"]),
            covariates=["INC", "HOVAL", "SUM"])  # fmt: skip
    few = queen.subset(queen.units[:5])
    refused(DegenerateDataError, "5 observations are too few for 3", table.loc[few.units],
            weights=few)  # fmt: skip
    # The coefficient of the lag counts as well: six places, two columns and it.
    few = queen.subset(queen.units[:5])
    refused(DegenerateDataError, "5 observations are too few for 3", table.loc[few.units],
            weights=few, model="lag", covariates=["INC"])  # fmt: skip
    alone = sc.Weights(queen.units, queen.sparse * 0, recipe="none")
    refused(DegenerateDataError, "no unit has a neighbour", weights=alone, model="lag")
    assert np.isnan(sc.spatial_regression(table, alone, **CRIME).diagnostic("lm_lag"))


def test_options_that_do_not_go_together(
    table: pd.DataFrame, queen: sc.Weights, columbus: Any
) -> None:
    kernel = sc.Backbone(columbus).kernel(k=6)
    halves = columbus["NSA"]
    cases: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (OptionError, "model='lagg' is not a choice", {"model": "lagg"}),
        (OptionError, "no robust standard errors", {"model": "lag", "robust": "white"}),
        (OptionError, "go together", {"robust": "hac"}),
        (OptionError, "go together", {"kernel": kernel}),
        (OptionError, "raw values", {"robust": "hac", "kernel": kernel.standardised("R")}),
        (OptionError, "takes robust='white' only", {
            "model": "error", "estimator": "gmm", "robust": "hac", "kernel": kernel}),
        (OptionError, "regimes are for model", {"model": "durbin", "groups": halves}),
        (OptionError, "regimes are for model", {
            "model": "lag", "estimator": "gmm", "groups": halves}),
        (DegenerateDataError, "at least two groups", {"groups": halves * 0}),
        (MissingDataError, "belong to no group", {"groups": halves.where(halves.index > 1)}),
        (OptionError, "level", {"level": 2}),
        (AlignmentError, "the kernel", {"robust": "hac", "kernel": kernel.subset([1, 2, 3])}),
    ]  # fmt: skip
    for kind, words, options in cases:
        with pytest.raises(kind, match=words):
            sc.spatial_regression(table, queen, **{**CRIME, **options})
    with pytest.raises(OptionError, match="needs weights"):
        sc.spatial_regression(table, None, model="lag", **CRIME)
