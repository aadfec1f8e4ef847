"""Whole panels and families of weights: every row beside esda's number for that row."""

from __future__ import annotations

from typing import Any

import esda
import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

import spatialcarbon as sc
from tests.oracles.draws import Rng, quietly, series, weights
from tests.oracles.oracle import Oracle, relative

QUADRANTS = ("HH", "LH", "LL", "HL")  # 1 to 4 of esda


def moran_of_esda(x: pd.Series, w: Any) -> Any:
    return quietly(esda.Moran, x[w.units].to_numpy(), w.to_w(), transformation="O", permutations=0)


def panel(rng: Rng) -> dict[str, float]:
    w = weights(rng, scheme="B", least=16)
    frame = pd.DataFrame({year: series(rng, w) for year in (2005, 2010)})
    groups = pd.Series(rng.choice(["east", "west"], w.n), w.units)
    ours = sc.moran_panel(frame, w, groups=groups, permutations=0).table
    gaps = [0.0]
    for row in ours[ours["status"] == "ok"].itertuples():
        members = w.units if row.group == "ALL" else groups.index[groups == row.group]
        theirs = moran_of_esda(frame.loc[members, int(row.year)], w.subset(members))
        gaps.append(
            relative(
                [row.statistic, row.z_normality, row.z_randomization],
                [theirs.I, theirs.z_norm, theirs.z_rand],
            )
        )
    return {"every row": max(gaps)}


def family(rng: Rng) -> dict[str, float]:
    w = weights(rng)
    members = {
        "first": w,
        "second": sc.Weights.from_sparse(weights_on(rng, w.n), w.units),
    }
    x = series(rng, w)
    found = {}
    for statistic in ("moran", "geary"):
        ours = sc.weights_sensitivity(
            x,
            members,
            statistic=statistic,
            local=False,
            permutations=0,  # type: ignore[arg-type]
        ).table
        if statistic == "moran":
            theirs = [moran_of_esda(x, member).I for member in members.values()]
        else:
            theirs = [
                quietly(
                    esda.Geary,
                    x[w.units].to_numpy(),
                    member.to_w(),
                    transformation="O",
                    permutations=0,
                ).C
                for member in members.values()
            ]
        found[statistic] = relative(ours["statistic"], theirs)
    return found


def weights_on(rng: Rng, n: int) -> np.ndarray:
    dense = (rng.random((n, n)) < 0.2) * rng.uniform(0.5, 2.0, (n, n))
    np.fill_diagonal(dense, 0.0)
    dense[0, 1] = 1.0
    return dense


def transitions(rng: Rng) -> dict[str, float]:
    w = weights(rng, islands=False)
    frame = pd.DataFrame({year: rng.normal(size=w.n) for year in (2005, 2017)}, w.units)
    ours = sc.lisa_transitions(frame, w, permutations=0)
    start, end = (
        quietly(
            esda.Moran_Local, frame[year].to_numpy(), w.to_w(), transformation="O", permutations=0
        ).q
        for year in (2005, 2017)
    )
    counts = confusion_matrix(start, end, labels=[1, 2, 3, 4])
    own = np.isin(start, [1, 4]) != np.isin(end, [1, 4])
    around = np.isin(start, [1, 2]) != np.isin(end, [1, 2])
    both = own & around
    same_way = both & np.isin(start, [1, 3])
    theirs = {
        "stability": (~own & ~around).mean(),
        "flux": (own ^ around).mean(),
        "cohesion": ((~own & ~around) | same_way).mean(),
    }
    told = ours.types.iloc[0]
    mine = ours.counts("quadrant").loc[list(QUADRANTS), list(QUADRANTS)]
    return {
        "counts": float(np.abs(mine.to_numpy() - counts).max()),
        "stability, flux, cohesion": relative(
            [told[name] for name in theirs], list(theirs.values())
        ),
    }


ORACLES = (
    Oracle("moran_panel", "I and z of each row", "esda", "esda.Moran", panel, 1e-9, quick=5),
    Oracle(
        "weights_sensitivity",
        "I and C under each member",
        "esda",
        "esda.Moran, esda.Geary",
        family,
        1e-10,
        quick=5,
    ),
    Oracle(
        "lisa_transitions",
        "counts of moves, stability, flux, cohesion",
        "esda",
        "esda.Moran_Local, sklearn confusion_matrix",
        transitions,
        1e-12,
        quick=10,
        note="The quadrants of the two years are esda's; the moves are counted by scikit-learn.",
    ),
)
