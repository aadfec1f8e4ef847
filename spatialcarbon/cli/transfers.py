"""The command that accounts for embodied transfers of an input-output table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spatialcarbon.cli.complete import (
    group_codes_or_columns,
    map_columns,
    maps_or_files,
    tables_or_files,
)
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit,
    note,
    output_options,
    say,
)
from spatialcarbon.core.errors import OptionError

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done


@click.command(
    "transfers",
    help=say("Say whose final demand causes whose emissions, from an input-output table."),
)
@click.argument("table", shell_complete=tables_or_files)
@click.option("--sheet", metavar=say("NAME"), help=say("Sheet of a workbook."))
@click.option(
    "--money", metavar=say("UNIT"), default="", help=say("Unit of the flows, such as 万元.")
)
@click.option(
    "--emission-unit",
    metavar=say("UNIT"),
    help=say("Unit of the emissions, where the table does not say it."),
)
@click.option(
    "--account",
    type=click.Choice(["emissions", "value_added"]),
    default="emissions",
    show_default=True,
    help=say("What is followed through the flows."),
)
@click.option(
    "--mapping",
    metavar=say("TABLE"),
    shell_complete=tables_or_files,
    help=say("Regions to sum: study001_regions, or a CSV of two columns."),
)
@click.option(
    "--weight",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help=say("The producer's part of a shared responsibility."),
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1, max_open=True),
    default=1e-6,
    show_default=True,
    help=say("Largest gap of a row, as a part of the largest output."),
)
@click.option(
    "--largest",
    type=click.IntRange(1),
    default=12,
    show_default=True,
    help=say("How many net transfers the map draws."),
)
@click.option(
    "--units",
    metavar=say("MAP"),
    shell_complete=maps_or_files,
    default="provinces",
    show_default=True,
    help=say("Map: cities, provinces or a file."),
)
@click.option(
    "--key",
    metavar=say("COLUMN"),
    shell_complete=map_columns,
    help=say("Column of the unit labels (own map)."),
)
@click.option(
    "--groups",
    metavar=say("GROUPS"),
    shell_complete=group_codes_or_columns,
    help=say("Units of each region: group codes, or a column of the map; the eight by default."),
)
@output_options
@common_options
def transfers_command(
    table: str,
    units: str,
    key: str | None,
    groups: str | None,
    form: str,
    out: Path | None,
    **settings: Any,
) -> None:
    """Account for a table, and show or write the result."""
    from spatialcarbon.cli.oneoff import write_layers
    from spatialcarbon.studies.analysis import get_analysis
    from spatialcarbon.studies.illustrative import findings_of, tables_of, uses_illustrative

    done = _done({"table": table, **settings}, units, key, groups)
    analysis, language = get_analysis("transfers"), chosen_language()
    if out is not None and out.suffix.lower() == ".gpkg":
        write_layers(analysis, done, out)
    else:
        emit(tables_of(analysis, done), form, out)
    # The first finding says so where numbers are invented: that goes with every output.
    said = findings_of(analysis, done)
    whole = form == "table" and out is None
    for finding in said if whole else said[: uses_illustrative(done)]:
        note("  " + finding.render(language))
    remarks = [*done.result["notes"], *(r for item in done.results() for r in item.remarks)]
    for remark in dict.fromkeys(remark.render(language) for remark in remarks):
        note("  " + remark)


def _done(settings: dict[str, Any], source: str, key: str | None, groups: str | None) -> Done:
    """Return the analysis of the registry, run on this table and map."""
    from spatialcarbon.cli.sources import group_map, named_map
    from spatialcarbon.data.panel import Panel
    from spatialcarbon.geo.clusters import clusters
    from spatialcarbon.studies.analysis import Done, Inputs, get_analysis
    from spatialcarbon.studies.inputs import SHIPPED_MAPS, cluster_names, unit_names
    from spatialcarbon.weights.backbone import Backbone

    units = named_map(source, key, None, None, None)
    chosen = groups
    if groups is None and source == "provinces":
        chosen = ",".join(clusters("regions")["cluster"].unique())
    members = group_map(chosen, units, shipped=source in SHIPPED_MAPS)
    inputs = Inputs(
        units=units,
        names=unit_names(units, None),
        panel=Panel(units=units.index, years=(), frames={}, measures={}),
        backbone=Backbone(units),
        weights={},
        groups=members,
        group_names=cluster_names(members),
        seed=0,
    )
    analysis = get_analysis("transfers")
    given = {name: value for name, value in settings.items() if value is not None}
    parameters = analysis.parameters.model_validate(given)
    # What is wrong with the table is said with the cell and the fix, which check() leaves out.
    result = analysis.run(parameters, inputs)
    for problem in analysis.check(parameters, inputs):
        raise OptionError("{problem}", problem=problem)
    return Done(key="transfers", parameters=parameters, inputs=inputs, result=result)
