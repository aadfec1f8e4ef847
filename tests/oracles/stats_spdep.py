"""Statistics beside R's spdep, and a bandwidth and adjusted p-values beside R itself."""

from __future__ import annotations

import numpy as np

import spatialcarbon as sc
from spatialcarbon.stats.inference import adjust_pvalues
from tests.oracles.oracle import Oracle, relative
from tests.oracles.spdep import Question, batch, why_no_spdep

Answer = dict[str, np.ndarray]


def moran(one: Question, told: Answer) -> dict[str, float]:
    ours = sc.global_moran(one.column("x"), one.weights, permutations=0)
    random, normal = told["moran random"], told["moran normal"]
    return {
        "statistic": relative(ours.statistic, random[0]),
        "variances": relative(
            [ours.variance_randomization, ours.variance_normality], [random[2], normal[2]]
        ),
        "z-scores": relative([ours.z_randomization, ours.z_normality], [random[3], normal[3]]),
        "p-values": relative(
            [ours.pvalue_randomization, ours.pvalue_normality], [random[4], normal[4]]
        ),
    }


def geary(one: Question, told: Answer) -> dict[str, float]:
    ours = sc.geary(one.column("x"), one.weights, permutations=0, alternative="greater")
    random, normal = told["geary random"], told["geary normal"]
    return {
        "statistic": relative(ours.statistic, random[0]),
        "variances": relative(
            [ours.variance_randomization, ours.variance_normality], [random[2], normal[2]]
        ),
        "p-values": relative(
            [ours.pvalue_randomization, ours.pvalue_normality], [random[3], normal[3]]
        ),
    }


def local(one: Question, told: Answer) -> dict[str, float]:
    ours = sc.local_moran(one.column("x"), one.weights, permutations=0)
    return {"statistic": relative(ours.statistic, told["local moran"])}


def hotspots(one: Question, told: Answer) -> dict[str, float]:
    ones = one.weights.sparse.copy()
    ones.data[:] = 1.0
    binary = sc.Weights.from_sparse(ones, one.weights.units)
    found = {}
    for star, name in ((False, "local g"), (True, "local g star")):
        ours = sc.local_g(one.column("positive"), binary, star=star, permutations=0).statistic
        known = ours.notna().to_numpy()
        found["z of G*" if star else "z of G"] = relative(ours[known], told[name][known])
    return found


def rates(one: Question, told: Answer) -> dict[str, float]:
    ours = sc.rate_moran(one.column("events"), one.column("people"), one.weights, permutations=0)
    return {"statistic": relative(ours.statistic, told["rate moran"])}


def smoothed(one: Question, told: Answer) -> dict[str, float]:
    ours = sc.smoothed_rates(one.column("events"), one.column("people"))
    return {"smoothed": relative(ours.smoothed, told["smoothed"])} if ours.variance > 0 else {}


def bandwidth(one: Question, told: Answer) -> dict[str, float]:
    ours = sc.kernel_density(one.column("x"), bandwidth="silverman").bandwidth
    x = one.column("x")
    tied = x.quantile(0.75) == x.quantile(0.25)
    return {} if tied else {"bandwidth": relative(ours, told["bandwidth"])}


def adjusted(one: Question, told: Answer) -> dict[str, float]:
    ours = adjust_pvalues(one.column("p").to_numpy(), "fdr_bh")
    return {"Benjamini–Hochberg": relative(ours, told["adjusted"])}


def oracle(method: str, what: str, call: str, compare, tolerance: float, note: str = "") -> Oracle:  # type: ignore[no-untyped-def]
    return Oracle(
        method, what, "R spdep", call, None, tolerance, quick=4, note=note,
        batch=batch(compare), absent=why_no_spdep,
    )  # fmt: skip


ORACLES = (
    oracle("global_moran", "I, variances, z, p", "moran.test", moran, 1e-9),
    oracle("geary", "C, variances, p", "geary.test", geary, 1e-9),
    oracle("local_moran", "statistic", "localmoran", local, 1e-10),
    oracle("local_g", "z-scores of G and G*", "localG, include.self", hotspots, 1e-9,
           "Binary weights; units linked to all others are left out."),
    oracle("rate_moran", "I of standardised rates", "EBImoran.mc", rates, 1e-9),
    oracle("smoothed_rates", "smoothed rates", "EBest", smoothed, 1e-10,
           "Only where the variance between places is positive."),
    oracle("kernel_density", "bandwidth by Silverman's rule", "stats::bw.nrd0", bandwidth, 1e-12,
           "Where the quartiles are the same R takes another way out."),
    oracle("local_moran", "adjusted p", "stats::p.adjust", adjusted, 1e-12),
)  # fmt: skip
