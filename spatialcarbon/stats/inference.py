"""From a statistic to a p-value: normal approximation, permutation ranks, false discovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Alternative = Literal["two-sided", "greater", "less"]
Correction = Literal["fdr_bh", "bonferroni", "none"]

TIE_TOLERANCE = 1e-12


def normal_pvalue(z: Any, alternative: Alternative) -> Any:
    """Return the p-value of a z-score under the standard normal."""
    z = np.asarray(z, dtype=np.float64)
    if alternative == "greater":
        return ndtr(-z)
    if alternative == "less":
        return ndtr(z)
    return 2 * ndtr(-np.abs(z))


def tie_tolerance(value: Any) -> Any:
    """Return how far apart two floating statistics may be and still count as a tie."""
    return TIE_TOLERANCE * np.maximum(1.0, np.abs(value))


def count_extreme(
    draws: Floats, observed: Any, expected: float, alternative: Alternative
) -> npt.NDArray[np.int64]:
    """Count draws at least as extreme as what was observed, along axis 0, ties included."""
    slack = tie_tolerance(observed)
    if alternative == "greater":
        extreme = draws >= observed - slack
    elif alternative == "less":
        extreme = draws <= observed + slack
    else:
        extreme = np.abs(draws - expected) >= np.abs(observed - expected) - slack
    return np.asarray(np.count_nonzero(extreme, axis=0), dtype=np.int64)


def permutation_pvalue(extreme: Any, permutations: int) -> Any:
    """Return (b + 1) / (R + 1), which is never zero (Phipson & Smyth 2010)."""
    return (np.asarray(extreme, dtype=np.float64) + 1) / (permutations + 1)


def adjust_pvalues(pvalues: Floats, correction: Correction) -> Floats:
    """Return p-values adjusted for multiple testing; NaN stays NaN and is not counted.

    Parameters
    ----------
    pvalues : array, shape (m,)
        Raw p-values.
    correction : {"fdr_bh", "bonferroni", "none"}
        Benjamini & Hochberg (1995), Bonferroni, or as they are.

    Examples
    --------
    >>> adjust_pvalues(np.array([0.01, 0.04, 0.03, 0.2]), "fdr_bh").round(6).tolist()
    [0.04, 0.053333, 0.053333, 0.2]
    """
    adjusted = np.full(len(pvalues), np.nan)
    tested = np.flatnonzero(~np.isnan(pvalues))
    p = pvalues[tested]
    m = len(p)
    if m == 0:
        return adjusted
    if correction == "none":
        adjusted[tested] = p
    elif correction == "bonferroni":
        adjusted[tested] = np.minimum(p * m, 1.0)
    else:
        order = np.argsort(p, kind="stable")
        # The factor first: it is never below one, so rounding cannot lower a p-value.
        steps = p[order] * (m / np.arange(1, m + 1))
        running = np.minimum.accumulate(steps[::-1])[::-1]
        adjusted[tested[order]] = np.minimum(running, 1.0)
    return adjusted


def stars(pvalue: float) -> str:
    """Return the mark of study 002: ``**`` below 0.05, ``*`` below 0.10."""
    if pvalue < 0.05:
        return "**"
    return "*" if pvalue < 0.10 else ""
