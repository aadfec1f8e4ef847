"""Did a policy change the places under it? Matching and differences in differences."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field, field_validator

from spatialcarbon.core.errors import SpatialCarbonWarning, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.governance.evaluation import psm_did
from spatialcarbon.models.governance.matching import Matching
from spatialcarbon.studies.analyses._evaluate_shown import figures, findings, layers
from spatialcarbon.studies.analyses._evaluate_tables import tables
from spatialcarbon.studies.analysis import Analysis, Inputs, Parameters

if TYPE_CHECKING:
    from spatialcarbon.models.governance.evaluation_result import EvaluationResult

UNDATED = [0]


class EvaluateParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("outcome", "covariates", "treated")

    outcome: str = Field(description="Variable that the policy is to change, of several years.")
    treated_from: int = Field(description="First year of the policy.")
    covariates: list[str] = Field(
        default=[], description="Variables the places are matched on, as they were before."
    )
    treated: str | None = Field(default=None, description="Variable of 1 (treated) and 0.")
    treated_units: str | None = Field(
        default=None, description="Or: the treated places, with commas."
    )
    treated_group: str | None = Field(default=None, description="Or: the group that is treated.")
    covariate_year: int | None = Field(
        default=None, description="Year of the covariates; the mean before the policy if left out."
    )
    matching: Matching = Field(
        default="nearest", description="How untreated places stand in for treated ones."
    )
    neighbours: int = Field(default=1, ge=1, description="Controls for each treated place.")
    replacement: bool = Field(
        default=True, description="Let a control stand in for several treated places."
    )
    caliper: float = Field(
        default=0.2, gt=0, description="Largest distance, in standard deviations of the log odds."
    )
    cluster: Literal["unit", "group"] = Field(
        default="unit", description="What the errors are clustered by."
    )
    placebo_year: int | None = Field(
        default=None, description="First year of a false policy; the middle if left out."
    )
    permutations: int = Field(default=999, ge=0, description="Assignments of treatment by lot.")
    minimum_matched: int = Field(
        default=10, ge=1, description="Fewest treated places that must find a match."
    )
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )

    @field_validator("treated_units", mode="before")
    @classmethod
    def _joined(cls, value: object) -> object:
        """Take a list of the study file as well as a line with commas."""
        return ",".join(map(str, value)) if isinstance(value, list) else value


def _named(line: str) -> list[str]:
    return [part.strip() for part in line.split(",") if part.strip()]


def treated_of(parameters: EvaluateParameters, inputs: Inputs) -> pd.Series[Any]:
    """Return 1 for treated places and 0 for others; whatever a column holds stays as it is."""
    units = inputs.units.index
    if parameters.treated is not None:
        grid = inputs.panel.grid(parameters.treated)
        return grid[grid.columns[-1]].reindex(units)
    if parameters.treated_group is not None:
        return pd.Series(units.isin(inputs.groups[parameters.treated_group]).astype(int), units)
    chosen = set(_named(parameters.treated_units or ""))
    return pd.Series([int(str(label) in chosen) for label in units], units)


def long_frame(parameters: EvaluateParameters, inputs: Inputs) -> pd.DataFrame:
    """Return one row for each place and year of the outcome."""
    units, years = inputs.units.index, inputs.years_of(parameters.outcome)
    flags = treated_of(parameters, inputs)
    group = inputs.first_group()
    made = []
    for year in years:
        rows = pd.DataFrame({"unit": units, "year": year, "treated": flags.to_numpy()})
        rows["outcome"] = inputs.panel.at(parameters.outcome, year).reindex(units).to_numpy()
        for name in parameters.covariates:
            known = inputs.years_of(name)
            dated = 0 if known == UNDATED else year
            values = inputs.panel.at(name, dated).reindex(units) if dated in known else None
            rows[_column(name)] = float("nan") if values is None else values.to_numpy()
        if parameters.cluster == "group" and group is not None:
            # A place outside all groups is a cluster of its own.
            rows["cluster"] = [str(g) if g else f"/{u}" for u, g in zip(units, group, strict=True)]
        made.append(rows)
    return pd.concat(made, ignore_index=True)


def run(parameters: EvaluateParameters, inputs: Inputs) -> EvaluationResult:
    """Evaluate the policy, with the map for spillovers and for the residuals."""
    with warnings.catch_warnings():
        # The result carries the same as remarks, which the report shows.
        warnings.simplefilter("ignore", SpatialCarbonWarning)
        return psm_did(
            long_frame(parameters, inputs),
            unit="unit",
            year="year",
            outcome="outcome",
            treated="treated",
            treated_from=parameters.treated_from,
            covariates=[_column(name) for name in parameters.covariates],
            covariate_year=parameters.covariate_year,
            matching=parameters.matching,
            neighbours=parameters.neighbours,
            replacement=parameters.replacement,
            caliper=parameters.caliper,
            cluster="cluster" if parameters.cluster == "group" else None,
            weights=inputs.weights_named(parameters.weights),
            placebo_year=parameters.placebo_year,
            permutations=parameters.permutations,
            minimum_matched=parameters.minimum_matched,
            rng=inputs.seed,
        )


def _column(name: str) -> str:
    """Return a column for a covariate, which may be called like one of ours."""
    return f"{name} " if name in {"unit", "year", "outcome", "treated", "cluster"} else name


def check(parameters: EvaluateParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: who is treated, years, groups."""
    problems = _treated_problems(parameters, inputs)
    years = inputs.years_of(parameters.outcome)
    if not min(years) < parameters.treated_from <= max(years):
        problems.append(
            text(
                "{variable} has the years {first} to {last}: none on one side of treated_from = {start}",
                variable=parameters.outcome,
                first=min(years),
                last=max(years),
                start=parameters.treated_from,
            )
        )
    if parameters.covariate_year is not None:
        problems += inputs.absent_years(parameters.outcome, [parameters.covariate_year])
    for name in parameters.covariates:
        known = inputs.years_of(name)
        if known == UNDATED:
            continue
        if parameters.covariate_year is not None:
            problems += inputs.absent_years(name, [parameters.covariate_year])
        elif not {y for y in known if y < parameters.treated_from} & set(years):
            problems.append(text("{variable} has no year before the policy", variable=name))
    if parameters.cluster == "group" and not inputs.groups:
        problems.append(text("cluster = 'group' needs groups under [units]"))
    return problems


def _treated_problems(parameters: EvaluateParameters, inputs: Inputs) -> list[Text]:
    ways = (parameters.treated, parameters.treated_units, parameters.treated_group)
    if sum(way is not None for way in ways) != 1:
        return [text("say who is treated by one of treated, treated_units, treated_group")]
    if parameters.treated_group is not None and parameters.treated_group not in inputs.groups:
        return [
            text(
                "there is no group {value!r}; there is {known}",
                value=parameters.treated_group,
                known=some(inputs.groups, 12),
            )
        ]
    if parameters.treated_units is not None:
        known = set(map(str, inputs.units.index))
        strange = [label for label in _named(parameters.treated_units) if label not in known]
        if strange:
            return [text("treated_units names {labels}, not on the map", labels=some(strange))]
    if parameters.treated is not None:
        grid = inputs.panel.grid(parameters.treated)
        if grid.nunique(axis=1).gt(1).any():
            return [text("{variable} changes over the years", variable=parameters.treated)]
    return []


ANALYSIS = Analysis(
    name="evaluate",
    title=text("Evaluation of a policy"),
    question=text("Did a policy change the places under it, against like places without it?"),
    reading=text(
        "The effect is what parts treated from matched untreated places after the policy, beyond what parted them "
        "before. It is that of the policy only if both groups would have moved in parallel without it, which no test "
        "can show: gaps before the policy speak against it, their absence does not prove it. Look at the balance, at the "
        "false date and at the assignments by lot before the effect, and at spillovers where neighbours share an "
        "economy."
    ),
    methods=text(
        "Propensity score by logit on covariates before the policy, common support, matching on the log odds; weighted "
        "regression with effects of places and years, errors clustered; event study with a joint test of the years before; "
        "false date; treatment dealt out by lot; treated share among neighbours as a further regressor; Moran's I of the "
        "residuals."
    ),
    parameters=EvaluateParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("rosenbaum1983", "heckman1997", "bertrand2004", "austin2011"),
)
