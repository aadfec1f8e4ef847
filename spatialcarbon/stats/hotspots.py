"""Getis and Ord's local G: where do high values gather, and where low ones?"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum
from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_fraction, check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.columns import refuse_undefined
from spatialcarbon.stats.conditional import conditional_test
from spatialcarbon.stats.inference import Correction, adjust_pvalues, normal_pvalue
from spatialcarbon.stats.local_moran import ISOLATE, NOT_SIGNIFICANT, few_permutations
from spatialcarbon.stats.moran import checked_permutations, dropped_remark, prepare
from spatialcarbon.stats.tails import tail_steps
from spatialcarbon.weights.matrices import Matrix, row_sums
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Inference = Literal["permutation", "normal"]

HOT, COLD = "Hot spot", "Cold spot"
NAME = text("local G")
REFERENCES = ("getis1992", "ord1995", "benjamini1995", "caldas2006", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalGResult(Result):
    """Local G or G* of every unit.

    Parameters
    ----------
    statistic : Series of float
        By unit: Ord and Getis' standardised G (a z-score): above 0 high values gather,
        below 0 low ones. NaN for isolates.
    share : Series of float
        By unit: Getis and Ord's first form, the part of the total that lies in the
        neighbourhood, by raw weights. NaN where any value is negative.
    pvalue : Series of float
        By unit: two-sided, by the chosen inference; NaN for isolates.
    pvalue_normality : Series of float
        By unit: two-sided, of ``statistic`` under the standard normal.
    qvalue : Series of float
        By unit: ``pvalue`` adjusted for testing many units.
    label : Series of str
        By unit: ``"Hot spot"``, ``"Cold spot"``, ``"Not significant"`` or ``"Isolate"``.
    star : bool
        Whether the unit itself belongs to its neighbourhood.
    inference, alpha, correction, permutations : str, float, str, int
        What is behind ``label``.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links)
    >>> found = sc.local_g(pd.Series([1, 2, 3, 4], list("abcd")), w, permutations=0)
    >>> found.to_frame()[["unit", "statistic", "share"]].round(3).values.tolist()
    [['a', -1.549, 0.3], ['b', -1.342, 0.6], ['c', 1.342, 0.9], ['d', 1.549, 0.7]]
    >>> found.counts["Not significant"].item()
    4
    """

    statistic: pd.Series[float]
    share: pd.Series[float]
    pvalue: pd.Series[float]
    pvalue_normality: pd.Series[float]
    qvalue: pd.Series[float]
    label: pd.Series[str]
    star: bool
    inference: Inference
    alpha: float
    correction: Correction
    permutations: int
    dropped: pd.Index

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, statistic, share, p-values, label."""
        columns = ("statistic", "share", "pvalue", "pvalue_normality", "qvalue", "label")
        frame = pd.DataFrame({name: getattr(self, name) for name in columns})
        frame.insert(0, "unit", self.statistic.index)
        return frame.reset_index(drop=True)

    @property
    def counts(self) -> pd.Series[int]:
        """Number of units under each label, every label present."""
        every = [HOT, COLD, NOT_SIGNIFICANT, ISOLATE]
        return self.label.value_counts().reindex(every, fill_value=0)


def local_g(
    values: pd.Series[Any],
    weights: Weights,
    *,
    star: bool = True,
    inference: Inference = "permutation",
    permutations: int | None = None,
    alpha: float = 0.05,
    correction: Correction = "fdr_bh",
    independent: bool = False,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> LocalGResult:
    r"""Where are concentrations of high values, and where of low ones?

    Use it when outliers are of no interest: unlike
    :func:`spatialcarbon.local_moran` it tells hot from cold and nothing else.

    Parameters
    ----------
    values : Series
        One number per unit, indexed by unit.
    weights : Weights, libpysal Graph or W
        The raw weights are used: standardising rows changes no z-score.
    star : bool
        G*: the unit belongs to its own neighbourhood, with the largest weight of
        its neighbours: 1 under binary contiguity, where all count alike. ``False``
        is G, the neighbours alone.
    inference : {"permutation", "normal"}
        Conditional permutation, or the z-score under the normal curve as most
        GIS programs do it.
    permutations : int, optional
        Conditional draws per unit; 0 skips them. By default 99,999, fewer where that
        would take minutes.
    alpha : float
        Level at which a unit is labelled, compared with the adjusted p-value.
    correction : {"fdr_bh", "bonferroni", "none"}
        For testing many units at once.
    independent : bool
        Draw afresh for every unit; see :func:`spatialcarbon.local_moran`.
    missing : {"raise", "drop"}
        Refuse missing values, or leave the units out of values and weights.
    rng : int, Generator or None
        Seed; recorded in ``settings["seed"]``.

    Returns
    -------
    LocalGResult
        On the units of the weights, in their order.

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError, DegenerateDataError
        As for :func:`spatialcarbon.global_moran`.

    Warns
    -----
    PermutationWarning
        When so few permutations were drawn that the correction could hardly find anything.

    Notes
    -----
    With :math:`W_i = \sum_j w_{ij}`, :math:`S_{1i} = \sum_j w_{ij}^2`, mean
    :math:`\bar x` and variance :math:`s^2` (divisor n),

    .. math::

        G_i^* = \frac{\sum_j w_{ij} x_j - W_i \bar x}
                     {s \sqrt{(n S_{1i} - W_i^2)/(n-1)}}

    with :math:`w_{ii} = \max_j w_{ij}`. G leaves i out everywhere: sums over
    :math:`j \ne i`, mean and variance of the other n − 1 units, n − 1 for n.
    These are the exact moments under random assignment (Ord & Getis 1995).

    Under conditional permutation the unit's own value stays in place, so that
    G, G* and local Moran's I have the same p-value: all three ask whether the
    neighbours' sum is unusual. A hot spot needs a high sum among the draws and
    a positive z-score. esda takes a row-standardised row for a single
    neighbour in its variance, which makes its z-scores too small; with binary
    weights it agrees.

    References
    ----------
    Getis & Ord (1992), doi 10.1111/j.1538-4632.1992.tb00261.x. Ord & Getis
    (1995), doi 10.1111/j.1538-4632.1995.tb00912.x.

    Examples
    --------
    A chain of four units with values 1 to 4: the last and its neighbour hold 7 of 10.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> w = sc.Weights.from_edges(
    ...     pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    ... )
    >>> result = sc.local_g(pd.Series([1, 2, 3, 4], list("abcd")), w, permutations=0)
    >>> round(float(result.share["d"]), 6), round(float(result.statistic["d"]), 6)
    (0.7, 1.549193)
    """
    check_option(inference, Inference, "inference")
    check_option(correction, Correction, "correction")
    alpha = check_fraction(alpha, "alpha")
    stream = resolve_rng(rng)
    source = as_weights(weights)
    ordered, weights, dropped = prepare(values, source, missing)
    units = weights.units
    x = np.asarray(ordered, dtype=np.float64)
    refuse_undefined(NAME, {"": x}, weights)

    drawn = checked_permutations(
        0 if inference == "normal" else permutations,
        tail_steps(weights.neighbours, independent=independent),
    )
    alone = weights.neighbours.cardinality == 0
    scores = g_scores(x, weights.raw, star=star)
    found = np.where(alone, np.nan, scores)
    normal = normal_pvalue(found, "two-sided")
    test = conditional_test(x, weights, drawn, stream, independent=independent)
    pvalue = normal if inference == "normal" else test.pvalue
    qvalue = adjust_pvalues(pvalue, correction)
    few = few_permutations(int((~alone).sum()), drawn, alpha, correction)
    if few:
        warnings.warn(PermutationWarning(few[0]), stacklevel=2)
    side = np.sign(np.nan_to_num(found))
    if inference == "permutation":
        side = np.where(test.side == side, side, 0)
    significant = (qvalue <= alpha) & (side != 0)
    label = np.where(significant, np.where(side > 0, HOT, COLD), NOT_SIGNIFICANT)
    label = np.where(alone, ISOLATE, label)
    back = source.units[source.units.isin(units)]

    def series(data: Any) -> pd.Series[Any]:
        return pd.Series(data, units).reindex(back)

    tested = drawn or inference == "normal"
    untested = () if tested else (text("no test was made: permutations=0"),)
    return LocalGResult(
        method="Getis-Ord local G*" if star else "Getis-Ord local G",
        statistic=series(found),
        share=series(np.where(alone, np.nan, g_shares(x, weights.raw, star=star))),
        pvalue=series(pvalue),
        pvalue_normality=series(normal),
        qvalue=series(qvalue),
        label=series(label),
        star=star,
        inference=inference,
        alpha=alpha,
        correction=correction,
        permutations=drawn,
        dropped=dropped,
        settings={
            **weights.describe(),
            "star": star,
            "inference": inference,
            "permutations": drawn,
            "alpha": alpha,
            "correction": correction,
            "independent": independent,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(ordered),
        },
        references=REFERENCES,
        remarks=weights.remarks() + dropped_remark(dropped) + untested + few,
    )


def self_weights(raw: Matrix) -> Floats:
    """Return the weight of each unit in its own neighbourhood: the largest of its neighbours."""
    return np.asarray(raw.max(axis=1).toarray(), dtype=np.float64).ravel()


def g_scores(x: Floats, raw: Matrix, *, star: bool) -> Floats:
    """Return the z-score of each neighbourhood's sum; NaN where undefined."""
    n = len(x)
    z = formulas.deviations(x)
    z = z / np.sqrt((z * z).mean())
    total, squares = row_sums(raw), row_sums(raw, raw.data**2)
    lag = np.asarray(raw @ z)
    if star:
        own = self_weights(raw)
        total, squares, lag = total + own, squares + own**2, lag + own * z
        size, mean, variance = n, np.zeros(n), np.ones(n)
    else:
        size, mean = n - 1, -z / (n - 1)
        variance = (n - z**2) / (n - 1) - mean**2
    excess = lag - total * mean
    if not star:
        # Where a unit has so much of the variance, subtracting its part would leave few digits.
        for i in np.flatnonzero(z**2 > n / 4).tolist():
            excess[i], variance[i] = among_others(x, raw, i)
    spread = (size * squares - total**2) / (size - 1)
    # Nothing is random where all are neighbours alike, or all the others equal.
    fixed = (spread <= 1e-12 * size * squares) | (variance <= 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = excess / np.sqrt(np.where(fixed, np.nan, variance * spread))
    return np.asarray(scores, dtype=np.float64)


def among_others(x: Floats, raw: Matrix, unit: int) -> tuple[float, float]:
    """Return the sum around a unit less its expectation, and the variance, of the others alone."""
    others = np.arange(len(x)) != unit
    if formulas.is_constant(x[others]):
        return 0.0, 0.0
    d = np.zeros_like(x)
    d[others] = formulas.deviations(x[others])
    row = slice(raw.indptr[unit], raw.indptr[unit + 1])
    return float(raw.data[row] @ d[raw.indices[row]]), float(d @ d / (len(x) - 1))


def g_shares(x: Floats, raw: Matrix, *, star: bool) -> Floats:
    """Return the part of the total in each neighbourhood; NaN with negative values."""
    lag = np.asarray(raw @ x)
    inside = lag + self_weights(raw) * x if star else lag
    whole = np.full(len(x), x.sum()) if star else x.sum() - x
    if (x < 0).any():
        return np.full(len(x), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(whole > 0, inside / whole, np.nan), dtype=np.float64)
