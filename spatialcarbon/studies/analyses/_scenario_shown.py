"""What is shown of scenarios: paths, densities, map layers, sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.models.drivers.peak import STATUS_TEXTS, PeakResult
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import density_curves, scenario_paths
from spatialcarbon.report.layers import Categorised, Category, Layer, graduated_style
from spatialcarbon.report.palettes import sequential_colours
from spatialcarbon.studies.analyses._scenario_rates import scenario_name, scenario_names
from spatialcarbon.studies.analyses._scenario_tables import OWN_HEADINGS, summary_of
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import shown, significant

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from spatialcarbon.models.drivers.scenario_result import ProjectionResult
    from spatialcarbon.stats.density_panel import DensityPanelResult
    from spatialcarbon.studies.analysis import Done

MOST_PATHS = 8
STATUS_COLOURS = {
    "not peaked in horizon": "#7b3294",
    "declining from start": "#1a9850",
    "flat": "#8c8c8c",
    "peaked, not sustained": "#d9d9d9",
}
COMMON_RATES = text(
    "All places have the same rates, so the curves are one curve stretched by the growth of the whole: "
    "the distribution says where places stand, not how scenarios would change their order."
)


def figures(done: Done) -> list[FigureSpec]:
    """Return the paths beside the past, and the distributions over places."""
    found: ProjectionResult = done.result["projection"]
    name = done.inputs.variable_name(done.parameters.variable)
    measure = done.inputs.measure(done.parameters.variable)
    made = []
    if len(found.rates.scenarios) <= MOST_PATHS:
        made.append(path_figure(done.key, found, name, measure, done.result["history"]))
    if done.result["density"] is not None:
        made.append(_densities(done, found, done.result["density"], name, measure))
    return made


def path_figure(
    key: str,
    found: ProjectionResult,
    name: Text,
    measure: str,
    history: pd.Series[float] | None = None,
) -> FigureSpec:
    """Return the figure of the paths; the command line draws it too."""
    title = text(
        "{variable} under the scenarios, {first} to {last}",
        variable=name,
        first=found.rates.base_year,
        last=found.rates.horizon,
    )
    peaks = {scenario: found.peak(scenario) for scenario in found.rates.scenarios}
    names = scenario_names(list(found.total.columns))
    return FigureSpec(
        name=f"{key}_paths",
        title=title,
        caption=text(
            "Dots are peaks with their year and level. Paths differ by what was assumed, and by nothing else."
        ),
        alt=text("Lines of projected emissions by scenario, with their peaks marked."),
        draw=lambda language: scenario_paths(
            found.total,
            peaks,
            history=history,
            title=title,
            quantity=name,
            unit=measure,
            names=names,
            language=language,
        ),
    )


def _densities(
    done: Done, found: ProjectionResult, density: DensityPanelResult, name: Text, measure: str
) -> FigureSpec:
    title = text(
        "Distribution of {variable} over places, {first} and {last}",
        variable=name,
        first=found.rates.base_year,
        last=found.rates.horizon,
    )
    curves = {series: density.curves[group, series] for group, series in density.curves}
    caption = text(
        "Kernel densities on one grid; the bandwidth of each stands in the legend. Each tick is a place."
    )
    return FigureSpec(
        name=f"{done.key}_densities",
        title=title,
        caption=COMMON_RATES if found.rates.units is None else caption,
        alt=text("Kernel densities of the scenarios laid over each other."),
        draw=lambda language: density_curves(
            curves,
            title=title,
            quantity=name,
            unit=measure,
            names=scenario_names(list(curves)),
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return one layer per scenario, of the level in the last year or of the peak year."""
    found: ProjectionResult = done.result["projection"]
    measure = done.inputs.measure(done.parameters.variable)
    table = summary_of(found.path, found.unit_peaks).set_index("unit")
    differ = found.rates.units is not None
    years = sorted(set(table.loc[table["status"] == "peaked", "peak_year"]))
    colours = dict(zip(years, sequential_colours(max(len(years), 1)), strict=False))
    slugs = _slugs(found.rates.scenarios)
    made = []
    for at, scenario in enumerate(found.rates.scenarios):
        rows = table[table["scenario"] == scenario].reindex(done.inputs.units.index)
        peaked = rows["status"] == "peaked"
        verdict = np.where(peaked, rows["peak_year"].astype(str), rows["status"])
        columns: dict[str, Any] = {
            name: rows[name].to_numpy()
            for name in ("base", "horizon", "change", "change_percent", "peak_year", "peak_value")
        }
        columns["status"] = [STATUS_TEXTS[str(status)] for status in rows["status"]]
        columns["peak"] = verdict
        present = [str(year) for year in years] + list(STATUS_COLOURS)
        categories = tuple(
            Category(value, STATUS_TEXTS.get(value, Text(value)),
                     STATUS_COLOURS.get(value) or colours[int(value)])
            for value in present if value in set(verdict)
        )  # fmt: skip
        made.append(
            Layer(
                name=f"{done.key}_{slugs[at]}",
                title=text(
                    "{scenario}: {what}",
                    scenario=scenario_name(scenario),
                    what=text("peak year")
                    if differ
                    else text("level in {year}", year=found.rates.horizon),
                ),
                abstract=text(
                    "Levels of the base year and the last year, their change and the peak, under the rates of this "
                    "scenario."
                ),
                frame=named_frame(done.inputs, columns),
                aliases={**OWN_HEADINGS, "peak": text("Peak year, or why there is none")},
                style=Categorised("peak", categories)
                if differ
                else graduated_style("horizon", table["horizon"], unit=measure),
                label_field="name",
                visible=at == 0,
                group=text("Scenarios"),
            )
        )
    return made


def _slugs(scenarios: Sequence[str]) -> list[str]:
    """Return a plain name for the layer of each scenario, none of them twice."""
    plain = [re.sub(r"[^a-z0-9]+", "_", scenario.lower()).strip("_") for scenario in scenarios]
    return [
        slug if slug and plain.count(slug) == 1 else f"scenario_{at + 1}"
        for at, slug in enumerate(plain)
    ]


def findings(done: Done) -> list[Text]:
    """Return a sentence for each scenario, and what the rates imply for places."""
    found: ProjectionResult = done.result["projection"]
    measure = done.inputs.measure(done.parameters.variable)
    said = [*path_findings(found, measure), *_seen_before(done, found, measure)]
    if found.rates.units is None:
        said.append(
            text(
                "All places have the same rates: they peak in the same year, and their shares do not change."
            )
        )
        return said
    for scenario in found.rates.scenarios:
        rows = found.unit_peaks.loc[scenario]
        years = rows.loc[rows["status"] == "peaked", "year"]
        if years.empty:
            continue
        said.append(
            text(
                "{scenario}: {n} of {all} places peak, the first in {first}, the last in {last}.",
                scenario=scenario_name(scenario),
                n=len(years),
                all=len(rows),
                first=int(years.min()),
                last=int(years.max()),
            )
        )
    return said


def _seen_before(done: Done, found: ProjectionResult, measure: str) -> list[Text]:
    """Say where the past was higher than the peak of a path: then that is no peak of the whole."""
    history = done.result["history"]
    if history.empty:
        return []
    year = int(history.idxmax())
    lower = [
        scenario_name(scenario)
        for scenario in found.rates.scenarios
        if year < found.rates.base_year and found.peaks["value"][scenario] < history[year]
    ]
    if not lower:
        return []
    return [
        text(
            "The past was higher: {value} in {year}. Seen with it, that year is the maximum under {scenarios}.",
            value=_amount(float(history[year]), measure),
            year=year,
            scenarios=listed(lower, MOST_PATHS),
        )
    ]


def path_findings(found: ProjectionResult, measure: str) -> list[Text]:
    """Return what each scenario amounts to; the command line says it too."""
    return [
        _finding(found, scenario, found.peak(scenario), measure)
        for scenario in found.rates.scenarios
    ]


def _finding(found: ProjectionResult, scenario: str, top: PeakResult, measure: str) -> Text:
    path = found.total[scenario]
    sentences = {
        "peaked": text(
            "it peaks in {year} at {value}", year=_span(top), value=_amount(top.value, measure)
        ),
        "peaked, not sustained": text(
            "it is highest in {year}, but fewer years than demanded stay below", year=_span(top)
        ),
        "not peaked in horizon": text("it does not peak by {year}", year=found.rates.horizon),
        "declining from start": text(
            "it falls from the first year on, so the peak lies in {year} or before", year=top.year
        ),
        "flat": text("it stays level"),
    }
    change = 100.0 * (path.iloc[-1] / path.iloc[0] - 1.0)
    return text(
        "{scenario}: from {a} in {first} to {b} in {last} ({change} %); {peak}.",
        scenario=scenario_name(scenario),
        a=_amount(path.iloc[0], measure),
        b=_amount(path.iloc[-1], measure),
        first=found.rates.base_year,
        last=found.rates.horizon,
        change=("+" if change > 0 else "") + shown(change, 1),
        peak=sentences[top.status],
    )


def _span(top: PeakResult) -> str:
    first, last = top.plateau
    return f"{first}–{last}" if last > first else str(top.year)


def _amount(value: float, measure: str) -> Text:
    if not measure:
        return Text(significant(value, 6))
    return Text("{value} {measure}", {"value": significant(value, 6), "measure": Text(measure)})
