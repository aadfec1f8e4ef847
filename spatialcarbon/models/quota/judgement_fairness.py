"""How evenly an allocation lies on people, output, emissions and the past: indices and sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.models.quota.judgement_input import PER
from spatialcarbon.stats.inequality import gini
from spatialcarbon.stats.theil import theil

if TYPE_CHECKING:
    from spatialcarbon.models.quota.judgement_input import Judged

OK, SOME_LEFT_OUT = "ok", "zero yardstick left out"
NEGATIVE, NOTHING = "below zero", "nothing to share"
INDICES = ("gini", "theil", "between", "within", "between_share", "mean_log_deviation")
FAIRNESS = ("principle", "yardstick", "n", *INDICES, "status")
LORENZ = ("principle", "yardstick", "yardstick_share", "amount_share")


def fairness(judged: Judged) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return indices, and Lorenz curves, of every principle against every yardstick."""
    rows: list[dict[str, Any]] = []
    curves: list[pd.DataFrame] = []
    for principle in judged.amounts:
        for yardstick in judged.yardsticks:
            row, curve = _against(judged, str(principle), str(yardstick))
            rows.append(row)
            curves.append(curve)
    table = pd.DataFrame(rows, columns=list(FAIRNESS))
    drawn = [curve for curve in curves if len(curve)]
    if not drawn:
        return table, pd.DataFrame(columns=list(LORENZ))
    return table, pd.concat(drawn, ignore_index=True)[list(LORENZ)]


def _against(judged: Judged, principle: str, yardstick: str) -> tuple[dict[str, Any], pd.DataFrame]:
    base = judged.yardsticks[yardstick]
    kept = base > 0
    amounts, base = judged.amounts.loc[kept, principle], base[kept]
    row: dict[str, Any] = {"principle": principle, "yardstick": yardstick, "n": len(base)}
    row |= dict.fromkeys(INDICES, np.nan)
    if (amounts < 0).any():
        return row | {"status": NEGATIVE}, pd.DataFrame()
    if not (amounts > 0).any():
        return row | {"status": NOTHING}, pd.DataFrame()
    # Amounts per unit of the yardstick, each counted as often as there are units of it.
    each = amounts / base
    groups = None if judged.labels is None else judged.labels[kept]
    unequal, split = gini(each, population=base), theil(each, population=base, groups=groups,
                                                        zero="keep")  # fmt: skip
    row |= {
        "gini": float(unequal),
        "theil": split.total,
        "between": _number(split.between),
        "within": _number(split.within),
        "between_share": _number(split.between_share),
        "mean_log_deviation": split.mean_log_deviation,
        "status": OK if kept.all() else SOME_LEFT_OUT,
    }
    curve = unequal.lorenz.rename(
        columns={"population": "yardstick_share", "value": "amount_share"}
    )
    return row, curve.assign(principle=principle, yardstick=yardstick)


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def group_sums(judged: Judged) -> pd.DataFrame:
    """Return what each principle asks of each group, and that over the group's yardsticks.

    Ratios are ratios of sums, not means of ratios.
    """
    rows: list[dict[str, Any]] = []
    for principle, amounts in judged.amounts.items():
        whole = float(amounts.sum())
        for group, units in judged.members.items():
            inside = units[np.argsort(judged.amounts.index.get_indexer(units))]
            amount = float(amounts.loc[inside].sum())
            row = {
                "principle": str(principle), "group": group, "n": len(inside), "amount": amount,
                "share": amount / whole if whole else np.nan,
            }  # fmt: skip
            for yardstick, measure in PER.items():
                total = np.nan
                if yardstick in judged.yardsticks:
                    total = float(judged.yardsticks.loc[inside, yardstick].sum())
                row |= {yardstick: total, measure: amount / total if total else np.nan}
            rows.append(row)
    columns = ["principle", "group", "n", "amount", "share", *PER, *PER.values()]
    return pd.DataFrame(rows)[columns]
