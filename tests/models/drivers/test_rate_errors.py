"""Errors of rates: how they are written, their moments, and how they move together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import triang

import spatialcarbon as sc
from spatialcarbon.models.drivers.copula import checked_correlation, copula_root
from spatialcarbon.models.drivers.rate_errors import (
    CERTAIN,
    RateError,
    as_rate_error,
    checked_errors,
    pairs_of,
)
from spatialcarbon.models.drivers.rates import RATES

SCORES = np.random.default_rng(5).standard_normal(200_000)


def table(*pairs: tuple[str, str, float]) -> pd.DataFrame:
    made = pd.DataFrame(np.eye(4), index=pd.Index(RATES), columns=pd.Index(RATES))
    for first, second, value in pairs:
        made.loc[first, second] = made.loc[second, first] = value
    return made


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0.01, RateError("normal", (0.01,))),
        ("0.01", RateError("normal", (0.01,))),
        ("normal(0.01)", RateError("normal", (0.01,))),
        (" uniform( 0.02 ) ", RateError("uniform", (0.02,))),
        (("triangular", -0.01, 0, 0.02), RateError("triangular", (-0.01, 0.0, 0.02))),
        (RateError("relative", (0.5,)), RateError("relative", (0.5,))),
    ],
)
def test_errors_are_read_in_every_form(given: object, expected: RateError) -> None:
    assert as_rate_error(given) == expected
    assert as_rate_error(str(expected)) == expected


@pytest.mark.parametrize(
    "given", ["norml(0.01)", "normal()", "normal(a)", None, True, ["normal"], np.nan, "lots", ()]
)
def test_what_is_no_error_is_refused(given: object) -> None:
    with pytest.raises(sc.OptionError, match="is not an error distribution"):
        as_rate_error(given)


@pytest.mark.parametrize("given", ["normal(-0.1)", "triangular(0.1, 0, 0.2)", "uniform(1, 2)"])
def test_impossible_numbers_are_refused(given: str) -> None:
    with pytest.raises(sc.OptionError, match="is not an error distribution"):
        as_rate_error(given)


def test_a_misspelt_shape_is_mended() -> None:
    with pytest.raises(sc.OptionError, match=r"fix: triangular\(low, mode, high\)"):
        as_rate_error("triangle(0, 0, 1)")


def test_pairs_may_hold_commas_in_brackets() -> None:
    assert pairs_of("alpha=triangular(-1, 0, 2) , chi = 0.1;beta=0") == {
        "alpha": "triangular(-1, 0, 2)",
        "chi": "0.1",
        "beta": "0",
    }
    with pytest.raises(sc.SchemaError, match="cannot be read as pairs"):
        pairs_of("alpha 0.1")


def test_rates_without_an_error_are_certain() -> None:
    found = checked_errors("alpha=0.01", RATES)
    assert found["alpha"] == RateError("normal", (0.01,))
    assert found["delta"] is CERTAIN
    assert found["delta"].certain
    assert all(error.shape == "relative" for error in checked_errors(None, RATES).values())
    with pytest.raises(sc.SchemaError, match="alpah, which is no rate"):
        checked_errors({"alpah": 0.1}, RATES)


def test_moments_are_those_of_the_distribution() -> None:
    rate = np.array([0.04])
    normal = RateError("normal", (0.01,))
    drawn = normal.from_scores(SCORES) * normal.scale(rate)
    assert drawn.std() == pytest.approx(0.01, rel=0.01)
    relative = RateError("relative", (0.5,))
    drawn = relative.from_scores(SCORES) * relative.scale(-rate)
    assert drawn.std() == pytest.approx(0.02, rel=0.01)
    uniform = RateError("uniform", (0.03,))
    drawn = uniform.from_scores(SCORES) * uniform.scale(rate)
    assert -0.03 <= drawn.min() < -0.0299
    assert 0.0299 < drawn.max() <= 0.03
    assert drawn.std() == pytest.approx(0.03 / np.sqrt(3), rel=0.01)


def test_triangles_are_those_of_scipy() -> None:
    low, mode, high = -0.01, 0.005, 0.02
    error = RateError("triangular", (low, mode, high))
    drawn = error.from_scores(SCORES)
    known = triang((mode - low) / (high - low), low, high - low)
    for q in (0.01, 0.3, 0.5, 0.7, 0.99):
        assert np.quantile(drawn, q) == pytest.approx(known.ppf(q), abs=1.5e-4)
    assert error.mean == pytest.approx(known.mean())
    assert drawn.mean() == pytest.approx(known.mean(), abs=5e-5)
    assert (RateError("triangular", (0.1, 0.1, 0.1)).from_scores(SCORES[:3]) == 0.1).all()


def test_the_root_gives_the_correlation_back() -> None:
    matrix = table(("chi", "alpha", 0.6), ("beta", "alpha", -0.3))
    root = copula_root(matrix)
    np.testing.assert_allclose(root @ root.T, matrix.to_numpy(), atol=1e-12)
    singular = table(("chi", "alpha", 1.0))
    np.testing.assert_allclose(copula_root(singular) @ copula_root(singular), singular, atol=1e-9)


def test_correlations_are_put_in_order() -> None:
    matrix = table(("chi", "alpha", 0.6))
    turned = matrix.loc[list(RATES[::-1]), ["alpha", "chi", "delta", "beta"]]
    pd.testing.assert_frame_equal(checked_correlation(turned, RATES), matrix, check_names=False)


def test_correlations_that_cannot_be_are_refused() -> None:
    impossible = table(("chi", "alpha", -0.9), ("beta", "alpha", -0.9), ("chi", "beta", -0.9))
    with pytest.raises(sc.OptionError, match=r"smallest eigenvalue is -0\.8"):
        checked_correlation(impossible, RATES)
    uneven = table()
    uneven.loc["chi", "alpha"] = 0.3
    with pytest.raises(sc.SchemaError, match="not symmetric"):
        checked_correlation(uneven, RATES)
    with pytest.raises(sc.SchemaError, match="not symmetric"):
        checked_correlation(2.0 * table(), RATES)
    with pytest.raises(sc.SchemaError, match="without labels"):
        checked_correlation(np.eye(4), RATES)  # type: ignore[arg-type]
    with pytest.raises(sc.AlignmentError):
        checked_correlation(table().iloc[:3, :3], RATES)
    holed = table()
    holed.loc["chi", "chi"] = np.nan
    with pytest.raises(sc.MissingDataError):
        checked_correlation(holed, RATES)
