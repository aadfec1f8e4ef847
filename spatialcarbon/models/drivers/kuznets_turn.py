"""Turning points of a polynomial in log income, with two kinds of interval and a test."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

POINT_COLUMNS = (
    "kind", "income", "low", "high", "fieller_low", "fieller_high", "fieller", "inside",
)  # fmt: skip


def turning_points(b: Floats, v: Floats, reach: float, ends: tuple[float, float]) -> pd.DataFrame:
    """Return where the polynomial turns, in units of income, lowest first.

    Parameters
    ----------
    b, v : array
        Coefficients of the powers 1, 2 (and 3), and their covariance.
    reach : float
        Standard errors to either side.
    ends : tuple
        Least and largest log income.
    """
    rows = []
    for theta in _roots(b):
        curvature = 2 * b[1] + (6 * b[2] * theta if len(b) == 3 else 0.0)
        # The slope is zero at theta: differentiate it by the coefficients.
        gradient = -np.array([power * theta ** (power - 1) for power in range(1, len(b) + 1)])
        gradient = gradient / curvature
        error = float(np.sqrt(gradient @ v @ gradient))
        bounds = fieller(b, v, reach) if len(b) == 2 else (math.nan, math.nan, "none")
        rows.append(
            (
                "maximum" if curvature < 0 else "minimum",
                _power(theta),
                _power(theta - reach * error),
                _power(theta + reach * error),
                _power(bounds[0]),
                _power(bounds[1]),
                bounds[2],
                ends[0] < theta < ends[1],
            )
        )
    return pd.DataFrame(rows, columns=list(POINT_COLUMNS))


def _power(log: float) -> float:
    """Return the exponential; what no float can hold is infinite."""
    return math.exp(log) if log < 700 else (math.inf if log >= 700 else math.nan)


def _roots(b: Floats) -> list[float]:
    if len(b) == 2:
        return [-b[0] / (2 * b[1])] if b[1] != 0 else []
    inner = 4 * b[1] ** 2 - 12 * b[0] * b[2]
    if b[2] == 0 or inner <= 0:
        return []
    root = math.sqrt(inner)
    return sorted((-2 * b[1] + sign * root) / (6 * b[2]) for sign in (-1, 1))


def fieller(b: Floats, v: Floats, reach: float) -> tuple[float, float, str]:
    """Return Fieller's interval of -b1/(2 b2) and whether it is bounded.

    Examples
    --------
    >>> import numpy as np
    >>> low, high, kind = fieller(np.array([4.0, -1.0]), np.diag([0.01, 0.01]), 1.96)
    >>> round(low, 3), round(high, 3), kind
    (1.66, 2.5, 'bounded')
    """
    c2 = reach**2
    square = 4 * (b[1] ** 2 - c2 * v[1, 1])
    linear = 4 * (b[0] * b[1] - c2 * v[0, 1])
    fixed = b[0] ** 2 - c2 * v[0, 0]
    inner = linear**2 - 4 * square * fixed
    if square > 0:
        root = math.sqrt(max(inner, 0.0))
        low, high = (-linear - root) / (2 * square), (-linear + root) / (2 * square)
        return float(low), float(high), "bounded"
    # With a curvature that may be zero the interval is all but a gap, or everything.
    return -math.inf, math.inf, "whole line" if inner <= 0 else "open"


def shape_of(
    b: Floats, v: Floats, ends: tuple[float, float], points: pd.DataFrame
) -> tuple[str, float | None]:
    """Return the shape within the data, and the p-value of Lind and Mehlum for a quadratic."""
    slopes = [_slope(b, end) for end in ends]
    inside = points[points["inside"].astype(bool)] if len(points) else points
    if len(inside) == 2:
        return ("N" if inside["kind"].iloc[0] == "maximum" else "inverted N"), None
    if len(inside) == 0:
        return ("rising" if sum(slopes) > 0 else "falling"), None
    bent = "inverted U" if inside["kind"].iloc[0] == "maximum" else "U"
    if len(b) == 3:
        return bent, None
    return bent, max(_one_sided(v, end, slope) for end, slope in zip(ends, slopes, strict=True))


def _slope(b: Floats, at: float) -> float:
    return float(sum(power * b[power - 1] * at ** (power - 1) for power in range(1, len(b) + 1)))


def _one_sided(v: Any, at: float, slope: float) -> float:
    from scipy import stats

    gradient = np.array([1.0, 2 * at])
    return float(stats.norm.sf(abs(slope) / math.sqrt(float(gradient @ v @ gradient))))
