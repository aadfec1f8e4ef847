"""How wide the kernel of a density estimate is: rules of thumb, and one that looks at the data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Rule = Literal["silverman", "scott", "normal", "isj"]

BINS = 2**14
"""Bins of the histogram that the improved Sheather-Jones rule works on."""

STAGES = range(6, 1, -1)
"""Orders of the derivatives it estimates, one from the next."""


def spread(x: Floats, v: Floats) -> float:
    r"""Return the standard deviation, :math:`\sum v(x-\bar x)^2/(1-\sum v^2)` under the root.

    With equal weights that is the usual one, with n − 1.
    """
    deviations = x - float((v * x).sum())
    deviations = deviations - float((v * deviations).sum())  # the mean of large values is rounded
    return math.sqrt(float((v * deviations**2).sum()) / (1.0 - float((v * v).sum())))


def quantile(x: Floats, v: Floats, share: float) -> float:
    """Return a quantile of sorted values, interpolated between them.

    The i-th value stands at half the weight between its neighbours and itself, summed from
    the first; with equal weights that is (i − 1)/(n − 1), the usual linear interpolation.
    """
    if np.all(v == v[0]):
        return float(np.quantile(x, share))
    at = np.concatenate([[0.0], np.cumsum((v[1:] + v[:-1]) / 2)])
    return float(np.interp(share, at / at[-1], x))


def rule_of_thumb(x: Floats, v: Floats, rule: Rule) -> float:
    """Return the bandwidth by a rule that is right for a normal distribution.

    Parameters
    ----------
    x : array
        Sorted values, not all the same.
    v : array
        Weights that sum to one; n becomes 1/Σv², the number of values they are worth.
    rule : {"silverman", "scott", "normal"}
        0.9 min(s, IQR/1.34) n^(−1/5); s n^(−1/5); 1.06 s n^(−1/5).

    Examples
    --------
    >>> x, v = np.array([1.0, 2.0, 3.0, 4.0, 10.0]), np.full(5, 0.2)
    >>> [round(rule_of_thumb(x, v, rule), 6) for rule in ("silverman", "scott", "normal")]
    [0.973585, 2.562483, 2.716232]
    """
    s = spread(x, v)
    shrink = math.pow(float((v * v).sum()), 0.2)
    if rule == "scott":
        return s * shrink
    if rule == "normal":
        return 1.06 * s * shrink
    middle = quantile(x, v, 0.75) - quantile(x, v, 0.25)
    # Half of the values being the same says nothing about the width of the rest.
    tied = middle <= 1e-12 * float(np.abs(x).max())
    return 0.9 * (s if tied else min(s, middle / 1.34)) * shrink


def improved_sheather_jones(x: Floats) -> float | None:
    r"""Return the bandwidth that minimises the asymptotic error, or None where there is none.

    Parameters
    ----------
    x : array
        Values, not all the same, each counting once.

    Notes
    -----
    Botev, Grotowski & Kroese (2010), section 5: the values are binned on an interval twice
    as long as their range (length :math:`\ell`), :math:`A_k` are the squared coefficients
    of its cosine transform, and

    .. math::

        F_s(t) = 2\pi^{2s}\sum_{k\ge1} k^{2s} A_k e^{-k^2\pi^2t}, \qquad
        t_s = \left(\frac{2\,c_s K_s}{N_u F_{s+1}(t_{s+1})}\right)^{2/(3+2s)},

    with :math:`K_s = (2s-1)!!/\sqrt{2\pi}`, :math:`c_s = (1+2^{-(s+1/2)})/3` and
    :math:`N_u` distinct values, from :math:`s = 6` down to 2. The smallest root of
    :math:`t = (2N_u\sqrt\pi\,F_2(t_2))^{-2/5}` gives :math:`h = \ell\sqrt t`.
    """
    from scipy.fft import dct
    from scipy.optimize import brentq

    low, high = float(x.min()), float(x.max())
    reach = high - low
    counts, _ = np.histogram(x, bins=BINS, range=(low - reach / 2, high + reach / 2))
    a = dct(counts / len(x), type=2)[1:]
    squares = (a / 2) ** 2
    k = np.arange(1, BINS, dtype=np.float64)
    distinct = len(np.unique(x))

    def roughness(s: int, t: float) -> float:
        terms = k ** (2 * s) * squares * np.exp(-(k**2) * math.pi**2 * t)
        return float(2 * math.pi ** (2 * s) * terms.sum())

    def excess(t: float) -> float:
        f = roughness(7, t)
        for s in STAGES:
            odd = math.prod(range(1, 2 * s, 2)) / math.sqrt(2 * math.pi)
            c = (1 + 0.5 ** (s + 0.5)) / 3
            f = roughness(s, (2 * c * odd / (distinct * f)) ** (2 / (3 + 2 * s)))
        return t - float((2 * distinct * math.sqrt(math.pi) * f) ** -0.4)

    below = 0.0
    with np.errstate(all="ignore"):
        for decade in range(-12, 0):
            above = 10.0**decade
            try:
                if excess(above) >= 0:
                    root = brentq(excess, below, above, xtol=1e-20, rtol=1e-12)
                    return 2 * reach * math.sqrt(float(root))
            except (OverflowError, ZeroDivisionError):
                # Large t: all that is left of F underflows.
                return None
            below = above
    return None
