"""Where burdens cluster: Moran's I of every principle and measure, and its local form."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.quota.judgement_input import AMOUNT, MEASURE_WORDS
from spatialcarbon.stats.local_moran import local_moran
from spatialcarbon.stats.moran_formulas import is_constant
from spatialcarbon.stats.moran_panel import MIN_UNITS, moran_panel

if TYPE_CHECKING:
    from spatialcarbon.models.quota.judgement_input import Judged
    from spatialcarbon.stats.inference import Correction
    from spatialcarbon.weights.weights import Weights

YARDSTICK = "yardstick"
"""Stands as the measure of rows that test a yardstick itself."""

LOCAL_MEASURES = (AMOUNT, "per_emission")
SPATIAL = (
    *("principle", "measure", "statistic", "expected", "z_normality", "z_randomization"),
    *("pvalue_normality", "pvalue_randomization", "pvalue_permutation", "permutations"),
    *("n", "status"),
)
LOCAL = (
    *("principle", "measure", "unit", "statistic", "lag", "quadrant"),
    *("pvalue", "qvalue", "label"),
)


def spatial_table(
    judged: Judged, weights: Weights, permutations: int | None, seed: int
) -> pd.DataFrame:
    """Return Moran's I of the amounts, of amounts over each yardstick, and of the yardsticks.

    The yardsticks stand beside the burdens because a burden that follows population
    clusters as population does, which says nothing about the principle.
    """
    series: dict[tuple[str, str], pd.Series[float]] = {
        (str(principle), measure): frame[principle]
        for measure, frame in judged.measures.items()
        for principle in frame
    }
    series |= {(str(name), YARDSTICK): judged.yardsticks[name] for name in judged.yardsticks}
    frame = pd.DataFrame(series, index=judged.amounts.index)
    frame.columns = pd.MultiIndex.from_tuples(list(series), names=["variable", "year"])
    found = moran_panel(
        frame, weights, permutations=permutations, missing="drop", rng=seed
    ).to_frame()
    found = found.rename(columns={"variable": "principle", "year": "measure"})
    return found[list(SPATIAL)]


def local_table(
    judged: Judged,
    weights: Weights,
    permutations: int | None,
    alpha: float,
    correction: Correction,
    seed: int,
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Return local Moran's I of the amounts and of amounts over emissions, with its remarks."""
    parts: list[pd.DataFrame] = []
    said: list[Text] = []
    for measure in LOCAL_MEASURES:
        frame = judged.measures.get(measure)
        for principle in () if frame is None else frame.columns:
            assert frame is not None
            values = frame[principle]
            known = values.dropna()
            reason = _undefined(known, weights)
            if reason is not None:
                said.append(
                    text(
                        "no local Moran's I of {principle}, {measure}: {reason}",
                        principle=principle,
                        measure=MEASURE_WORDS[measure],
                        reason=reason,
                    )
                )
                continue
            with warnings.catch_warnings():
                # Its sentence comes back as a remark, once for all series.
                warnings.simplefilter("ignore", PermutationWarning)
                local = local_moran(
                    values.reindex(weights.units), weights, permutations=permutations, alpha=alpha,
                    correction=correction, missing="drop", rng=seed,
                )  # fmt: skip
            said += local.remarks
            rows = local.to_frame().assign(principle=str(principle), measure=measure)
            rows = rows.set_index("unit").reindex([u for u in judged.order if u in known.index])
            parts.append(rows.rename_axis("unit").reset_index())
    remarks = tuple(remark for at, remark in enumerate(said) if remark not in said[:at])
    if not parts:
        return pd.DataFrame(columns=list(LOCAL)), remarks
    return pd.concat(parts, ignore_index=True)[list(LOCAL)], remarks


def _undefined(known: pd.Series[Any], weights: Weights) -> Text | None:
    """Return why a series has no local statistic, or None."""
    if len(known) < MIN_UNITS:
        return text("n<4")
    if bool(is_constant(np.asarray(known, dtype=np.float64)[:, None])[0]):
        return text("constant")
    linked = weights if len(known) == weights.n else weights.subset(known.index)
    return text("all islands") if linked.s0 <= 0 else None
