"""What holds for simulated scenarios of any data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

few = settings(max_examples=12, deadline=None)
RATE = st.integers(-100, 100).map(lambda n: n / 1000)
LEVEL = st.integers(1, 10**6).map(lambda n: n / 100)
SHARING = st.sampled_from(["shared", "independent", 0.5])
PER = st.sampled_from(["period", "year"])
ERRORS = st.sampled_from(
    ["alpha=0.01", "chi=uniform(0.02),alpha=0.005", "delta=triangular(-0.01,0,0.02)", "0.003"]
)
COLUMNS = ["scenario", "start", "end", "delta", "chi", "beta", "alpha"]


@st.composite
def tables(draw: Any) -> pd.DataFrame:
    """Draw rates of two scenarios over two periods each."""
    rows: list[list[object]] = []
    for name in ("基准", "low"):
        cut = draw(st.integers(2019, 2023))
        for start, end in ((2018, cut - 1), (cut, 2024)):
            rows.append([name, start, end, *(draw(RATE) for _ in range(4))])
    return pd.DataFrame(rows, columns=COLUMNS)


@st.composite
def bases(draw: Any) -> pd.Series[float]:
    labels = draw(st.lists(st.text("ab海é", min_size=1), min_size=1, max_size=4, unique=True))
    return pd.Series({label: draw(LEVEL) for label in labels})


@few
@given(bases(), tables(), ERRORS, SHARING, PER, st.integers(0, 99))
def test_masses_sum_to_one(
    base: Any, rates: Any, errors: str, sharing: Any, per: Any, seed: int
) -> None:
    found = sc.simulate(
        base, rates, horizon=2024, draws=40, errors=errors, units=sharing, per=per, rng=seed
    )
    mass = found.peak_probability.groupby("scenario")["probability"].sum()
    np.testing.assert_allclose(mass, 1.0, rtol=1e-12)
    own = found.unit_peak_probability.groupby(["scenario", "unit"])["probability"].sum()
    np.testing.assert_allclose(own, 1.0, rtol=1e-12)
    rising = found.peaked_by.groupby("scenario", sort=False)["probability"]
    assert (rising.diff().dropna() >= 0).all()
    missing = found.peak_probability.set_index("peak").loc["not peaked", "probability"]
    np.testing.assert_allclose(rising.last() + missing.to_numpy(), 1.0, rtol=1e-12)
    wide = found.quantiles.pivot(index=["scenario", "year"], columns="quantile", values="value")
    assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


@few
@given(bases(), tables(), st.integers(0, 99))
def test_no_error_is_the_projection(base: Any, rates: Any, seed: int) -> None:
    found = sc.simulate(base, rates, horizon=2024, draws=3, errors=0.0, rng=seed)
    known = sc.project(base, rates, horizon=2024)
    np.testing.assert_allclose(found.mean, known.total, rtol=1e-10)
    np.testing.assert_allclose(found.projection, known.total, rtol=1e-12)


@few
@given(LEVEL, tables(), ERRORS, PER, st.integers(0, 99), st.integers(2, 60))
def test_scaling_moves_no_peak(
    base: float, rates: Any, errors: str, per: Any, seed: int, factor: int
) -> None:
    one = sc.simulate(base, rates, horizon=2024, draws=40, errors=errors, per=per, rng=seed)
    other = sc.simulate(
        base * factor, rates, horizon=2024, draws=40, errors=errors, per=per, rng=seed
    )
    pd.testing.assert_frame_equal(one.peak_probability, other.peak_probability)
    np.testing.assert_allclose(other.quantiles["value"], one.quantiles["value"] * factor)


@few
@given(bases(), tables(), SHARING, st.integers(0, 99), st.integers(1, 50))
def test_more_decline_of_intensity_never_raises_emissions(
    base: Any, rates: Any, sharing: Any, seed: int, more: int
) -> None:
    settings_: dict[str, Any] = {
        "horizon": 2024, "draws": 40, "errors": "alpha=0.01,chi=0.01", "units": sharing,
        "rng": seed,
    }  # fmt: skip
    lower = sc.simulate(base, rates.assign(alpha=rates["alpha"] + more / 1000), **settings_)
    higher = sc.simulate(base, rates, **settings_)
    assert (lower.quantiles["value"] <= higher.quantiles["value"] * (1 + 1e-12)).all()
    assert (lower.unit_quantiles["value"] <= higher.unit_quantiles["value"] * (1 + 1e-12)).all()
