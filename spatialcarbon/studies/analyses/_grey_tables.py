"""The tables of the grey relational analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.report.grey_ranks import NORMALISATION_WORDS
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from spatialcarbon.stats.grey_panel import GreyPanelResult
    from spatialcarbon.stats.grey_sensitivity import GreySensitivityResult
    from spatialcarbon.studies.analysis import Done

GREY_HEADINGS = {
    **HEADINGS,
    "factor": text("Factor"),
    "degree": text("Grey relational degree"),
    "rank": text("Rank"),
    "delta_min": text("Smallest difference m"),
    "delta_max": text("Largest difference M"),
    "coefficient": text("Relational coefficient"),
    "normalisation": text("Normalisation"),
    "rho": text("ρ"),
    "ahead": text("Leads in the reported setting"),
    "overtaken_by": text("Overtaken by"),
}

MOST_ROWS, FEW_ROWS = 45, 10
"""With more places than the first a heat map is unreadable, and the page shows a few rows."""

STATUSES = {
    **LABELS,
    "n<2": text("fewer than two units"),
    "undefined": text("cannot be normalised"),
}


def settings_text(done: Done) -> Text:
    """Return the settings that a degree cannot be read without."""
    parameters = done.parameters
    of_year = text("m and M of each year by itself")
    pooled = text("m and M of all years together (pooled)")
    return text(
        "Reference {reference}; normalised {normalisation}; ρ = {rho}; {extremes}.",
        reference=done.inputs.variable_name(parameters.reference),
        normalisation=NORMALISATION_WORDS[parameters.normalisation],
        rho=f"{parameters.rho:g}",
        extremes=pooled if parameters.extremes == "pooled" else of_year,
    )


def tables(done: Done) -> list[Table]:
    """Return degrees, coefficients, and the sensitivity of the ranking."""
    made = [_degrees(done), _coefficients(done)]
    sensitivity: GreySensitivityResult | None = done.result["sensitivity"]
    if sensitivity is not None:
        made += _sensitivity(done, sensitivity)
    return made


def factor_names(done: Done) -> dict[str, Text]:
    """Return the name of each factor as it is shown."""
    return {name: done.inputs.variable_name(name) for name in done.parameters.factors}


def _degrees(done: Done) -> Table:
    frame = done.result["panel"].to_frame()
    frame.insert(1, "group_name", [done.inputs.group_name(g) for g in frame["group"]])
    chosen = done.parameters.report_years
    return Table(
        name=done.key,
        title=text("Grey relational degrees by group and year"),
        frame=frame,
        headings=GREY_HEADINGS,
        decimals={"degree": 4, "rank": 1, "delta_min": 4, "delta_max": 4},
        words={**STATUSES, **factor_names(done)},
        note=settings_text(done),
        shown=["group_name", "year", "factor", "degree", "rank", "n", "status"],
        shown_rows=frame["year"].isin(chosen) if chosen else None,
    )


def _coefficients(done: Done) -> Table:
    result: GreyPanelResult = done.result["panel"]
    keys = result.coefficients.index.to_frame(index=False)
    parts = [
        keys.assign(factor=str(name), coefficient=values.to_numpy())
        for name, values in result.coefficients.items()
    ]
    # Place by place, not factor by factor.
    long = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
    long.insert(3, "name", [done.inputs.names.get(unit, Text(str(unit))) for unit in long["unit"]])
    whole, year = result.table["group"].iloc[0], done.result["year"]
    here = (long["group"] == whole) & (long["year"] == year)
    notes = [settings_text(done)]
    if long[here]["unit"].nunique() > MOST_ROWS:
        farthest = long[here]["coefficient"].nsmallest(FEW_ROWS).index
        here = here & long.index.isin(farthest)
        notes.append(text("The page shows the {n} smallest; files hold all.", n=FEW_ROWS))
    return Table(
        name=f"{done.key}_coefficients",
        title=text("Relational coefficients by place"),
        frame=long,
        headings=GREY_HEADINGS,
        decimals={"coefficient": 4},
        words={**LABELS, **factor_names(done)},
        note=listed(notes, 2),
        shown=["name", "factor", "coefficient"],
        shown_rows=here,
    )


def _sensitivity(done: Done, result: GreySensitivityResult) -> list[Table]:
    frame = result.to_frame()
    words = {**STATUSES, **NORMALISATION_WORDS, **factor_names(done)}
    made = [
        Table(
            name=f"{done.key}_sensitivity",
            title=text("Degrees and ranks under other settings, {year}", year=done.result["year"]),
            frame=frame,
            headings=GREY_HEADINGS,
            decimals={"rho": 2, "degree": 4, "rank": 1},
            words=words,
            note=text("The page shows ρ = {rho}; files hold all.", rho=f"{result.base[1]:g}"),
            shown_rows=frame["rho"] == result.base[1],
        )
    ]
    if not result.flips.empty:
        made.append(
            Table(
                name=f"{done.key}_flips",
                title=text("Where the ranking flips, {year}", year=done.result["year"]),
                frame=result.flips.copy(),
                headings=GREY_HEADINGS,
                decimals={"rho": 2},
                words=words,
                note=text(
                    "Pairs of factors that stand in another order than in the reported setting."
                ),
            )
        )
    return made
