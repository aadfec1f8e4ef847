"""Kernel densities beside SciPy, scikit-learn and statsmodels; Botev's bandwidth anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import fixed_point, minimize_scalar
from scipy.special import factorial2
from sklearn.neighbors import KernelDensity
from statsmodels.nonparametric.kde import KDEUnivariate

import spatialcarbon as sc
from tests.oracles.draws import Rng, numbers, quietly
from tests.oracles.oracle import Oracle, relative


def sample(rng: Rng) -> np.ndarray:
    return numbers(rng, int(rng.integers(6, 60)))


def of_scipy(rng: Rng) -> dict[str, float]:
    x = sample(rng)
    v = rng.uniform(0.1, 3.0, len(x))
    grid = np.linspace(x.min() - 1, x.max() + 1, 37)
    found = {}
    for name, weights in (("even", None), ("weighted", v)):
        theirs = stats.gaussian_kde(x, bw_method="scott", weights=weights)
        ours = sc.kernel_density(x, bandwidth="scott", grid=grid, weights=weights)
        found[f"density, {name}"] = relative(ours.density, theirs(grid))
        found[f"bandwidth, {name}"] = relative(ours.bandwidth, np.sqrt(theirs.covariance[0, 0]))
        found[f"mass below zero, {name}"] = abs(
            ours.mass_below_zero - theirs.integrate_box_1d(-np.inf, 0.0)
        )
    return found


def of_sklearn(rng: Rng) -> dict[str, float]:
    x = np.abs(sample(rng)) + 0.01
    h = float(rng.uniform(0.05, 1.0)) * x.std()
    grid = np.linspace(0.0, x.max() + h, 29)
    theirs = KernelDensity(bandwidth=h, rtol=1e-14).fit(x[:, None])
    plain, folded = (np.exp(theirs.score_samples(points[:, None])) for points in (grid, -grid))
    ours = sc.kernel_density(x, bandwidth=h, grid=grid)
    mirrored = sc.kernel_density(x, bandwidth=h, grid=grid, boundary="reflect")
    return {
        "density": relative(ours.density, plain),
        "folded at zero": relative(mirrored.density, plain + folded),
    }


def of_statsmodels(rng: Rng) -> dict[str, float]:
    x = sample(rng)
    kde = KDEUnivariate(x)
    h = 1.06 * x.std(ddof=1) * len(x) ** -0.2
    quietly(kde.fit, kernel="gau", bw=h, fft=False, gridsize=64)
    ours = sc.kernel_density(x, bandwidth="normal", grid=kde.support)
    return {
        "bandwidth": relative(ours.bandwidth, h),
        "density": relative(ours.density, kde.density),
    }


def modes(rng: Rng) -> dict[str, float]:
    x = sample(rng)
    ours = sc.kernel_density(x, bandwidth="scott")
    theirs = stats.gaussian_kde(x, bw_method="scott")
    h = ours.bandwidth
    found = minimize_scalar(
        lambda t: -float(theirs(t)[0]),
        bounds=(ours.mode - h / 3, ours.mode + h / 3),
        method="bounded",
        options={"xatol": 1e-9 * h},
    )
    fine = np.linspace(x.min() - h, x.max() + h, 801)
    return {
        "height of the highest mode": relative(ours.modes["height"].max(), -found.fun),
        "higher points elsewhere": max(
            0.0, float(theirs(fine).max() / ours.modes["height"].max() - 1)
        ),
    }


def botev(x: np.ndarray) -> float:
    """Return the bandwidth of Botev, Grotowski & Kroese by iterating their fixed point."""
    low, high = x.min(), x.max()
    reach = high - low
    start, length, bins = low - reach / 2, 2 * reach, 2**14
    # The ends of the sample lie on edges of bins: the same edges to the last digit.
    counts, edges = np.histogram(x, bins=bins, range=(start, high + reach / 2))
    middle = (edges[:-1] + edges[1:]) / 2 - start
    held = np.flatnonzero(counts)
    k = np.arange(1, 2_000)  # higher ones are damped away for the bandwidths of these samples
    a = np.cos(np.pi * np.outer(k, middle[held] / length)) @ counts[held] / len(x)
    distinct = len(np.unique(x))

    def norm(s: int, t: float) -> float:
        terms = k ** (2.0 * s) * a**2 * np.exp(-((np.pi * k) ** 2) * t)
        return float(2 * np.pi ** (2 * s) * terms.sum())

    def step(t: float) -> float:
        f = norm(7, t)
        for s in (6, 5, 4, 3, 2):
            odd = factorial2(2 * s - 1, exact=True)
            c = (1 + 0.5 ** (s + 0.5)) / 3
            t_s = (2 * c * odd / np.sqrt(2 * np.pi) / distinct / f) ** (2 / (3 + 2 * s))
            f = norm(s, t_s)
        return float((2 * distinct * np.sqrt(np.pi) * f) ** -0.4)

    return float(length * np.sqrt(fixed_point(step, 1e-3, xtol=1e-13, maxiter=5_000)))


def sheather_jones(rng: Rng) -> dict[str, float]:
    parts = rng.normal(0, 1, 150), rng.normal(rng.uniform(2, 6), rng.uniform(0.5, 2), 100)
    x = np.concatenate(parts)
    ours = sc.kernel_density(x, bandwidth="isj").bandwidth
    return {"bandwidth": relative(ours, botev(x))}


def panel(rng: Rng) -> dict[str, float]:
    n = int(rng.integers(6, 30))
    frame = pd.DataFrame({year: rng.lognormal(0, 0.7, n) for year in (2005, 2010)})
    frame.index = pd.Index([f"u{i}" for i in range(n)])
    ours = sc.density_panel(frame, bandwidth="scott", grid=50).table
    gaps = []
    for year, part in ours.groupby("series"):
        theirs = stats.gaussian_kde(frame[year], bw_method="scott")
        gaps.append(relative(part["density"], theirs(part["grid"].to_numpy())))
    return {"density of every year": max(gaps)}


ORACLES = (
    Oracle(
        "kernel_density",
        "density, bandwidth, mass below zero; even and weighted",
        "scipy",
        "scipy.stats.gaussian_kde",
        of_scipy,
        1e-9,
        quick=4,
    ),
    Oracle(
        "kernel_density",
        "density, folded at zero too",
        "scikit-learn",
        "sklearn.neighbors.KernelDensity",
        of_sklearn,
        1e-9,
        quick=10,
    ),
    Oracle(
        "kernel_density",
        "density under the normal rule",
        "statsmodels",
        "KDEUnivariate",
        of_statsmodels,
        1e-9,
        quick=10,
    ),
    Oracle(
        "kernel_density",
        "highest mode",
        "scipy",
        "scipy.stats.gaussian_kde, scipy.optimize.minimize_scalar",
        modes,
        1e-9,
        quick=2,
    ),
    Oracle(
        "kernel_density",
        "bandwidth of the improved Sheather-Jones rule",
        "definition",
        "scipy.optimize.fixed_point",
        sheather_jones,
        1e-6,
        quick=2,
        note="Samples of 250 from two normal distributions. The equation is iterated from "
        "0.001, with the cosine sums written out; ours finds its smallest root.",
    ),
    Oracle(
        "density_panel",
        "density of each year",
        "scipy",
        "scipy.stats.gaussian_kde",
        panel,
        1e-9,
        quick=5,
    ),
)
