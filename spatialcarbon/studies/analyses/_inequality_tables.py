"""Tables of inequality: by year, and by year and group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import conversion_factor, parse_unit
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from spatialcarbon.stats.inequality_panel import InequalityPanelResult
    from spatialcarbon.studies.analysis import Done, Inputs

REST = "REST"
"""Group of the places that the study puts in no group."""

OWN_HEADINGS: Mapping[str, Text] = {
    "mean": text("Mean"),
    "gini": text("Gini"),
    "gini_corrected": text("Gini × n/(n − 1)"),
    "theil_t": text("Theil's T"),
    "theil_l": text("Theil's L"),
    "between_t": text("T between groups"),
    "within_t": text("T within groups"),
    "between_share_t": text("Share of T between groups"),
    "within_share_t": text("Share of T within groups"),
    "between_l": text("L between groups"),
    "within_l": text("L within groups"),
    "between_share_l": text("Share of L between groups"),
    "within_share_l": text("Share of L within groups"),
    "variation": text("Coefficient of variation"),
    "herfindahl": text("Herfindahl index of totals"),
    "effective_number": text("Effective number of places"),
    "dropped": text("Left out"),
    "population_share": text("Share of the population (q)"),
    "value_share": text("Share of the total (s)"),
    "contribution_t": text("Share of T from inside this group"),
    "contribution_l": text("Share of L from inside this group"),
}


def per_head(parameters: Any, inputs: Inputs) -> tuple[float, str]:
    """Return factor and unit of measure of the variable per person, as far as they are known."""
    above, below = (inputs.measure(str(v)) for v in (parameters.variable, parameters.population))
    if above and below and parse_unit(above).dimension == "mass":
        return conversion_factor(above, "t") / conversion_factor(below, "person"), "t/person"
    return 1.0, ""


def name_of(done: Done) -> Text:
    """Return what was described."""
    name = done.inputs.variable_name(done.parameters.variable)
    return text("{variable} per head", variable=name) if done.parameters.per_head else name


def _measure(done: Done) -> str:
    if done.parameters.per_head:
        return per_head(done.parameters, done.inputs)[1]
    return done.inputs.measure(done.parameters.variable)


def tables(done: Done) -> list[Table]:
    """Return the indices by year, and by year and group."""
    result: InequalityPanelResult = done.result["panel"]
    split = len(result.groups) > 0
    weighted = done.parameters.population is not None
    common: dict[str, Any] = {
        "headings": {**HEADINGS, **OWN_HEADINGS},
        "measures": {"mean": _measure(done)},
        "words": LABELS,
    }
    made = [
        Table(
            name=done.key,
            title=text("Inequality of {variable} by year", variable=name_of(done)),
            frame=result.to_frame().drop(columns="variable"),
            decimals={c: 4 for c in OWN_HEADINGS if c != "dropped"} | {"effective_number": 1},
            note=text(
                "Places are weighted by population; the Herfindahl index is that of the totals."
            )
            if weighted
            else text("Every place counts the same."),
            shown=[
                *("year", "n", "mean", "gini", "theil_t", "theil_l"),
                *(("between_share_t", "between_share_l") if split else ()),
                *("variation", "effective_number", "status"),
            ],
            **common,
        )
    ]
    if split:
        frame = result.groups.drop(columns="variable")
        frame.insert(2, "group_name", [_group_name(done, str(g)) for g in frame["group"]])
        made.append(
            Table(
                name=f"{done.key}_by_group",
                title=text("Inequality of {variable} inside the groups", variable=name_of(done)),
                frame=frame,
                decimals={c: 4 for c in frame.columns if c in OWN_HEADINGS},
                note=text("Theil's T weighs the groups by s, Theil's L by q."),
                shown=[
                    *("year", "group_name", "n", "population_share", "value_share", "gini"),
                    *("theil_t", "theil_l", "contribution_t"),
                ],
                shown_rows=frame["year"].isin([*done.result["curves"]]),
                **common,
            )
        )
    return made


def _group_name(done: Done, code: str) -> Text:
    return text("Other places") if code == REST else done.inputs.group_name(code)
