"""The command that builds spatial weights."""

from __future__ import annotations

from pathlib import Path

import click

from spatialcarbon.cli.options import map_options, weight_options
from spatialcarbon.cli.shared import common_options, emit, note, output_options, say


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
    """Describe weights, or save them: --out w.parquet, w.gal, w.gwt or edges as w.csv."""
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
    if out is not None or form != "table":
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
    emit([Table("weights", text("Spatial weights"), described, headings, words=words)], form, out)


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join("–".join(x) if isinstance(x, list) else str(x) for x in value) or "–"
    return str(value)


weights_command.params = [*map_options(), *weight_options("B"), *weights_command.params]
