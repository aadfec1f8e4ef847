"""Tables of a simulation, of totals and of places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._scenario_tables import OWN_HEADINGS, named

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.required_decline import DeclineResult
    from spatialcarbon.models.drivers.simulation_result import SimulationResult
    from spatialcarbon.studies.analysis import Done

WORDS: Mapping[str, Text] = {
    "not peaked": text("not peaked"),
    "found": text("found"),
    "not needed": text("not needed"),
    "impossible": text("impossible"),
}
HEADINGS_: Mapping[str, Text] = {
    **OWN_HEADINGS,
    "quantile": text("Quantile"),
    "value": text("Level"),
    "low": text("Lowest quantile"),
    "median": text("Median"),
    "high": text("Highest quantile"),
    "peak": text("Peak year"),
    "probability": text("Probability"),
    "standard_error": text("Standard error"),
    "likeliest_peak": text("Likeliest peak year"),
    "likeliest_probability": text("Its probability"),
    "median_peak": text("Median peak year"),
    "peak_by": text("Peak by"),
    "peaked_by": text("Probability of a peak by then"),
    "not_peaked": text("Probability of no peak"),
    "target": text("Target"),
    "from_year": text("Extra decline from"),
    "decline": text("Extra decline of intensity (% a year)"),
    "already": text("Probability without it"),
    "already_error": text("Its standard error"),
}
_SHARES = ("probability", "standard_error", "peaked_by", "not_peaked", "likeliest_probability")
DECIMALS = dict.fromkeys((*_SHARES, "already", "already_error"), 3)


def tables(done: Done) -> list[Table]:
    """Return the overview, quantiles, peak years, chances, and what was asked besides."""
    found: SimulationResult = done.result["simulation"]
    measure = done.inputs.measure(done.parameters.variable)
    made = [
        overview_table(done.key, found, measure),
        quantile_table(done.key, found, measure),
        peak_table(done.key, found),
    ]
    if len(found.target_probability):
        made.append(target_table(done.key, found, measure))
    if done.result["declines"]:
        made.append(decline_table(done.key, done.result["declines"]))
    return [*made, place_table(done, found)] if places_differ(found) else made


def places_differ(found: SimulationResult) -> bool:
    """Return whether places have chances of their own."""
    chances = found.unit_peaks.groupby("scenario")["peaked_by"]
    return bool((chances.max() > chances.min()).any())


def overview_table(key: str, found: SimulationResult, measure: str) -> Table:
    """Return what each scenario comes to."""
    levels = ("low", "median", "high")
    return Table(
        name=key,
        title=text(
            "Uncertain scenarios: levels in {year} and peaks",
            year=int(found.overview["year"].iloc[0]),
        ),
        frame=named(found.overview.copy()),
        headings=HEADINGS_,
        measures=dict.fromkeys(levels, measure),
        decimals={**DECIMALS, **dict.fromkeys(levels, 2)},
        words=WORDS,
        note=text(
            "Probabilities are shares of {n} draws; they answer for the errors that were put in.",
            n=found.settings["draws"],
        ),
        shown=("scenario_name", *levels, "likeliest_peak", "peak_by", "peaked_by", "not_peaked"),
    )


def quantile_table(key: str, found: SimulationResult, measure: str) -> Table:
    """Return quantiles of the total, one row per scenario and year; the page shows the last year."""
    wide = found.quantiles.pivot(index=["scenario", "year"], columns="quantile", values="value")
    wide = wide.loc[list(dict.fromkeys(found.quantiles["scenario"]))]
    names = {q: f"q{100 * q:g}" for q in wide.columns}
    frame = wide.rename(columns=names).rename_axis(columns=None).reset_index()
    return Table(
        name=f"{key}_quantiles",
        title=text("Quantiles of the level, by year"),
        frame=named(frame),
        headings={
            **HEADINGS_,
            **{new: text("{share} % of draws below", share=f"{100 * q:g}") for q, new in names.items()},
        },
        measures=dict.fromkeys(names.values(), measure),
        decimals=dict.fromkeys(names.values(), 2),
        shown=("scenario_name", "year", *names.values()),
        shown_rows=frame["year"] == frame["year"].max(),
    )  # fmt: skip


def peak_table(key: str, found: SimulationResult) -> Table:
    """Return the probability of every peak year, and of a peak by then."""
    frame = found.peak_probability.merge(
        found.peaked_by.rename(columns={"year": "peak", "probability": "peaked_by"})[
            ["scenario", "peak", "peaked_by"]
        ].astype({"peak": object}),
        on=["scenario", "peak"],
        how="left",
    )
    return Table(
        name=f"{key}_peaks",
        title=text("Peak years and their probabilities"),
        frame=named(frame),
        headings=HEADINGS_,
        decimals=DECIMALS,
        words=WORDS,
        note=text("The first year stands for a peak in that year or before."),
        shown=("scenario_name", "peak", "probability", "standard_error", "peaked_by"),
        shown_rows=frame["probability"] > 0,
    )


def target_table(key: str, found: SimulationResult, measure: str) -> Table:
    """Return the probability of meeting the target."""
    return Table(
        name=f"{key}_target",
        title=text("Probability of a level at or below the target"),
        frame=named(found.target_probability.copy()),
        headings=HEADINGS_,
        measures={"target": measure},
        decimals={**DECIMALS, "target": 2},
        shown=("scenario_name", "year", "target", "probability", "standard_error"),
    )


def decline_table(key: str, declines: list[DeclineResult]) -> Table:
    """Return the extra decline of intensity that each scenario needs."""
    frame = pd.concat([one.to_frame() for one in declines], ignore_index=True)
    percent = ["decline", "low", "high"]
    frame[percent] = 100.0 * frame[percent]
    return Table(
        name=f"{key}_decline",
        title=text(
            "Extra decline of intensity for a peak by {year} with a probability of {share} %",
            year=declines[0].peak_by,
            share=f"{100 * declines[0].probability:g}",
        ),
        frame=named(frame),
        headings={**HEADINGS_, "low": text("95 % from"), "high": text("95 % to")},
        decimals={**DECIMALS, **dict.fromkeys(percent, 3)},
        words=WORDS,
        note=text(
            "Percentage points a year, added to the decline of intensity in every year from the one stated; the "
            "interval is that of the Monte Carlo alone."
        ),
        shown=("scenario_name", "from_year", *percent, "status", "already"),
    )


def place_table(done: Done, found: SimulationResult) -> Table:
    """Return the peak of every place."""
    frame = found.unit_peaks.copy()
    frame.insert(2, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    return Table(
        name=f"{done.key}_places",
        title=text("Peak of every place"),
        frame=named(frame),
        headings=HEADINGS_,
        decimals=DECIMALS,
        note=text("The median peak year is empty where fewer than half of the draws peak."),
        shown=("scenario_name", "name", "median_peak", "peak_by", "peaked_by", "not_peaked"),
    )
