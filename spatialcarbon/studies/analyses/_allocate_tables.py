"""Tables of allocations: by place and principle, weights, who is asked too much, the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.allocation_figures import CRITERION_WORDS, PRINCIPLE_WORDS
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from spatialcarbon.models.quota.allocation_result import AllocationResult
    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = {
    "principle": text("Principle"),
    "criterion": text("Criterion"),
    "step": text("Step"),
    "allocation": text("Reduction"),
    "emission": text("Emissions"),
    "quota": text("What may still be emitted"),
    "share": text("Share of the total"),
    "ratio": text("Reduction over emissions"),
    "entropy": text("Entropy"),
    "weight": text("Weight"),
    "baseline": text("At the base intensity"),
    "reduction": text("Cut of the intensity"),
    "target": text("Target"),
    "target_low": text("Lowest target"),
    "target_high": text("Highest target"),
    "regional_sum": text("Sum of the places"),
    "responsibility": text("To be cut"),
    "regional_over_baseline": text("Sum over base intensity"),
}

OWN_LABELS: Mapping[str, Text] = {
    "above emissions": text("more than it emits"),
    "at the cap": text("at the cap"),
    "gains": text("may emit more"),
    "raw": text("raw value"),
    "normalised": text("normalised"),
    "share": text("share"),
    "weight": text("weight"),
    "contribution": text("contribution"),
    "allowance": text("allowance"),
    "amount": text("amount before a cap"),
    "cap": text("cap"),
    "redistributed": text("moved by the cap"),
    "allocation": text("allocation"),
    "all": text("together"),
}


def measure_of(done: Done) -> str:
    """Return the unit of measure of emissions and of what is cut."""
    return done.inputs.measure(done.parameters.emission)


def results_of(done: Done) -> Mapping[str, AllocationResult]:
    """Return the allocation of each principle."""
    found: Mapping[str, AllocationResult] = done.result["results"]
    return found


def amounts(results: Mapping[str, AllocationResult]) -> pd.DataFrame:
    """Return unit × principle."""
    return pd.DataFrame({name: result.allocation for name, result in results.items()})


def tables(done: Done) -> list[Table]:
    """Return the allocations, weights, targets, gaps, places asked too much, and the audit."""
    made = [_by_place(done)]
    weights = weight_rows(done)
    if len(weights):
        made.append(_weights(done, weights))
    made.append(_too_much(done))
    if done.result["target"] is not None:
        made.append(_targets(done))
    if done.result["other"]:
        made.append(_gaps(done))
    return [*made, _audit(done)]


def _named(done: Done, frame: pd.DataFrame) -> pd.DataFrame:
    frame.insert(1, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    return frame


def _by_place(done: Done) -> Table:
    results = results_of(done)
    wide = amounts(results)
    first = next(iter(results.values()))
    frame = wide.rename_axis("unit").reset_index()
    frame.insert(1, "emission", first.emissions.to_numpy() if first.emissions is not None else None)
    if first.groups is not None:
        frame.insert(1, "group", first.groups.to_numpy())
    measure = measure_of(done)
    measures = dict.fromkeys(["emission", *wide.columns], measure)
    return Table(
        name=done.key,
        title=text("Reduction by place and principle"),
        frame=_named(done, frame),
        headings={**HEADINGS, **OWN_HEADINGS, **PRINCIPLE_WORDS},
        measures=measures,
        decimals=dict.fromkeys(measures, 1),
        note=text("Every column of a principle has the same sum. Compare it with the emissions."),
        shown=[c for c in _named_columns(frame) if c != "unit"],
    )


def _named_columns(frame: pd.DataFrame) -> list[str]:
    return [str(c) for c in frame.columns]


def weight_rows(done: Done) -> pd.DataFrame:
    """Return principle × criterion weights of the principles that mix several."""
    rows = {
        name: result.weights
        for name, result in results_of(done).items()
        if result.weighting is not None
    }
    return pd.DataFrame(rows).T


def _weights(done: Done, weights: pd.DataFrame) -> Table:
    weighting = next(r.weighting for r in results_of(done).values() if r.weighting is not None)
    frame = weighting.to_frame().rename(columns={"weight": "own_weight"})
    for name in weights.index:
        frame[name] = weights.loc[name].reindex(frame["criterion"]).to_numpy()
    numbers = [c for c in frame.columns if c != "criterion"]
    return Table(
        name=f"{done.key}_weights",
        title=text("Weights of the criteria"),
        frame=frame,
        headings={
            **PRINCIPLE_WORDS,
            **OWN_HEADINGS,
            "own_weight": text("Weight without preference"),
            "spread": text("Standard deviation"),
            "conflict": text("Conflict with the others"),
        },
        decimals=dict.fromkeys(numbers, 6),
        words={**LABELS, **CRITERION_WORDS},
    )


def _too_much(done: Done) -> Table:
    parts = []
    for name, result in results_of(done).items():
        rows = result.to_frame()
        parts.append(rows[rows["unit"].isin(result.infeasible)].assign(principle=name))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[["unit", "principle", "allocation", "emission", "ratio"]]
    measure = measure_of(done)
    return Table(
        name=f"{done.key}_infeasible",
        title=text("Places asked for more than they emit"),
        frame=_named(done, frame),
        headings={**HEADINGS, **OWN_HEADINGS},
        measures={"allocation": measure, "emission": measure},
        decimals={"allocation": 1, "emission": 1, "ratio": 2},
        words=PRINCIPLE_WORDS,
        note=text("Without rows, no place is asked for more than it emits."),
        shown=["principle", "name", "allocation", "emission", "ratio"],
    )


def _targets(done: Done) -> Table:
    found = [done.result["target"], done.result["other_target"]]
    frame = pd.concat([item.to_frame() for item in found if item is not None], ignore_index=True)
    frame.insert(0, "reduction", [_interval(r) for r in frame.to_dict("records")])
    keep = [
        *("reduction", "baseline", "target_low", "target_high", "target"),
        *("regional_sum", "responsibility", "regional_over_baseline"),
    ]
    money = [c for c in keep if c not in ("reduction", "regional_over_baseline")]
    return Table(
        name=f"{done.key}_target",
        title=text("National target and boundary check"),
        frame=frame[keep],
        headings=OWN_HEADINGS,
        measures=dict.fromkeys(money, measure_of(done)),
        decimals={**dict.fromkeys(money, 1), "regional_over_baseline": 3},
        note=text(
            "The sum of the places and the target must count the same sources: otherwise part of what is "
            "to be cut is a difference between inventories."
        ),
    )


def _interval(row: Mapping[str, float]) -> str:
    low, high = row["reduction_low"], row["reduction_high"]
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def gaps(done: Done) -> pd.DataFrame:
    """Return unit × principle: what the first target asks beyond the second."""
    return amounts(results_of(done)) - pd.DataFrame(done.result["other"])


def _gaps(done: Done) -> Table:
    wide = gaps(done)
    return Table(
        name=f"{done.key}_gaps",
        title=text("Gap between the two targets by place"),
        frame=_named(done, wide.rename_axis("unit").reset_index()),
        headings={**HEADINGS, **PRINCIPLE_WORDS},
        measures=dict.fromkeys(wide.columns, measure_of(done)),
        decimals=dict.fromkeys(wide.columns, 1),
        note=text("First target less second: above zero where the first asks for more."),
        shown=["name", *wide.columns],
    )


def _audit(done: Done) -> Table:
    frame = pd.concat(
        [result.audit.assign(under=name) for name, result in results_of(done).items()],
        ignore_index=True,
    )
    frame = _named(done, frame[["unit", "under", "principle", "step", "criterion", "value"]])
    first = frame["unit"].iloc[0]
    return Table(
        name=f"{done.key}_audit",
        title=text("Every step of the allocation"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS, "under": text("Allocation by")},
        words={**OWN_LABELS, **PRINCIPLE_WORDS, **CRITERION_WORDS},
        note=text("The page shows the first place; the file has all of them."),
        shown=["name", "under", "principle", "step", "criterion", "value"],
        shown_rows=frame["unit"] == first,
    )
