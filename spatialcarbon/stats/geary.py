"""Geary's C: how much do neighbours differ, compared with any two places?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.columns import refuse_undefined
from spatialcarbon.stats.inference import (
    Alternative,
    count_extreme,
    normal_pvalue,
    permutation_pvalue,
)
from spatialcarbon.stats.moran import (
    MORAN_COLUMNS,
    checked_permutations,
    dropped_remark,
    prepare,
)
from spatialcarbon.stats.permutation import form_steps, permuted_forms
from spatialcarbon.weights.matrices import rows_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.weights.weights import Weights

    Floats = npt.NDArray[np.float64]

NAME = text("Geary's C")
REFERENCES = ("geary1954", "cliff1981", "phipson2010")

OPPOSITE: dict[Alternative, Alternative] = {
    "two-sided": "two-sided",
    "greater": "less",
    "less": "greater",
}
"""Alternatives speak of autocorrelation, and that is positive where C is small."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GearyResult(Result):
    """Geary's C with analytical and permutation inference.

    Parameters
    ----------
    statistic : float
        C, dimensionless, at least 0: below 1 neighbours are alike, above 1 unlike.
    expected : float
        E[C] = 1 when there is no spatial autocorrelation.
    variance_normality, z_normality, pvalue_normality : float
        Under normally distributed values; z is negative where neighbours are alike.
    variance_randomization, z_randomization, pvalue_randomization : float
        Over all orders of the values; NaN when n = 3.
    pvalue_permutation : float or None
        (b+1)/(R+1); ``None`` when ``permutations=0``.
    mean_permutation, sd_permutation : float or None
        Of C over the permutations.
    permutations, n : int
        How many were drawn; units used, isolates included.
    alternative : str
        What the p-values are against.
    status : str
        ``"ok"``, or ``"var<=0"`` when a variance is not positive.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> found = sc.geary(pd.Series([1, 2, 3, 4], list("abcd")), w, permutations=0)
    >>> found.to_frame()[["statistic", "expected", "n"]].round(9).values.tolist()
    [[0.3, 1.0, 4.0]]
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
        """Return one row with the fields of the result, named as those of Moran's I."""
        row = {name: getattr(self, name) for name in MORAN_COLUMNS}
        return pd.DataFrame([row]).astype({"pvalue_permutation": "float64"})


def geary(
    values: pd.Series[Any],
    weights: Weights,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> GearyResult:
    r"""How different are neighbours, compared with any two places?

    Use it beside :func:`spatialcarbon.global_moran`: C looks at differences
    between neighbours, so it reacts to abrupt borders and to single extreme
    values, I to where highs and lows lie. Where the two disagree, look at the map.

    Parameters
    ----------
    values : Series
        One number per unit, any unit of measure, indexed by unit.
    weights : Weights, libpysal Graph or W
        Used exactly as given; ``weights.standardised("R")`` is the usual step before.
    alternative : {"two-sided", "greater", "less"}
        What the p-values are against: any, positive (C below 1), negative
        autocorrelation (C above 1). The words mean the same as for Moran's I.
    permutations : int, optional
        Random orders of the values; 0 skips permutation inference. By default
        99,999, fewer on very large maps.
    missing : {"raise", "drop"}
        Refuse missing values, or leave the units out of values and weights.
    rng : int, Generator or None
        Seed; recorded in ``settings["seed"]``.

    Returns
    -------
    GearyResult

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError
        When the values do not fit the weights' units.
    DegenerateDataError
        Fewer than three units, constant values, or weights without any link.

    Notes
    -----
    With :math:`z = x - \bar x` and :math:`b_2 = n\sum z^4/(\sum z^2)^2`,

    .. math::

        C &= \frac{n-1}{2 S_0}\,\frac{\sum_{ij} w_{ij}(z_i - z_j)^2}{\sum_i z_i^2},
        \qquad E[C] = 1 \\
        V_N &= \frac{(2 S_1 + S_2)(n-1) - 4 S_0^2}{2(n+1) S_0^2} \\
        V_R &= \frac{(n-1) S_1 [n^2-3n+3-(n-1) b_2]
               - \tfrac14 (n-1) S_2 [n^2+3n-6-(n^2-n+2) b_2]
               + S_0^2 [n^2-3-(n-1)^2 b_2]}{n(n-2)(n-3)\, S_0^2}

    (Cliff & Ord 1981). Isolates count in n. The two-sided permutation p-value
    counts draws with :math:`|C_r - 1| \ge |C - 1|`.

    References
    ----------
    Geary (1954), doi 10.2307/2986645. Cliff & Ord (1981), ch. 2.

    Examples
    --------
    A chain of four units with values 1 to 4: six differences of 1, Σz² = 5, S0 = 6.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> w = sc.Weights.from_edges(
    ...     pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    ... )
    >>> result = sc.geary(pd.Series([1, 2, 3, 4], list("abcd")), w, permutations=0)
    >>> round(result.statistic, 9), round(result.variance_normality, 9)
    (0.3, 0.133333333)
    """
    check_option(alternative, Alternative, "alternative")
    stream = resolve_rng(rng)
    ordered, weights, dropped = prepare(values, weights, missing)
    x = np.asarray(ordered, dtype=np.float64)
    refuse_undefined(NAME, {"": x}, weights)
    z = formulas.deviations(x)
    n, matrix = len(z), weights.sparse
    drawn = checked_permutations(permutations, form_steps(n, len(weights.pairs.left)))
    scale = (n - 1) / (2 * weights.s0 * float(z @ z))
    gaps = z[rows_of(matrix)] - z[matrix.indices]
    statistic = float(scale * (matrix.data @ gaps**2))
    by_normality = variance_normality(n, weights.s0, weights.s1, weights.s2)
    b2 = float(formulas.kurtosis(z[:, None])[0])
    by_randomization = variance_randomization(n, weights.s0, weights.s1, weights.s2, b2)
    z_normality = z_score(statistic, by_normality)
    z_randomization = z_score(statistic, by_randomization)
    side = OPPOSITE[alternative]
    draws: Floats | None = None
    if drawn:
        forms = permuted_forms(z[:, None], weights.pairs, drawn, stream, kind="difference")
        draws = scale * forms[:, 0]
    extreme = None if draws is None else count_extreme(draws, statistic, 1.0, side)
    lost = np.isnan(z_normality) or (np.isnan(z_randomization) and not np.isnan(by_randomization))
    return GearyResult(
        method="Geary's C",
        statistic=statistic,
        expected=1.0,
        variance_normality=by_normality,
        variance_randomization=by_randomization,
        z_normality=z_normality,
        z_randomization=z_randomization,
        pvalue_normality=float(normal_pvalue(z_normality, side)),
        pvalue_randomization=float(normal_pvalue(z_randomization, side)),
        pvalue_permutation=(None if extreme is None else float(permutation_pvalue(extreme, drawn))),
        mean_permutation=None if draws is None else float(draws.mean()),
        sd_permutation=None if draws is None else float(draws.std()),
        permutations=drawn,
        n=n,
        alternative=alternative,
        status="var<=0" if lost else "ok",
        dropped=dropped,
        settings={
            **weights.describe(),
            "alternative": alternative,
            "permutations": drawn,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(ordered),
        },
        references=REFERENCES,
        remarks=weights.remarks() + dropped_remark(dropped),
    )


def variance_normality(n: int, s0: float, s1: float, s2: float) -> float:
    """Return Var[C] when the values are normal draws."""
    return ((2 * s1 + s2) * (n - 1) - 4 * s0 * s0) / (2 * (n + 1) * s0 * s0)


def variance_randomization(n: int, s0: float, s1: float, s2: float, b2: float) -> float:
    """Return Var[C] over all orders of the values; NaN when n = 3, where it has no formula."""
    if n == 3:
        return float("nan")
    first = (n - 1) * s1 * (n * n - 3 * n + 3 - (n - 1) * b2)
    second = (n - 1) * s2 * (n * n + 3 * n - 6 - (n * n - n + 2) * b2) / 4
    third = s0 * s0 * (n * n - 3 - (n - 1) ** 2 * b2)
    return (first - second + third) / (n * (n - 2) * (n - 3) * s0 * s0)


def z_score(statistic: float, variance: float) -> float:
    """Return (C − 1)/σ; NaN where the variance is zero up to rounding."""
    return (statistic - 1.0) / variance**0.5 if variance > 1e-13 else float("nan")
