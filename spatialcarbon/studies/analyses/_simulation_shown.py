"""What is shown of a simulation: figures, map layers, sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import fan_chart, peak_bars, peak_chances
from spatialcarbon.report.layers import Layer, graduated_style
from spatialcarbon.report.simulation_figures import MOST_SCENARIOS
from spatialcarbon.studies.analyses._scenario_rates import scenario_name, scenario_names
from spatialcarbon.studies.analyses._simulation_tables import HEADINGS_, places_differ
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import significant

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.drivers.required_decline import DeclineResult
    from spatialcarbon.models.drivers.simulation_result import SimulationResult
    from spatialcarbon.studies.analysis import Done

_MANY = 1.959963984540054


def figures(done: Done) -> list[FigureSpec]:
    """Return the fans, the chances by year and the peak years."""
    name = done.inputs.variable_name(done.parameters.variable)
    measure = done.inputs.measure(done.parameters.variable)
    found: SimulationResult = done.result["simulation"]
    if len(found.overview) > MOST_SCENARIOS:
        return []
    return [
        fan_figure(done.key, found, name, measure, done.result["history"]),
        *chance_figures(done.key, found, name),
    ]


def fan_figure(
    key: str,
    found: SimulationResult,
    name: Text,
    measure: str,
    history: pd.Series[float] | None = None,
) -> FigureSpec:
    """Return the figure of the ranges; the quantiles must come in pairs."""
    title = text("Range of {variable} under uncertain rates", variable=name)
    names = scenario_names(list(found.overview["scenario"]))
    return FigureSpec(
        name=f"{key}_fan",
        title=title,
        caption=text(
            "Bands hold the stated share of the draws in each year; a single path wanders between them. The dashed "
            "line is the projection without errors."
        ),
        alt=text("Fan charts of projected emissions, one panel for each scenario."),
        draw=lambda language: fan_chart(
            found.quantiles,
            history=history,
            projection=found.projection,
            title=title,
            quantity=name,
            unit=measure,
            names=names,
            language=language,
        ),
    )


def chance_figures(key: str, found: SimulationResult, name: Text) -> list[FigureSpec]:
    """Return the chance of a peak by each year, and where the peaks fall."""
    names = scenario_names(list(found.overview["scenario"]))
    chance = text("Probability that {variable} have peaked, by year", variable=name)
    bars = text("Peak years of {variable} over the draws", variable=name)
    return [
        FigureSpec(
            name=f"{key}_chances",
            title=chance,
            caption=text(
                "Share of the draws whose peak lies in the year or before. Paths that are highest in the last year "
                "have not peaked."
            ),
            alt=text("Lines of the probability of a peak by each year."),
            draw=lambda language: peak_chances(
                found.peaked_by, title=chance, names=names, language=language
            ),
        ),
        FigureSpec(
            name=f"{key}_peaks",
            title=bars,
            caption=text(
                "Peaks gather in the last years of the periods of the rate table, since rates change only there: "
                "such heaps are the table's, not nature's."
            )
            if found.settings["per"] == "period"
            else text("Share of the draws that peak in each year."),
            alt=text("Bars of the probability of each peak year."),
            draw=lambda language: peak_bars(
                found.peak_probability, title=bars, names=names, language=language
            ),
        ),
    ]


def layers(done: Done) -> list[Layer]:
    """Return one layer per scenario: the chance of a peak in time, and the median peak year."""
    found: SimulationResult = done.result["simulation"]
    by = int(found.overview["peak_by"].iloc[0])
    made = []
    for at, scenario in enumerate(found.overview["scenario"]):
        rows = found.unit_peaks[found.unit_peaks["scenario"] == scenario]
        rows = rows.set_index("unit").reindex(done.inputs.units.index)
        columns: dict[str, Any] = {
            "peaked_by": 100.0 * rows["peaked_by"].to_numpy(dtype=float),
            "median_peak": rows["median_peak"].to_numpy(dtype=float, na_value=np.nan),
            "not_peaked": 100.0 * rows["not_peaked"].to_numpy(dtype=float),
            "peak_by": np.full(len(rows), by),
        }
        made.append(
            Layer(
                name=f"{done.key}_{at + 1}",
                title=text(
                    "{scenario}: probability of a peak by {year}",
                    scenario=scenario_name(scenario),
                    year=by,
                ),
                abstract=text(
                    "Share of {n} draws in which the place peaks by {year}, and its median peak year (empty where "
                    "fewer than half peak).",
                    n=found.settings["draws"],
                    year=by,
                ),
                frame=named_frame(done.inputs, columns),
                aliases={
                    **HEADINGS_,
                    "peaked_by": text("Probability of a peak by then (%)"),
                    "not_peaked": text("Probability of no peak (%)"),
                },
                style=graduated_style("peaked_by", 100.0 * found.unit_peaks["peaked_by"], unit="%"),
                label_field="name",
                visible=at == 0,
                group=text("Uncertain scenarios"),
            )
        )
    return made


def findings(done: Done) -> list[Text]:
    """Return a sentence for each scenario, for its target, and for the decline it needs."""
    found: SimulationResult = done.result["simulation"]
    measure = done.inputs.measure(done.parameters.variable)
    said = simulation_findings(found, measure)
    if not places_differ(found):
        said.append(
            text("All places have the same rates and errors: every draw peaks alike in all.")
        )
    return [*said, *(_decline(one) for one in done.result["declines"])]


def simulation_findings(found: SimulationResult, measure: str) -> list[Text]:
    """Return what the draws of each scenario come to."""
    share = f"{100 * (max(found.settings['quantiles']) - min(found.settings['quantiles'])):g}"
    said = []
    for row in found.overview.to_dict("records"):
        peaked = text(
            "a peak by {year} in {chance} ± {error} % of the draws",
            year=row["peak_by"],
            chance=f"{100 * row['peaked_by']:.1f}",
            error=f"{100 * _MANY * row['standard_error']:.1f}",
        )
        said.append(
            text(
                "{scenario}: in {year} {share} % of the draws lie between {low} and {high}, the median at {median}; {peaked}.",
                scenario=scenario_name(str(row["scenario"])),
                year=row["year"],
                share=share,
                low=significant(row["low"], 4),
                high=_amount(row["high"], measure),
                median=significant(row["median"], 4),
                peaked=peaked,
            )
        )
    last = found.target_probability.drop_duplicates("scenario", keep="last")
    said += [
        text(
            "{scenario}: at or below {target} in {year} in {chance} % of the draws.",
            scenario=scenario_name(str(row["scenario"])),
            target=_amount(row["target"], measure),
            year=row["year"],
            chance=f"{100 * row['probability']:.1f}",
        )
        for row in last.to_dict("records")
    ]
    return said


def _decline(one: DeclineResult) -> Text:
    share = f"{100 * one.probability:g}"
    name = scenario_name(one.scenario)
    if one.status == "not needed":
        return text(
            "{scenario}: a peak by {year} has a probability of {share} % or more already.",
            scenario=name,
            year=one.peak_by,
            share=share,
        )
    if one.status == "impossible":
        return text(
            "{scenario}: no extra decline of intensity considered from {start} gives a peak by {year} with a "
            "probability of {share} %.",
            scenario=name,
            start=one.from_year,
            year=one.peak_by,
            share=share,
        )
    return text(
        "{scenario}: for a peak by {year} with a probability of {share} % intensity must fall by {value} "
        "percentage points a year more from {start} on ({low} to {high} by the Monte Carlo).",
        scenario=name,
        year=one.peak_by,
        share=share,
        value=significant(100 * one.value),
        start=one.from_year,
        low=significant(100 * one.interval[0]),
        high=significant(100 * one.interval[1]) if np.isfinite(one.interval[1]) else "∞",
    )


def _amount(value: float, measure: str) -> Text:
    if not measure:
        return Text(significant(value, 4))
    return Text("{value} {measure}", {"value": significant(value, 4), "measure": Text(measure)})
