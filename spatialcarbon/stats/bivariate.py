"""Bivariate Moran's I: does one variable go with another one next door?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, Stream, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.columns import prepare_columns, refuse_undefined
from spatialcarbon.stats.inference import (
    Alternative,
    count_extreme,
    normal_pvalue,
    permutation_pvalue,
)
from spatialcarbon.stats.moran import checked_permutations, dropped_remark
from spatialcarbon.stats.permutation import permuted_products

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.weights.weights import Weights

    Floats = npt.NDArray[np.float64]

NAME = text("bivariate Moran's I")
REFERENCES = ("wartenberg1985", "lee2001", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class BivariateMoranResult(Result):
    """Bivariate Moran's I of a variable and the neighbours' values of another.

    Parameters
    ----------
    statistic : float
        I, dimensionless.
    expected : float
        0: the mean over all assignments of the y values to the units.
    variance_randomization, z_randomization, pvalue_randomization : float
        Exact variance over those assignments, and what follows under the normal curve.
    pvalue_permutation : float or None
        (b+1)/(R+1); ``None`` when ``permutations=0``.
    mean_permutation, sd_permutation : float or None
        Of I over the permutations.
    correlation : float
        Pearson's correlation of x and y in the same units, for comparison.
    permutations, n : int
        How many were drawn; units used, isolates included.
    alternative : str
        What the p-values are against.
    status : str
        ``"ok"``, or ``"var<=0"`` when the variance is not positive.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> x, y = pd.Series([1, 2, 3, 4], list("abcd")), pd.Series([1, 3, 2, 4], list("abcd"))
    >>> found = sc.bivariate_moran(x, y, w, permutations=0)
    >>> found.to_frame()[["statistic", "expected", "correlation"]].round(9).values.tolist()
    [[-0.1, 0.0, 0.8]]
    """

    statistic: float
    expected: float
    variance_randomization: float
    z_randomization: float
    pvalue_randomization: float
    pvalue_permutation: float | None
    mean_permutation: float | None
    sd_permutation: float | None
    correlation: float
    permutations: int
    n: int
    alternative: Alternative
    status: str
    dropped: pd.Index

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the fields of the result."""
        row = {name: getattr(self, name) for name in BIVARIATE_COLUMNS}
        return pd.DataFrame([row]).astype({"pvalue_permutation": "float64"})


BIVARIATE_COLUMNS = (
    "statistic",
    "expected",
    "variance_randomization",
    "z_randomization",
    "pvalue_randomization",
    "pvalue_permutation",
    "correlation",
    "n",
    "permutations",
    "status",
)


def bivariate_moran(
    x: pd.Series[Any],
    y: pd.Series[Any],
    weights: Weights,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> BivariateMoranResult:
    r"""Where x is high, is y high in the neighbourhood?

    Use it for the association across borders: emissions here, population next
    door. Do not read it as influence: when x and y go together in the same
    place and x is clustered, the neighbours' y follows. The result carries
    their ``correlation`` for that reason.

    Parameters
    ----------
    x, y : Series
        One number per unit, any unit of measure, indexed by unit: x in the unit
        itself, y in its neighbours.
    weights : Weights, libpysal Graph or W
        Used exactly as given; ``weights.standardised("R")`` is the usual step before.
    alternative : {"two-sided", "greater", "less"}
        What the p-values are against: any, positive, negative association.
    permutations : int, optional
        Random assignments of the y values to the units; 0 skips them. By default
        99,999, fewer on very large maps.
    missing : {"raise", "drop"}
        Refuse missing values, or leave out units that lack x or y.
    rng : int, Generator or None
        Seed; recorded in ``settings["seed"]``.

    Returns
    -------
    BivariateMoranResult

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError
        When x or y does not fit the weights' units.
    DegenerateDataError
        Fewer than three units, a constant column, or weights without any link.

    Notes
    -----
    With deviations :math:`u` of x and :math:`v` of y from their means, and
    :math:`f = W'u`,

    .. math::

        I_{xy} = \frac{n}{S_0}\,\frac{u'Wv}{\sqrt{u'u\;v'v}}, \qquad
        \mathrm{Var}[u'Wv] = \frac{v'v \sum_i (f_i - \bar f)^2}{n-1}

    over all n! assignments of v to the units, whose mean is zero. esda leaves
    out :math:`n/S_0`, so it agrees for row-standardised weights without
    isolates only.

    References
    ----------
    Wartenberg (1985), doi 10.1111/j.1538-4632.1985.tb00849.x. Lee (2001), doi
    10.1007/s101090100064, on what the measure mixes.

    Examples
    --------
    A chain of four units. In the same place x and y hardly go together; y is high
    one step before x is:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> w = sc.Weights.from_edges(
    ...     pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    ... )
    >>> x, y = pd.Series([1, 2, 3, 4], list("abcd")), pd.Series([2, 3, 4, 1], list("abcd"))
    >>> result = sc.bivariate_moran(x, y, w.standardised("R"), permutations=0)
    >>> round(result.statistic, 9), round(result.correlation, 9)
    (0.2, -0.2)
    """
    check_option(alternative, Alternative, "alternative")
    stream = resolve_rng(rng)
    columns, weights, dropped = prepare_columns({"x": x, "y": y}, weights, missing)
    first, second = (columns[name].to_numpy(dtype=np.float64) for name in ("x", "y"))
    refuse_undefined(NAME, {"x": first, "y": second}, weights)
    drawn = checked_permutations(permutations, 2.0 * len(first))
    tested = pair_test(first, second, weights, alternative, drawn, stream)
    return BivariateMoranResult(
        method="Bivariate Moran's I",
        **tested,
        alternative=alternative,
        dropped=dropped,
        settings={
            **weights.describe(),
            "alternative": alternative,
            "permutations": drawn,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(columns),
        },
        references=REFERENCES,
        remarks=weights.remarks() + dropped_remark(dropped),
    )


def pair_test(
    x: Floats,
    y: Floats,
    weights: Weights,
    alternative: Alternative,
    permutations: int,
    stream: Stream,
) -> dict[str, Any]:
    """Return the statistic of two columns with its moments and p-values."""
    n = len(x)
    u, v = formulas.deviations(x), formulas.deviations(y)
    spread = float(np.sqrt((u @ u) * (v @ v)))
    scale = n / (weights.s0 * spread)
    pull = np.asarray(weights.sparse.T @ u)
    statistic = float(scale * (pull @ v))
    centred = formulas.deviations(pull)
    variance = float(scale**2 * (v @ v) * (centred @ centred) / (n - 1))
    # As for the univariate statistic: cancellation leaves a residue where nothing can vary.
    z = statistic / np.sqrt(variance) if variance > 1e-13 else np.nan
    draws = scale * permuted_products(pull, v, permutations, stream) if permutations else None
    extreme = None if draws is None else count_extreme(draws, statistic, 0.0, alternative)
    return {
        "statistic": statistic,
        "expected": 0.0,
        "variance_randomization": variance,
        "z_randomization": float(z),
        "pvalue_randomization": float(normal_pvalue(z, alternative)),
        "pvalue_permutation": (
            None if extreme is None else float(permutation_pvalue(extreme, permutations))
        ),
        "mean_permutation": None if draws is None else float(draws.mean()),
        "sd_permutation": None if draws is None else float(draws.std()),
        "correlation": float(u @ v / spread),
        "n": n,
        "permutations": permutations,
        "status": "var<=0" if np.isnan(z) else "ok",
    }
