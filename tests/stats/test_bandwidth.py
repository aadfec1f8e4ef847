"""Quantiles of weighted values, on which the rule of thumb stands."""

from __future__ import annotations

import numpy as np
import pytest

from spatialcarbon.stats.bandwidth import quantile


def test_unequal_weights_place_the_values_by_hand() -> None:
    # Between neighbours lie 0.75/2 and 0.5/2 of the weight: the values stand at 0, 0.6 and 1.
    x, v = np.array([0.0, 1.0, 3.0]), np.array([0.5, 0.25, 0.25])
    found = [quantile(x, v, share) for share in (0.0, 0.3, 0.6, 0.8, 1.0)]
    assert found == pytest.approx([0.0, 0.5, 1.0, 2.0, 3.0])
