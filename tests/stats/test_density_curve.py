"""The slope of a density is the derivative of its height, at any bandwidth."""

from __future__ import annotations

import numpy as np
import pytest

from spatialcarbon.stats.density_curve import Curve


@pytest.mark.parametrize("h", [0.02, 0.7, 40.0])
@pytest.mark.parametrize("reflected", [False, True])
def test_the_slope_is_the_derivative_of_the_height(h: float, reflected: bool) -> None:
    curve = Curve(
        x=h * np.array([0.4, 1.0, 3.0]), v=np.array([0.2, 0.5, 0.3]), h=h, reflected=reflected
    )
    at, step = h * np.array([0.3, 0.9, 2.5]), 1e-5 * h
    rise = (curve.height(at + step) - curve.height(at - step)) / (2 * step)
    assert curve.slope(at) == pytest.approx(rise, rel=1e-6)
