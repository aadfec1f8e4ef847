"""Land cover: what turned into what between years, and where built-up land came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.studies.analyses import _landcover_rows as rows
from spatialcarbon.studies.analyses._landcover_figures import figures
from spatialcarbon.studies.analyses._landcover_intensity import (
    intensity_findings,
    intensity_tables,
)
from spatialcarbon.studies.analyses._landcover_maps import change_maps, layers
from spatialcarbon.studies.analyses._landcover_tables import CLASS_NAMES, tables
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import shown

if TYPE_CHECKING:
    from spatialcarbon.report.tables import Table

ONE_OFF = False
"""The command has a module of its own: it takes rasters, not a table."""


class LandcoverParameters(Parameters):
    """Settings of the analysis."""

    raster: str | None = Field(
        default=None, description="Name of the rasters; the first if left out."
    )
    years: list[int] | None = Field(
        default=None, description="Years to compare, each with the next; all if left out."
    )
    exact: bool = Field(
        default=False,
        description="Share cells on a border by area, not by their centre; slower.",
    )
    change_map: bool = Field(
        default=True, description="Write a raster of the changes from the first year to the last."
    )


def years_of(parameters: LandcoverParameters, inputs: Inputs) -> list[int]:
    """Return the years compared, in order."""
    return sorted(set(parameters.years or inputs.raster_named(parameters.raster).years))


def run(parameters: LandcoverParameters, inputs: Inputs) -> dict[str, Any]:
    """Count what turned into what in one pass over all years."""
    series = inputs.raster_named(parameters.raster)
    return {
        "series": series.transitions(
            rows.zones_of(inputs), years=years_of(parameters, inputs), exact=parameters.exact
        )
    }


def check(parameters: LandcoverParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: no rasters, years that they lack, or fewer than two."""
    if not inputs.rasters:
        return [text("there are no rasters; add a section such as [rasters.land]")]
    series = inputs.raster_named(parameters.raster)
    absent = sorted(set(parameters.years or ()) - set(series.years))
    if absent:
        return [
            text(
                "{name} has no raster of {years}; it has {known}",
                name=series.name,
                years=", ".join(map(str, absent)),
                known=", ".join(map(str, series.years)),
            )
        ]
    if len(years_of(parameters, inputs)) < 2:
        return [text("land cover needs rasters of at least two years")]
    return []


def all_tables(done: Done) -> list[Table]:
    """Return the tables of areas and transitions, then those of intensities."""
    return [*tables(done), *intensity_tables(done)]


def write_change_map(done: Done, folder: Path, language: Language) -> None:
    """Write the raster of changes with its style into ``rasters/``."""
    if done.parameters.change_map:
        (folder / "rasters").mkdir(exist_ok=True)
        change_maps(done, folder / "rasters", language)


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    whole = done.result["series"].whole
    start, end = whole.years
    facts: dict[str, Any] = {"start": start, "end": end}
    changed = whole.comprehensive.iloc[-1]
    said = [
        text(
            "{start} → {end}: {part} % of the land changed class ({km2} of {area} km²), {rate} % per year.",
            part=shown(100 * changed["changed"] / changed["area"], 1),
            km2=shown(changed["changed"], 0),
            area=shown(changed["area"], 0),
            rate=shown(changed["comprehensive_degree"], 2),
            **facts,
        )
    ]
    if rows.BUILT not in whole.classes:
        return said
    before, after = whole.areas.loc[rows.BUILT]
    said.append(
        text(
            "Built-up land went from {a} km² in {start} to {b} km² in {end} ({rate} % per year).",
            a=shown(before, 0),
            b=shown(after, 0),
            rate=shown(whole.dynamic_degree[rows.BUILT], 2),
            **facts,
        )
    )
    parts = whole.sources(rows.BUILT).dropna().sort_values(ascending=False)
    if len(parts):
        said.append(
            text(
                "Most of the new built-up land was before: {first} ({share} %), {second} ({other} %).",
                first=CLASS_NAMES[str(parts.index[0])],
                share=shown(100 * parts.iloc[0], 1),
                second=CLASS_NAMES[str(parts.index[1])],
                other=shown(100 * parts.iloc[1], 1),
            )
        )
    said += intensity_findings(done)
    if len(whole.zones) > 1:
        said += _extremes(done)
    return said


def _extremes(done: Done) -> list[Text]:
    """Return where built-up land grew most, in area and in proportion."""
    frame = rows.built_frame(done)
    most = frame["built_net"].idxmax()
    said = [
        text(
            "It grew most in {place} (by {km2} km²).",
            place=done.inputs.names[most],
            km2=shown(frame["built_net"].max(), 0),
        )
    ]
    if frame["built_growth"].notna().any():
        fastest = frame["built_growth"].idxmax()
        said.append(
            text(
                "In proportion it grew most in {place} (by {part} %).",
                place=done.inputs.names[fastest],
                part=shown(frame["built_growth"].max(), 1),
            )
        )
    return said


ANALYSIS = Analysis(
    name="landcover",
    title=text("Land cover: areas, transitions, growth of built-up land"),
    question=text(
        "How much land is of which class, which turned into which, and what was built over?"
    ),
    reading=text(
        "The matrix says what the maps say: errors of classification look like change, in equal amounts to "
        "and fro. Net changes are surer than gains and losses. Intensities tell a large change from a fast one: a "
        "class may give much land only because there is much of it. Compare years of the same product only."
    ),
    methods=text(
        "Cells are counted by class before and after in one pass, and multiplied by their true areas. A cell "
        "belongs to the place that holds its centre, unless cells on a border are shared by area. Cells without "
        "a class in either year are left out and listed. Gain, loss, net change and swap after Pontius et al. "
        "(2004), dynamic degrees after Wang and Bao (1999), intensities beside even change after Aldwaik and "
        "Pontius (2012)."
    ),
    parameters=LandcoverParameters,
    run=run,
    tables=all_tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    files=write_change_map,
    references=("pontius2004", "wang1999", "aldwaik2012"),
    one_off=False,
)
