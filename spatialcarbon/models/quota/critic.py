"""Other weights of criteria, CRITIC and equal ones, behind one door with entropy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.core.options import check_option
from spatialcarbon.models.quota.criteria import checked_criteria
from spatialcarbon.models.quota.entropy import entropy_weights
from spatialcarbon.models.quota.weighting import (
    Directions,
    Normalisation,
    WeightingResult,
    scaled,
)

Weighting = Literal["entropy", "critic", "equal"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CriticResult(WeightingResult):
    """What does each criterion count by its spread and by what it does not repeat?

    What :func:`critic_weights` returns.

    Parameters
    ----------
    weights, normalised, shares, constant : object
        As in :class:`WeightingResult`.
    spread : Series
        By criterion, the standard deviation of its normalised values (divisor
        :math:`n - 1`); NaN where it is constant.
    conflict : Series
        By criterion, the sum of one minus its correlations with the others; NaN where it
        is constant.

    Examples
    --------
    ``a`` and ``b`` say the same and have nothing to do with ``c``:

    >>> import spatialcarbon as sc
    >>> table = pd.DataFrame({"a": [0, 1, 0, 1.0], "b": [0, 2, 0, 2.0], "c": [0, 0, 1, 1.0]})
    >>> found = sc.critic_weights(table)
    >>> found.conflict.round(6).tolist(), found.weights.tolist()
    ([1.0, 1.0, 2.0], [0.25, 0.25, 0.5])
    """

    spread: pd.Series[float]
    conflict: pd.Series[float]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per criterion.

        Returns
        -------
        DataFrame
            Columns ``criterion, spread, conflict, weight``.
        """
        columns = {"spread": self.spread, "conflict": self.conflict, "weight": self.weights}
        return pd.DataFrame(columns).rename_axis("criterion").reset_index()


def critic_weights(
    criteria: pd.DataFrame,
    *,
    normalisation: Normalisation = "minmax",
    directions: Directions | None = None,
) -> CriticResult:
    r"""How much does each criterion count, if repeating another one counts less?

    Use it beside entropy weights where criteria are correlated, as population and
    GDP are: what two of them say twice is not counted twice.

    Parameters
    ----------
    criteria : DataFrame
        Unit × criterion, as in :func:`entropy_weights`.
    normalisation : {"minmax", "sum"}
        As in :func:`entropy_weights`.
    directions : mapping, optional
        As in :func:`entropy_weights`.

    Returns
    -------
    CriticResult
        ``weights``, ``spread`` and ``conflict`` by criterion, ``shares`` (unit × criterion).

    Raises
    ------
    DegenerateDataError
        When every criterion is constant, or all say exactly the same.
    SchemaError, MissingDataError
        As in :func:`entropy_weights`.

    Notes
    -----
    .. math:: C_j = \sigma_j \sum_k (1 - r_{jk}), \qquad w_j = \frac{C_j}{\sum_l C_l}

    with the standard deviation :math:`\sigma_j` and the correlations :math:`r_{jk}`
    of the normalised criteria. A single criterion has weight one.

    References
    ----------
    Diakoulaki, Mavrotas & Papayannakis (1995), equations 5 and 6.

    Examples
    --------
    Two columns that agree share what the third has alone:

    >>> table = pd.DataFrame({"a": [0, 1, 0, 1.0], "b": [0, 2, 0, 2.0], "c": [0, 0, 1, 1.0]})
    >>> critic_weights(table).weights.tolist()
    [0.25, 0.25, 0.5]
    """
    table = checked_criteria(criteria)
    scale = scaled(table, normalisation, directions)
    varied = list(scale.varied)
    spread = scale.normalised[varied].std(ddof=1)
    if len(varied) > 1:
        agreement = np.corrcoef(scale.normalised[varied].to_numpy(), rowvar=False)
        conflict = pd.Series((1 - agreement).sum(axis=1).clip(min=0.0), index=varied)
    else:
        conflict = pd.Series(1.0, index=varied)
    content = (spread * conflict).reindex(table.columns).fillna(0.0)
    if content.sum() <= 1e-12 * len(varied):
        raise DegenerateDataError(
            "all criteria say the same, so CRITIC has no weights",
            fix="weighting='entropy' or 'equal'",
        )
    return CriticResult(
        method="CRITIC weights",
        weights=(content / content.sum()).rename("weight"),
        spread=spread.reindex(table.columns),
        conflict=conflict.reindex(table.columns),
        normalised=scale.normalised.reindex(criteria.index),
        shares=scale.shares.reindex(criteria.index),
        constant=scale.constant,
        settings={
            "normalisation": normalisation,
            "directions": dict(directions or {}),
            "data": checksum(table),
        },
        references=("diakoulaki1995",),
        remarks=scale.remarks,
    )


def criterion_weights(
    criteria: pd.DataFrame,
    *,
    weighting: Weighting = "entropy",
    normalisation: Normalisation = "minmax",
    directions: Directions | None = None,
) -> WeightingResult:
    """How much does each criterion count, by a rule named?

    One door for the rules, so that a conclusion can be tried under each of them.

    Parameters
    ----------
    criteria : DataFrame
        Unit × criterion, as in :func:`entropy_weights`.
    weighting : {"entropy", "critic", "equal"}
        The rule; equal weights leave constant criteria out.
    normalisation : {"minmax", "sum"}
        As in :func:`entropy_weights`.
    directions : mapping, optional
        As in :func:`entropy_weights`.

    Returns
    -------
    WeightingResult
        An :class:`EntropyResult` or a :class:`CriticResult` for these rules.

    Raises
    ------
    OptionError
        An unknown rule.
    DegenerateDataError, SchemaError, MissingDataError
        As in :func:`entropy_weights`.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [0.0, 1.0], "b": [3.0, 1.0], "c": [1.0, 1.0]})
    >>> criterion_weights(table, weighting="equal").weights.tolist()
    [0.5, 0.5, 0.0]
    """
    check_option(weighting, Weighting, "weighting")
    if weighting == "entropy":
        return entropy_weights(criteria, normalisation=normalisation, directions=directions)
    if weighting == "critic":
        return critic_weights(criteria, normalisation=normalisation, directions=directions)
    table = checked_criteria(criteria)
    scale = scaled(table, normalisation, directions)
    weights = pd.Series(0.0, index=table.columns, name="weight")
    weights[list(scale.varied)] = 1.0 / len(scale.varied)
    return WeightingResult(
        method="Equal weights",
        weights=weights,
        normalised=scale.normalised.reindex(criteria.index),
        shares=scale.shares.reindex(criteria.index),
        constant=scale.constant,
        settings={
            "normalisation": normalisation,
            "directions": dict(directions or {}),
            "data": checksum(table),
        },
        remarks=scale.remarks,
    )
