"""Local bivariate Moran's I: where does one variable go with another one next door?"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum
from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_fraction, check_option
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.bivariate import NAME
from spatialcarbon.stats.columns import prepare_columns, refuse_undefined
from spatialcarbon.stats.conditional import conditional_test
from spatialcarbon.stats.inference import Correction, adjust_pvalues, rounding
from spatialcarbon.stats.local_moran import (
    LABEL_NAMES,
    QUADRANT_NAMES,
    LocalMoranResult,
    few_permutations,
    named,
    quadrant_codes,
)
from spatialcarbon.stats.moran import checked_permutations, dropped_remark
from spatialcarbon.stats.tails import tail_steps
from spatialcarbon.weights.weights import Weights, as_weights

REFERENCES = ("anselin2002", "lee2001", "benjamini1995", "caldas2006", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalBivariateMoranResult(LocalMoranResult):
    """Local bivariate Moran's I of every unit, with conditional permutation inference.

    Parameters
    ----------
    statistic, pvalue, qvalue : Series of float
        By unit: local I, dimensionless; raw and adjusted p-values. NaN for isolates.
    lag : Series of float
        By unit: spatial lag of the deviations of y, in the unit of y.
    deviation, neighbor_deviation : Series of float
        By unit: x minus its mean, in the unit of x; y minus its mean, in that of y.
    quadrant, label : Series of str
        As for :class:`LocalMoranResult`, the first word about x in the unit, the
        second about y in its neighbours.
    global_statistic : float
        Bivariate I of the same data, dimensionless.
    alpha, correction, permutations : float, str, int
        Level and method behind ``label``; conditional draws per unit.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> x, y = pd.Series([1, 2, 3, 4], list("abcd")), pd.Series([1, 3, 2, 4], list("abcd"))
    >>> found = sc.local_bivariate_moran(x, y, w, permutations=0)
    >>> found.to_frame()[["unit", "statistic", "lag", "quadrant"]].round(9).values.tolist()
    [['a', -0.6, 0.5, 'LH'], ['b', 0.4, -1.0, 'LL'], ['c', 0.4, 1.0, 'HH'], ['d', -0.6, -0.5, 'HL']]
    >>> found.counts["Not significant"].item()
    4
    """

    neighbor_deviation: pd.Series[float]


def local_bivariate_moran(
    x: pd.Series[Any],
    y: pd.Series[Any],
    weights: Weights,
    *,
    permutations: int | None = None,
    alpha: float = 0.05,
    correction: Correction = "fdr_bh",
    independent: bool = False,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> LocalBivariateMoranResult:
    r"""Where is x high among neighbours with a high y, and where is it the other way round?

    Use it to map what :func:`spatialcarbon.bivariate_moran` sums up. A label
    describes a place; it does not say that y next door acts on x.

    Parameters
    ----------
    x, y : Series
        One number per unit, indexed by unit: x in the unit itself, y in its neighbours.
    weights : Weights, libpysal Graph or W
        Used exactly as given; ``weights.standardised("R")`` is the usual step before.
    permutations : int, optional
        Conditional draws per unit; 0 skips the test (p-values are NaN). By default
        99,999, fewer where that would take minutes.
    alpha : float
        Level at which a unit is labelled, compared with the adjusted p-value.
    correction : {"fdr_bh", "bonferroni", "none"}
        For testing many units at once.
    independent : bool
        Draw afresh for every unit; see :func:`spatialcarbon.local_moran`.
    missing : {"raise", "drop"}
        Refuse missing values, or leave out units that lack x or y.
    rng : int, Generator or None
        Seed; recorded in ``settings["seed"]``.

    Returns
    -------
    LocalBivariateMoranResult
        On the units of the weights, in their order.

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError, DegenerateDataError
        As for :func:`spatialcarbon.bivariate_moran`.

    Warns
    -----
    PermutationWarning
        When so few permutations were drawn that the correction could hardly find anything.

    Notes
    -----
    .. math::

        I_i = \frac{u_i}{s_x} \sum_j w_{ij} \frac{v_j}{s_y}

    with deviations u of x and v of y and standard deviations s (divisor n), so
    that the local values sum to :math:`S_0 I_{xy}`. The neighbours' values of y
    are drawn without replacement from the other n − 1 units; two-sided
    p-values as for :func:`spatialcarbon.local_moran`, so that p
    hangs on y alone, and x decides the label only. A unit whose x is the
    mean has statistic 0 whatever its neighbours do, and p = 1.

    References
    ----------
    Anselin, Syabri & Smirnov (2002). Lee (2001), doi 10.1007/s101090100064.

    Examples
    --------
    The first unit has u = −1.5, its neighbour v = 0.5, and both variances are 1.25:
    −1.5 · 0.5 / 1.25 = −0.6.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> x, y = pd.Series([1, 2, 3, 4], list("abcd")), pd.Series([1, 3, 2, 4], list("abcd"))
    >>> found = sc.local_bivariate_moran(x, y, w, permutations=0)
    >>> found.statistic.round(9).tolist(), round(found.global_statistic, 9)
    ([-0.6, 0.4, 0.4, -0.6], -0.1)
    """
    check_option(correction, Correction, "correction")
    alpha = check_fraction(alpha, "alpha")
    stream = resolve_rng(rng)
    source = as_weights(weights)
    columns, weights, dropped = prepare_columns({"x": x, "y": y}, source, missing)
    units = weights.units
    first, second = (columns[name].to_numpy(dtype=np.float64) for name in ("x", "y"))
    refuse_undefined(NAME, {"x": first, "y": second}, weights)

    u, v = formulas.deviations(first), formulas.deviations(second)
    drawn = checked_permutations(
        permutations, tail_steps(weights.neighbours, independent=independent)
    )
    own, others = u / np.sqrt((u * u).mean()), v / np.sqrt((v * v).mean())
    lag = np.asarray(weights.sparse @ v)
    local = own * np.asarray(weights.sparse @ others)
    alone = weights.neighbours.cardinality == 0
    zero = np.abs(u) <= rounding(first)
    pvalue = conditional_test(second, weights, drawn, stream, independent=independent).pvalue
    if drawn:
        # A unit at the mean of x has the same statistic, zero, whatever its neighbours.
        pvalue[zero & ~alone] = 1.0
    qvalue = adjust_pvalues(pvalue, correction)
    few = few_permutations(int((~alone).sum()), drawn, alpha, correction)
    if few:
        warnings.warn(PermutationWarning(few[0]), stacklevel=2)
    kind = quadrant_codes(
        u, lag, alone | zero | (np.abs(lag) <= rounding(second) * weights.neighbours.total)
    )
    significant = (qvalue <= alpha) & (kind > 0)
    marked = np.where(alone, len(LABEL_NAMES) - 1, np.where(significant, kind, 0))
    back = source.units[source.units.isin(units)]

    def series(data: Any) -> pd.Series[Any]:
        return pd.Series(data, units).reindex(back)

    untested = () if drawn else (text("no test was made: permutations=0"),)
    return LocalBivariateMoranResult(
        method="Local bivariate Moran's I",
        statistic=series(np.where(alone, np.nan, local)),
        lag=series(np.where(alone, np.nan, lag)),
        deviation=series(u),
        neighbor_deviation=series(v),
        quadrant=series(named(kind, QUADRANT_NAMES)),
        pvalue=series(pvalue),
        qvalue=series(qvalue),
        label=series(named(marked, LABEL_NAMES)),
        global_statistic=float(local.sum() / weights.s0),
        alpha=alpha,
        correction=correction,
        permutations=drawn,
        dropped=dropped,
        settings={
            **weights.describe(),
            "permutations": drawn,
            "alpha": alpha,
            "correction": correction,
            "independent": independent,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(columns),
        },
        references=REFERENCES,
        remarks=weights.remarks() + dropped_remark(dropped) + untested + few,
    )
