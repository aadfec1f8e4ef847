"""The centre of gravity of emissions, their spread, and how both moved."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import centre_map, group_centres_map
from spatialcarbon.report.layers import Layer, group_style
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.centre import CentreResult, Correction, centre_track
from spatialcarbon.stats.moran_panel import ALL
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import HEADINGS, LABELS, shown

OWN_HEADINGS = {
    "total": text("Total"),
    "x": text("x (m)"),
    "y": text("y (m)"),
    "lon": text("Longitude"),
    "lat": text("Latitude"),
    "displacement_km": text("Moved since the year before (km)"),
    "bearing": text("Direction (degrees from north)"),
    "semi_major_km": text("Longer semi-axis (km)"),
    "semi_minor_km": text("Shorter semi-axis (km)"),
    "rotation": text("Longer axis (degrees from north)"),
    "rotation_grid": text("Longer axis (degrees from the y axis)"),
    "area_km2": text("Area of the ellipse (km²)"),
    "length_km": text("Length of the track (km)"),
}

DIRECTIONS = (
    *(text("north"), text("north-east"), text("east"), text("south-east")),
    *(text("south"), text("south-west"), text("west"), text("north-west")),
)


class CentreParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable whose centre is sought, such as emissions.")
    years: list[int] | None = Field(default=None, description="Years; all of them if left out.")
    map_years: list[int] | None = Field(
        default=None, description="Years of the ellipses; the first and the last if left out."
    )
    by_group: bool = Field(default=True, description="Follow every group as well as the whole.")
    correction: Correction = Field(
        default="none", description="Axes as standard deviations, or times the root of two."
    )


def run(parameters: CentreParameters, inputs: Inputs) -> CentreResult:
    """Compute centre and ellipse of every group and year."""
    return centre_track(
        inputs.panel[parameters.variable][_years(parameters, inputs)],
        inputs.units,
        groups=inputs.groups if parameters.by_group and inputs.groups else None,
        correction=parameters.correction,
    )


def _years(parameters: CentreParameters, inputs: Inputs) -> list[int]:
    return sorted(set(parameters.years or inputs.years_of(parameters.variable)))


def check(parameters: CentreParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: years that the variable lacks."""
    asked = [*(parameters.years or []), *(parameters.map_years or [])]
    problems = inputs.absent_years(parameters.variable, asked)
    outside = sorted(set(parameters.map_years or []) - set(_years(parameters, inputs)))
    if outside and not problems:
        listed = ", ".join(map(str, outside))
        problems.append(text("map_years {years} are not among the years", years=listed))
    return problems


def _map_years(done: Done) -> list[int]:
    """Return the years of the ellipses that have a centre."""
    rows = done.result.defined()
    known = sorted(rows.loc[rows["group"] == ALL, "year"].tolist())
    asked = done.parameters.map_years or [*known[:1], *known[-1:]]
    return sorted({year for year in asked if year in known})


def _groups(done: Done) -> dict[str, Text]:
    codes = dict.fromkeys(done.result.defined()["group"])
    return {code: done.inputs.group_name(code) for code in codes}


def tables(done: Done) -> list[Table]:
    """Return centre, ellipse and displacement by group and year."""
    frame = done.result.to_frame()
    frame.insert(1, "group_name", [done.inputs.group_name(str(g)) for g in frame["group"]])
    name = done.inputs.variable_name(done.parameters.variable)
    lengths = ("displacement_km", "semi_major_km", "semi_minor_km", "bearing", "rotation")
    return [
        Table(
            name=done.key,
            title=text("Centre of gravity of {variable}", variable=name),
            frame=frame,
            headings={**HEADINGS, **OWN_HEADINGS},
            measures={"total": done.inputs.measure(done.parameters.variable)},
            decimals=dict.fromkeys(lengths, 1) | {"lon": 3, "lat": 3, "area_km2": 0, "total": 1},
            words=LABELS,
            note=text(
                "Directions are clockwise from true north. Centres are computed in the projection {crs}.",
                crs=Text(done.result.crs.to_string()),
            ),
            shown=[
                *("group_name", "year", "lon", "lat", "displacement_km", "bearing"),
                *("semi_major_km", "semi_minor_km", "rotation", "area_km2", "status"),
            ],
            shown_rows=(frame["group"] == ALL) | frame["year"].isin(_map_years(done)),
        )
    ]


def figures(done: Done) -> list[FigureSpec]:
    """Return the map of the whole with its track, and the map of the groups."""
    inputs, result, years = done.inputs, done.result, _map_years(done)
    name = inputs.variable_name(done.parameters.variable)
    if not years:
        return []
    title = text("Centre of gravity of {variable}", variable=name)
    specs = [
        FigureSpec(
            name=f"{done.key}_track",
            title=title,
            caption=text(
                "Above, the ellipse around the centre in the years named: its axes are standard deviations of "
                "position, not a border. Below, the way of the centre from year to year on a scale of its own. A "
                "step of a few kilometres on a map of a thousand may be an error of the data."
            ),
            alt=text("Map with the centre of emissions, its ellipses and its track by year."),
            draw=lambda language: centre_map(
                inputs.units,
                result,
                title=title,
                years=years,
                background=inputs.background,
                language=language,
            ),
        )
    ]
    groups = _groups(done)
    if len(groups) > 1:
        by_group = text("Centres of gravity of {variable} by group", variable=name)
        specs.append(
            FigureSpec(
                name=f"{done.key}_groups",
                title=by_group,
                caption=text(
                    "Dashed: the first year; solid: the last. The line inside an ellipse leads from centre to centre."
                ),
                alt=text("Map with the centres and ellipses of the groups."),
                draw=lambda language: group_centres_map(
                    inputs.units,
                    result,
                    title=by_group,
                    years=(years[0], years[-1]),
                    group_names=groups,
                    background=inputs.background,
                    language=language,
                ),
            )
        )
    return specs


def layers(done: Done) -> list[Layer]:
    """Return the centres with their years, the tracks, and the ellipses of some years."""
    inputs, groups = done.inputs, _groups(done)
    name = inputs.variable_name(done.parameters.variable)
    aliases = {**HEADINGS, **OWN_HEADINGS}
    style = group_style("group", groups)
    made = [
        Layer(
            name=f"{done.key}_points",
            title=text("Centres of {variable} by year", variable=name),
            abstract=text("The centre of gravity of every group in every year."),
            frame=done.result.points().to_crs(inputs.units.crs),
            aliases=aliases,
            style=style,
            label_field="year",
            group=text("Centre of gravity"),
        ),
        Layer(
            name=f"{done.key}_tracks",
            title=text("Tracks of the centres of {variable}", variable=name),
            abstract=text("Lines through the centres of the years."),
            frame=done.result.tracks().to_crs(inputs.units.crs),
            aliases=aliases,
            style=style,
            group=text("Centre of gravity"),
        ),
        Layer(
            name=f"{done.key}_ellipses",
            title=text("Standard deviational ellipses of {variable}", variable=name),
            abstract=text(
                "Ellipses around the centres in {years}: standard deviations along the axes.",
                years=", ".join(map(str, _map_years(done))),
            ),
            frame=done.result.ellipses(_map_years(done)).to_crs(inputs.units.crs),
            aliases=aliases,
            style=replace(style, outline_only=True),
            group=text("Centre of gravity"),
        ),
    ]
    return [layer for layer in made if len(layer.frame)]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result: CentreResult = done.result
    name = done.inputs.variable_name(done.parameters.variable)
    said = []
    rows = result.defined()
    for group, label in _groups(done).items():
        own = rows[rows["group"] == group]
        first, last = own.iloc[0], own.iloc[-1]
        if first["year"] == last["year"]:
            continue
        kilometres, bearing = result.moved(first["year"], last["year"], group=group)
        if kilometres > 0:
            said.append(
                text(
                    "{group}: the centre of {variable} moved {km} km to the {direction} from {first} to {last}; the area of the ellipse changed by {change} %.",
                    group=label,
                    variable=name,
                    km=shown(kilometres, 1),
                    direction=DIRECTIONS[round(bearing / 45) % 8],
                    first=first["year"],
                    last=last["year"],
                    change=shown(100 * (last["area_km2"] / first["area_km2"] - 1), 1)
                    if first["area_km2"] > 0
                    else "–",
                )
            )
    return said


ANALYSIS = Analysis(
    name="centre",
    title=text("Centre of gravity and spread"),
    question=text("Where is the centre of emissions, and in which direction has it moved?"),
    reading=text(
        "The centre is the mean position of all places, weighted by what they emit; it may lie where nobody "
        "emits anything. It moves towards places that grow faster than the rest. A smaller ellipse means that "
        "emissions concentrate around the centre, a longer one that they stretch along an axis. Opposite moves "
        "cancel: compare the groups before speaking of a trend."
    ),
    methods=text(
        "Weighted mean centre and standard deviational ellipse (Lefever 1926, Yuill 1971) from the eigenvalues of "
        "the weighted covariance of the centroids in a projected system; axes are standard deviations, times √2 "
        "where the settings say so. Displacements and directions are measured on the ellipsoid."
    ),
    parameters=CentreParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("lefever1926", "yuill1971", "wang2015"),
)
