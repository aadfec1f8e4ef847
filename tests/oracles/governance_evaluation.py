"""Matching and differences in differences beside scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import NearestNeighbors

import spatialcarbon as sc
from tests.oracles.draws import quietly
from tests.oracles.oracle import Oracle, relative


def judged(rng: np.random.Generator) -> Mapping[str, float]:
    """Scores, nearest controls within the caliper, and a column for each place and year."""
    frame = sc.synthetic_policy(
        int(rng.integers(60, 140)), years=int(rng.integers(3, 6)), rng=int(rng.integers(1 << 30))
    )
    start = int(frame["treated_from"].dropna().iloc[0])
    neighbours = int(rng.integers(1, 4))
    found = quietly(
        sc.psm_did, frame, unit="unit", year="year", outcome="outcome", treated="treated",
        treated_from=start, covariates=["x", "z"], neighbours=neighbours, permutations=0,
        minimum_matched=1,
    )  # fmt: skip
    before = frame[frame["year"] < start].groupby("unit", sort=False)[["x", "z"]].mean()
    flag = frame.groupby("unit", sort=False)["treated"].first().astype(bool)
    peer = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=200)
    score = quietly(peer.fit, before, flag).decision_function(before)
    logit = pd.Series(score, before.index)
    low = max(logit[flag].min(), logit[~flag].min())
    high = min(logit[flag].max(), logit[~flag].max())
    inside = logit.between(low - 1e-9, high + 1e-9)
    ours, others = logit[flag & inside], logit[~flag & inside]
    near = NearestNeighbors(n_neighbors=min(neighbours, len(others))).fit(
        others.to_numpy()[:, None]
    )
    distance, at = near.kneighbors(ours.to_numpy()[:, None])
    weight = pd.Series(0.0, logit.index)
    width = 0.2 * logit.std()
    for unit, gaps, places in zip(ours.index, distance, at, strict=True):
        kept = places[gaps <= width]
        if len(kept):
            weight[unit] = 1.0
            weight[others.index[kept]] += 1 / len(kept)
    own = found.units["weight"].reindex(weight.index)
    said = {
        "scores": relative(found.units["logit"].reindex(logit.index), logit),
        "weights of matching": relative(own, weight),
    }
    rows = frame[frame["unit"].map(weight) > 0]
    w = rows["unit"].map(weight).to_numpy()
    columns = pd.get_dummies(rows[["unit", "year"]].astype(str), dtype=float)
    policy = (rows["treated"].astype(bool) & (rows["year"] >= start)).astype(float)
    fitted = LinearRegression().fit(np.column_stack([policy, columns]), rows["outcome"], w)
    said["effect"] = abs(found.effect - fitted.coef_[0]) / found.se
    left = rows["outcome"] - fitted.predict(np.column_stack([policy, columns]))
    rest = policy - LinearRegression().fit(columns, policy, w).predict(columns)
    scores = (w * rest * left).groupby(rows["unit"]).sum()
    n, g, k = len(rows), len(scores), 1 + rows["year"].nunique()
    small = g / (g - 1) * (n - 1) / (n - k)
    se = np.sqrt(small * (scores**2).sum()) / (w * rest**2).sum()
    said["standard error"] = relative(found.se, se)
    means = [before[flag].mean(), before[~flag].mean()]
    spread = np.sqrt((before[flag].var() + before[~flag].var()) / 2)
    said["balance before"] = relative(
        found.balance.loc[["x", "z"], "smd_before"], (means[0] - means[1]) / spread
    )
    return said


ORACLES = (
    Oracle(
        "psm_did",
        "scores, weights of matching, effect, standard error, balance",
        "scikit-learn",
        "LogisticRegression, NearestNeighbors, LinearRegression",
        judged,
        1e-6,
        quick=3,
    ),
)
