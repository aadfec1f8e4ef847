"""What a family of weights says together: the verdict on a statistic, and on each label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.stats.local_moran import ISOLATE, LABELS, NOT_SIGNIFICANT
from spatialcarbon.stats.moran import MoranResult
from spatialcarbon.weights.family import family_kind, family_title

if TYPE_CHECKING:
    from spatialcarbon.stats.geary import GearyResult
    from spatialcarbon.weights.weights import Weights

Verdict = Literal["same", "depends", "opposite"]
Statistic = Literal["moran", "geary"]

NAMES = {"moran": text("Moran's I"), "geary": text("Geary's C")}

NO_LINKS = "all islands"
NOTHING = {"conclusion": "", "permutations": 0, "status": NO_LINKS}
"""What is said of a member under which nothing can be computed."""

NORMAL_95 = 1.959963984540054
COLUMNS = (
    *("member", "kind", "recipe", "neighbors", "isolates", "bridges"),
    *("statistic", "expected", "low", "high", "z_randomization", "pvalue"),
    *("n", "permutations", "conclusion", "same_as", "status"),
)
ROBUSTNESS = ("label", "kept", "frequent", "frequent_share", "significant")


def member_facts(name: str, weights: Weights) -> dict[str, Any]:
    """Return what tells one member of the family from another."""
    return {
        "member": name,
        "kind": family_kind(name),
        "recipe": weights.recipe,
        "neighbors": float(weights.cardinalities.mean()),
        "isolates": len(weights.isolates),
        "bridges": len(weights.bridges),
    }


def member_row(found: MoranResult | GearyResult, alpha: float) -> dict[str, Any]:
    """Return what the statistic says under one member."""
    by_permutation = found.pvalue_permutation is not None
    pvalue = found.pvalue_permutation if by_permutation else found.pvalue_randomization
    centre = found.mean_permutation if by_permutation else found.expected
    spread = (
        found.sd_permutation if by_permutation else max(found.variance_randomization, 0.0) ** 0.5
    )
    assert pvalue is not None
    assert centre is not None
    assert spread is not None
    # Geary's C measures differences: it is small where like lies beside like.
    alike = found.statistic < found.expected
    if isinstance(found, MoranResult):
        alike = found.statistic > found.expected
    sign = "positive" if alike else "negative"
    return {
        "statistic": found.statistic,
        "expected": found.expected,
        "low": centre - NORMAL_95 * spread,
        "high": centre + NORMAL_95 * spread,
        "z_randomization": found.z_randomization,
        "pvalue": pvalue,
        "n": found.n,
        "permutations": found.permutations,
        "conclusion": sign if pvalue <= alpha else "none",
        "status": found.status,
    }


def counted_rows(table: pd.DataFrame) -> pd.Series[bool]:
    """Which rows count: distinct weights under which there is a statistic."""
    return (table["same_as"] == "") & (table["status"] != NO_LINKS)


def verdict_of(
    table: pd.DataFrame, alpha: float, statistic: Statistic
) -> tuple[Verdict, int, Text]:
    """Return the verdict by the rule in the notes, how many agree, and the sentence."""
    counted = table[counted_rows(table)]
    if counted.empty:
        raise DegenerateDataError(
            "no member of the family links any units",
            fix="weights that reach further, such as Backbone(units).knn(4)",
        )
    m = len(counted)
    numbers = counted["conclusion"].value_counts(sort=False)
    frequent = str(numbers.idxmax())
    k = int(numbers.max())
    names = {
        str(conclusion): listed([family_title(name) for name in part["member"]], 8)
        for conclusion, part in counted.groupby("conclusion")
    }
    signs = {
        "positive": text("autocorrelation positive and significant"),
        "negative": text("autocorrelation negative and significant"),
        "none": text("autocorrelation not significant"),
    }
    if {"positive", "negative"} <= set(names):
        said = text(
            "{statistic} hangs on the weights even in its sign (level {alpha}): positive and "
            "significant autocorrelation under {positive}, negative under {negative}",
            statistic=NAMES[statistic],
            alpha=alpha,
            positive=names["positive"],
            negative=names["negative"],
        )
        return "opposite", k, said
    if k == m:
        said = text(
            "{statistic}: {conclusion} at the level {alpha} under all {m} different weights",
            statistic=NAMES[statistic],
            conclusion=signs[frequent],
            alpha=alpha,
            m=m,
        )
        return "same", k, said
    others = [conclusion for conclusion in names if conclusion != frequent]
    said = text(
        "{statistic} hangs on the weights (level {alpha}): {conclusion} under {k} of {m}, but "
        "{other} under {names}",
        statistic=NAMES[statistic],
        alpha=alpha,
        conclusion=signs[frequent],
        k=k,
        m=m,
        other=signs[others[0]],
        names=names[others[0]],
    )
    return "depends", k, said


def repeated_remark(same: Mapping[str, str]) -> tuple[Text, ...]:
    """Return the remark about members that are the same weights on this map."""
    pairs = [
        text("{member} = {other}", member=family_title(name), other=family_title(earlier))
        for name, earlier in same.items()
        if earlier
    ]
    if not pairs:
        return ()
    return (text("the same weights on this map, counted once: {pairs}", pairs=listed(pairs, 8)),)


def robustness_of(labels: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return how often each unit keeps the label it has under the reference."""
    order = [*LABELS.values(), NOT_SIGNIFICANT, ISOLATE]
    counts = pd.DataFrame({label: (labels == label).sum(axis=1) for label in order})
    m = labels.shape[1]
    if m == 0:
        return pd.DataFrame(columns=list(ROBUSTNESS))
    found = {
        "frequent": counts.idxmax(axis=1),
        "frequent_share": counts.max(axis=1) / m,
        "significant": counts[list(LABELS.values())].sum(axis=1) / m,
        "label": np.nan,
        "kept": np.nan,
    }
    if reference in labels.columns:
        own = labels[reference]
        found["label"] = own
        if m > 1:
            found["kept"] = labels.drop(columns=reference).eq(own, axis=0).mean(axis=1)
    return pd.DataFrame(found)[list(ROBUSTNESS)]
