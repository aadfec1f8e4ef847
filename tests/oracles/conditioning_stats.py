"""How many digits are left under stress: shifts, scales, near-constant and very skewed values.

The reference is worked out with 60 digits from the very floating-point numbers that ours is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp
import numpy as np
import pandas as pd

import spatialcarbon as sc
from tests.oracles.draws import Rng
from tests.oracles.oracle import Oracle

N = 9
UNITS = pd.Index([f"u{i}" for i in range(N)])
Exact = list[Any]

AS_IS, SHIFTED, SMALL, LARGE = "as drawn", "shifted by 1e9", "times 1e−12", "times 1e12"
CONSTANT, SKEWED = "spread of 1e−10", "lognormal, σ = 8"
ALL = (AS_IS, SHIFTED, SMALL, LARGE, CONSTANT, SKEWED)
POSITIVE = (AS_IS, SMALL, LARGE, CONSTANT, SKEWED)


def stressed(rng: Rng, kind: str) -> np.ndarray:
    """Return N values above zero under one kind of stress."""
    base = rng.uniform(1.0, 2.0, N)
    return {
        AS_IS: base,
        SHIFTED: base + 1e9,
        SMALL: base * 1e-12,
        LARGE: base * 1e12,
        CONSTANT: 1.0 + 1e-10 * base,
        SKEWED: rng.lognormal(0.0, 8.0, N),
    }[kind]


def exact(x: np.ndarray) -> Exact:
    return [mp.mpf(float(v)) for v in x]


def ring(rng: Rng) -> np.ndarray:
    """Return weights that are exact in binary, so that only the values are under stress."""
    w = np.zeros((N, N))
    for i in range(N):
        w[i, (i + 1) % N] = 1.0
        w[i, (i + int(rng.integers(2, N - 1))) % N] = 0.5
    return w


def gap(ours: Any, theirs: Sequence[Any], size: float = 0.0) -> float:
    """Return the largest difference over the largest value, or over ``size`` if that is more."""
    mine = np.atleast_1d(np.asarray(ours, dtype=float)).ravel()
    assert len(mine) == len(theirs)
    most = max([abs(v) for v in theirs] + [mp.mpf(size)])
    return float(max(abs(mp.mpf(float(a)) - b) for a, b in zip(mine, theirs, strict=True)) / most)


def deviations(x: Exact) -> Exact:
    mean = mp.fsum(x) / len(x)
    return [v - mean for v in x]


def form(w: np.ndarray, a: Exact, b: Exact) -> Any:
    return mp.fsum(mp.mpf(w[i, j]) * a[i] * b[j] for i, j in np.argwhere(w))


def moran(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    made = sc.Weights.from_sparse(w, UNITS)
    ours = sc.global_moran(pd.Series(x, UNITS), made, permutations=0)
    z = deviations(exact(x))
    squares = mp.fsum(v * v for v in z)
    s0 = w.sum()
    statistic = N / mp.mpf(s0) * form(w, z, z) / squares
    b2 = N * mp.fsum(v**4 for v in z) / squares**2
    s1 = mp.mpf(float(((w + w.T) ** 2).sum() / 2))
    s2 = mp.mpf(float(((w.sum(0) + w.sum(1)) ** 2).sum()))
    first = N * ((N * N - 3 * N + 3) * s1 - N * s2 + 3 * s0**2)
    second = b2 * ((N * N - N) * s1 - 2 * N * s2 + 6 * s0**2)
    variance = (first - second) / ((N - 1) * (N - 2) * (N - 3) * s0**2) - mp.mpf(1) / (N - 1) ** 2
    return max(
        gap(ours.statistic, [statistic], 0.1), gap(ours.variance_randomization, [variance], 0.01)
    )


def geary(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    ours = sc.geary(pd.Series(x, UNITS), sc.Weights.from_sparse(w, UNITS), permutations=0)
    v = exact(x)
    squares = mp.fsum(d * d for d in deviations(v))
    gaps = mp.fsum(mp.mpf(w[i, j]) * (v[i] - v[j]) ** 2 for i, j in np.argwhere(w))
    return gap(ours.statistic, [(N - 1) * gaps / (2 * w.sum() * squares)], 0.1)


def local(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    ours = sc.local_moran(pd.Series(x, UNITS), sc.Weights.from_sparse(w, UNITS), permutations=0)
    z = deviations(exact(x))
    m2 = mp.fsum(v * v for v in z) / N
    theirs = [
        z[i] / m2 * mp.fsum(mp.mpf(w[i, j]) * z[j] for j in np.flatnonzero(w[i])) for i in range(N)
    ]
    return gap(ours.statistic, theirs, 0.1)


def hotspots(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    ours = sc.local_g(
        pd.Series(x, UNITS), sc.Weights.from_sparse(w, UNITS), star=False, permutations=0
    )
    v = exact(x)
    theirs = []
    for i in range(N):
        others = [v[j] for j in range(N) if j != i]
        mean = mp.fsum(others) / (N - 1)
        variance = mp.fsum((a - mean) ** 2 for a in others) / (N - 1)
        row = mp.mpf(float(w[i].sum()))
        spread = ((N - 1) * mp.mpf(float((w[i] ** 2).sum())) - row**2) / (N - 2)
        around = mp.fsum(mp.mpf(w[i, j]) * v[j] for j in np.flatnonzero(w[i]))
        theirs.append((around - row * mean) / mp.sqrt(variance * spread))
    return gap(ours.statistic, theirs, 0.1)


def bivariate(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    y = rng.permutation(x)
    ours = sc.bivariate_moran(
        pd.Series(x, UNITS), pd.Series(y, UNITS), sc.Weights.from_sparse(w, UNITS), permutations=0
    )
    u, v = deviations(exact(x)), deviations(exact(y))
    sizes = mp.sqrt(mp.fsum(a * a for a in u) * mp.fsum(a * a for a in v))
    return gap(ours.statistic, [N * form(w, u, v) / mp.mpf(w.sum()) / sizes], 0.1)


def inequality(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    series = pd.Series(x, UNITS)
    groups = pd.Series(list("aaabbbccc"), UNITS)
    split = sc.theil(series, groups=groups)
    v = exact(x)
    mean = mp.fsum(v) / N
    r = [a / mean for a in v]
    t, l = mp.fsum(a * mp.log(a) for a in r) / N, -mp.fsum(mp.log(a) for a in r) / N  # noqa: E741
    means = [mp.fsum(r[i : i + 3]) / 3 for i in (0, 3, 6)]
    pairs = mp.fsum(abs(a - b) for a in v for b in v) / (2 * N * N * mean)
    square = mp.fsum((a - 1) ** 2 for a in r) / N
    checked = (
        (sc.gini(series).statistic, pairs),
        (sc.coefficient_of_variation(series).statistic, mp.sqrt(square)),
        (sc.herfindahl(series).normalised, square / (N - 1)),
        (split.total, t),
        (split.mean_log_deviation, l),
        (split.between, mp.fsum(a * mp.log(a) for a in means) / 3),
        (split.mean_log_deviation_between, -mp.fsum(mp.log(a) for a in means) / 3),
    )
    return max(gap(mine, [reference]) for mine, reference in checked)


def grey(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    # Factors of their own spread, in the unit of the reference: a factor may be anything but it.
    table = pd.DataFrame({"f": rng.permutation(x), "g": rng.permutation(x)}, UNITS)
    ours = sc.grey_relational_degree(pd.Series(x, UNITS), table, normalisation="minmax")

    def scaled(column: Any) -> Exact:
        v = exact(np.asarray(column, dtype=float))
        return [(a - min(v)) / (max(v) - min(v)) for a in v]

    zero = scaled(x)
    delta = [[abs(a - b) for a, b in zip(zero, scaled(table[name]), strict=True)] for name in table]
    flat = [d for row in delta for d in row]
    m, half = min(flat), max(flat) / 2
    return gap(ours.degree, [mp.fsum((m + half) / (d + half) for d in row) / N for row in delta])


def density(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    ours = sc.kernel_density(x, bandwidth="scott", grid=list(np.sort(x)[[0, 4, 8]]))
    v = exact(x)
    s = mp.sqrt(mp.fsum(d * d for d in deviations(v)) / (N - 1))
    h = s * mp.mpf(N) ** (mp.mpf(-1) / 5)
    points = [sorted(v)[i] for i in (0, 4, 8)]
    heights = [mp.fsum(mp.npdf((t - a) / h) for a in v) / (N * h) for t in points]
    return max(gap(ours.bandwidth, [h]), gap(ours.density, heights))


def growth(x: np.ndarray, w: np.ndarray, rng: Rng) -> float:
    later = rng.permutation(x)
    frame = pd.DataFrame({"unit": list(UNITS) * 2, "year": [2005] * N + [2010] * N})
    panel = sc.Panel.from_frame(
        frame.assign(co2=np.concatenate([x, later])), unit="unit", year="year",
        units={"co2": "t CO2"},
    )  # fmt: skip
    ours = sc.growth(panel, start=2005, end=2010)
    ours = ours[ours["level"] == "unit"].set_index("place").loc[UNITS]
    pairs = list(zip(exact(x), exact(later), strict=True))
    return max(
        gap(ours["growth"], [b / a - 1 for a, b in pairs]),
        gap(ours["annual_growth"], [(b / a) ** (mp.mpf(1) / 5) - 1 for a, b in pairs]),
    )


Check = Callable[[np.ndarray, np.ndarray, Rng], float]


def under(check: Check, kinds: Sequence[str]) -> Callable[[Rng], dict[str, float]]:
    def case(rng: Rng) -> dict[str, float]:
        with mp.workdps(60):
            return {kind: check(stressed(rng, kind), ring(rng), rng) for kind in kinds}

    return case


OF_ONE = "Differences over the largest value, or over 0.1 where the statistic is nearer to zero."


def oracle(
    method: str, what: str, check: Check, kinds: Sequence[str] = ALL, note: str = ""
) -> Oracle:
    call = "the definition with 60 digits"
    return Oracle(method, what, "mpmath", call, under(check, kinds), 1e-12, quick=2, note=note)


ORACLES = (
    oracle("global_moran", "I, variance", moran, note=OF_ONE),
    oracle("geary", "C", geary, note=OF_ONE),
    oracle("local_moran", "local I", local, note=OF_ONE),
    oracle("local_g", "z-score of G", hotspots, note=OF_ONE),
    oracle("bivariate_moran", "I", bivariate, note=OF_ONE),
    oracle("theil", "T, L, between; Gini, CV, normalised H", inequality, POSITIVE),
    oracle("grey_relational_degree", "degree, min–max", grey),
    oracle("kernel_density", "bandwidth, density", density),
    oracle("growth", "in all, a year", growth, POSITIVE),
)
