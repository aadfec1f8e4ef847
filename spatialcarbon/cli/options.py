"""Options that name maps and weights, shared by several commands."""

from __future__ import annotations

from collections.abc import Sequence

import click

from spatialcarbon.cli import complete
from spatialcarbon.cli.shared import say

TRANSFORMS = click.Choice(["R", "B", "D", "V"])


def map_options() -> list[click.Parameter]:
    """Return the options that name a map."""
    return [
        click.Option(
            ["--units"],
            default="cities",
            show_default=True,
            metavar=say("MAP"),
            shell_complete=complete.maps_or_files,
            help=say("Map: cities, provinces or a file."),
        ),
        click.Option(
            ["--key"],
            metavar=say("COLUMN"),
            shell_complete=complete.map_columns,
            help=say("Column of the unit labels (own map)."),
        ),
        click.Option(["--layer"], metavar=say("NAME"), help=say("Layer of a GeoPackage.")),
        click.Option(["--crs"], metavar=say("CRS"), help=say("CRS, where the file has none.")),
        click.Option(
            ["--clusters"],
            metavar=say("CODES"),
            shell_complete=complete.cluster_codes,
            help=say("Codes such as BTH,YRD or plan (shipped maps)."),
        ),
    ]


def weight_options(transform: str) -> list[click.Parameter]:
    """Return the options that describe weights."""
    words = say("queen, rook, queen:2, knn:4, band, band:150, kernel, blocks:COLUMN, or a file")
    return [
        click.Option(
            ["--weights"],
            default="queen",
            show_default=True,
            metavar=say("WEIGHTS"),
            shell_complete=complete.weight_kinds,
            help=words,
        ),
        click.Option(
            ["--transform"],
            type=TRANSFORMS,
            default=transform,
            show_default=True,
            help=say("Standardisation."),
        ),
    ]


def table_options(columns: Sequence[click.Parameter] = ()) -> list[click.Parameter]:
    """Return the options that name columns of tables: ``--column``, or those given."""
    one = click.Option(
        ["--column"],
        required=True,
        metavar=say("COLUMN"),
        shell_complete=complete.table_columns,
        help=say("Column of the values."),
    )
    return [
        click.Option(
            ["--table"],
            required=True,
            multiple=True,
            metavar=say("TABLE"),
            shell_complete=complete.tables_or_files,
            help=say(
                "Shipped table or file (CSV, Excel, Parquet, GeoPackage); repeat for several."
            ),
        ),
        click.Option(
            ["--table-key"],
            metavar=say("COLUMN"),
            shell_complete=complete.table_columns,
            help=say("Column of the place in the table; --key by default."),
        ),
        *(columns or [one]),
        click.Option(
            ["--measure"],
            multiple=True,
            metavar=say("UNIT"),
            shell_complete=complete.measures,
            help=say("Unit of measure, such as Mt CO2 or 万吨; per column: co2=万吨, repeated."),
        ),
        click.Option(
            ["--year"],
            metavar=say("YEAR"),
            shell_complete=complete.years,
            help=say("Year to use, or the column that holds it."),
        ),
        click.Option(
            ["--level"],
            type=click.Choice(["city", "province"]),
            help=say("Match place names of the table to adcodes."),
        ),
        click.Option(
            ["--sheet"],
            metavar=say("NAME"),
            help=say("Sheet of a workbook; '*' where each sheet is a year."),
        ),
        click.Option(
            ["--header"],
            type=click.INT,
            multiple=True,
            help=say("Row of the header, if it is not found; repeat for several."),
        ),
        click.Option(
            ["--skip"],
            type=click.INT,
            multiple=True,
            help=say("Row to leave out, such as a note; repeat for several."),
        ),
        click.Option(
            ["--dissolved"],
            type=click.Choice(["raise", "successor"]),
            default="raise",
            show_default=True,
            help=say("Former places: refuse them, or take the place each went to whole."),
        ),
        click.Option(
            ["--covered"],
            is_flag=True,
            help=say("Leave out places of the map that the tables do not have."),
        ),
        click.Option(
            ["--groups"],
            metavar=say("GROUPS"),
            shell_complete=complete.group_codes_or_columns,
            help=say("Groups: cluster codes, or a column of the map."),
        ),
    ]


def seed_option() -> click.Parameter:
    """Return the option of the seed."""
    return click.Option(
        ["--seed"],
        type=click.IntRange(min=0),
        default=20240501,
        show_default=True,
        help=say("Seed of every random draw."),
    )
