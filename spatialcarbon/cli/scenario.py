"""The command that projects one level under scenarios: no map, no table of places."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spatialcarbon.cli.complete import measures, tables_or_files
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit,
    note,
    output_options,
    say,
)

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.drivers.scenario_result import ProjectionResult
    from spatialcarbon.report.tables import Table

TIES = ("first", "last")


@click.command(
    "scenario",
    help=say("Project emissions under scenarios of growth rates, and find their peak years."),
)
@click.option("--base", type=click.FLOAT, required=True, help=say("Level in the base year."))
@click.option(
    "--rates",
    required=True,
    metavar=say("TABLE"),
    shell_complete=tables_or_files,
    help=say("Shipped table such as study003_rates, or a file with the same columns."),
)
@click.option(
    "--horizon", type=click.INT, required=True, metavar=say("YEAR"), help=say("Last year.")
)
@click.option(
    "--base-year",
    type=click.INT,
    metavar=say("YEAR"),
    help=say("Year of the base; else the one before the first rate."),
)
@click.option(
    "--scenarios", metavar=say("NAMES"), help=say("Only these scenarios, with commas between.")
)
@click.option(
    "--measure",
    metavar=say("UNIT"),
    shell_complete=measures,
    default="Mt CO2",
    show_default=True,
    help=say("Unit of measure."),
)
@click.option(
    "--tol", type=click.FLOAT, default=1e-9, show_default=True, help=say("Tolerance of a flat top.")
)
@click.option(
    "--tie",
    type=click.Choice(TIES),
    default="first",
    show_default=True,
    help=say("Which year of a flat top is the peak year."),
)
@click.option(
    "--sustained", type=click.IntRange(min=1), help=say("Years below the peak demanded after it.")
)
@click.option(
    "--draws",
    type=click.IntRange(min=2),
    help=say("Draw the rates this often: quantiles and probabilities of the peak year."),
)
@click.option(
    "--errors",
    metavar=say("ERRORS"),
    help=say("Error of every rate in a draw: relative(0.2), normal(0.005), uniform(0.01)."),
)
@click.option(
    "--peak-by",
    type=click.INT,
    metavar=say("YEAR"),
    help=say("Year for the probability of a peak."),
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=20240501,
    show_default=True,
    help=say("Seed of the draws."),
)
@output_options
@common_options
def scenario_command(form: str, out: Path | None, **options: Any) -> None:
    """Project, and print or write what came out."""
    from spatialcarbon.core.units import parse_unit
    from spatialcarbon.models.drivers.scenario import project
    from spatialcarbon.studies.analyses._scenario_shown import path_findings
    from spatialcarbon.studies.analyses._scenario_tables import path_table, peak_table, rate_rows

    measure = options["measure"]
    parse_unit(measure)
    rates = _rates(options["rates"], options["scenarios"])
    found = project(
        options["base"],
        rates,
        **{name: options[name] for name in ("horizon", "base_year", "tol", "tie", "sustained")},
    )
    if out is not None and out.suffix.lower() in (".png", ".svg"):
        _draw(found, measure, out)
        return
    shown = [build("scenario", found, measure) for build in (peak_table, path_table)]
    drawn, remarks = _simulated(options, rates, measure)
    emit([*shown, rate_rows("scenario", found), *drawn], form, out)
    if form == "table" and out is None:
        for finding in path_findings(found, measure):
            note("  " + finding.render(chosen_language()))
    for remark in dict.fromkeys((*found.notes_in(chosen_language()), *remarks)):
        note("  " + remark)


def _rates(source: str, scenarios: str | None) -> pd.DataFrame:
    from spatialcarbon.core.errors import OptionError, some
    from spatialcarbon.core.options import suggestion
    from spatialcarbon.studies.analyses._scenario_rates import rate_table

    rates = rate_table(source, Path)
    if scenarios is None or "scenario" not in rates:
        return rates
    wanted = [part.strip() for part in scenarios.split(",") if part.strip()]
    known = list(dict.fromkeys(rates["scenario"].astype(str)))
    for scenario in wanted:
        if scenario not in known:
            raise OptionError(
                "there is no scenario {scenario!r} in the rate table",
                expected="one of {known}",
                fix="{close}",
                scenario=scenario,
                known=some(known, 12),
                close=suggestion(scenario, known),
            )
    return rates[rates["scenario"].astype(str).isin(wanted)]


def _simulated(
    options: dict[str, Any], rates: pd.DataFrame, measure: str
) -> tuple[list[Table], tuple[str, ...]]:
    """Return the tables of the draws, and what there is to know about them."""
    if options["draws"] is None:
        for name in ("errors", "peak_by"):
            if options[name] is not None:
                flag = name.replace("_", "-")
                raise click.UsageError(say("--{option} needs --draws", option=flag))
        return [], ()
    from spatialcarbon.models.drivers.simulate import simulate
    from spatialcarbon.studies.analyses._simulation_tables import overview_table
    from spatialcarbon.studies.analyses._simulation_tables import peak_table as chances

    drawn = simulate(
        options["base"],
        rates,
        rng=options["seed"],
        **{n: options[n] for n in ("horizon", "base_year", "draws", "errors", "peak_by")},
        **{n: options[n] for n in ("tol", "tie")},
    )
    key = "scenario_draws"
    shown = [overview_table(key, drawn, measure), chances(key, drawn)]
    return shown, drawn.notes_in(chosen_language())


def _draw(found: ProjectionResult, measure: str, out: Path) -> None:
    """Write the paths as a picture."""
    from spatialcarbon.report.canvas import to_png_bytes, to_svg_bytes
    from spatialcarbon.studies.analyses._scenario_shown import path_figure
    from spatialcarbon.studies.publish import write_file
    from spatialcarbon.studies.words import VARIABLES

    figure = path_figure("scenario", found, VARIABLES["co2"], measure).draw(chosen_language())
    kind = to_png_bytes if out.suffix.lower() == ".png" else to_svg_bytes
    write_file(out, lambda path: path.write_bytes(kind(figure)))
    note(say("written: {path}", path=out))
