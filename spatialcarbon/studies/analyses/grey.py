"""Grey relational degree: which factor follows emissions most closely."""

from __future__ import annotations

from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from spatialcarbon.core.align import Missing
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.stats.grey_panel import Extremes, GreyPanelResult, grey_panel
from spatialcarbon.stats.grey_sensitivity import GreySensitivityResult, grey_sensitivity
from spatialcarbon.stats.moran_panel import ALL
from spatialcarbon.studies.analyses._grey_figures import figures, layers
from spatialcarbon.studies.analyses._grey_tables import factor_names, tables
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import shown


class GreyParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("reference", "factors", "weight_by", "reverse")

    reference: str = Field(description="Variable to follow, such as total emissions.")
    factors: list[str] = Field(min_length=1, description="Variables to rank.")
    weight_by: str | None = Field(
        default=None, description="Variable that weighs the places; all alike if left out."
    )
    reverse: list[str] = Field(
        default=[], description="Factors of which less is better (min–max only)."
    )
    years: list[int] | None = Field(
        default=None, description="Years; all in which every variable has values if left out."
    )
    by_group: bool = Field(default=True, description="Rank within every group as well.")
    normalisation: Literal["mean", "max", "minmax", "zscore", "none"] = Field(
        default="mean", description="How units of measure are removed."
    )
    rho: float = Field(default=0.5, gt=0, le=1, description="Distinguishing coefficient.")
    extremes: Extremes = Field(
        default="year",
        description="Extremes of each year, or of all years (to compare degrees over time).",
    )
    missing: Missing = Field(
        default="raise", description="Refuse missing values, or leave the place out of that year."
    )
    sensitivity: bool = Field(
        default=True, description="Rank again with other rho and normalisations."
    )
    detail_year: int | None = Field(
        default=None, description="Year shown place by place; the last one if left out."
    )
    report_years: list[int] | None = Field(
        default=None, description="Years shown in the table of the report; files hold all."
    )


def run(parameters: GreyParameters, inputs: Inputs) -> dict[str, object]:
    """Compute every group and year, and the sensitivity of the ranking in one year."""
    panel, variables = inputs.panel, _variables(parameters)
    result = grey_panel(
        panel,
        reference=parameters.reference,
        factors=parameters.factors,
        extremes=parameters.extremes,
        groups=inputs.groups if parameters.by_group and inputs.groups else None,
        years=parameters.years,
        normalisation=parameters.normalisation,
        rho=parameters.rho,
        weights=parameters.weight_by,
        reverse=parameters.reverse,
        missing=parameters.missing,
    )
    year = parameters.detail_year or int(result.table["year"].max())
    defined = result.table[(result.table["group"] == ALL) & (result.table["year"] == year)]
    sensitivity = None
    if parameters.sensitivity and len(parameters.factors) > 1 and (defined["status"] == "ok").all():
        frame = pd.DataFrame({name: panel.at(name, year) for name in variables})
        sensitivity = grey_sensitivity(
            frame[parameters.reference],
            frame[parameters.factors],
            normalisation=parameters.normalisation,
            rho=parameters.rho,
            weights=frame[parameters.weight_by] if parameters.weight_by else None,
            reverse=parameters.reverse,
            missing=parameters.missing,
        )
    return {"panel": result, "sensitivity": sensitivity, "year": year}


def check(parameters: GreyParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that a variable lacks, or none in common."""
    variables = _variables(parameters)
    years = [
        *(parameters.years or []),
        *([parameters.detail_year] if parameters.detail_year else []),
    ]
    problems = [said for name in variables for said in inputs.absent_years(name, years)]
    common = set.intersection(*(set(inputs.years_of(name)) for name in variables))
    if not problems and not common:
        problems.append(text("there is no year in which all variables have values"))
    chosen = common if parameters.years is None else set(parameters.years)
    if parameters.detail_year and parameters.detail_year not in chosen and not problems:
        problems.append(
            text("detail_year = {year} is not among the years", year=parameters.detail_year)
        )
    return problems


def _variables(parameters: GreyParameters) -> list[str]:
    weight = [parameters.weight_by] if parameters.weight_by else []
    return [parameters.reference, *parameters.factors, *weight]


def findings(done: Done) -> list[Text]:
    """Return what ranks first where, how that changed, and whether it hangs on the settings."""
    result: GreyPanelResult = done.result["panel"]
    said = _rankings(done, result) + _trends(done, result)
    sensitivity: GreySensitivityResult | None = done.result["sensitivity"]
    if sensitivity is not None:
        said += _flips(done, sensitivity)
    return said


def _rankings(done: Done, result: GreyPanelResult) -> list[Text]:
    names, year = factor_names(done), done.result["year"]
    said = []
    for group, rows in result.table[result.table["year"] == year].groupby("group", sort=False):
        known = rows[rows["status"] == "ok"].sort_values("rank", kind="stable")
        if known.empty:
            continue
        order = [
            text("{factor} {degree}", factor=names[factor], degree=shown(degree))
            for factor, degree in zip(known["factor"], known["degree"], strict=True)
        ]
        said.append(
            text(
                "{group}, {year}, closest first: {order}.",
                group=done.inputs.group_name(str(group)),
                year=year,
                order=listed(order, 8),
            )
        )
    return said


def _trends(done: Done, result: GreyPanelResult) -> list[Text]:
    """Say how the first rank changed; a change of degrees only where extremes are pooled."""
    ranks = result.pivot("rank").dropna(axis=1)
    if ranks.shape[1] < 2:
        return []
    names, first, last = factor_names(done), int(ranks.columns[0]), int(ranks.columns[-1])
    before, after = names[str(ranks[first].idxmin())], names[str(ranks[last].idxmin())]
    said = [
        text(
            "All units together: first is {before} in {first} and {after} in {last}.",
            before=before,
            after=after,
            first=first,
            last=last,
        )
    ]
    if done.parameters.extremes == "year":
        said.append(
            text(
                'The degrees use the extremes of each year (extremes = "year"), so that only ranks are compared over time.'
            )
        )
        return said
    degree = result.pivot()
    said += [
        text(
            '{factor}: degree {a} in {first}, {b} in {last} (extremes = "pooled").',
            factor=names[str(factor)],
            a=shown(degree.loc[factor, first]),
            b=shown(degree.loc[factor, last]),
            first=first,
            last=last,
        )
        for factor in degree.index
    ]
    return said


def _flips(done: Done, sensitivity: GreySensitivityResult) -> list[Text]:
    names, year = factor_names(done), done.result["year"]
    usable = sensitivity.table[sensitivity.table["status"] == "ok"]
    count = len(usable[["normalisation", "rho"]].drop_duplicates())
    if sensitivity.stable:
        return [
            text(
                "Sensitivity, {year}: the ranking is the same in all {n} settings of ρ and normalisation.",
                year=year,
                n=count,
            )
        ]
    return [
        text(
            "Sensitivity, {year}: {overtaken_by} ranks before {ahead} in {k} of {n} settings.",
            year=year,
            overtaken_by=names[str(b)],
            ahead=names[str(a)],
            k=len(rows),
            n=count,
        )
        for (a, b), rows in sensitivity.flips.groupby(["ahead", "overtaken_by"], sort=False)
    ]


ANALYSIS = Analysis(
    name="grey",
    title=text("Grey relational degree"),
    question=text("Which factor is closest in shape to emissions, and does that ranking hold?"),
    reading=text(
        "A degree near 1 says that over the places a factor rises and falls as the reference does, once both are normalised. It ranks factors; it is no share, no elasticity, no cause, and has no p-value. Degrees of different groups are not on one scale, those of different years only with pooled extremes, and another factor in the list can change all of them. A ranking that flips under another ρ or normalisation should not be reported as a finding."
    ),
    methods=text(
        "Grey relational degree of Deng (1982): ξ = (m + ρM)/(Δ + ρM), with Δ the absolute difference of the normalised series, m and M its extremes, and the degree the mean of ξ over the places."
    ),
    parameters=GreyParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("deng1982", "deng1989", "study002"),
)
