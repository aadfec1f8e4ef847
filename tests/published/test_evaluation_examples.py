"""The example of four places that is checked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc


def test_two_treated_and_two_controls() -> None:
    frame = pd.DataFrame(
        {
            "city": list("ABCD") * 2,
            "year": [2010] * 4 + [2012] * 4,
            "co2": [60.0, 64, 58, 62, 50, 52, 56, 58],
            "pilot": [1, 1, 0, 0] * 2,
        }
    )
    with pytest.warns(sc.SpatialCarbonWarning, match="4 clusters"):
        result = sc.psm_did(
            frame,
            unit="city",
            year="year",
            outcome="co2",
            treated="pilot",
            treated_from=2012,
            covariates=[],
            matching="kernel",
            minimum_matched=2,
            permutations=0,
            rng=1,
        )
    assert result.effect == pytest.approx(-8)
    assert result.estimates.loc["unmatched", "estimate"] == pytest.approx(-8)
