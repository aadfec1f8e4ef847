"""Which untreated places stand in for the treated ones, and with what weight?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

Matching = Literal["nearest", "radius", "kernel", "none"]


@dataclass(frozen=True, eq=False)
class Matched:
    """Pairs and the weights that follow from them.

    Parameters
    ----------
    pairs : DataFrame
        ``treated, control, distance, weight``; the weights of each treated unit sum to
        one.
    weights : Series
        Per unit: 1 for a matched treated unit, the sum over its pairs for a control, 0
        for the rest.
    width : float
        Largest distance allowed, in log odds; infinite without a caliper.
    """

    pairs: pd.DataFrame
    weights: pd.Series[float]
    width: float


def match(
    logit: pd.Series[float],
    treated: pd.Series[bool],
    supported: pd.Series[bool],
    *,
    method: Matching,
    neighbours: int,
    replacement: bool,
    caliper: float | None,
) -> Matched:
    """Match on the log odds; among equally near controls the first in the order of labels.

    Parameters
    ----------
    logit, treated, supported : Series
        Per unit, in canonical order.
    method : {"nearest", "radius", "kernel", "none"}
        The nearest controls, all within the caliper alike, all within it by
        Epanechnikov's kernel, or no matching: everyone with weight one.
    neighbours : int
        Of ``"nearest"``.
    replacement : bool
        Of ``"nearest"``: whether a control may be used again. Without it the treated
        with the highest score choose first, since they have the fewest like them.
    caliper : float or None
        In standard deviations of the log odds of all units.
    """
    if method == "none":
        every = pd.Series(1.0, logit.index)
        return Matched(_pairs([], [], [], []), every, float("inf"))
    usable = supported.to_numpy(dtype=bool)
    flag = treated.to_numpy(dtype=bool)
    value = logit.to_numpy(dtype=np.float64)
    width = float("inf") if caliper is None else caliper * float(np.std(value, ddof=1))
    ours, others = np.flatnonzero(flag & usable), np.flatnonzero(~flag & usable)
    order = np.arange(len(ours))
    free = np.ones(len(others), dtype=bool)
    if not replacement and method == "nearest":
        order = np.argsort(-value[ours], kind="stable")
    found: dict[int, tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]] = {}
    for place in order.tolist():
        distance = np.abs(value[others] - value[ours[place]])
        # A hair of room, or two equal scores may part by rounding when the width is zero.
        near = distance <= width + 1e-12
        if method == "nearest":
            near &= free
        at = np.flatnonzero(near)
        if method == "nearest":
            at = at[np.argsort(distance[at], kind="stable")[:neighbours]]
            if not replacement:
                free[at] = False
        share = np.ones(len(at))
        if method == "kernel":
            u = distance[at] / width if width > 0 else np.zeros(len(at))
            share = np.clip(1.0 - u**2, 0.0, None)
            at, share = at[share > 0], share[share > 0]
        if len(at):
            found[place] = (at, share / share.sum())
    weights = np.zeros(len(value))
    left: list[int] = []
    right: list[int] = []
    shares: list[float] = []
    for place in sorted(found):
        at, share = found[place]
        weights[ours[place]] = 1.0
        np.add.at(weights, others[at], share)
        left += [int(ours[place])] * len(at)
        right += others[at].tolist()
        shares += share.tolist()
    labels = logit.index
    apart = np.abs(value[left] - value[right]).tolist() if left else []
    pairs = _pairs(labels[left].tolist(), labels[right].tolist(), apart, shares)
    return Matched(pairs, pd.Series(weights, labels), width)


def _pairs(
    treated: list[object], control: list[object], distance: list[float], weight: list[float]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "treated": pd.Series(treated, dtype=object).infer_objects(),
            "control": pd.Series(control, dtype=object).infer_objects(),
            "distance": pd.Series(distance, dtype=float),
            "weight": pd.Series(weight, dtype=float),
        }
    )


def balance_table(
    covariates: pd.DataFrame, treated: pd.Series[bool], weights: pd.Series[float]
) -> pd.DataFrame:
    r"""Return how alike the two groups are before and after matching.

    .. math:: \mathrm{SMD} = \frac{\bar x_1 - \bar x_0}{\sqrt{(s_1^2 + s_0^2) / 2}}

    The standard deviations are always those before matching, so that a smaller SMD means
    nearer means and not a wider spread. A covariate without spread in either group has
    an SMD of 0 where the means agree, else NaN.
    """
    rows = {}
    for name in covariates:
        x = covariates[name]
        one, other = x[treated], x[~treated]
        spread = float(np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2))
        before = float(one.mean() - other.mean())
        means = [
            float(np.average(x[side], weights=weights[side])) if weights[side].sum() > 0 else np.nan
            for side in (treated, ~treated)
        ]
        rows[str(name)] = {
            "treated_before": float(one.mean()),
            "control_before": float(other.mean()),
            "treated_after": means[0],
            "control_after": means[1],
            "smd_before": _over(before, spread),
            "smd_after": _over(means[0] - means[1], spread),
        }
    columns = ["treated_before", "control_before", "treated_after", "control_after"]
    columns += ["smd_before", "smd_after"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.astype(float).rename_axis("covariate")


def _over(difference: float, spread: float) -> float:
    if spread > 0:
        return difference / spread
    return 0.0 if abs(difference) < 1e-12 else float("nan")
