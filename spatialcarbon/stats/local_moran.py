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
from spatialcarbon.core.options import check_fraction, check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.conditional import conditional_test
from spatialcarbon.stats.inference import Correction, adjust_pvalues, rounding
from spatialcarbon.stats.moran import (
    checked_permutations,
    dropped_remark,
    prepare,
    refuse_degenerate,
)
from spatialcarbon.stats.tails import tail_steps
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

Scaling = Literal["n", "n-1"]

LABELS = {"HH": "High-High", "LL": "Low-Low", "HL": "High-Low", "LH": "Low-High"}
NOT_SIGNIFICANT = "Not significant"
ISOLATE = "Isolate"
QUADRANT_NAMES = pd.Index(["none", *LABELS])
LABEL_NAMES = pd.Index([NOT_SIGNIFICANT, *LABELS.values(), ISOLATE])
REFERENCES = ("anselin1995", "benjamini1995", "caldas2006", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalMoranResult(Result):
    """Local Moran's I of every unit, with conditional permutation inference.

    Parameters
    ----------
    statistic, lag, pvalue, qvalue : Series of float
        By unit: local I, dimensionless; spatial lag of the deviations, in the unit of
        the values; raw and adjusted p-values. NaN for isolates.
    deviation : Series of float
        By unit: value minus mean, in the unit of the values.
    quadrant : Series of str
        By unit: ``"HH"``, ``"LL"``, ``"HL"``, ``"LH"``, or ``"none"`` where the deviation
        or the lag is zero or there are no neighbours.
    label : Series of str
        By unit: ``"High-High"``, ``"Low-Low"``, ``"High-Low"``, ``"Low-High"``,
        ``"Not significant"`` or ``"Isolate"``.
    global_statistic : float
        Dimensionless global I of the same data: the sum of local I over S0 (``scaling="n"``).
    alpha, correction, permutations : float, str, int
        Level and method behind ``label``; conditional draws per unit.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    A chain with values 1 to 4. The local values sum to S0 times the global one:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> found = sc.local_moran(pd.Series([1, 2, 3, 4], list("abcd")), w, permutations=0)
    >>> found.quadrant.tolist(), found.counts["Not significant"].item()
    (['LL', 'LL', 'HH', 'HH'], 4)
    >>> found.to_frame()[["unit", "lag"]].values.tolist()
    [['a', -0.5], ['b', -0.5], ['c', 0.5], ['d', 0.5]]
    >>> f"{found.statistic.sum():.3f} = {w.s0:.0f} x {found.global_statistic:.3f}"
    '1.600 = 4 x 0.400'
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
    permutations: int | None = None,
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
    permutations : int, optional
        Conditional draws per unit; 0 skips the test (p-values are NaN). By
        default 99,999; 9,999 or 999 where that many would take minutes (very
        large maps with unequal weights in a row, or ``independent=True``).
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

    Examples
    --------
    A chain with values 1 to 4: z = −1.5, −0.5, 0.5, 1.5 and m2 = 1.25. The first unit has one
    neighbour, so its local I is −1.5 · −0.5 / 1.25 = 0.6:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> found = sc.local_moran(pd.Series([1, 2, 3, 4], list("abcd")), w, permutations=0)
    >>> found.statistic.round(9).tolist()
    [0.6, 0.2, 0.2, 0.6]
    """
    check_option(correction, Correction, "correction")
    check_option(scaling, Scaling, "scaling")
    alpha = check_fraction(alpha, "alpha")
    stream = resolve_rng(rng)
    source = as_weights(weights)
    ordered, weights, dropped = prepare(values, source, missing)
    units = weights.units
    x = np.asarray(ordered, dtype=np.float64)
    refuse_degenerate(x[:, None], weights)
    links = weights.neighbours
    permutations = checked_permutations(
        permutations, tail_steps(links, independent=bool(independent))
    )

    z = formulas.deviations(x)
    lag = np.asarray(weights.sparse @ z)
    m2 = float((z * z).mean())
    alone = links.cardinality == 0
    near = rounding(x)
    zero = np.abs(z) <= near
    pvalue = conditional_test(x, weights, permutations, stream, independent=independent).pvalue
    if permutations:
        # A unit at the mean has the same statistic, zero, whatever its neighbours.
        pvalue[zero & ~alone] = 1.0
    qvalue = adjust_pvalues(pvalue, correction)
    few = few_permutations(int((~alone).sum()), permutations, alpha, correction)
    if few:
        warnings.warn(PermutationWarning(few[0]), stacklevel=2)

    # No tolerance may hang on the unit of measure or on how weights were scaled.
    kind = quadrant_codes(z, lag, alone | zero | (np.abs(lag) <= near * links.total))
    significant = (qvalue <= alpha) & (kind > 0)
    marked = np.where(alone, len(LABEL_NAMES) - 1, np.where(significant, kind, 0))
    factor = 1.0 if scaling == "n" else (len(x) - 1) / len(x)
    local = np.where(alone, np.nan, z * lag * (factor / m2))
    overall = float(formulas.statistic_of_lag(z, lag, weights.s0))
    lag = np.where(alone, np.nan, lag)
    back = None if units is source.units else source.units[source.units.isin(units)]

    def series(data: Any) -> pd.Series[Any]:
        found = pd.Series(data, units, copy=False)
        return found if back is None else found.reindex(back)

    untested = () if permutations else (text("no test was made: permutations=0"),)
    return LocalMoranResult(
        method="Local Moran's I",
        statistic=series(local),
        lag=series(lag),
        deviation=series(z),
        quadrant=series(named(kind, QUADRANT_NAMES)),
        pvalue=series(pvalue),
        qvalue=series(qvalue),
        label=series(named(marked, LABEL_NAMES)),
        global_statistic=overall,
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
            "data": checksum(ordered, weights.label_digest),
        },
        references=REFERENCES,
        remarks=weights.remarks() + dropped_remark(dropped) + untested + few,
    )


def quadrant_codes(z: Floats, lag: Floats, none: Flags) -> npt.NDArray[np.int8]:
    """Return positions in ``QUADRANT_NAMES``: the quadrant of the Moran scatter plot."""
    codes = 1 + (z <= 0) + 2 * ((z > 0) != (lag > 0))
    return np.where(none, 0, codes).astype(np.int8)


def named(codes: npt.NDArray[Any], names: pd.Index) -> Any:
    """Return the names that codes stand for, as an array of text."""
    return names.take(codes).array


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
