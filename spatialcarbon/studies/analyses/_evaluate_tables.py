"""Tables of an evaluation: effects, balance, years, places, pairs, propensity score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.governance.did import COLLINEAR, TOO_FEW
from spatialcarbon.models.governance.evaluation_result import (
    CONTROL,
    OUTSIDE,
    TREATED,
    UNMATCHED,
)
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = {
    **HEADINGS,
    "estimator": text("Estimate of"),
    "estimate": text("Estimate"),
    "se": text("Standard error"),
    "low": text("95 % interval from"),
    "high": text("to"),
    "n": text("Observations"),
    "clusters": text("Clusters"),
    "status": text("Status"),
    "covariate": text("Covariate"),
    "treated_before": text("Treated, before matching"),
    "control_before": text("Control, before matching"),
    "treated_after": text("Treated, after matching"),
    "control_after": text("Control, after matching"),
    "smd_before": text("SMD before"),
    "smd_after": text("SMD after"),
    "relative": text("Years since the policy"),
    "treated": text("Treated"),
    "control": text("Control"),
    "score": text("Propensity score"),
    "logit": text("Log odds"),
    "supported": text("In common support"),
    "weight": text("Weight"),
    "role": text("Role"),
    "exposure": text("Treated share among neighbours"),
    "distance": text("Distance in log odds"),
    "z": text("z"),
    "test": text("Test"),
    "value": text("Value"),
}

WORDS: Mapping[str, Text] = {
    "unmatched": text("effect without matching"),
    "matched": text("effect after matching"),
    "spillover_controlled": text("effect beside spillover"),
    "spillover": text("spillover of a treated neighbourhood"),
    "placebo_date": text("false date"),
    "ok": text("ok"),
    "base": text("base year"),
    COLLINEAR: text("not identified"),
    TOO_FEW: text("too few periods"),
    "const": text("constant term"),
    TREATED: text("treated"),
    CONTROL: text("control"),
    UNMATCHED: text("not matched"),
    OUTSIDE: text("outside support"),
    "pretrend": text("gaps before the policy are zero (F)"),
    "lot": text("treatment by lot (share as far from zero)"),
    "moran": text("residuals lie together (Moran's I)"),
}


def covariate_names(done: Done) -> dict[str, Text]:
    """Return what covariates are called, under the names the result has for them."""
    return {
        str(column): done.inputs.variable_name(name)
        for column, name in zip(
            done.result.settings["covariates"],
            dict.fromkeys(done.parameters.covariates),
            strict=True,
        )
    }


def _measures(done: Done) -> dict[str, str]:
    unit = done.inputs.measure(done.parameters.outcome)
    return dict.fromkeys(["estimate", "se", "low", "high"], "" if unit == "1" else unit)


def tables(done: Done) -> list[Table]:
    """Return effects, tests, balance, years, places, pairs and the propensity score."""
    made = [_effects(done), _tests(done), _years(done), _places(done)]
    if len(done.result.balance):
        made.insert(2, _balance(done))
    if len(done.result.pairs):
        made.append(_pairs(done))
    return [*made, _score(done)]


def _table(done: Done, suffix: str, title: Text, frame: pd.DataFrame, **more: object) -> Table:
    name = f"{done.key}_{suffix}" if suffix else done.key
    return Table(name=name, title=title, frame=frame, headings=OWN_HEADINGS, words=WORDS, **more)  # type: ignore[arg-type]


def _effects(done: Done) -> Table:
    return _table(
        done,
        "",
        text("Effect of the policy"),
        done.result.to_frame(),
        measures=_measures(done),
        note=text("Effects per place and year, under parallel trends; 95 % intervals by clusters."),
    )


def _tests(done: Done) -> Table:
    result = done.result
    rows = [
        ("pretrend", result.pretrend["statistic"], result.pretrend["pvalue"]),
        ("lot", result.effect, result.placebo_pvalue),
    ]
    if result.residual_moran is not None:
        moran = result.residual_moran
        rows.append(("moran", moran.statistic, moran.pvalue_permutation))
    frame = pd.DataFrame(rows, columns=["test", "value", "pvalue"])
    return _table(done, "tests", text("What speaks for or against the effect"), frame)


def _balance(done: Done) -> Table:
    frame = done.result.balance.reset_index()
    names = covariate_names(done)
    frame.insert(1, "name", [names[name] for name in frame["covariate"]])
    return _table(
        done,
        "balance",
        text("Balance of the covariates"),
        frame,
        decimals={"smd_before": 3, "smd_after": 3},
        note=text("SMD: difference of means over the standard deviation before matching."),
        shown=[c for c in frame.columns if c != "covariate"],
    )


def _years(done: Done) -> Table:
    frame = done.result.event_study.reset_index()
    return _table(
        done, "years", text("Gap by year"), frame, measures=_measures(done),
        shown=["year", "relative", "estimate", "low", "high", "pvalue", "status"],
    )  # fmt: skip


def _places(done: Done) -> Table:
    frame = done.result.units.rename_axis("unit").reset_index()
    frame.insert(1, "name", [done.inputs.names[label] for label in frame["unit"]])
    frame["treated"] = frame["treated"].astype(int)
    frame["supported"] = frame["supported"].astype(int)
    return _table(
        done,
        "places",
        text("Places and their part in the comparison"),
        frame,
        decimals=dict.fromkeys(["score", "logit", "weight", "exposure"], 3),
        shown=["name", "role", "score", "weight", "exposure"],
    )


def _pairs(done: Done) -> Table:
    frame = done.result.pairs.copy()
    for side in ("control", "treated"):
        frame[side] = [done.inputs.names[label] for label in frame[side]]
    return _table(
        done, "pairs", text("Treated places and their controls"), frame,
        decimals={"distance": 4, "weight": 3}, shown_rows=pd.Series(frame.index < 40),
    )  # fmt: skip


def _score(done: Done) -> Table:
    frame = done.result.coefficients.reset_index()
    return _table(
        done, "score", text("Logit of being treated"), frame,
        note=text("Coefficients describe who was treated; they are not effects of the policy."),
    )  # fmt: skip
