"""Tables of efficiency: scores with intervals, slacks and targets, peers, the reallocation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._dea_settings import zero_sum_of
from spatialcarbon.studies.words import HEADINGS

if TYPE_CHECKING:
    from spatialcarbon.models.quota.dea_bootstrap import DEABootstrapResult
    from spatialcarbon.models.quota.dea_result import DEAResult
    from spatialcarbon.models.quota.zero_sum_result import ZeroSumResult
    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = {
    "efficiency": text("Efficiency"),
    "corrected": text("Efficiency without the bias"),
    "low": text("Lower bound"),
    "high": text("Upper bound"),
    "scale_efficiency": text("Scale efficiency"),
    "returns_to_scale": text("Returns to scale"),
    "peer": text("Code of the peer"),
    "peer_name": text("Peer"),
    "input": text("Before"),
    "allocation": text("Zero-sum allocation"),
    "adjustment": text("Adjustment"),
    "change": text("Change (%)"),
    "share": text("Share of the total"),
    "score": text("Zero-sum score h"),
    "single_score": text("Score of searching alone"),
    "final_efficiency": text("Efficiency afterwards"),
    "iteration": text("Step"),
}

STATUS_WORDS: Mapping[str, Text] = {
    "efficient": text("efficient"),
    "weakly efficient": text("weakly efficient"),
    "inefficient": text("inefficient"),
}

RETURNS_WORDS: Mapping[str, Text] = {
    "increasing": text("increasing"),
    "constant": text("constant returns"),
    "decreasing": text("decreasing"),
}


def scores_of(done: Done) -> DEAResult:
    """Return the efficiency of every place."""
    found: DEAResult = done.result["scores"]
    return found


def intervals_of(done: Done) -> DEABootstrapResult | None:
    """Return the bootstrap, where there is one."""
    found: DEABootstrapResult | None = done.result["intervals"]
    return found


def zero_sum_result(done: Done) -> ZeroSumResult | None:
    """Return the reallocation, where one was asked for."""
    found: ZeroSumResult | None = done.result["zero_sum"]
    return found


def shared_measure(done: Done) -> str:
    """Return the unit of measure of what is shared out."""
    asked = zero_sum_of(done.parameters)
    return "" if asked is None else done.inputs.measure(asked.input)


def tables(done: Done) -> list[Table]:
    """Return scores, slacks, peers, and the reallocation with its steps."""
    made = [_scores(done), _slacks(done), _peers(done)]
    zero = zero_sum_result(done)
    if zero is not None:
        made += [_allocation(done, zero), _history(done, zero)]
    return made


def _named(done: Done, frame: pd.DataFrame) -> pd.DataFrame:
    frame.insert(1, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    return frame


def score_frame(done: Done) -> pd.DataFrame:
    """Return a row per place: score, interval, status, scale."""
    frame = scores_of(done).to_frame()
    bounds = intervals_of(done)
    if bounds is not None:
        for at, name in enumerate(("corrected", "low", "high")):
            column: pd.Series[float] = getattr(bounds, name)
            frame.insert(2 + at, name, column.loc[frame["unit"]].to_numpy())
    return frame


def _scores(done: Done) -> Table:
    bounds = intervals_of(done)
    frame = _named(done, score_frame(done))
    numbers = ["efficiency", "corrected", "low", "high", "scale_efficiency"]
    return Table(
        name=done.key,
        title=text("Efficiency by place"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        decimals=dict.fromkeys(numbers, 3),
        words={**STATUS_WORDS, **RETURNS_WORDS},
        note=None
        if bounds is None
        else text(
            "Bounds at {share} % from {draws} bootstrap samples. Places whose intervals overlap cannot be ranked.",
            share=f"{100 * bounds.confidence:g}",
            draws=bounds.draws,
        ),
        shown=[c for c in frame.columns if c != "unit"],
    )


def _slacks(done: Done) -> Table:
    result = scores_of(done)
    assert result.slacks is not None
    headings: dict[str, Text] = dict(HEADINGS)
    measures: dict[str, str] = {}
    parts = []
    for prefix, table in (("slack", result.slacks), ("target", result.targets)):
        parts.append(table.add_prefix(f"{prefix}_"))
        for variable in table.columns:
            name = done.inputs.variable_name(variable)
            headings[f"{prefix}_{variable}"] = (
                text("Slack of {variable}", variable=name)
                if prefix == "slack"
                else text("Target of {variable}", variable=name)
            )
            measures[f"{prefix}_{variable}"] = done.inputs.measure(variable)
    frame = pd.concat(parts, axis=1)
    frame.insert(0, "unit", frame.index)
    frame = _named(done, frame.reset_index(drop=True))
    return Table(
        name=f"{done.key}_slacks",
        title=text("Slacks and targets"),
        frame=frame,
        headings=headings,
        measures=measures,
        note=text(
            "What could be saved of an input, or gained of an output, after the proportional step."
        ),
        shown=[c for c in frame.columns if c != "unit"],
    )


def _peers(done: Done) -> Table:
    frame = _named(done, scores_of(done).peers.reset_index(drop=True).copy())
    frame.insert(3, "peer_name", [done.inputs.names[unit] for unit in frame["peer"]])
    return Table(
        name=f"{done.key}_peers",
        title=text("Peers: the mixture each place is compared with"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        decimals={"weight": 3},
        note=text(
            "The page shows places with a peer other than themselves; the file has all of them."
        ),
        shown=["name", "peer_name", "weight"],
        shown_rows=frame["unit"] != frame["peer"],
    )


def allocation_frame(zero: ZeroSumResult) -> pd.DataFrame:
    """Return a row per place: before, after, the change also in per cent."""
    frame = zero.to_frame()
    frame.insert(4, "change", 100 * frame["adjustment"] / frame["input"])
    return frame


def _allocation(done: Done, zero: ZeroSumResult) -> Table:
    frame = _named(done, allocation_frame(zero))
    measure = shared_measure(done)
    return Table(
        name=f"{done.key}_allocation",
        title=text("The total shared out anew"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=dict.fromkeys(("input", "allocation", "adjustment"), measure),
        decimals={
            **dict.fromkeys(("input", "allocation", "adjustment", "change"), 1),
            **dict.fromkeys(("share", "efficiency", "score", "single_score"), 3),
            "final_efficiency": 3,
        },
        note=text(
            "The total is unchanged. A score above one: the place gets. Scores are those of the inputs as given."
        ),
        shown=["name", "input", "allocation", "adjustment", "change", "efficiency", "score"],
    )


def _history(done: Done, zero: ZeroSumResult) -> Table:
    frame = zero.history.copy()
    frame.insert(2, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    last = int(frame["iteration"].max())
    return Table(
        name=f"{done.key}_history",
        title=text("Every step of the reallocation"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures={"input": shared_measure(done)},
        decimals={"input": 1, "efficiency": 3, "score": 3},
        note=text(
            "Step 0 is the inputs as given. The page shows the last step; the file has all of them."
        ),
        shown=["iteration", "name", "input", "efficiency", "score"],
        shown_rows=frame["iteration"] == last,
    )
