"""The command that builds spatial weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spatialcarbon.cli.options import map_options, weight_options
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit,
    note,
    output_options,
    say,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.weights.weights import Weights


@click.command("weights", help=say("Build spatial weights for a map and describe or save them."))
@click.option("--bridges", is_flag=True, help=say("Propose links for units without neighbours."))
@output_options
@common_options
def weights_command(
    units: str,
    key: str | None,
    layer: str | None,
    crs: str | None,
    clusters: str | None,
    weights: str,
    transform: str,
    bridges: bool,
    form: str,
    out: Path | None,
) -> None:
    """Describe weights, or save them: w.parquet, w.gal, w.gwt, edges as w.csv, lines as w.gpkg."""
    import pandas as pd

    from spatialcarbon.cli.sources import named_map, named_weights
    from spatialcarbon.core.language import text
    from spatialcarbon.report.tables import Table
    from spatialcarbon.studies.publish import write_file
    from spatialcarbon.studies.words import HEADINGS
    from spatialcarbon.weights.backbone import Backbone

    frame = named_map(units, key, layer, crs, clusters)
    built = named_weights(weights, frame, transform)
    if bridges:
        proposed = Backbone(frame).suggest_bridges(built)
        table = Table(
            "bridges", text("Proposed bridges"), proposed, HEADINGS, decimals={"distance_km": 1}
        )
        emit([table], form, out)
        return
    if out is not None and out.suffix.lower() in (".parquet", ".gal", ".gwt"):
        parquet = out.suffix.lower() == ".parquet"
        write_file(out, built.to_parquet if parquet else built.to_gal)
        note(say("written: {path}", path=out))
        return
    if out is not None and out.suffix.lower() == ".gpkg":
        _write_map(frame, built, out)
        if form != "table":
            return
    elif out is not None or form != "table":
        emit([Table("edges", text("Links"), built.to_edges(), HEADINGS)], form, out)
        return
    facts = [(name, _said(value)) for name, value in built.describe().items()]
    described = pd.DataFrame(facts, columns=["fact", "value"])
    words = {
        "weights": text("Made from"),
        "transform": text("Standardisation"),
        "n": text("Units"),
        "pairs": text("Pairs"),
        "isolates": text("Without neighbours"),
        "components": text("Components"),
        "bridges": text("Bridges"),
        "fingerprint": text("Fingerprint"),
    }
    headings = {"fact": text("Property"), "value": HEADINGS["value"]}
    emit([Table("weights", text("Spatial weights"), described, headings, words=words)], form, None)


def _write_map(frame: gpd.GeoDataFrame, built: Weights, out: Path) -> None:
    """Write the links as styled lines between places."""
    from spatialcarbon.core.errors import DegenerateDataError
    from spatialcarbon.data.panel import Panel
    from spatialcarbon.report.geopackage import write_geopackage
    from spatialcarbon.studies.analysis import Inputs
    from spatialcarbon.studies.inputs import unit_names
    from spatialcarbon.studies.maplayers import link_layer
    from spatialcarbon.studies.publish import write_files
    from spatialcarbon.weights.backbone import Backbone

    inputs = Inputs(
        units=frame,
        names=unit_names(frame, None),
        panel=Panel(units=frame.index, years=(), frames={}, measures={}),
        backbone=Backbone(frame),
        weights={"links": built},
        groups={},
        group_names={},
        seed=0,
    )
    layer = link_layer(inputs, "links", built)
    if layer is None:
        raise DegenerateDataError(
            "{n} links cannot be drawn as a map",
            expected="at least one, and at most twenty pairs for each place",
            fix="--out links.csv",
            n=len(built.to_edges()),
        )
    write_files(
        out,
        lambda folder: write_geopackage(
            folder / out.name, [layer], language=chosen_language(), crs=frame.crs
        ),
    )
    note(say("written: {path}", path=out))


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join("–".join(x) if isinstance(x, list) else str(x) for x in value) or "–"
    return str(value)


weights_command.params = [*map_options(), *weight_options("B"), *weights_command.params]
