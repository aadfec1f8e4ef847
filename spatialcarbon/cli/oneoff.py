"""A command for every registered method, made from its registration."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import click

from spatialcarbon.cli.options import map_options, seed_option, table_options, weight_options
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit,
    note,
    output_options,
    say,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, get_analysis

SKIPPED = {"name", "title", "variable", "emission", "years", "weights", "by_group", "report_years"}


def build_command(name: str) -> click.Command:
    """Return the command of one registered method.

    Map, table and weights are common to all; the other options follow from the
    parameters of the method.
    """
    analysis = get_analysis(name)

    def run(**options: Any) -> None:
        _run(analysis, options)

    language = chosen_language()
    command = click.command(
        name,
        help=analysis.question.render(language) + "\n\n\b\n" + _example(name),
        epilog=analysis.reading.render(language),
    )(common_options(output_options(run)))
    command.params = [
        *map_options(),
        *table_options(),
        *weight_options("R"),
        *_method_options(analysis),
        seed_option(),
        *command.params,
    ]
    return command


def _example(name: str) -> str:
    return (
        f"spatialcarbon {name} --units map.gpkg --key adcode --table data.csv --column co2\n"
        f"spatialcarbon {name} --clusters plan --table city_co2 --column co2_mt --year 2017"
    )


def _method_options(analysis: Analysis) -> list[click.Parameter]:
    skipped = SKIPPED | set(getattr(analysis.parameters, "VARIABLES", ()))
    options: list[click.Parameter] = []
    for name, field in analysis.parameters.model_fields.items():
        kind = None if name in skipped else _click_type(field.annotation)
        if kind is None:
            continue
        flag = f"--{name.replace('_', '-')}"
        help_ = say(field.description or "")
        if kind is click.BOOL:
            options.append(
                click.Option([f"{flag}/--no-{flag[2:]}"], default=field.default, help=help_)
            )
        else:
            default = field.get_default()
            options.append(
                click.Option([flag], type=kind, default=default, show_default=True, help=help_)
            )
    return options


def _click_type(annotation: Any) -> Any:
    """Return the click type of a simple field, or None for one that has no place on a line."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return _click_type(inner[0]) if len(inner) == 1 else None
    if origin is Literal:
        return click.Choice([str(choice) for choice in get_args(annotation)])
    return {int: click.INT, float: click.FLOAT, str: click.STRING, bool: click.BOOL}.get(annotation)


def _run(analysis: Analysis, options: dict[str, Any]) -> None:
    from pydantic import ValidationError

    from spatialcarbon.core.errors import OptionError

    form, out = options.pop("form"), options.pop("out")
    inputs = _inputs(options)
    fields = analysis.parameters.model_fields
    settings = {name: options[name] for name in fields if options.get(name) is not None}
    settings = {name: value for name, value in settings.items() if name not in SKIPPED}
    settings["emission" if "emission" in fields else "variable"] = options["column"]
    if options["year"] and options["year"].isdecimal() and "years" in fields:
        settings["years"] = [int(options["year"])]
    try:
        parameters = analysis.parameters.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        raise OptionError(
            "--{option}: {reason}",
            option=str(first["loc"][0]).replace("_", "-"),
            reason=first["msg"],
        ) from error
    for problem in analysis.check(parameters, inputs):
        raise OptionError("{problem}", problem=problem)
    result = analysis.run(parameters, inputs)
    done = Done(key=analysis.name, parameters=parameters, inputs=inputs, result=result)
    if out is not None and out.suffix.lower() == ".gpkg":
        _write_layers(analysis, done, out)
    else:
        emit(analysis.tables(done), form, out)
    if form == "table" and out is None:
        for finding in analysis.text(done):
            note("  " + finding.render(chosen_language()))
    language = chosen_language()
    remarks = [*inputs.map_notes_in(language), *inputs.panel.notes_in(language)]
    remarks += [said for item in done.results() for said in item.notes_in(language)]
    for remark in dict.fromkeys(remarks):
        note("  " + remark)


def _inputs(options: dict[str, Any]) -> Inputs:
    from spatialcarbon.cli.sources import (
        group_map,
        named_map,
        named_panel,
        named_weights,
    )
    from spatialcarbon.studies.inputs import SHIPPED_MAPS, cluster_names, on_map, unit_names
    from spatialcarbon.studies.words import VARIABLES
    from spatialcarbon.weights.backbone import Backbone

    source, column = options["units"], options["column"]
    units = named_map(source, options["key"], options["layer"], options["crs"], options["clusters"])
    panel = named_panel(
        options["table"],
        place=options["table_key"] or options["key"],
        column=column,
        measure=options["measure"],
        year=options["year"],
        level=options["level"],
    )
    groups = group_map(options["groups"], units, shipped=source in SHIPPED_MAPS)
    return Inputs(
        units=units,
        names=unit_names(units, None),
        panel=on_map(panel, units.index),
        backbone=Backbone(units),
        weights={"weights": named_weights(options["weights"], units, options["transform"])},
        groups=groups,
        group_names=cluster_names(groups),
        seed=options["seed"],
        variable_names={column: VARIABLES["co2"]} if column == "co2" else {},
    )


def _write_layers(analysis: Analysis, done: Done, out: Path) -> None:
    from spatialcarbon.report.geopackage import write_geopackage
    from spatialcarbon.studies.maplayers import localised
    from spatialcarbon.studies.pipeline import map_crs
    from spatialcarbon.studies.publish import plain_os_errors

    layers = [localised(layer, chosen_language()) for layer in analysis.layers(done)]
    if not layers:
        raise click.UsageError(
            say("{method} has no map layer; use --out results.csv", method=analysis.name)
        )
    title = analysis.title.render(chosen_language())
    with plain_os_errors(out):
        write_geopackage(
            out,
            layers,
            language=chosen_language(),
            history=[f"spatialcarbon {analysis.name}, seed {done.inputs.seed}"],
            project_title=title,
            crs=map_crs(done.inputs),
        )
    note(say("written: {path}", path=out))
