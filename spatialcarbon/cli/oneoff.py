"""A command for every registered method, made from its registration."""

from __future__ import annotations

import types
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import click

from spatialcarbon.cli.complete import table_columns
from spatialcarbon.cli.options import map_options, seed_option, table_options, weight_options
from spatialcarbon.cli.pages import MethodCommand
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit,
    note,
    output_options,
    say,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, get_analysis

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from spatialcarbon.core.language import Text

SKIPPED = {"name", "title", "variable", "emission", "years", "weights", "by_group", "report_years"}
"""Fields that follow from the common options, or have no use outside a study."""

COMMON = {
    *("year", "seed", "level", "groups", "units", "key", "layer", "table", "column", "measure"),
    *("form", "sheet", "header", "skip", "dissolved"),
}
"""Fields of these names would clash with common options; ``--year`` also sets a field so called."""

LIKELY = dict.fromkeys(("emission", "outcome", "variable", "reference", "x"), "co2") | {"y": "gdp"}
"""What a column for a field may be called, where not like the field."""


def build_command(name: str) -> click.Command:
    """Return the command of one registered method.

    Map, table and weights are common to all; the other options follow from the
    parameters of the method.
    """
    analysis = get_analysis(name)

    def run(**options: Any) -> None:
        _run(analysis, options)

    language = chosen_language()
    named = click.command(name)(common_options(output_options(run)))
    return MethodCommand(
        name,
        own=_own_example(analysis),
        reading=analysis.reading.render(language),
        columns=analysis.parameters.COLUMNS,
        callback=named.callback,
        help=analysis.question.render(language),
        params=[
            *map_options(),
            *table_options(_column_options(analysis)),
            *(weight_options("R") if _takes_weights(analysis) else []),
            *_method_options(analysis),
            seed_option(),
            *named.params,
        ],
    )


def _takes_weights(analysis: Analysis) -> bool:
    return "weights" in analysis.parameters.model_fields


def _own_example(analysis: Analysis) -> str:
    """Return the words of a line on a map and a table of the user's own."""
    fields = analysis.parameters.model_fields
    if analysis.parameters.COLUMNS:
        needed = [field for field in analysis.parameters.COLUMNS if fields[field].is_required()]
        needed = needed or list(analysis.parameters.COLUMNS[:3])
        given = [f"--{_flag(field)} {_sample(field, fields[field])}" for field in needed]
    else:
        given = ["--column co2"]
    given += [
        f"--{_flag(field)} {info.examples[0] if info.examples else 60}"
        for field, info in fields.items()
        if info.is_required() and field not in {*SKIPPED, *analysis.parameters.COLUMNS}
    ]
    return " ".join(["--units map.gpkg --key adcode --table data.csv", *given])


def _column_options(analysis: Analysis) -> list[click.Parameter]:
    """Return an option for each field that names columns; none for a method of one column."""
    options: list[click.Parameter] = []
    for name in analysis.parameters.COLUMNS:
        field = analysis.parameters.model_fields[name]
        default = _shown_default(field)
        # A default of None, said aloud, would count as given.
        shown: dict[str, Any] = {} if default is None else {"default": default}
        options.append(
            click.Option(
                [f"--{_flag(name)}", name],
                required=field.is_required(),
                show_default=True,
                metavar=_metavar(field),
                shell_complete=table_columns,
                help=say(field.description or ""),
                **shown,
            )
        )
    return options


def _metavar(field: FieldInfo) -> str:
    if field.examples:
        return say("FORMULA")
    return say("COLUMN,…") if _is_list(field) else say("COLUMN")


def _sample(name: str, field: FieldInfo) -> str:
    """Return what might be given for a field of columns: its own example, or likely names."""
    if field.examples:
        return f'"{field.examples[0]}"'
    return "gdp,population" if _is_list(field) else LIKELY.get(name, name)


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _shown_default(field: FieldInfo) -> str | None:
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    return ",".join(default) or None if isinstance(default, (list, tuple)) else default


def _is_list(field: FieldInfo) -> bool:
    """Return whether a field holds several columns: a list, alone or among other types."""
    parts = [field.annotation, *get_args(field.annotation)]
    return any(get_origin(part) in (list, tuple) for part in parts)


def _columns(analysis: Analysis, options: dict[str, Any]) -> dict[str, str | list[str]]:
    """Return the columns given on the line, for each field that holds some."""
    if not analysis.parameters.COLUMNS:
        fields = analysis.parameters.model_fields
        return {"emission" if "emission" in fields else "variable": options["column"]}
    given: dict[str, str | list[str]] = {}
    for name in analysis.parameters.COLUMNS:
        value = options[name]
        if value and _is_list(analysis.parameters.model_fields[name]):
            given[name] = [part.strip() for part in value.split(",") if part.strip()]
        elif value:
            given[name] = value
    return given


def _method_options(analysis: Analysis) -> list[click.Parameter]:
    skipped = {
        *(SKIPPED | COMMON),
        *getattr(analysis.parameters, "VARIABLES", ()),
        *analysis.parameters.COLUMNS,
    }
    options: list[click.Parameter] = []
    for name, field in analysis.parameters.model_fields.items():
        written = name in analysis.parameters.WRITTEN
        kind = click.STRING if written else _click_type(field.annotation)
        kind = None if name in skipped else kind
        if kind is None:
            continue
        flag = f"--{_flag(name)}"
        help_ = say(field.description or "")
        if field.is_required():
            options.append(click.Option([flag], type=kind, required=True, help=help_))
        elif kind is click.BOOL:
            options.append(
                click.Option([f"{flag}/--no-{flag[2:]}"], default=field.default, help=help_)
            )
        else:
            rest: dict[str, Any] = {"default": field.get_default()}
            if field.is_required():
                rest = {"required": True}
            options.append(click.Option([flag], type=kind, show_default=True, help=help_, **rest))
    return options


def _click_type(annotation: Any) -> Any:
    """Return the click type of a simple field, or None for one that has no place on a line."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        if len(inner) == 1:
            return _click_type(inner[0])
        # A number or a word: the settings of the method tell which.
        return click.STRING if all(map(_click_type, inner)) else None
    if origin is Literal:
        return click.Choice([str(choice) for choice in get_args(annotation)])
    return {int: click.INT, float: click.FLOAT, str: click.STRING, bool: click.BOOL}.get(annotation)


def _run(analysis: Analysis, options: dict[str, Any]) -> None:
    from pydantic import ValidationError

    from spatialcarbon.core.errors import OptionError, SpatialCarbonError
    from spatialcarbon.studies.illustrative import tables_of

    form, out = options.pop("form"), options.pop("out")
    columns = _columns(analysis, options)
    fields = analysis.parameters.model_fields
    special = {*SKIPPED, *COMMON, *analysis.parameters.COLUMNS}
    own = [name for name in fields if name not in special]
    settings = {name: options[name] for name in own if options.get(name) is not None}
    settings.update(columns)
    if options["year"] and options["year"].isdecimal():
        year = int(options["year"])
        settings.update({"years": [year]} if "years" in fields else {})
        settings.update({"year": year} if "year" in fields else {})
    try:
        parameters = analysis.parameters.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        fault = first.get("ctx", {}).get("error")
        if isinstance(fault, SpatialCarbonError):
            raise fault from error
        raise OptionError(
            "--{option}: {reason}",
            option=str(first["loc"][0]).replace("_", "-"),
            reason=first["msg"],
        ) from error
    named = [name for field in columns for name in parameters.variables_in(field)]
    inputs = _inputs(options, list(dict.fromkeys(named)))
    for problem in analysis.check(parameters, inputs):
        raise OptionError("{problem}", problem=problem)
    result = analysis.run(parameters, inputs)
    done = Done(key=analysis.name, parameters=parameters, inputs=inputs, result=result)
    if out is not None and out.suffix.lower() in (".gpkg", ".shp", ".parquet"):
        write_layers(analysis, done, out)
    else:
        emit(tables_of(analysis, done), form, out)
    if form == "table":
        for finding in analysis.text(done):
            note("  " + finding.render(chosen_language()))
    language = chosen_language()
    remarks = [*inputs.map_notes_in(language), *inputs.panel.notes_in(language)]
    remarks += [said for item in done.results() for said in item.notes_in(language)]
    for remark in dict.fromkeys(remarks):
        note("  " + remark)


def _inputs(options: dict[str, Any], columns: list[str]) -> Inputs:
    from spatialcarbon.cli.sources import (
        Layout,
        group_map,
        invented,
        named_map,
        named_panel,
        named_weights,
    )
    from spatialcarbon.core.errors import some
    from spatialcarbon.studies.inputs import SHIPPED_MAPS, cluster_names, unit_names
    from spatialcarbon.studies.words import VARIABLES
    from spatialcarbon.weights.backbone import Backbone

    source = options["units"]
    layout = Layout(
        options["sheet"], options["header"] or None, options["skip"], options["dissolved"]
    )
    units = named_map(source, options["key"], options["layer"], options["crs"], options["clusters"])
    panel = named_panel(
        options["table"],
        units.index,
        place=options["table_key"] or options["key"],
        columns=columns,
        measures=options["measure"],
        year=options["year"],
        level=options["level"],
        covered=options["covered"],
        layout=layout,
    )
    if len(panel.units) < len(units):
        absent = units.index.difference(panel.units, sort=False)
        note(say("left out, not in the table: {places}", places=some(absent)))
        units = units.loc[panel.units]
    groups = group_map(options["groups"], units, shipped=source in SHIPPED_MAPS)
    return Inputs(
        units=units,
        names=unit_names(units, None),
        panel=panel,
        backbone=Backbone(units),
        weights={"weights": named_weights(options["weights"], units, options["transform"])}
        if "weights" in options
        else {},
        groups=groups,
        group_names=cluster_names(groups),
        seed=options["seed"],
        variable_names={name: VARIABLES[name] for name in columns if name in VARIABLES},
        illustrative=invented(options["table"], columns, layout),
    )


def write_layers(analysis: Analysis, done: Done, out: Path) -> None:
    """Write the map layers of an analysis as a GeoPackage, Shapefile or GeoParquet file."""
    from spatialcarbon.report.exports import write_layer_files
    from spatialcarbon.report.geopackage import write_geopackage
    from spatialcarbon.studies.illustrative import layers_of
    from spatialcarbon.studies.mapfiles import history_lines, map_crs
    from spatialcarbon.studies.maplayers import localised
    from spatialcarbon.studies.publish import write_files

    language, groups = chosen_language(), done.inputs.group_names
    layers = [localised(layer, language, groups) for layer in layers_of(analysis, done)]
    if not layers:
        raise click.UsageError(
            say("{method} has no map layer; use --out results.csv", method=analysis.name)
        )
    written: list[Path] = [out]
    remarks: list[Text] = []
    history = history_lines(f"spatialcarbon {analysis.name}", done.inputs.seed, (), language)

    def write(folder: Path) -> None:
        paths, said = write_layer_files(folder / out.name, layers, language=language)
        written[:] = [out.with_name(path.name) for path in paths]
        remarks.extend(said)

    if out.suffix.lower() != ".gpkg":
        write_files(out, write)
    else:
        write_files(
            out,
            lambda folder: write_geopackage(
                folder / out.name,
                layers,
                language=language,
                history=history,
                project_title=analysis.title.render(language),
                crs=map_crs(done.inputs),
                credits=[" · ".join(history)],
            ),
        )
    for remark in remarks:
        note(remark)
    for path in written:
        note(say("written: {path}", path=path))
