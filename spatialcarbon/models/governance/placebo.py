"""Effects where there can be none: a false date, and places called treated by lot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import OptionError
from spatialcarbon.models.governance.did import TOO_FEW, policy, two_way

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

CHUNK = 64
"""Assignments solved at once, so that memory does not grow with their number."""


def false_date(
    outcome: pd.DataFrame,
    treated: pd.Series[bool],
    start: int,
    weights: pd.Series[float],
    clusters: pd.Series[Any],
    year: int | None,
) -> tuple[int | None, dict[str, Any]]:
    """Estimate the effect of a policy that never was, in the years before the real one.

    Parameters
    ----------
    outcome, treated, start, weights, clusters
        As in the evaluation.
    year : int or None
        False first year; by default the middle of the years before the policy.

    Raises
    ------
    OptionError
        When the false date leaves no years before the policy on either side of it.
    """
    early = outcome.loc[:, np.asarray(outcome.columns) < start]
    seen = [int(y) for y in early.columns[early[weights > 0].notna().any()]]
    if year is None and len(seen) < 2:
        gone = dict.fromkeys(["estimate", "se", "low", "high", "pvalue"], np.nan)
        return None, {**gone, "n": 0, "clusters": 0, "status": TOO_FEW}
    false = seen[len(seen) // 2] if year is None else int(year)
    if not seen or not seen[0] < false <= seen[-1]:
        raise OptionError(
            "placebo_year={value!r} does not part the years before the policy",
            arrived="the policy begins in {start}",
            expected="a year with years before the policy on both sides of it",
            value=year,
            start=start,
        )
    fit = two_way(early, [policy(treated, early.columns, false)], weights, clusters)
    return false, fit.row()


def assigned_by_lot(
    outcome: pd.DataFrame,
    treated: pd.Series[bool],
    start: int,
    weights: pd.Series[float],
    permutations: int,
    generator: np.random.Generator,
) -> Floats:
    """Estimate the effect again with treatment, and the weight that goes with it, dealt out anew.

    Each unit adds a fixed part to the normal equations under either role, so that an
    assignment is a weighted sum of parts and not a regression of its own.

    Returns
    -------
    array of float
        One estimate per assignment; NaN where it is not identified.
    """
    kept = (weights > 0).to_numpy()
    y = outcome.to_numpy(dtype=np.float64)[kept]
    flag = treated.to_numpy(dtype=bool)[kept]
    w = weights.to_numpy(dtype=np.float64)[kept]
    seen = ~np.isnan(y)
    late = (np.asarray(outcome.columns) >= start).astype(float)
    columns = np.stack(
        [np.broadcast_to(row, y.shape) for row in (late, *np.eye(y.shape[1])[1:])], axis=-1
    )
    present = seen[..., None]
    number = np.maximum(seen.sum(axis=1), 1)[:, None]
    x = (columns - ((columns * present).sum(axis=1) / number)[:, None, :]) * present
    filled = np.where(seen, y, 0.0)
    target = (filled - filled.sum(axis=1, keepdims=True) / number) * seen
    used = np.concatenate([[True], np.abs(x[..., 1:]).max(axis=(0, 1)) > 0])
    x = x[..., used]
    gram = np.einsum("uti,utj->uij", x, x)
    side = np.einsum("uti,ut->ui", x, target)
    k = x.shape[2]
    untreated = gram.copy()
    untreated[:, 0, :] = untreated[:, :, 0] = 0.0
    apart = side.copy()
    apart[:, 0] = 0.0
    parts = np.hstack([gram.reshape(len(y), -1), side])
    others = np.hstack([untreated.reshape(len(y), -1), apart])
    made = np.empty(permutations)
    for first in range(0, permutations, CHUNK):
        size = min(CHUNK, permutations - first)
        deals = np.array([generator.permutation(len(y)) for _ in range(size)])
        roles, loads = flag[deals], w[deals]
        total = (loads * roles) @ parts + (loads * ~roles) @ others
        matrix, right = total[:, : k * k].reshape(size, k, k), total[:, k * k :]
        # Dummies are solved away first, so that only the effect itself can be undefined.
        rest = matrix[:, 1:, 1:]
        cross = matrix[:, 1:, :1]
        solved = np.linalg.pinv(rest, hermitian=True) @ np.concatenate(
            [cross, right[:, 1:, None]], axis=2
        )
        own = matrix[:, 0, 0] - np.einsum("ri,ri->r", cross[..., 0], solved[..., 0])
        value = right[:, 0] - np.einsum("ri,ri->r", cross[..., 0], solved[..., 1])
        fine = own > 1e-10 * np.maximum(matrix[:, 0, 0], 1e-300)
        made[first : first + size] = np.where(fine, value / np.where(fine, own, 1.0), np.nan)
    return made
