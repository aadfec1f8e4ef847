"""Share of the total that the few largest units hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from spatialcarbon.core.align import checksum, conform
from spatialcarbon.core.errors import DegenerateDataError, OptionError
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count
from spatialcarbon.core.results import Result


@dataclass(frozen=True, kw_only=True, eq=False)
class TopShareResult(Result):
    """Share of the largest units in the total.

    Parameters
    ----------
    share : float
        Between k/n, where all are alike, and 1.
    units : Index
        The largest units, the largest first.
    n : int
        Units in all.
    """

    share: float
    units: pd.Index
    n: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        return pd.DataFrame([{"share": self.share, "k": len(self.units), "n": self.n}])


def top_share(values: pd.Series[Any], *, k: int = 3) -> TopShareResult:
    r"""How much of the total do the k largest units hold?

    Parameters
    ----------
    values : Series
        One amount of at least 0 per unit, such as emissions in Mt CO2.
    k : int
        How many units; at most as many as there are.

    Returns
    -------
    TopShareResult
        The share and the units it belongs to.

    Raises
    ------
    OptionError
        More units asked for than there are.
    DegenerateDataError
        Amounts below zero, or nothing at all: there is no whole to have a share of.

    Notes
    -----
    With amounts in descending order :math:`x_{(1)} \ge x_{(2)} \ge \dots`

    .. math:: s_k = \sum_{i=1}^{k} x_{(i)} \Big/ \sum_{i=1}^{n} x_{(i)}

    Of equal amounts the one whose label comes first is taken.

    Examples
    --------
    4 + 3 of 10:

    >>> found = top_share(pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abcd")), k=2)
    >>> found.share, found.units.tolist()
    (0.7, ['d', 'c'])
    """
    known = conform(values, values.index.sort_values())  # refuses gaps, text, repeated labels
    k = check_count(k, "k", minimum=1)
    if k > len(known):
        raise OptionError(
            "k={k} units are asked for, and there are {n}", expected="k <= {n}", k=k, n=len(known)
        )
    if known.min() < 0 or known.sum() == 0:
        raise DegenerateDataError(
            "a share needs amounts of at least 0 and a total above it",
            arrived="smallest {least:g}, total {total:g}",
            least=known.min(),
            total=known.sum(),
        )
    largest = known.sort_values(ascending=False, kind="stable").head(k)
    few = len(known) < 2 * k
    return TopShareResult(
        method="Share of the largest units",
        share=float(largest.sum() / known.sum()),
        units=largest.index,
        n=len(known),
        settings={"k": k, "data": checksum(known)},
        remarks=(text("{k} of {n} units are most of them", k=k, n=len(known)),) if few else (),
    )
