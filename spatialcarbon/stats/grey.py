"""Grey relational degree: how closely each factor follows the shape of a reference series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spatialcarbon.core.align import Missing, check_unique, checksum, conform
from spatialcarbon.core.errors import AlignmentError, DegenerateDataError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.stats.grey_formulas import (
    MIN_OBSERVATIONS,
    Normalisation,
    check_reversed,
    checked_options,
    coefficients,
    degrees,
    differences,
    observation_shares,
    ranks,
)
from spatialcarbon.stats.moran import dropped_remark

REFERENCES = ("deng1982", "deng1989")


@dataclass(frozen=True, kw_only=True, eq=False)
class GreyResult(Result):
    """Degrees, ranks, and what they are made of.

    Parameters
    ----------
    degree : Series
        Grey relational degree of each factor, in (0, 1].
    rank : Series
        1 is the factor closest to the reference; ties share their mean rank.
    coefficients, delta : DataFrame
        Relational coefficients and absolute differences, observation × factor.
    m, M : float
        Smallest and largest difference over all factors and observations.
    dropped : Index
        Observations left out for missing values.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> co2 = pd.Series([100.0, 200.0, 300.0, 400.0], index=list("wxyz"))
    >>> factors = pd.DataFrame({"a": [10, 22, 28, 40], "b": [5, 4, 6, 5]}, index=co2.index)
    >>> found = sc.grey_relational_degree(co2, factors)
    >>> found.m, round(found.M, 3), found.delta["a"].round(2).tolist()
    (0.0, 0.6, [0.0, 0.08, 0.08, 0.0])
    >>> found.to_frame()[["factor", "rank"]].values.tolist()
    [['a', 1.0], ['b', 2.0]]
    """

    degree: pd.Series[float]
    rank: pd.Series[float]
    coefficients: pd.DataFrame
    delta: pd.DataFrame
    m: float
    M: float
    dropped: pd.Index

    def to_frame(self) -> pd.DataFrame:
        """Return ``factor``, ``degree`` and ``rank``, a row for each factor."""
        return pd.DataFrame(
            {
                "factor": self.degree.index,
                "degree": self.degree.to_numpy(),
                "rank": self.rank.to_numpy(),
            }
        )


def grey_relational_degree(
    reference: pd.Series[Any],
    factors: pd.DataFrame,
    *,
    normalisation: Normalisation = "mean",
    rho: float = 0.5,
    weights: pd.Series[Any] | None = None,
    reverse: str | Iterable[str] = (),
    missing: Missing = "raise",
) -> GreyResult:
    r"""Which factor is closest in shape to the reference, such as total emissions?

    Use it to rank a few factors on few observations, where a regression has too
    little to go by. It measures closeness of shape after normalisation, not
    cause, and tests nothing; the ranking can hang on ``rho`` and on the
    normalisation, which :func:`grey_sensitivity` shows.

    Parameters
    ----------
    reference : Series
        One value per observation (cities of one year, or years of one place).
    factors : DataFrame
        One column per factor, for the same observations in any order, in any units.
    normalisation : {"mean", "initial", "max", "minmax", "zscore", "none"}
        Divide each series by its mean, by its first value (ordered series only;
        the order is that of ``reference``) or by its maximum; put it on 0 to 1; standardise
        it; or leave it, if all series share one unit of measure.
    rho : float
        Distinguishing coefficient in (0, 1]; the smaller, the wider apart the degrees.
    weights : Series, optional
        Weight of each observation, not negative; equal by default.
    reverse : str or iterable of str
        Factors of which less is better; only with ``normalisation="minmax"``.
    missing : {"raise", "drop"}
        Refuse missing values, or leave the observation out of all series.

    Returns
    -------
    GreyResult

    Raises
    ------
    AlignmentError
        Unlabelled values, or other observations than those of the reference.
    MissingDataError, SchemaError
        Missing or infinite values, text, negative weights.
    DegenerateDataError
        Fewer than two observations; a series whose normalisation is not defined.
    OptionError
        Options outside their range; reversed factors that cannot be.

    Notes
    -----
    With :math:`x^*` the normalised series and
    :math:`\Delta_{jk} = |x^*_{0k} - x^*_{jk}|`, :math:`m = \min_{jk} \Delta_{jk}`,
    :math:`M = \max_{jk} \Delta_{jk}`,

    .. math::

        \xi_{jk} = \frac{m + \rho M}{\Delta_{jk} + \rho M}, \qquad
        r_j = \sum_k v_k\, \xi_{jk}, \qquad \sum_k v_k = 1.

    All :math:`r_j` are 1 when :math:`M = 0`, and none is below
    :math:`\rho / (1 + \rho)`. Another factor can change :math:`m`, :math:`M` and so
    every degree. Differences within rounding count as zero. The divisor of the
    standard deviation (n or n − 1) cancels.

    References
    ----------
    Deng (1982), Syst. Control Lett. 1:288–294; Deng (1989), J. Grey Syst. 1:1–24.

    Examples
    --------
    The differences of ``a`` are 0, 0.08, 0.08, 0 and M = 1.2, so its degree is
    (1 + 0.6/0.68 + 0.6/0.68 + 1)/4 = 16/17:

    >>> co2 = pd.Series([100.0, 200.0, 300.0, 400.0], index=["w", "x", "y", "z"])
    >>> factors = pd.DataFrame(
    ...     {"a": [10, 22, 28, 40], "b": [5, 4, 6, 5], "c": [40, 30, 20, 10]}, index=co2.index
    ... )
    >>> grey_relational_degree(co2, factors).degree.round(6).to_dict()
    {'a': 0.941176, 'b': 0.75, 'c': 0.466667}
    """
    reversed_ = checked_options(normalisation, rho, reverse)
    data, share, dropped = _observations(reference, factors, weights, missing)
    known = [str(name) for name in factors.columns]
    check_reversed(reversed_, known)
    series = [text("the reference"), *factors.columns]
    delta, remarks = differences(data, series, normalisation, reversed_)
    m, largest = float(delta.min()), float(delta.max())
    xi = coefficients(delta, m, largest, rho)
    degree = pd.Series(degrees(xi, share), index=factors.columns, name="degree")
    return GreyResult(
        method="Grey relational degree",
        degree=degree,
        rank=ranks(degree),
        coefficients=pd.DataFrame(xi, index=data.index, columns=factors.columns),
        delta=pd.DataFrame(delta, index=data.index, columns=factors.columns),
        m=m,
        M=largest,
        dropped=dropped,
        settings={
            "normalisation": normalisation,
            "rho": rho,
            "reverse": sorted(reversed_),
            "weights": None if weights is None else checksum(share),
            "missing": missing,
            "data": checksum(data),
        },
        references=REFERENCES,
        remarks=(*dropped_remark(dropped), *remarks),
    )


def _observations(
    reference: pd.Series[Any],
    factors: pd.DataFrame,
    weights: pd.Series[Any] | None,
    missing: Missing,
) -> tuple[pd.DataFrame, pd.Series[float], pd.Index]:
    """Return reference and factors as one table, shares of weight, and what was dropped."""
    check_option(missing, Missing, "missing")
    if not isinstance(reference, pd.Series) or not isinstance(factors, pd.DataFrame):
        raise AlignmentError(
            "reference is a {left}, factors is a {right}",
            expected="a labelled Series and a DataFrame with a column per factor",
            left=type(reference).__name__,
            right=type(factors).__name__,
        )
    if factors.shape[1] == 0:
        raise SchemaError("there is no factor to compare with the reference")
    check_unique(reference.index, text("the reference"))
    check_unique(factors.columns, text("the list of factors"))
    index = reference.index
    columns = [conform(reference, index, name=text("the reference"), missing=missing)]
    _same_observations(factors.index, index, text("the table of factors"))
    columns += [
        conform(factors[name], index, name=str(name), missing=missing) for name in factors.columns
    ]
    share = pd.Series(1.0, index=index)
    if weights is not None:
        if isinstance(weights, pd.Series):
            _same_observations(weights.index, index, text("the list of weights"))
        share = conform(weights, index, name=text("the list of weights"), missing=missing)
    data = pd.concat(columns, axis=1, ignore_index=True)
    complete = (data.notna().all(axis=1) & share.notna()).to_numpy()
    data, share, dropped = data[complete], share[complete], index[~complete]
    if len(data) < MIN_OBSERVATIONS:
        raise DegenerateDataError(
            "a grey relational degree needs at least two observations, and there are {n}",
            n=len(data),
        )
    return data, observation_shares(share), dropped


def _same_observations(labels: pd.Index, index: pd.Index, name: Text) -> None:
    check_unique(labels, name)
    absent, extra = index.difference(labels, sort=False), labels.difference(index, sort=False)
    if len(absent) or len(extra):
        raise AlignmentError(
            "{name} is about other observations than the reference",
            arrived="{absent} only in the reference, {extra} only here",
            expected="the same {n} labels in any order",
            fix="factors.loc[reference.index]",
            name=name,
            absent=some(absent) or "—",
            extra=some(extra) or "—",
            n=len(index),
        )
