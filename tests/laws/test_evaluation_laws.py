"""What holds for differences in differences on any panel."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc

if TYPE_CHECKING:
    import pandas as pd

few = settings(max_examples=12, deadline=None)
SEED = st.integers(0, 10**6)


def judge(frame: pd.DataFrame, **changed: Any) -> sc.EvaluationResult:
    given_: dict[str, Any] = {
        "unit": "unit", "year": "year", "outcome": "outcome", "treated": "treated",
        "treated_from": 2012, "covariates": ["x"], "permutations": 9, "minimum_matched": 1,
        "caliper": None, "rng": 1,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sc.SpatialCarbonWarning)
        return sc.psm_did(frame, **{**given_, **changed})


def sample(seed: int) -> pd.DataFrame:
    return sc.synthetic_policy(60, rng=seed)


@few
@given(SEED, st.floats(0.01, 100))
def test_effects_of_units_and_years_drop_out_and_scale_scales(seed: int, size: float) -> None:
    frame = sample(seed)
    draw = np.random.default_rng(seed)
    unit = frame["unit"].map(dict(zip(frame["unit"].unique(), draw.normal(size=60), strict=True)))
    year = frame["year"].map(dict(zip(range(2010, 2014), draw.normal(size=4), strict=True)))
    one = judge(frame)
    moved = judge(frame.assign(outcome=frame["outcome"] + 5 * unit + 3 * year))
    np.testing.assert_allclose(moved.effect, one.effect, atol=1e-9)
    np.testing.assert_allclose(moved.se, one.se, atol=1e-9)
    scaled = judge(frame.assign(outcome=frame["outcome"] * size))
    np.testing.assert_allclose(scaled.effect, one.effect * size, rtol=1e-9)
    np.testing.assert_allclose(scaled.se, one.se * size, rtol=1e-9)
    np.testing.assert_allclose(scaled.pvalue, one.pvalue, rtol=1e-6)
    np.testing.assert_allclose(
        scaled.placebo_estimates, one.placebo_estimates * size, rtol=1e-7, atol=1e-9 * size
    )


@few
@given(SEED, st.sampled_from(["kernel", "radius"]))
def test_with_a_constant_covariate_all_controls_make_the_plain_one(seed: int, how: Any) -> None:
    result = judge(sample(seed).assign(x=1.0), matching=how, caliper=0.2)
    rows = result.estimates["estimate"]
    np.testing.assert_allclose(rows["matched"], rows["unmatched"], rtol=1e-9, atol=1e-12)
    assert (result.units["weight"] > 0).all()


@few
@given(SEED)
def test_swapping_the_groups_turns_the_plain_effect_round(seed: int) -> None:
    frame = sample(seed)
    one, other = (
        judge(frame.assign(treated=flag), matching="none").estimates.loc["unmatched", "estimate"]
        for flag in (frame["treated"], 1 - frame["treated"])
    )
    np.testing.assert_allclose(one, -other, rtol=1e-9, atol=1e-12)


@few
@given(SEED, st.integers(1, 4))
def test_weights_of_controls_sum_to_the_matched(seed: int, neighbours: int) -> None:
    result = judge(sample(seed), neighbours=neighbours)
    weight, treated = result.units["weight"], result.units["treated"]
    assert set(weight[treated]) <= {0.0, 1.0}
    np.testing.assert_allclose(weight[~treated].sum(), result.n_matched)
