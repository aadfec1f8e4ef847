"""What a run writes for maps: the GeoPackage, the QGIS project, and exports on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.data_tables import DataTable, YearMap
from spatialcarbon.report.geopackage import write_geopackage
from spatialcarbon.report.layers import graduated_style
from spatialcarbon.report.qgis_project import write_project
from spatialcarbon.studies.illustrative import layers_of
from spatialcarbon.studies.maplayers import base_layers, localised, places_name
from spatialcarbon.studies.maps import maps_of, own_name, own_title
from spatialcarbon.studies.reporting import sources_of
from spatialcarbon.studies.words import HEADINGS

if TYPE_CHECKING:
    from spatialcarbon.report.layers import Layer
    from spatialcarbon.studies.analysis import Done, Inputs
    from spatialcarbon.studies.study_file import Step, Study


def write_maps(
    folder: Path,
    study: Study,
    inputs: Inputs,
    pairs: Sequence[tuple[Step, Done]],
    language: Language,
) -> None:
    """Write the map files of a run: ``results.gpkg`` and ``project.qgz``.

    Parameters
    ----------
    folder : Path
        Where they go.
    study, inputs : object
        The study file, and the data it named.
    pairs : sequence of (Step, Done)
        What was run, in order.
    language : {"en", "zh"}
        Language of titles, legends, names of columns and codes.
    """
    layers = map_layers(inputs, pairs, language)
    if not layers:
        return
    title = Text(study.file.study.title).render(language)
    tables = [panel_table(part) for part in maps_of(inputs, pairs) if part.panel.years]
    sources = sources_of(study, maps_of(inputs, pairs), language)
    crs = map_crs(inputs)
    command = f"spatialcarbon run {study.path.name}"
    credits = credit_lines(command, inputs.seed, sources, language)
    write_geopackage(
        folder / "results.gpkg",
        layers,
        language=language,
        history=history_lines(command, inputs.seed, sources, language),
        licence="; ".join(dict.fromkeys(said for what, said, _ in sources if said != what)),
        tables=tables,
        project_title=title,
        crs=crs,
        credits=credits,
    )
    write_project(
        folder / "project.qgz",
        layers,
        tables=tables,
        title=title,
        language=language,
        crs=crs,
        credits=credits,
    )


def map_layers(
    inputs: Inputs, pairs: Sequence[tuple[Step, Done]], language: Language
) -> list[Layer]:
    """Return the layers of all analyses and those that every study has, in one language."""
    layers: list[tuple[Layer, Inputs]] = []
    opened = False
    for step, item in pairs:
        made = layers_of(step.analysis, item)
        # A project opens with what one analysis shows: lines of another would hide it.
        layers += [
            (replace(layer, visible=layer.visible and not opened), item.inputs) for layer in made
        ]
        opened = opened or any(layer.visible for layer in made)
    # Points, lines and open outlines lie on top, or the areas would hide them.
    layers.sort(key=lambda pair: pair[0].covers)
    layers += [(layer, part) for part in maps_of(inputs, pairs) for layer in base_layers(part)]
    return [
        localised(replace(layer, title=own_title(part, layer.title)), language, part.group_names)
        for layer, part in layers
    ]


def panel_table(inputs: Inputs) -> DataTable:
    """Return the data of the study, and a map of the years for each variable that has several."""
    panel = inputs.panel
    frame = panel.to_frame()
    frame.attrs = {}
    unit = str(inputs.units.index.name or "unit")
    frame = frame.rename(columns={panel.unit_name: unit})
    return DataTable(
        name=own_name(inputs, "panel"),
        title=own_title(inputs, text("Data by year")),
        abstract=text("All variables of the study: a row for every place and year."),
        frame=frame,
        aliases={
            unit: HEADINGS.get(unit, HEADINGS["unit"]),
            "year": HEADINGS["year"],
            **{variable: measured_name(inputs, variable) for variable in panel.variables},
        },
        unit=unit,
        year="year",
        places=places_name(inputs),
        maps=[
            year_map(inputs, variable)
            for variable in panel.variables
            if len(inputs.years_of(variable)) > 1
        ],
        group=text("Year by year"),
    )


def measured_name(inputs: Inputs, variable: str) -> Text:
    """Return the name of a variable with its unit of measure, if it has one."""
    measure = inputs.measure(variable)
    name = inputs.variable_name(variable)
    if not measure or measure == "1":
        return name
    return text("{variable} ({measure})", variable=name, measure=Text(measure))


def year_map(inputs: Inputs, variable: str) -> YearMap:
    """Return the map of a variable over the years, in classes that hold for all of them."""
    values = inputs.panel.grid(variable).to_numpy(dtype=float).ravel()
    signs = (values < 0).any() and (values > 0).any()
    measure = inputs.measure(variable)
    title = text("{variable}, year by year", variable=inputs.variable_name(variable))
    if variable in inputs.illustrative:
        title = text("{title} (illustrative data)", title=title)
    return YearMap(
        name=own_name(inputs, f"yearly_{variable}"),
        title=own_title(inputs, title),
        abstract=text(
            "One picture a year: turn on the temporal controller and move its handle. The classes "
            "are the same in all years."
        ),
        style=graduated_style(
            variable,
            values,
            unit="" if measure == "1" else measure,
            breaks="zero" if signs else "quantile",
        ),
    )


def map_crs(inputs: Inputs) -> Any:
    """Return the CRS of the QGIS project: equal-area where the map is in degrees."""
    from spatialcarbon.geo.crs import equal_area_crs, is_geographic

    return equal_area_crs(inputs.units) if is_geographic(inputs.units.crs) else None


def history_lines(
    command: str, seed: int, sources: Sequence[tuple[str, str, str]], language: Language
) -> list[str]:
    """Return how layers were made, for their metadata: command, seed, sources, cautions."""
    lines = [command, translate("Seed {seed}", language, seed=seed)]
    for what, said, caution in sources:
        named = said if said == what else f"{what}: {said}"
        lines.append(translate("Source: {source}", language, source=named))
        lines += [caution] if caution else []
    return lines


def credit_lines(
    command: str, seed: int, sources: Sequence[tuple[str, str, str]], language: Language
) -> list[str]:
    """Return what stands under a printed map: command and seed, then the sources."""
    comma = "；" if language == "zh" else "; "
    named = comma.join(dict.fromkeys(said for _, said, _ in sources))
    return [
        f"{command} · {translate('Seed {seed}', language, seed=seed)}",
        *([translate("Source: {source}", language, source=named)] if named else []),
    ]
