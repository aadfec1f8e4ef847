"""Tables, figures and map layers of the bivariate analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.association_series import association_over_time
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import moran_scatter
from spatialcarbon.report.layers import LISA_TEXTS, Layer, lisa_style
from spatialcarbon.report.maps import label_map
from spatialcarbon.report.palettes import LISA_COLOURS
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._local import tested_column, with_place_names
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done

WORDS = {
    **HEADINGS,
    "statistic": text("Bivariate I"),
    "lag_year": text("Year of the neighbours"),
    "correlation": text("Correlation in the same places"),
    "contemporaneous": text("Moran's I of the year itself"),
}
LAGGED_WORDS = {**WORDS, "statistic": text("Lagged I")}
LOCAL_WORDS = {**WORDS, "statistic": text("Local bivariate I")}


def pair_title(done: Done, year: int) -> Text:
    """Return what one year compares."""
    parameters, inputs = done.parameters, done.inputs
    return text(
        "{x}, {year}; among the neighbours: {y}, {earlier}",
        x=inputs.variable_name(parameters.x),
        y=inputs.variable_name(parameters.other),
        year=year,
        earlier=year - parameters.lag,
    )


def year_frame(done: Done, year: int) -> pd.DataFrame:
    """Return the units of one year with names, both values and results."""
    parameters, panel = done.parameters, done.inputs.panel
    values = {
        "x": panel.at(parameters.x, year),
        "y": panel.at(parameters.other, year - parameters.lag),
    }
    return with_place_names(done, done.result["local"][year].to_frame(), values)


def tables(done: Done) -> list[Table]:
    """Return the table of years, that of all units, and that of all pairs of years."""
    parameters, inputs = done.parameters, done.inputs
    overall = []
    for year, result in done.result["overall"].items():
        row = result.to_frame()
        row.insert(0, "year", year)
        row.insert(1, "lag_year", year - parameters.lag)
        overall.append(row)
    years = pd.concat(overall, ignore_index=True)
    local = [year_frame(done, year).assign(year=year) for year in done.result["local"]]
    frame = pd.concat(local, ignore_index=True)
    frame.insert(0, "year", frame.pop("year"))
    x, y = inputs.variable_name(parameters.x), inputs.variable_name(parameters.other)
    listed = [
        Table(
            name=done.key,
            title=text("Bivariate Moran's I of {x} and {y}", x=x, y=y),
            frame=years,
            headings=WORDS,
            decimals=_DECIMALS,
            words=LABELS,
            shown=_shown(years, "correlation"),
        ),
        Table(
            name=f"{done.key}_places",
            title=text("Local bivariate Moran's I of {x} and {y}", x=x, y=y),
            frame=frame,
            headings={**LOCAL_WORDS, "x": x, "y": y},
            measures={
                "x": inputs.measure(parameters.x),
                "y": inputs.measure(parameters.other),
                "lag": inputs.measure(parameters.other),
            },
            decimals={**_DECIMALS, "statistic": 3, "lag": 2, "x": 2, "y": 2},
            words=LABELS,
            note=text(
                "The first word of the cluster type is about the place, the second about the other "
                "variable among its neighbours."
            ),
            shown=("year", "name", "x", "y", "statistic", "pvalue", "qvalue", "label"),
        ),
    ]
    if done.result["lagged"] is not None:
        listed.append(
            Table(
                name=f"{done.key}_years",
                title=text(
                    "Time-lagged Moran's I of {x}, {lag} years apart", x=x, lag=parameters.lag
                ),
                frame=done.result["lagged"].to_frame(),
                headings=LAGGED_WORDS,
                decimals={**_DECIMALS, "contemporaneous": 4},
                words=LABELS,
                note=text(
                    "Where places keep their rank, the lagged I is nearly that of the year itself: it "
                    "then shows persistence, not that anything spread."
                ),
                shown=_shown(done.result["lagged"].table, "contemporaneous"),
            )
        )
    return listed


_DECIMALS = {
    **dict.fromkeys(("statistic", "expected", "correlation"), 4),
    **dict.fromkeys(("pvalue_randomization", "pvalue_permutation", "pvalue", "qvalue"), 4),
    "variance_randomization": 5,
    "z_randomization": 3,
}


def _shown(frame: pd.DataFrame, beside: str) -> tuple[str, ...]:
    tested = tested_column(frame)
    return ("year", "lag_year", "statistic", "z_randomization", tested, beside, "n", "status")


def figures(done: Done) -> list[FigureSpec]:
    """Return a scatter plot and a map per year, and the lagged statistic over time."""
    inputs, parameters = done.inputs, done.parameters
    specs = []
    for year, result in done.result["local"].items():
        title = pair_title(done, year)

        def plot(language, result=result, title=title):  # type: ignore[no-untyped-def]
            names = with_names(inputs, language)["shown_name"].loc[result.label.index]
            lag = result.lag.fillna(0.0)  # an isolate has no neighbours: drawn hollow at 0
            return moran_scatter(
                result.deviation / float(result.deviation.std(ddof=0)),
                lag / float(result.neighbor_deviation.std(ddof=0)),
                result.global_statistic,
                title=title,
                quantity=inputs.variable_name(parameters.x),
                neighbors=inputs.variable_name(parameters.other),
                labels=result.label,
                names=names,
                language=language,
            )

        def draw_map(language, result=result, title=title):  # type: ignore[no-untyped-def]
            group, used = inputs.first_group(), result.label.index
            return label_map(
                with_names(inputs, language).loc[used],
                result.to_frame(),
                LISA_COLOURS,
                LISA_TEXTS,
                caption=text("Local bivariate\nMoran's I (number of units)"),
                title=title,
                name_field="shown_name",
                groups=None if group is None else group.loc[used],
                group_names=inputs.group_names,
                background=inputs.background,
                language=language,
            )

        specs += [
            FigureSpec(
                name=f"{done.key}_{parameters.x}_{parameters.other}_{year}_scatter",
                title=title,
                caption=text(
                    "Each point is a place: its own value across, the mean of the other variable among "
                    "its neighbours up, both in standard deviations. The slope of the line is the "
                    "bivariate Moran's I."
                ),
                alt=text("Scatter plot of one variable against the neighbours' mean of another."),
                draw=plot,
            ),
            FigureSpec(
                name=f"{done.key}_{parameters.x}_{parameters.other}_{year}_map",
                title=title,
                caption=text(
                    "Coloured places differ from a random arrangement after correction for multiple "
                    "tests. The first word of the legend is about the place, the second about the other "
                    "variable among its neighbours."
                ),
                alt=text("Map of local bivariate clusters by place."),
                draw=draw_map,
            ),
        ]
    return [*specs, *_over_time(done)]


def _over_time(done: Done) -> list[FigureSpec]:
    series = done.result["lagged"]
    if series is None or series.table["statistic"].notna().sum() < 2:
        return []
    title = text(
        "Time-lagged Moran's I of {x}, {lag} years apart",
        x=done.inputs.variable_name(done.parameters.x),
        lag=series.lag,
    )
    return [
        FigureSpec(
            name=f"{done.key}_{done.parameters.x}_lag{series.lag}_over_time",
            title=title,
            caption=text(
                "Each year against the neighbours' values some years before. Where the two lines are "
                "close, places kept their rank: persistence explains the lagged statistic."
            ),
            alt=text("Line chart of lagged and contemporaneous Moran's I by year."),
            draw=lambda language: association_over_time(
                series.table,
                title=title,
                quantity=text("Lagged Moran's I"),
                beside="contemporaneous",
                beside_name=text("Moran's I of the year itself"),
                language=language,
            ),
        )
    ]


def layers(done: Done) -> list[Layer]:
    """Return one map layer per year with the colours of local Moran's I."""
    inputs, parameters = done.inputs, done.parameters
    made = []
    for year, result in done.result["local"].items():
        frame = year_frame(done, year).set_index("unit").reindex(inputs.units.index)
        columns = {str(c): frame[c] for c in frame.columns if c != "name"}
        made.append(
            Layer(
                name=f"{done.key}_{parameters.x}_{parameters.other}_{year}",
                title=pair_title(done, year),
                abstract=text(
                    "Local bivariate Moran's I; {n} permutations, {correction}, level {alpha}.",
                    n=result.permutations,
                    correction=parameters.correction,
                    alpha=parameters.alpha,
                ),
                frame=named_frame(inputs, columns),
                aliases={
                    **LOCAL_WORDS,
                    "x": inputs.variable_name(parameters.x),
                    "y": inputs.variable_name(parameters.other),
                },
                style=lisa_style("label"),
                label_field="name",
                group=text("Local clusters"),
            )
        )
    return made
