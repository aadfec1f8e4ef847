"""Global Moran's I: do like values lie next to each other?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum, conform
from spatialcarbon.core.errors import DegenerateDataError, OptionError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, Stream, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.inference import (
    Alternative,
    count_extreme,
    extreme_bounds,
    normal_pvalue,
    permutation_pvalue,
)
from spatialcarbon.stats.permutation import (
    all_orders,
    count_forms,
    default_permutations,
    form_steps,
    quadratic_forms,
)
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

MAX_EXACT_UNITS = 8
REFERENCES = ("moran1950", "cliff1981", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class MoranResult(Result):
    """Global Moran's I with analytical and permutation inference.

    Parameters
    ----------
    statistic : float
        I, dimensionless.
    expected : float
        E[I] = −1/(n−1) when there is no spatial autocorrelation.
    variance_normality, z_normality, pvalue_normality : float
        Under normally distributed values.
    variance_randomization, z_randomization, pvalue_randomization : float
        Over all orders of the values; NaN when n = 3.
    pvalue_permutation : float or None
        (b+1)/(R+1); ``None`` when ``permutations=0``.
    mean_permutation, sd_permutation : float or None
        Of I over the permutations.
    permutations : int
        How many were drawn (n! with ``exact=True``).
    n : int
        Units used, isolates included.
    alternative : str
        What the p-values are against.
    status : str
        ``"ok"``, or ``"var<=0"`` when a variance is not positive.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    A chain of four units, with all 24 orders of their values:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> found = sc.global_moran(pd.Series([1, 2, 3, 4], list("abcd")), w, exact=True)
    >>> round(found.statistic, 9), found.permutations, round(found.pvalue_permutation * 24)
    (0.4, 24, 2)
    >>> found.to_frame()[["statistic", "expected", "n"]].round(3).values.tolist()
    [[0.4, -0.333, 4.0]]
    """

    statistic: float
    expected: float
    variance_normality: float
    variance_randomization: float
    z_normality: float
    z_randomization: float
    pvalue_normality: float
    pvalue_randomization: float
    pvalue_permutation: float | None
    mean_permutation: float | None
    sd_permutation: float | None
    permutations: int
    n: int
    alternative: Alternative
    status: str
    dropped: pd.Index

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the fields of the result."""
        return pd.DataFrame([{name: getattr(self, name) for name in MORAN_COLUMNS}]).astype(
            {"pvalue_permutation": "float64"}
        )


MORAN_COLUMNS = (
    "statistic",
    "expected",
    "variance_normality",
    "variance_randomization",
    "z_normality",
    "z_randomization",
    "pvalue_normality",
    "pvalue_randomization",
    "pvalue_permutation",
    "n",
    "permutations",
    "status",
)


def global_moran(
    values: pd.Series[Any],
    weights: Weights,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    exact: bool = False,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> MoranResult:
    r"""Are like values next to each other more often than chance would have it?

    Use it for one number about a whole map. It does not say where: see
    :func:`spatialcarbon.local_moran`. Rates with very unequal populations
    behind them break its assumption of equal variance.

    Parameters
    ----------
    values : Series
        One number per unit, any unit of measure, indexed by unit.
    weights : Weights, libpysal Graph or W
        Used exactly as given; ``weights.standardised("R")`` is the usual step before.
    alternative : {"two-sided", "greater", "less"}
        What the p-values are against: any, positive, negative autocorrelation.
    permutations : int, optional
        Random orders of the values; 0 skips permutation inference. By default
        99,999, on maps of tens of thousands of units 9,999 or 999, so that a
        call takes seconds; the result says how many were drawn.
    exact : bool
        Enumerate all n! orders in place of drawing (n ≤ 8); p is then #/n!.
    missing : {"raise", "drop"}
        Refuse missing values, or leave the units out of values and weights.
    rng : int, Generator or None
        Seed; recorded in ``settings["seed"]``.

    Returns
    -------
    MoranResult

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError
        When the values do not fit the weights' units.
    DegenerateDataError
        Fewer than three units, constant values, or weights without any link.

    Notes
    -----
    .. math::

        I = \frac{n}{S_0}\,\frac{z'Wz}{z'z}, \qquad E[I] = -\frac{1}{n-1}

    with the variances of Cliff & Ord (1981). The two-sided permutation p-value
    counts draws with :math:`|I_r - E[I]| \ge |I - E[I]|`. I is not confined to
    [−1, 1]. Isolates count in n.

    References
    ----------
    Moran (1950), doi 10.1093/biomet/37.1-2.17. Cliff & Ord (1981), ch. 2.

    Examples
    --------
    A chain of four units with values 1 to 4:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> w = sc.Weights.from_edges(
    ...     pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    ... )
    >>> result = sc.global_moran(
    ...     pd.Series([1, 2, 3, 4], list("abcd")), w.standardised("R"), permutations=0
    ... )
    >>> round(result.statistic, 9), round(result.z_normality, 6)
    (0.4, 1.767083)
    """
    check_option(alternative, Alternative, "alternative")
    stream = resolve_rng(rng)
    ordered, weights, dropped = prepare(values, weights, missing)
    x = np.asarray(ordered, dtype=np.float64)[:, None]
    refuse_degenerate(x, weights)
    z = formulas.deviations(x)
    found = formulas.moments(z, weights.sparse, weights)
    if exact:
        test: PermutationTest | None = exact_test(z, weights, found, alternative)
        drawn = math.factorial(len(x))
    else:
        drawn = checked_permutations(permutations, form_steps(len(x), len(weights.pairs.left)))
        test = permutation_test(z, weights, found, alternative, drawn, stream)
    p = {
        name: float(normal_pvalue(z_score[0], alternative))
        for name, z_score in (("n", found.z_normality), ("r", found.z_randomization))
    }
    return MoranResult(
        method="Global Moran's I",
        statistic=float(found.statistic[0]),
        expected=found.expected,
        variance_normality=found.variance_normality,
        variance_randomization=float(found.variance_randomization[0]),
        z_normality=float(found.z_normality[0]),
        z_randomization=float(found.z_randomization[0]),
        pvalue_normality=p["n"],
        pvalue_randomization=p["r"],
        pvalue_permutation=None if test is None else float(test.pvalue[0]),
        mean_permutation=None if test is None else float(test.mean[0]),
        sd_permutation=None if test is None else float(test.sd[0]),
        permutations=drawn,
        n=len(x),
        alternative=alternative,
        status=variance_status(found)[0],
        dropped=dropped,
        settings={
            **weights.describe(),
            "alternative": alternative,
            "permutations": drawn,
            "exact": exact,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(ordered, weights.label_digest),
        },
        references=REFERENCES,
        remarks=weights.remarks() + dropped_remark(dropped),
    )


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """p-value, mean and standard deviation of I over the draws, per series."""

    pvalue: npt.NDArray[np.float64]
    mean: npt.NDArray[np.float64]
    sd: npt.NDArray[np.float64]


def checked_permutations(permutations: int | None, steps: float) -> int:
    """Return the number of permutations asked for, or one that suits the size of the work.

    Parameters
    ----------
    permutations : int or None
        What the caller gave.
    steps : float
        Elementary steps of one permutation.
    """
    if permutations is None:
        return default_permutations(steps)
    return check_count(permutations, "permutations")


def permutation_test(
    z: Floats,
    weights: Weights,
    found: formulas.Moments,
    alternative: Alternative,
    permutations: int,
    stream: Stream,
) -> PermutationTest | None:
    """Compare I with its values under random orders of the units; ``None`` without draws."""
    if not permutations:
        return None
    scale = len(z) / weights.s0 / (z * z).sum(axis=0)
    low, high = extreme_bounds(found.statistic, found.expected, alternative)
    # Bounds in the unit of z'Wz, so that draws need not be scaled one by one.
    counted = count_forms(
        z,
        weights.pairs,
        permutations,
        stream,
        low=low / scale,
        high=high / scale,
        centre=found.expected / scale,
    )
    pvalue = permutation_pvalue(counted.extreme, permutations)
    return PermutationTest(pvalue, counted.mean * scale, counted.sd * np.abs(scale))


def exact_test(
    z: Floats, weights: Weights, found: formulas.Moments, alternative: Alternative
) -> PermutationTest:
    """Compare I with its values under all n! orders of the units."""
    if len(z) > MAX_EXACT_UNITS:
        raise OptionError(
            "exact=True would enumerate {n}! orders",
            expected="at most {limit} units",
            fix="exact=False, permutations=99999",
            n=len(z),
            limit=MAX_EXACT_UNITS,
        )
    forms = quadratic_forms(z, weights.sparse, all_orders(len(z)))
    draws = forms * (len(z) / weights.s0) / (z * z).sum(axis=0)
    extreme = count_extreme(draws, found.statistic, found.expected, alternative)
    return PermutationTest(extreme / len(draws), draws.mean(axis=0), draws.std(axis=0))


def prepare(
    values: pd.Series[Any], weights: Weights, missing: Missing
) -> tuple[pd.Series[float], Weights, pd.Index]:
    """Align values and weights, drop what is missing, and sort by label.

    Sorting makes the random draws, and so every digit of the result,
    independent of the order in which the map was read.
    """
    check_option(missing, Missing, "missing")
    weights = as_weights(weights)
    aligned = conform(values, weights.units, missing=missing)
    ordered = weights.canonical
    absent = aligned.index[aligned.isna().to_numpy()] if missing == "drop" else aligned.index[:0]
    if len(absent):
        ordered = ordered.subset(ordered.units[~ordered.units.isin(absent)])
    if ordered is not weights:
        aligned = aligned.reindex(ordered.units)
    return aligned, ordered, absent


def refuse_degenerate(x: npt.NDArray[np.float64], weights: Weights) -> None:
    """Raise where the statistic is not defined."""
    if len(x) < 3:
        raise DegenerateDataError(
            "Moran's I needs at least three units, and there are {n}", n=len(x)
        )
    if formulas.is_constant(x).all():
        raise DegenerateDataError(
            "all {n} values are the same ({value:g}), so there is no variation to test",
            fix="check the column, or leave this year out",
            n=len(x),
            value=float(x[0, 0]),
        )
    if weights.s0 <= 0:
        raise DegenerateDataError(
            "no unit has a neighbour, so Moran's I is undefined",
            arrived="{weights}",
            fix="weights.bridged(pairs), or weights that reach further such as knn",
            weights=repr(weights),
        )


def variance_status(found: formulas.Moments) -> list[str]:
    """Return for each series ``"ok"``, or what is wrong with its variance."""
    undefined = np.isnan(found.z_normality) | (
        np.isnan(found.z_randomization) & ~np.isnan(found.variance_randomization)
    )
    return ["var<=0" if wrong else "ok" for wrong in undefined.tolist()]


def dropped_remark(dropped: pd.Index) -> tuple[Text, ...]:
    """Return the remark about units left out for missing values."""
    if len(dropped) == 0:
        return ()
    count, labels = len(dropped), some(dropped)
    return (text("units left out for missing values ({n}): {labels}", n=count, labels=labels),)
