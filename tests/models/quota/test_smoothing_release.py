"""A cap that is held at first and let go once another one is held."""

from __future__ import annotations

import numpy as np
import pytest

from spatialcarbon.models.quota.smoothing_programme import Programme, _at_once

FIRST = np.array([0.94, 0.02, 0.04])
YARDSTICK = np.array([0.68, 0.2, 0.12])
LIMITS = np.array([0.9, 0.04, 0.08])
STRENGTH = 16.0


def test_the_least_cost_within_the_limits_is_found() -> None:
    """Against all shares in steps of 0.00005; neighbours are the first two and the last two."""
    programme = Programme(
        FIRST, YARDSTICK, np.array([0, 1]), np.array([1, 2]), np.array([0.5, 0.5]), LIMITS
    )
    found = _at_once(programme.matrix(STRENGTH), LIMITS)
    assert found is not None
    b, c = np.meshgrid(np.arange(0.0, 0.04001, 5e-5), np.arange(0.0, 0.08001, 5e-5))
    inside = (b + c >= 0.1 - 1e-12) & (b <= 0.04 + 1e-12) & (c <= 0.08 + 1e-12)
    s = np.stack([1 - b[inside] - c[inside], b[inside], c[inside]])
    burden = s / YARDSTICK[:, None]
    cost = ((s - FIRST[:, None]) ** 2 / FIRST[:, None]).sum(axis=0)
    cost += STRENGTH * ((burden[0] - burden[1]) ** 2 + (burden[1] - burden[2]) ** 2) / 2
    assert found.shares == pytest.approx(s[:, cost.argmin()], abs=5e-5)
