"""How far each place keeps its rank and its amount, over variants and draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.models.quota.rank_agreement import kendall_to, ranks_of
from spatialcarbon.models.quota.sensitivity_variants import FACTS, KINDS, OK, changed

if TYPE_CHECKING:
    from spatialcarbon.models.quota.sensitivity_draws import Simulated
    from spatialcarbon.models.quota.sensitivity_engine import Case, Floats

LOW, HIGH = 0.025, 0.975
"""The ends of what 95 % of the draws give."""


def stability_of(
    own: Floats, table: pd.DataFrame, simulated: Simulated | None, case: Case, top: int
) -> pd.DataFrame:
    """Return the range of ranks and amounts of each unit.

    Parameters
    ----------
    own : array
        The allocation of the base.
    table : DataFrame
        Every variant (:class:`AllocationSensitivityResult`).
    simulated : Simulated or None
        The draws, where there are any.
    case : Case
        What is shared.
    top : int
        How many ranks count as the top.
    """
    rank = ranks_of(own[None])[0]
    frame = pd.DataFrame(
        {"allocation": own, "share": own / case.total, "rank": rank}, index=case.units
    )
    good = table[table["status"] == OK]
    for kind in KINDS:
        ranks = good[good["kind"] == kind].groupby("unit")["rank"]
        for name, found, further in (
            ("low", ranks.min(), np.fmin),
            ("high", ranks.max(), np.fmax),
        ):
            reached = further(found.reindex(case.units).to_numpy(dtype=np.float64), rank)
            frame[f"{kind}_{name}"] = reached.astype(np.int64)
    drawn = np.empty((0, len(own))) if simulated is None else simulated.amounts
    frame = frame.join(_of_draws(drawn, top, case))
    kinds = (*KINDS, "noise")
    frame.insert(11, "low", frame[[f"{kind}_low" for kind in kinds]].min(axis=1).astype(int))
    frame.insert(12, "high", frame[[f"{kind}_high" for kind in kinds]].max(axis=1).astype(int))
    frame.insert(13, "in_top", rank <= top)
    nothing = np.full(len(own), np.nan)
    frame["above_probability"] = nothing if simulated is None else simulated.above
    frame["additivity"] = nothing
    if simulated is not None and len(drawn) > 1:
        whole = frame["sd"].to_numpy() ** 2
        single = simulated.variances.sum(axis=0)
        # Rounding is no variance.
        varied = whole > (1e-12 * case.total) ** 2
        frame["additivity"] = np.divide(single, whole, out=nothing.copy(), where=varied)
    return frame


def _of_draws(drawn: Floats, top: int, case: Case) -> pd.DataFrame:
    """Return what the draws say of each unit, NaN where there are none."""
    columns = ("noise_low", "noise_high", "top_probability", "mean", "sd", "lower", "upper")
    if not len(drawn):
        return pd.DataFrame(np.nan, index=case.units, columns=list(columns))
    ranks = ranks_of(drawn)
    lowest = np.quantile(ranks, LOW, axis=0, method="lower")
    highest = np.quantile(ranks, HIGH, axis=0, method="higher")
    spread = drawn.std(axis=0, ddof=1) if len(drawn) > 1 else np.full(drawn.shape[1], np.nan)
    lower, upper = np.quantile(drawn, [LOW, HIGH], axis=0)
    values = (
        *(lowest, highest, (ranks <= top).mean(axis=0)),
        *(drawn.mean(axis=0), spread, lower, upper),
    )
    return pd.DataFrame(dict(zip(columns, values, strict=True)), index=case.units)


def noise_row(own: Floats, simulated: Simulated, case: Case) -> pd.DataFrame:
    """Return the agreement of the draws with the base, as a row beside those of the variants."""
    row: dict[str, Any] = dict.fromkeys(FACTS, "")
    row |= {"kind": "noise", "variant": "noise", "preference": np.nan, "status": OK}
    tau = np.array([np.nan])
    share, mean = np.nan, np.full(len(own), np.nan)
    if len(simulated.amounts):
        tau = kendall_to(ranks_of(own[None])[0], ranks_of(simulated.amounts))
        share = float(np.abs(simulated.amounts - own).sum(axis=1).mean()) / 2 / case.total
        mean = simulated.amounts.mean(axis=0) - own
    row |= {"tau": tau.mean(), "tau_low": np.quantile(tau, LOW), "tau_high": np.quantile(tau, HIGH)}
    return pd.DataFrame([{**row, **changed(mean, case), "moved": share}])


def shares_of_variance(simulated: Simulated | None, case: Case) -> pd.DataFrame:
    """Return what part of the single variances is due to errors in each column."""
    parts = np.full((len(case.units), len(case.sources)), np.nan)
    if simulated is not None:
        whole = np.broadcast_to(simulated.variances.sum(axis=0), simulated.variances.shape)
        parts = np.divide(simulated.variances, whole, out=parts.T.copy(), where=whole > 0).T
    return pd.DataFrame(parts, index=case.units, columns=list(case.sources))
