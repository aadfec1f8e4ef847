"""Growth curves near the ends of what may be searched, and t counted from a year inside."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc


def curve(k: float, r: float, middle: float, years: range) -> pd.DataFrame:
    """Return a logistic curve that is half of k in the middle year, without scatter."""
    t = np.array(years, dtype=float)
    return pd.DataFrame([k / (1 + np.exp(-r * (t - middle)))], ["甲"], list(years))


def test_a_steep_fall_in_the_last_years_is_found() -> None:
    """Counted from 2000, the scale of 2017's fall is a = exp(-1.5 · 17), far below exp(-20)."""
    data = curve(80.0, -1.5, 2017.0, range(2000, 2021))
    found = sc.fit_growth(data, allow_decline=True)
    row = found.parameters.loc["甲"]
    assert row["k"] == pytest.approx(80.0, rel=1e-6)
    assert row["r"] == pytest.approx(-1.5, rel=1e-6)
    assert row["inflection"] == pytest.approx(2017.0, abs=1e-5)


def test_t_may_be_counted_from_a_year_inside() -> None:
    data = curve(80.0, 0.3, 2012.0, range(2004, 2019))
    row = sc.fit_growth(data, base=2010).parameters.loc["甲"]
    # At t = 0 the curve is k / (1 + a), with a = exp(0.3 · 2).
    assert row["a"] == pytest.approx(np.exp(0.6), rel=1e-6)
    assert row["inflection"] == pytest.approx(2012.0, abs=1e-5)


def test_the_share_of_variance_that_is_explained() -> None:
    values = np.array([10.0, 14, 19, 23, 26, 28, 29])
    found = sc.fit_growth(pd.DataFrame([values], ["甲"], range(2010, 2017)))
    gap = values - found.fitted.loc["甲"].to_numpy()
    expected = 1 - (gap**2).sum() / ((values - values.mean()) ** 2).sum()
    assert 0.99 < expected < 1
    assert found.errors.loc["甲", "r2"] == pytest.approx(expected, abs=1e-12)
