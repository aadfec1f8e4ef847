"""What makes an effect or its error less than it looks is said as a warning and as a note."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest

import spatialcarbon as sc

if TYPE_CHECKING:
    import pandas as pd


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return sc.synthetic_policy(120, rng=5)


def test_clusters_and_warnings(sample: pd.DataFrame, policy_terms: dict[str, Any]) -> None:
    region = sample.assign(region=sample["unit"].str[-1])
    with pytest.warns(sc.SpatialCarbonWarning, match="10 clusters"):
        result = sc.psm_did(
            region,
            **{**policy_terms, "cluster": "region", "matching": "kernel", "covariates": ["x"]},
        )
    assert result.estimates.loc["matched", "clusters"] == 10
    with pytest.warns(sc.SpatialCarbonWarning, match="still unlike after matching.*x"):
        sc.psm_did(sample, **{**policy_terms, "matching": "none"})


@pytest.mark.parametrize(("treated", "doubted"), [(10, True), (11, False)])
def test_few_treated_places_are_doubted(
    sample: pd.DataFrame, treated: int, doubted: bool, policy_terms: dict[str, Any]
) -> None:
    chosen = sorted(sample.loc[sample["treated"] == 1, "unit"].unique())[:treated]
    under = sample[(sample["treated"] == 0) | sample["unit"].isin(chosen)]
    few = {**policy_terms, "matching": "none", "covariates": []}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = sc.psm_did(under, **few)
    said = f"only {treated} treated places are matched"
    assert any(said in str(warning.message) for warning in caught) is doubted
    assert any(said in note for note in result.notes) is doubted


def test_nothing_is_said_of_lots_that_were_all_drawn(
    sample: pd.DataFrame, policy_terms: dict[str, Any]
) -> None:
    with pytest.warns(sc.SpatialCarbonWarning, match="unlike"):
        result = sc.psm_did(sample, **policy_terms)
    assert len(result.placebo_estimates) == policy_terms["permutations"]
    assert not any("by lot" in note for note in result.notes)
