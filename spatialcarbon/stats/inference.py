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


def rounding(values: Floats) -> float:
    """Return the deviation below which two values, or sums of weight one, count as the same.

    It follows the spread of the values, and their level where that has left few
    digits for the spread: nothing may hang on the unit of measure.
    """
    spread = float(np.ptp(values))
    level = float(np.abs(values).max())
    return max(TIE_TOLERANCE * spread, 4 * np.finfo(np.float64).eps * level)


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


def extreme_bounds(
    observed: Floats, expected: float, alternative: Alternative
) -> tuple[Floats, Floats]:
    """Return (low, high): a draw is as extreme as what was observed when ≤ low or ≥ high."""
    slack = tie_tolerance(observed)
    never = np.full_like(observed, np.inf)
    if alternative == "greater":
        return -never, observed - slack
    if alternative == "less":
        return observed + slack, never
    reach = np.abs(observed - expected) - slack
    return expected - reach, expected + reach


def permutation_pvalue(extreme: Any, permutations: int) -> Any:
    """Return (b + 1) / (R + 1), which is never zero (Phipson & Smyth 2010)."""
    return (np.asarray(extreme, dtype=np.float64) + 1) / (permutations + 1)


def two_sided_pvalue(above: Any, under: Any, permutations: int) -> Any:
    """Return min(1, 2 min(p_greater, p_less)) from the draws in both tails."""
    return np.minimum(1.0, 2 * permutation_pvalue(np.minimum(above, under), permutations))


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
    tested = ~np.isnan(pvalues)
    if not tested.all():
        adjusted = np.full(len(pvalues), np.nan)
        adjusted[tested] = adjust_pvalues(pvalues[tested], correction)
        return adjusted
    m = len(pvalues)
    if correction == "none":
        return pvalues.copy()
    if correction == "bonferroni":
        return np.minimum(pvalues * m, 1.0)
    # Equal p-values get equal answers, so their order does not matter.
    order = np.argsort(pvalues)
    # The factor first: it is never below one, so rounding cannot lower a p-value.
    steps = pvalues[order] * (m / np.arange(1, m + 1))
    running = np.minimum.accumulate(steps[::-1])[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(running, 1.0)
    return adjusted


def stars(pvalue: float) -> str:
    """Return the mark of study 002: ``**`` below 0.05, ``*`` below 0.10."""
    if pvalue < 0.05:
        return "**"
    return "*" if pvalue < 0.10 else ""
