"""Growth between two amounts, in all and a year, with the digits that the amounts have."""

from __future__ import annotations

import numpy as np
import pandas as pd


def growth_rates(
    start: pd.Series[float], end: pd.Series[float], years: int
) -> tuple[pd.Series[float], pd.Series[float]]:
    r"""Return :math:`b/a - 1` and :math:`(b/a)^{1/t} - 1`.

    The difference is taken before the division, where amounts that are nearly equal
    still have all their digits.

    Parameters
    ----------
    start, end : Series
        Amounts a and b. Both rates are NaN where a is not above zero, the second also
        where b is negative.
    years : int
        Years t between them.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = growth_rates(pd.Series([1.0, 2.0]), pd.Series([1.21, 0.0]), 2)
    >>> [rate.round(9).tolist() for rate in rates]
    [[0.21, -1.0], [0.1, -1.0]]
    """
    base = start.where(start > 0)
    grown = (end - start) / base
    ratio = (end / base).where(end >= 0)
    # Where nothing is left the logarithm is −∞, the rate −1; less than nothing has no rate.
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.where(grown.abs() < 0.5, np.log1p(grown), np.log(ratio))
        return grown, pd.Series(np.expm1(logarithm / years), start.index)
