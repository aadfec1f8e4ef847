"""Commands that show what ships: tables and units."""

from __future__ import annotations

from pathlib import Path

import click

from spatialcarbon.cli.complete import cluster_codes, table_names
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit,
    note,
    output_options,
    say,
)


@click.command("tables", help=say("List the shipped tables, or print one."))
@click.argument("name", required=False, shell_complete=table_names)
@output_options
@common_options
def tables_command(name: str | None, form: str, out: Path | None) -> None:
    """List or print tables."""
    from spatialcarbon.core.language import text
    from spatialcarbon.data.catalogue import load_table, tables
    from spatialcarbon.report.tables import Table
    from spatialcarbon.studies.words import HEADINGS

    if name is None:
        frame = tables(language=chosen_language())
        shown = ("name", "title", "unit", "coverage")
        heading = {c: text(c.capitalize()) for c in frame.columns}
        emit([Table("tables", text("Shipped tables"), frame, heading, shown=shown)], form, out)
        return
    frame = load_table(name)
    measures = {column: unit for column, unit in frame.attrs["units"].items() if unit}
    emit([Table(name, text(name), frame, HEADINGS, measures)], form, out)
    if form == "table" and out is None:
        note(f"{frame.attrs['source']} ({frame.attrs['licence']})")
        if frame.attrs.get("caution"):
            note(str(frame.attrs["caution"]))


@click.command("units", help=say("List or export the shipped map units."))
@click.argument("level", type=click.Choice(["cities", "provinces"]), default="cities")
@click.option(
    "--clusters",
    metavar=say("CODES"),
    shell_complete=cluster_codes,
    help=say("Codes such as BTH,YRD or plan."),
)
@output_options
@common_options
def units_command(level: str, clusters: str | None, form: str, out: Path | None) -> None:
    """List or export units; ``--out map.gpkg`` writes the polygons."""
    from spatialcarbon.cli.sources import named_map
    from spatialcarbon.core.language import text
    from spatialcarbon.report.tables import Table
    from spatialcarbon.studies.words import HEADINGS

    units = named_map(level, None, None, None, clusters)
    if out is not None and out.suffix.lower() == ".gpkg":
        from spatialcarbon.report.geopackage import write_geopackage
        from spatialcarbon.report.layers import Layer, Single, group_style
        from spatialcarbon.studies.inputs import cluster_names
        from spatialcarbon.studies.publish import write_files

        names = cluster_names(units["cluster"])
        layer = Layer(
            name=level,
            title=text("Map units"),
            abstract=text("Administrative units with the city cluster each belongs to."),
            frame=units.assign(cluster=units["cluster"].where(units["cluster"] != "")),
            aliases={"area_km2": HEADINGS["area_km2"], "cluster": HEADINGS["cluster"]},
            style=group_style("cluster", names) if names else Single("#d9d9d9"),
            label_field="name_zh" if chosen_language() == "zh" else "name_en",
        )
        write_files(
            out,
            lambda folder: write_geopackage(
                folder / out.name, [layer], language=chosen_language(), project_title=level
            ),
        )
        note(say("written: {path}", path=out))
        return
    frame = units.drop(columns="geometry").reset_index()
    table = Table(
        name=level,
        title=text("Map units"),
        frame=frame,
        headings=HEADINGS,
        decimals={"area_km2": 0},
    )
    emit([table], form, out)
