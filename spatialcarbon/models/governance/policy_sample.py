"""An invented policy with a known effect, to see whether a method finds it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spatialcarbon.core.options import check_count
from spatialcarbon.core.rng import RNGLike, resolve_rng

FIRST_YEAR = 2010


def synthetic_policy(
    units: int = 400,
    *,
    years: int = 4,
    effect: float = 2.0,
    trend: float = 0.5,
    rng: RNGLike = None,
) -> pd.DataFrame:
    r"""What would data look like if a policy had a known effect?

    Use it to try :func:`spatialcarbon.psm_did` where the truth is known. Every number is
    invented. Places with a large ``x`` come under the policy more often and also grow
    faster on their own, so that a plain comparison over time finds too much.

    Parameters
    ----------
    units : int
        Number of places, at least 20.
    years : int
        At least 2, from 2010; the policy begins in the middle.
    effect : float
        What the policy adds to the outcome of a treated place in each of its years.
    trend : float
        How much ``x`` adds to the growth of a place in a year.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    DataFrame
        Columns ``unit, year, outcome, treated, treated_from, x, z``.

    Notes
    -----
    .. math::
        P(D=1) = \frac{1}{1 + e^{\,0.7 - 0.8 x}}, \qquad
        y_{it} = 10 + a_i + x_i + (0.3 + \beta x_i)\,t + \tau D_i 1[t \ge t_0] + e_{it}

    with x, z and a standard normal, and e normal with standard deviation 0.5.

    Examples
    --------
    >>> synthetic_policy(20, rng=1).groupby("year").size().to_list()
    [20, 20, 20, 20]
    """
    n, t = check_count(units, "units", minimum=20), check_count(years, "years", minimum=2)
    draw = resolve_rng(rng).generator("policy")
    x, z, level = draw.normal(size=(3, n))
    treated = draw.random(n) < 1.0 / (1.0 + np.exp(0.7 - 0.8 * x))
    start = t // 2
    time = np.arange(t)
    outcome = 10.0 + (level + x)[:, None] + (0.3 + trend * x)[:, None] * time
    outcome = outcome + effect * np.outer(treated, time >= start)
    outcome = outcome + draw.normal(scale=0.5, size=(n, t))
    return pd.DataFrame(
        {
            "unit": np.repeat([f"P{i:04d}" for i in range(n)], t),
            "year": np.tile(FIRST_YEAR + time, n),
            "outcome": outcome.ravel(),
            "treated": np.repeat(treated.astype(int), t),
            "treated_from": np.repeat(np.where(treated, FIRST_YEAR + start, np.nan), t),
            "x": np.repeat(x, t),
            "z": np.repeat(z, t),
        }
    )
