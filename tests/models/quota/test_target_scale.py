"""National target: regions that are divided by a scale stay as exact as they were."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc


def test_rescaled_regions_keep_their_decimals() -> None:
    found = sc.national_target(
        2.0, 50.0, reduction=0.2, projected=pd.Series({"b": 60.5, "a": 99.0}),
        boundary=("energy", "energy and power"), rescale_to_national=True,
        national=100.0, regional=125.0,
    )  # fmt: skip
    assert found.projected is not None
    assert found.projected.to_dict() == pytest.approx({"b": 48.4, "a": 79.2})
    assert found.regional_sum == pytest.approx(127.6)
    assert found.responsibility == pytest.approx(127.6 - 80)
