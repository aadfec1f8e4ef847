"""Entropy weights: a criterion counts the more, the more it tells units apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.models.quota.criteria import checked_criteria
from spatialcarbon.models.quota.weighting import (
    Directions,
    Normalisation,
    WeightingResult,
    scaled,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class EntropyResult(WeightingResult):
    """What does each criterion count by its entropy?

    What :func:`entropy_weights` returns.

    Parameters
    ----------
    weights, normalised, shares, constant : object
        As in :class:`WeightingResult`.
    entropy : Series
        By criterion, in [0, 1]: zero where one unit has everything, one where all have
        the same.

    Examples
    --------
    All of ``b`` lies in one unit, so its entropy is 0. Of ``a`` two units have half each:
    ln 2 / ln 3 = 0.6309.

    >>> import spatialcarbon as sc
    >>> table = pd.DataFrame({"a": [0.0, 1.0, 1.0], "b": [0.0, 0.0, 5.0]}, index=list("xyz"))
    >>> sc.entropy_weights(table).to_frame().round(4).to_numpy().tolist()
    [['a', 0.6309, 0.2696], ['b', 0.0, 0.7304]]
    """

    entropy: pd.Series[float]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per criterion.

        Returns
        -------
        DataFrame
            Columns ``criterion, entropy, weight``.
        """
        frame = pd.DataFrame({"entropy": self.entropy, "weight": self.weights})
        return frame.rename_axis("criterion").reset_index()


def entropy_weights(
    criteria: pd.DataFrame,
    *,
    normalisation: Normalisation = "minmax",
    directions: Directions | None = None,
    offset: float = 0.0,
) -> EntropyResult:
    r"""How much does each criterion count, if what tells units apart counts more?

    Use it where no weights are agreed on and none can be justified better. It
    measures spread, not importance: an outlier in one criterion raises its weight.
    Look at equal weights and at CRITIC beside it (:func:`criterion_weights`).

    Parameters
    ----------
    criteria : DataFrame
        Unit × criterion, not negative; at least two units. Units of measure may
        differ between columns.
    normalisation : {"minmax", "sum"}
        From the least (0) to the most (1), or as a part of the sum.
    directions : mapping, optional
        Criterion → ``"positive"`` (the default) or ``"negative"``, where less means
        a larger share: :math:`(\max x - x)` with min–max, :math:`1/x` with sums.
    offset : float
        Added to every normalised value. Zero needs none, since 0·ln 0 is 0; it is
        here because many studies add 0.0001 or 0.01 and do not say what it changes.

    Returns
    -------
    EntropyResult
        ``weights`` and ``entropy`` by criterion, ``shares`` (unit × criterion,
        columns of sum one).

    Raises
    ------
    DegenerateDataError
        When every criterion is constant. A single constant one has weight 0, and
        a remark says so.
    SchemaError
        Negative values, fewer than two units, or zeros under a negative direction with sums.
    MissingDataError
        Missing or infinite values.

    Notes
    -----
    .. math:: P_{ij} = \frac{x_{ij} - \min_i x_{ij}}{\max_i x_{ij} - \min_i x_{ij}}, \qquad
              V_{ij} = \frac{P_{ij}}{\sum_i P_{ij}}

    .. math:: e_j = -\frac{1}{\ln n} \sum_i V_{ij} \ln V_{ij}, \qquad
              w_j = \frac{1 - e_j}{\sum_l (1 - e_l)}

    References
    ----------
    Shannon (1948); Hwang & Yoon (1981), section 3.3, for the weights.

    Examples
    --------
    The second criterion sets one unit apart from two others, the first spreads them:

    >>> table = pd.DataFrame({"a": [0.0, 1.0, 1.0], "b": [0.0, 0.0, 5.0]}, index=list("xyz"))
    >>> found = entropy_weights(table)
    >>> found.entropy.round(4).tolist(), found.weights.round(4).tolist()
    ([0.6309, 0.0], [0.2696, 0.7304])
    """
    table = checked_criteria(criteria)
    scale = scaled(table, normalisation, directions, offset)
    v = scale.shares.to_numpy(dtype=np.float64)
    terms = v * np.log(np.where(v > 0, v, 1.0))
    entropy = pd.Series(abs(terms.sum(axis=0)) / np.log(len(v)), table.columns, name="entropy")
    entropy[list(scale.constant)] = 1.0
    spread = (1 - entropy).clip(lower=0.0)
    return EntropyResult(
        method="Entropy weights",
        weights=(spread / spread.sum()).rename("weight"),
        entropy=entropy,
        normalised=scale.normalised.reindex(criteria.index),
        shares=scale.shares.reindex(criteria.index),
        constant=scale.constant,
        settings={
            "normalisation": normalisation,
            "directions": dict(directions or {}),
            "offset": offset,
            "data": checksum(table),
        },
        references=("shannon1948", "hwang1981"),
        remarks=scale.remarks,
    )
