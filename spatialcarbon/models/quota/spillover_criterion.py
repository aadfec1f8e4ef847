"""A criterion that looks across borders: own emissions, and part of the neighbours'."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import conform
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.models.quota.links import linked, part_of
from spatialcarbon.weights.matrices import standardise


def spillover_criterion(values: pd.Series[Any], weights: Any, *, share: float) -> pd.Series[float]:
    r"""How much does each unit answer for, if part of what it emits is charged to neighbours?

    Use it as a criterion of :func:`allocate` where places emit for one another: a
    power plant beside the city that it serves. The share is an assumption of yours,
    not an estimate; try several. It is no account of trade
    (for that, embodied transfers are needed).

    Parameters
    ----------
    values : Series
        Emissions by unit, not negative.
    weights : Weights
        Who neighbours whom; a unit's part is split among its neighbours in proportion
        to its weights, whatever their coding scheme.
    share : float
        Part of its emissions that a unit passes on, from 0 (nothing) to 1 (all).

    Returns
    -------
    Series
        In the unit and the order of ``values``, of the same sum. A unit without
        neighbours keeps what it emits.

    Raises
    ------
    AlignmentError
        Other units than those of the weights.
    DegenerateDataError
        Weights without any link.
    OptionError
        A share outside 0 to 1.
    SchemaError
        Negative emissions or weights.

    Notes
    -----
    With :math:`w_{ji}` the weights of unit :math:`j`, of sum one over its neighbours:

    .. math:: x_i' = (1 - s)\,x_i + s \sum_j w_{ji}\,x_j, \qquad \sum_i x_i' = \sum_i x_i

    The lag that Moran's I uses, :math:`\sum_j w_{ij} x_j`, is the mean over neighbours.
    Its sum over units is not that of the emissions, which is why the weights stand
    the other way round here.

    Examples
    --------
    In the chain a – b – c, b gives half of its part to each end:

    >>> import spatialcarbon as sc
    >>> edges = pd.DataFrame({"focal": list("abbc"), "neighbor": list("bacb")})
    >>> emitted = pd.Series({"a": 10.0, "b": 20.0, "c": 0.0})
    >>> spillover_criterion(emitted, sc.Weights.from_edges(edges), share=0.5).tolist()
    [10.0, 15.0, 5.0]
    """
    part = part_of(share, "share")
    made = linked(weights)
    emitted = conform(values, made.units, name=text("the emissions"))
    negative = emitted.index[emitted < 0]
    if len(negative):
        raise SchemaError("emissions are negative for {units}", units=some(negative))
    alone = np.isin(made.units, made.isolates)
    kept = np.where(alone, 1.0, 1.0 - part) * emitted.to_numpy()
    received = standardise(made.raw, "R").T @ (part * emitted.to_numpy())
    moved = pd.Series(kept + received, index=made.units, name="spillover")
    return moved.reindex(values.index)
