"""Tables, figures and map layers of the analysis of rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.layers import Layer, graduated_style, lisa_style
from spatialcarbon.report.maps import lisa_map
from spatialcarbon.report.rate_figures import rate_scatter
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.local_moran import local_moran
from spatialcarbon.studies.analyses._local import tested_column, with_place_names
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spatialcarbon.core.language import Language
    from spatialcarbon.stats.rate_moran import RateMoranResult
    from spatialcarbon.studies.analysis import Done

WORDS = {
    **HEADINGS,
    "rates": text("Rates"),
    "rate": text("Raw rate"),
    "smoothed": text("Smoothed rate"),
    "standardised": text("Standardised rate (z)"),
    "shrinkage": text("Weight of the own rate"),
}
LOCAL_WORDS = {**WORDS, "statistic": HEADINGS["local"]}
KINDS = {"raw": text("raw"), "standardised": text("standardised")}


def rate_name(done: Done) -> Text:
    """Return the name of the rate."""
    return text(
        "{events} / {population}",
        events=done.inputs.variable_name(done.parameters.events),
        population=done.inputs.variable_name(done.parameters.population),
    )


def year_frame(done: Done, year: int) -> pd.DataFrame:
    """Return the units of one year with names, rates and local results."""
    overall, local = done.result[year]["overall"], done.result[year]["local"]
    kept = ("events", "population", "rate", "smoothed", "standardised", "shrinkage")
    return with_place_names(
        done,
        local.to_frame().drop(columns=["lag", "quadrant"]),
        {name: getattr(overall.rates, name) for name in kept},
    )


def tables(done: Done) -> list[Table]:
    """Return the table of years and that of all units."""
    parameters, inputs = done.parameters, done.inputs
    rows, places = [], []
    for year, results in done.result.items():
        row = results["overall"].to_frame()
        row.insert(0, "year", year)
        rows.append(row)
        places.append(year_frame(done, year).assign(year=year))
    overall, frame = (pd.concat(parts, ignore_index=True) for parts in (rows, places))
    frame.insert(0, "year", frame.pop("year"))
    drawn = tested_column(overall)
    return [
        Table(
            name=done.key,
            title=text("Moran's I of raw and of standardised rates: {rate}", rate=rate_name(done)),
            frame=overall,
            headings=WORDS,
            decimals={
                **dict.fromkeys(("statistic", "expected"), 4),
                **dict.fromkeys(("variance_normality", "variance_randomization"), 5),
                **dict.fromkeys(("z_normality", "z_randomization"), 3),
                **{name: 4 for name in overall.columns if str(name).startswith("pv")},
            },
            words={**LABELS, **KINDS},
            note=text("Standardised rates allow for unequal populations; raw rates do not."),
            shown=("year", "rates", "statistic", "z_randomization", drawn, "n", "status"),
        ),
        Table(
            name=f"{done.key}_places",
            title=text("Raw, smoothed and standardised rates: {rate}", rate=rate_name(done)),
            frame=frame,
            headings={
                **LOCAL_WORDS,
                "events": inputs.variable_name(parameters.events),
                "population": inputs.variable_name(parameters.population),
            },
            measures={
                "events": inputs.measure(parameters.events),
                "population": inputs.measure(parameters.population),
            },
            decimals={
                **{"standardised": 2, "shrinkage": 3, "statistic": 3},
                **{"pvalue": 4, "qvalue": 4},
            },
            words=LABELS,
            note=text(
                "Smoothed: drawn towards the overall rate, the more the smaller the population. "
                "Standardised: in standard deviations that the population allows."
            ),
            shown=("year", "name", "population", "rate", "smoothed", "standardised", "label"),
        ),
    ]


def figures(done: Done) -> list[FigureSpec]:
    """Return scatter plots of raw and standardised rates, and a map, per year."""
    specs = []
    for year in done.result:
        title = text("{rate}, {year}: raw and standardised", rate=rate_name(done), year=year)
        map_title = text(
            "Local clusters of {variable}, {year}", variable=rate_name(done), year=year
        )
        specs += [
            FigureSpec(
                name=f"{done.key}_{year}_raw_and_standardised",
                title=title,
                caption=text(
                    "Each point is a place, its area the population: its own rate across, the mean of "
                    "its neighbours up. Left the rates as they are, right each measured against what "
                    "its population allows. Small populations should not lead on the right."
                ),
                alt=text("Two Moran scatter plots: raw rates and standardised rates."),
                draw=lambda language, year=year, title=title: _scatter(done, year, title, language),  # type: ignore[misc]
            ),
            FigureSpec(
                name=f"{done.key}_{year}_map",
                title=map_title,
                caption=text(
                    "Clusters of the standardised rates after correction for multiple tests: red where "
                    "high lies among high, blue where low lies among low, pale shades for a place "
                    "unlike its neighbours."
                ),
                alt=text("Map of local clusters of rates by place."),
                draw=lambda language, year=year, title=map_title: _map(done, year, title, language),  # type: ignore[misc]
            ),
        ]
    return specs


def _scatter(done: Done, year: int, title: Text, language: Language) -> Figure:
    overall: RateMoranResult = done.result[year]["overall"]
    weights = done.inputs.weights_named(done.parameters.weights).subset(overall.rates.rate.index)
    frames = {}
    for key, values in (("raw", overall.rates.rate), ("standardised", overall.rates.standardised)):
        plain = local_moran(values, weights, permutations=0)
        spread = float(plain.deviation.std(ddof=0))
        columns = {"value": plain.deviation / spread, "lag": plain.lag.fillna(0.0) / spread}
        frames[key] = pd.DataFrame(columns)
    tests = {
        "raw": (overall.raw.statistic, overall.raw.pvalue_permutation),
        "standardised": (overall.statistic, overall.pvalue_permutation),
    }
    return rate_scatter(
        frames["raw"],
        frames["standardised"],
        overall.rates.population,
        tests,
        title=title,
        language=language,
    )


def _map(done: Done, year: int, title: Text, language: Language) -> Figure:
    inputs, local = done.inputs, done.result[year]["local"]
    group, used = inputs.first_group(), local.label.index
    return lisa_map(
        with_names(inputs, language).loc[used],
        local.to_frame(),
        title=title,
        name_field="shown_name",
        groups=None if group is None else group.loc[used],
        group_names=inputs.group_names,
        background=inputs.background,
        language=language,
    )


def layers(done: Done) -> list[Layer]:
    """Return the local clusters and the smoothed rates of every year."""
    inputs = done.inputs
    made = []
    for year in done.result:
        frame = year_frame(done, year).set_index("unit").reindex(inputs.units.index)
        columns = {str(c): frame[c] for c in frame.columns if c != "name"}
        name = rate_name(done)
        cluster = text("Local clusters of {variable}, {year}", variable=name, year=year)
        smooth = text("{rate}, smoothed, {year}", rate=name, year=year)
        aliases = {
            **LOCAL_WORDS,
            "events": inputs.variable_name(done.parameters.events),
            "population": inputs.variable_name(done.parameters.population),
        }
        made += [
            Layer(
                name=f"{done.key}_clusters_{year}",
                title=cluster,
                abstract=text(
                    "Local Moran's I of empirical-Bayes standardised rates; {n} permutations, "
                    "{correction}, level {alpha}.",
                    n=done.result[year]["local"].permutations,
                    correction=done.parameters.correction,
                    alpha=done.parameters.alpha,
                ),
                frame=named_frame(inputs, columns),
                aliases=aliases,
                style=lisa_style("label"),
                label_field="name",
                group=text("Local clusters"),
            ),
            Layer(
                name=f"{done.key}_smoothed_{year}",
                title=smooth,
                abstract=text("Empirical-Bayes smoothed rates, natural breaks."),
                frame=named_frame(inputs, columns),
                aliases=aliases,
                style=graduated_style("smoothed", frame["smoothed"].dropna()),
                label_field="name",
                visible=False,
                group=text("Local clusters"),
            ),
        ]
    return made
