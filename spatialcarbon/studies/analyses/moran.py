"""Global Moran's I by group and year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from spatialcarbon.core.language import Text, text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import comparison, moran_over_time
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.inference import Alternative
from spatialcarbon.stats.moran_panel import MoranPanelResult, moran_panel
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import HEADINGS, LABELS, shown, significant


class MoranParameters(Parameters):
    """Settings of the analysis."""

    variable: str | list[str] = Field(description="Variable or variables to test.")
    years: list[int] | None = Field(default=None, description="Years; all of them if left out.")
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    by_group: bool = Field(default=True, description="Test every group as well as the whole.")
    alternative: Alternative = Field(default="two-sided", description="What p-values are against.")
    permutations: int | None = Field(
        default=None, ge=0, description="Random draws; 99,999 if left out, 0 for none."
    )
    fdr: bool = Field(default=False, description="Adjust p-values over the whole table.")
    report_years: list[int] | None = Field(
        default=None, description="Years shown in the table of the report; files hold all."
    )
    printed: Literal["study002_moran"] | None = Field(
        default=None, description="Published table to show beside ours."
    )


def run(parameters: MoranParameters, inputs: Inputs) -> dict[str, Any]:
    """Compute every variable, group and year."""
    panel = (
        inputs.panel if parameters.years is None else inputs.panel.subset(years=parameters.years)
    )
    listed = _variables(parameters)
    result = moran_panel(
        panel_of(panel, listed),
        inputs.weights_named(parameters.weights),
        groups=inputs.groups if parameters.by_group and inputs.groups else None,
        alternative=parameters.alternative,
        permutations=parameters.permutations,
        fdr=parameters.fdr,
        rng=inputs.seed,
    )
    beside = beside_printed(result, parameters.printed) if parameters.printed else None
    return {"panel": result, "beside": beside}


def panel_of(panel: Any, variables: Sequence[str]) -> pd.DataFrame:
    """Return variables of a panel as one frame with columns (variable, year)."""
    frame: pd.DataFrame = pd.concat({name: panel[name] for name in variables}, axis=1)
    return frame


def _variables(parameters: MoranParameters) -> list[str]:
    given = parameters.variable
    return [given] if isinstance(given, str) else list(given)


def check(parameters: MoranParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years that a variable lacks."""
    return [
        problem
        for variable in _variables(parameters)
        for problem in inputs.absent_years(variable, parameters.years)
    ]


def beside_printed(result: MoranPanelResult, name: str) -> pd.DataFrame:
    """Return our statistic beside a published table, by group and year."""
    printed = load_table(name)
    ours = result.table[["group", "year", "statistic", "pvalue_permutation"]]
    both = ours.merge(
        printed.rename(columns={"moran_i": "printed", "signif": "printed_significance"})[
            ["group", "year", "printed", "printed_significance"]
        ],
        on=["group", "year"],
        how="outer",
    ).rename(columns={"statistic": "ours", "pvalue_permutation": "pvalue"})
    wanted = {*printed["year"], max(ours["year"])}
    both = both[both["year"].isin(wanted)].copy()
    order = [*dict.fromkeys(ours["group"]), *dict.fromkeys(printed["group"])]
    rank = {group: at for at, group in enumerate(dict.fromkeys(order))}
    both["difference"] = both["ours"] - both["printed"]
    both = both.sort_values(
        ["group", "year"], key=lambda s: s.map(rank) if s.name == "group" else s
    )
    columns = ["group", "year", "printed", "printed_significance", "ours", "pvalue", "difference"]
    return both[columns].reset_index(drop=True)


def _report_rows(done: Done, frame: pd.DataFrame) -> pd.Series[bool] | None:
    if not done.parameters.report_years:
        return None
    return frame["year"].isin(done.parameters.report_years)


def tables(done: Done) -> list[Table]:
    """Return the full table, and the comparison with what was printed."""
    frame = done.result["panel"].to_frame()
    frame.insert(1, "group_name", [done.inputs.group_name(g) for g in frame["group"]])
    named = {name: done.inputs.variable_name(name) for name in _variables(done.parameters)}
    listed = [
        Table(
            name=done.key,
            title=text("Moran's I by group and year"),
            frame=frame,
            headings=HEADINGS,
            decimals={
                **dict.fromkeys(("statistic", "expected"), 4),
                **dict.fromkeys(("variance_normality", "variance_randomization"), 5),
                **dict.fromkeys(("z_normality", "z_randomization"), 3),
                **{name: 4 for name in frame.columns if name[:2] in ("pv", "qv")},
            },
            words={**LABELS, **named},
            note=text("Significance: ** p < 0.05, * p < 0.10 (permutation where it was run)."),
            shown=(
                "group_name",
                "year",
                "variable",
                "statistic",
                "expected",
                "z_randomization",
                "pvalue_permutation"
                if done.parameters.permutations != 0
                else "pvalue_randomization",
                "stars",
                "n",
                "status",
            ),
            shown_rows=_report_rows(done, frame),
        )
    ]
    beside = done.result["beside"]
    if beside is not None:
        frame = beside.copy()
        frame.insert(1, "group_name", [done.inputs.group_name(g) for g in frame["group"]])
        listed.append(
            Table(
                name=f"{done.key}_beside_{done.parameters.printed}",
                title=text("Moran's I as printed in study 002 (Table 2) beside ours"),
                frame=frame,
                headings=HEADINGS,
                decimals={"printed": 4, "ours": 4, "difference": 4, "pvalue": 4},
                words={"ns": text("not significant, value not printed")},
                note=WHY_DIFFERENT,
                shown=[c for c in frame.columns if c != "group"],
            )
        )
    return listed


WHY_DIFFERENT = text(
    "The numbers are not expected to agree. Study 002 uses another emission data set (here: sums of "
    "the county values of Chen et al. 2020, which end in 2017, so 2017 stands where the study has "
    "2020), and prints neither its weights nor its inference. Values it calls not significant are "
    "not printed."
)


def figures(done: Done) -> list[FigureSpec]:
    """Return Moran's I over time per variable, and the comparison."""
    result: MoranPanelResult = done.result["panel"]
    names = {code: done.inputs.group_name(code) for code in ["ALL", *done.inputs.groups]}
    specs = []
    pvalue = "pvalue_permutation" if done.parameters.permutations != 0 else "pvalue_randomization"
    for variable in _variables(done.parameters):
        rows = result.table[result.table["variable"] == variable]
        if rows["year"].nunique() < 2:
            continue
        title = text(
            "Moran's I of {variable} over time", variable=done.inputs.variable_name(variable)
        )
        specs.append(
            FigureSpec(
                name=f"{done.key}_{variable}_over_time",
                title=title,
                caption=text(
                    "Above the band, like values lie together more than chance would have it; inside "
                    "it, the pattern cannot be told from a random one. Filled markers are significant "
                    "at 5 %."
                ),
                alt=text("Line chart of Moran's I by year for each group with a 95 % band."),
                draw=lambda language, rows=rows, title=title, variable=variable: moran_over_time(  # type: ignore[misc]
                    rows,
                    title=title,
                    variable=variable,
                    pvalue=pvalue,
                    group_names=names,
                    language=language,
                ),
            )
        )
    beside = done.result["beside"]
    if beside is not None:
        title = text("Moran's I: study 002 beside ours")
        shared = beside.groupby("year")[["ours", "printed_significance"]].count().min(axis=1)
        beside = beside[beside["year"].isin(shared.index[shared > 0])]
        printed = beside.pivot(index="group", columns="year", values="printed")
        ours = beside.pivot(index="group", columns="year", values="ours")
        order = list(dict.fromkeys(beside["group"]))
        specs.append(
            FigureSpec(
                name=f"{done.key}_beside_{done.parameters.printed}",
                title=title,
                caption=WHY_DIFFERENT,
                alt=text("Dot chart of printed and recomputed Moran's I by group and year."),
                draw=lambda language: comparison(
                    printed.reindex(order),
                    ours.reindex(order),
                    title=title,
                    group_names=names,
                    language=language,
                ),
            )
        )
    return specs


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    table = done.result["panel"].table
    pvalue = "pvalue_permutation" if done.parameters.permutations != 0 else "pvalue_randomization"
    said = []
    for variable in _variables(done.parameters):
        name = done.inputs.variable_name(variable)
        rows = table[(table["variable"] == variable) & (table["status"] == "ok")]
        for group, part in rows.groupby("group", sort=False):
            ordered = part.sort_values("year")
            said.append(_sentence(name, done.inputs.group_name(str(group)), ordered, pvalue))
    failed = table[table["status"] != "ok"]
    for status, part in failed.groupby("status", sort=True):
        groups = ", ".join(dict.fromkeys(part["group"]))
        said.append(
            text("No statistic for {groups}: {status}.", groups=groups, status=LABELS[str(status)])
        )
    return said


def _sentence(name: Text, group: Text, rows: pd.DataFrame, pvalue: str) -> Text:
    first, last = rows.iloc[0], rows.iloc[-1]
    verdict = _verdict(last["statistic"], last["expected"], last[pvalue])
    if len(rows) == 1:
        return text(
            "{group}, {variable}: I = {i} in {year} (p = {p}): {verdict}",
            group=group,
            variable=name,
            i=shown(last["statistic"]),
            year=int(last["year"]),
            p=significant(last[pvalue]),
            verdict=verdict,
        )
    often = int(np.count_nonzero(rows[pvalue] < 0.05))
    return text(
        "{group}, {variable}: I went from {a} ({first}) to {b} ({last}), significant at 5 % "
        "in {k} of {n} years; in {last} (p = {p}): {verdict}",
        group=group,
        variable=name,
        a=shown(first["statistic"]),
        first=int(first["year"]),
        b=shown(last["statistic"]),
        last=int(last["year"]),
        k=often,
        n=len(rows),
        p=significant(last[pvalue]),
        verdict=verdict,
    )


def _verdict(statistic: float, expected: float, pvalue: float) -> Text:
    if not pvalue < 0.05:
        return text("the pattern cannot be told from a random one.")
    if statistic > expected:
        return text("high values lie next to high ones, and low next to low.")
    return text("high values lie next to low ones.")


ANALYSIS = Analysis(
    name="moran",
    title=text("Spatial autocorrelation: global Moran's I"),
    question=text("Do places with high emissions lie next to each other, and is that changing?"),
    reading=text(
        "Moran's I compares each place with its neighbours. Values above its expectation E[I] mean "
        "that like lies next to like, values below it that unlike does. Read the p-value before the "
        "number: with few places the random band is wide. I is not confined to −1 … 1, and a change "
        "of I between groups of different size is not a change of strength."
    ),
    methods=text(
        "Global Moran's I (Moran 1950) with the variances of Cliff and Ord (1981) under normality and "
        "randomisation, and permutation p-values (b + 1)/(R + 1). Each group uses the submatrix of "
        "the raw weights, standardised anew."
    ),
    parameters=MoranParameters,
    run=run,
    tables=tables,
    figures=figures,
    text=findings,
    check=check,
    references=("moran1950", "cliff1981", "phipson2010", "study002"),
)
