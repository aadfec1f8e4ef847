"""Local Moran's I: where do like values lie next to each other?"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum
from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_fraction, check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.inference import Correction, adjust_pvalues, tie_tolerance
from spatialcarbon.stats.moran import (
    DEFAULT_PERMUTATIONS,
    dropped_remark,
    prepare,
    refuse_degenerate,
)
from spatialcarbon.stats.permutation import BLOCK, distinct_draws
from spatialcarbon.weights.matrices import Matrix, standardise
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Scaling = Literal["n", "n-1"]

LABELS = {"HH": "High-High", "LL": "Low-Low", "HL": "High-Low", "LH": "Low-High"}
NOT_SIGNIFICANT = "Not significant"
ISOLATE = "Isolate"
REFERENCES = ("anselin1995", "benjamini1995", "caldas2006", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalMoranResult(Result):
    """Local Moran's I of every unit, with conditional permutation inference.

    Parameters
    ----------
    statistic, lag, pvalue, qvalue : Series of float
        Local I; spatial lag of the deviations, in the unit of the values; raw
        and adjusted p-values. NaN for isolates.
    deviation : Series of float
        Value minus mean.
    quadrant : Series of str
        ``"HH"``, ``"LL"``, ``"HL"``, ``"LH"``, or ``"none"`` where the deviation
        or the lag is zero or there are no neighbours.
    label : Series of str
        ``"High-High"``, ``"Low-Low"``, ``"High-Low"``, ``"Low-High"``,
        ``"Not significant"`` or ``"Isolate"``.
    global_statistic : float
        Global I of the same data: the sum of local I over S0 (``scaling="n"``).
    alpha, correction, permutations : float, str, int
        Level and method behind ``label``; conditional draws per unit.
    dropped : Index
        Units left out with ``missing="drop"``.
    """

    statistic: pd.Series[float]
    lag: pd.Series[float]
    deviation: pd.Series[float]
    quadrant: pd.Series[str]
    pvalue: pd.Series[float]
    qvalue: pd.Series[float]
    label: pd.Series[str]
    global_statistic: float
    alpha: float
    correction: Correction
    permutations: int
    dropped: pd.Index

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, statistic, lag, quadrant, pvalue, qvalue, label."""
        columns = ("statistic", "lag", "quadrant", "pvalue", "qvalue", "label")
        frame = pd.DataFrame({name: getattr(self, name) for name in columns})
        frame.insert(0, "unit", self.statistic.index)
        return frame.reset_index(drop=True)

    @property
    def counts(self) -> pd.Series[int]:
        """Number of units under each label, every label present."""
        every = [*LABELS.values(), NOT_SIGNIFICANT, ISOLATE]
        return self.label.value_counts().reindex(every, fill_value=0)


def local_moran(
    values: pd.Series[Any],
    weights: Weights,
    *,
    permutations: int = DEFAULT_PERMUTATIONS,
    alpha: float = 0.05,
    correction: Correction = "fdr_bh",
    scaling: Scaling = "n",
    independent: bool = False,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> LocalMoranResult:
    r"""Where are the hot spots, cold spots and outliers?

    Use it to map clusters after, or beside, :func:`spatialcarbon.global_moran`.
    A label says that a unit and its neighbours are alike (or unlike) beyond
    chance, not why.

    Parameters
    ----------
    values : Series
        One number per unit, indexed by unit.
    weights : Weights, libpysal Graph or W
        Used exactly as given; ``weights.standardised("R")`` is the usual step before.
    permutations : int
        Conditional draws per unit; 0 skips the test (p-values are NaN).
    alpha : float
        Level at which a unit is labelled, compared with the adjusted p-value.
    correction : {"fdr_bh", "bonferroni", "none"}
        For testing many units at once; the default controls the false
        discovery rate.
    scaling : {"n", "n-1"}
        Divisor of the variance. ``"n"`` makes the local values sum to
        :math:`S_0 I`; ``"n-1"`` is what esda and GeoDa print.
    independent : bool
        Draw afresh for every unit. By default all units share one table of
        draws: each p-value is as valid, their Monte Carlo errors move together.
    missing : {"raise", "drop"}
        Refuse missing values, or leave the units out of values and weights.
    rng : int, Generator or None
        Seed; recorded in ``settings["seed"]``.

    Returns
    -------
    LocalMoranResult
        On the units of the weights, in their order.

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError, DegenerateDataError
        As for :func:`spatialcarbon.global_moran`.

    Warns
    -----
    PermutationWarning
        When so few permutations were drawn that the correction could hardly
        find anything, with the number that would do.

    Notes
    -----
    .. math::

        I_i = \frac{z_i}{m_2} \sum_j w_{ij} z_j, \qquad m_2 = \frac1n \sum_i z_i^2

    The neighbours' values are drawn without replacement from the other n − 1
    units, :math:`x_i` held fixed; p is two-sided,
    :math:`\min(1, 2\min(p_>, p_<))` with the (b+1)/(R+1) rule. Isolates have no
    statistic and do not count as tests.

    References
    ----------
    Anselin (1995), doi 10.1111/j.1538-4632.1995.tb00338.x. Benjamini &
    Hochberg (1995), doi 10.1111/j.2517-6161.1995.tb02031.x.
    """
    check_option(correction, Correction, "correction")
    check_option(scaling, Scaling, "scaling")
    permutations = check_count(permutations, "permutations")
    alpha = check_fraction(alpha, "alpha")
    stream = resolve_rng(rng)
    source_order = as_weights(weights).units
    ordered, weights, dropped = prepare(values, weights, missing)
    units = weights.units
    x = np.asarray(ordered, dtype=np.float64)
    refuse_degenerate(x[:, None], weights)

    z = formulas.deviations(x)
    lag = np.asarray(weights.sparse @ z)
    m2 = float((z * z).mean())
    local = z * lag / m2
    alone = weights.cardinalities.to_numpy() == 0
    # Signs and ranks do not hang on the unit of measure, so nor may the
    # tolerance for ties: they are judged on standard deviations and row shares.
    scaled = z / np.sqrt(m2)
    shares = standardise(weights.raw, "R")
    pvalue = np.full(len(x), np.nan)
    if permutations:
        pvalue[~alone] = conditional_pvalues(
            scaled,
            shares,
            np.flatnonzero(~alone),
            [stream.generator("local", unit) for unit in units[~alone]]
            if independent
            else stream.generator("local"),
            permutations,
        )
    qvalue = adjust_pvalues(pvalue, correction)
    few = few_permutations(int((~alone).sum()), permutations, alpha, correction)
    if few:
        warnings.warn(PermutationWarning(few[0]), stacklevel=2)

    quadrant = quadrants(scaled, np.asarray(shares @ scaled), alone)
    label = np.where(
        alone,
        ISOLATE,
        np.where(
            (qvalue <= alpha) & (quadrant != "none"),
            [LABELS.get(q, "") for q in quadrant],
            NOT_SIGNIFICANT,
        ),
    )
    factor = 1.0 if scaling == "n" else (len(x) - 1) / len(x)
    local = np.where(alone, np.nan, local * factor)
    lag = np.where(alone, np.nan, lag)
    back = source_order[source_order.isin(units)]

    def series(data: Any) -> pd.Series[Any]:
        return pd.Series(data, units).reindex(back)

    untested = () if permutations else (text("no test was made: permutations=0"),)
    return LocalMoranResult(
        method="Local Moran's I",
        statistic=series(local),
        lag=series(lag),
        deviation=series(z),
        quadrant=series(quadrant),
        pvalue=series(pvalue),
        qvalue=series(qvalue),
        label=series(label),
        global_statistic=float(formulas.statistic(z[:, None], weights.sparse, weights.s0)[0]),
        alpha=alpha,
        correction=correction,
        permutations=permutations,
        dropped=dropped,
        settings={
            **weights.describe(),
            "permutations": permutations,
            "alpha": alpha,
            "correction": correction,
            "scaling": scaling,
            "independent": independent,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(ordered),
        },
        references=REFERENCES,
        remarks=weights.remarks() + dropped_remark(dropped) + untested + few,
    )


def quadrants(z: Floats, lag: Floats, alone: npt.NDArray[np.bool_]) -> npt.NDArray[np.str_]:
    """Return quadrants of the Moran scatter plot; ``"none"`` on an axis or without neighbours."""
    zero = 1e-12 * max(1.0, float(np.abs(z).max()))
    own = np.where(z > 0, "H", "L")
    others = np.where(lag > 0, "H", "L")
    on_axis = alone | (np.abs(z) <= zero) | (np.abs(lag) <= zero)
    return np.where(on_axis, "none", np.char.add(own, others))


def conditional_pvalues(
    z: Floats,
    matrix: Matrix,
    tested: npt.NDArray[np.intp],
    generators: np.random.Generator | list[np.random.Generator],
    permutations: int,
) -> Floats:
    """Return two-sided p-values of local I by conditional permutation.

    With one generator, one table of distinct draws, one column wider than the
    largest number of neighbours, serves every unit: where a unit finds itself
    among its first k draws, the (k+1)-th takes that place, which leaves an
    exact uniform draw of k others. With a generator per tested unit, each has
    its own table.
    """
    n = len(z)
    width = min(n, int(np.diff(matrix.indptr).max()) + 1)
    rows = max(1, BLOCK // width)
    sizes = [min(rows, permutations - start) for start in range(0, permutations, rows)]
    above = np.zeros(len(tested), dtype=np.int64)
    below = np.zeros(len(tested), dtype=np.int64)
    shared = None if isinstance(generators, list) else generators
    for size in sizes:
        if shared is not None:
            table = distinct_draws(n, width, size, shared)
            gathered = z[table]
        for at, i in enumerate(tested):
            piece = slice(matrix.indptr[i], matrix.indptr[i + 1])
            w, neighbors = matrix.data[piece], matrix.indices[piece]
            k = len(w)
            if isinstance(generators, list):
                table = distinct_draws(n, min(n, k + 1), size, generators[at])
                gathered = z[table]
            sums = lag_draws(table, gathered, w, int(i))
            observed = float(z[i] * (w @ z[neighbors]))
            drawn = z[i] * sums
            slack = tie_tolerance(observed)
            above[at] += np.count_nonzero(drawn >= observed - slack)
            below[at] += np.count_nonzero(drawn <= observed + slack)
    smaller = np.minimum(above, below)
    return np.asarray(np.minimum(1.0, 2 * (smaller + 1) / (permutations + 1)))


def lag_draws(table: npt.NDArray[np.int32], gathered: Floats, w: Floats, unit: int) -> Floats:
    """Return the weighted sum of k drawn values per row, the unit's own value never among them."""
    k = len(w)
    sums = gathered[:, :k] @ w
    row, column = np.nonzero(table[:, :k] == unit)
    if len(row):
        sums[row] += w[column] * (gathered[row, k] - gathered[row, column])
    return np.asarray(sums, dtype=np.float64)


def few_permutations(
    tests: int, permutations: int, alpha: float, correction: Correction
) -> tuple[Text, ...]:
    """Return a remark when the smallest possible p-value is too large for the correction."""
    if not permutations or correction == "none":
        return ()
    needed = 2 * tests / (alpha * (permutations + 1))
    if needed <= 1:
        return ()
    facts = {
        "permutations": permutations,
        "floor": f"{2 / (permutations + 1):.3g}",
        "needed": math.ceil(needed),
        "tests": tests,
        "enough": math.ceil(2 * tests / alpha) - 1,
    }
    if correction == "bonferroni":
        return (
            text(
                "{permutations} permutations give no p-value below {floor}: no unit can be "
                "significant after the Bonferroni correction; permutations={enough} would let a "
                "single unit stand out",
                **facts,
            ),
        )
    return (
        text(
            "{permutations} permutations give no p-value below {floor}: at least {needed} of "
            "{tests} units would have to reach it together; permutations={enough} would let a "
            "single unit stand out",
            **facts,
        ),
    )
