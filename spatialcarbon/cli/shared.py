"""What all commands share: language, messages, output formats."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from spatialcarbon.cli.terminal import colours, columns, wrapped
from spatialcarbon.core.language import Language, Text, detect_language, translate
from spatialcarbon.core.printable import json_text, printable

if TYPE_CHECKING:
    from spatialcarbon.report.tables import Table

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("table", "csv", "json")

_line: ContextVar[Sequence[str] | None] = ContextVar("line", default=None)


@contextmanager
def command_line(words: Sequence[str]) -> Iterator[None]:
    """Let these be the words of the command line, whatever the process was started with."""
    before = _line.set(words)
    try:
        yield
    finally:
        _line.reset(before)


def given_words() -> list[str]:
    """Return the words of the command line."""
    words = _line.get()
    return list(sys.argv[1:] if words is None else words)


def chosen_language(arguments: Sequence[str] | None = None) -> Language:
    """Return the language of the command line: ``--lang``, else the environment's."""
    listed = given_words() if arguments is None else list(arguments)
    for at, word in enumerate(listed):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang" and at + 1 < len(listed):
            value = listed[at + 1]
        if value in ("en", "zh"):
            return "zh" if value == "zh" else "en"
    return detect_language()


def say(template: str, **params: Any) -> str:
    """Return a sentence in the language of the command line."""
    return translate(template, chosen_language(), **params)


def common_options(command: F) -> F:
    """Add the options that every command has."""
    command = click.option(
        "--lang", type=click.Choice(["en", "zh"]), expose_value=False, help=say("Language.")
    )(command)
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        help=say("Show the traceback of an error."),
    )(command)


def json_option(command: F) -> F:
    """Add ``--json``, which the command takes as ``as_json``; print with :func:`emit_json`."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        help=say("Print JSON and nothing else, for other programs."),
    )(command)


def emit_json(content: Mapping[str, Any]) -> None:
    """Print one JSON object: what a command has to say to another program."""
    click.echo(json_text(content, indent=1))


def output_options(command: F) -> F:
    """Add ``--format``, ``--json`` as short for one of them, and ``--out``.

    The command takes ``form`` and ``out``. Where JSON was asked for and a file is
    written, standard output has the name of the file.
    """

    @wraps(command)
    def run(*arguments: Any, as_json: bool, **options: Any) -> Any:
        context = click.get_current_context()
        if as_json:
            given = context.get_parameter_source("form") is ParameterSource.COMMANDLINE
            if given and options["form"] != "json":
                raise click.UsageError(
                    say("--json and --format {form} contradict each other", form=options["form"])
                )
            options["form"] = "json"
        status = command(*arguments, **options)
        if options["form"] == "json" and options["out"] is not None:
            emit_json({"written": [str(options["out"])]})
        return status

    return _output_options(json_option(run))  # type: ignore[return-value]


def _output_options(command: F) -> F:
    command = click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help=say("How results are printed."),
    )(command)
    return click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        help=say("Write to a file instead; its ending decides the kind."),
    )(command)


def note(message: str | Text) -> None:
    """Print a remark to standard error, where it does not disturb results in a pipe.

    On a terminal its lines are broken where they end, with the indent it came with.
    """
    words = message.render(chosen_language()) if isinstance(message, Text) else message
    click.echo(fitted(words), err=True, color=colours(sys.stderr))


def fitted(words: str) -> str:
    """Return a message for standard error: nothing that rules a terminal, wrapped on one."""
    words = printable(words)
    if not sys.stderr.isatty():
        return words
    width, lines = columns(), []
    for line in words.split("\n"):
        plain = line.lstrip(" ")
        indent = line[: len(line) - len(plain)]
        lines.append(wrapped(plain, width, first=indent, rest=indent + "  ") if plain else "")
    return "\n".join(lines)


def emit(tables: Sequence[Table], form: str, out: Path | None) -> None:
    """Print tables, or write them to a file.

    Several tables are one after the other on a terminal, an object of lists as
    JSON, and stacked under a column ``table`` as CSV: nothing is left out, and
    what is printed can be read back as one piece.
    """
    from spatialcarbon.report.tables import to_csv_bytes
    from spatialcarbon.report.workbook import write_workbook
    from spatialcarbon.studies.publish import write_file

    language = chosen_language()
    if out is None:
        _print(tables, form, language)
        return
    kind = out.suffix.lower()
    if kind == ".xlsx":
        write_file(out, lambda path: write_workbook(path, tables, language))
    elif kind == ".json":
        write_file(out, lambda path: path.write_text(to_json(tables) + "\n", encoding="utf-8"))
    elif kind == ".csv":
        write_file(out, lambda path: path.write_bytes(to_csv_bytes(stacked(tables))))
    else:
        raise click.UsageError(
            say(
                "--out must end in .csv, .json or .xlsx, or for maps in .gpkg, .shp or .parquet, "
                "not {kind!r}",
                kind=kind,
            )
        )
    note(say("written: {path}", path=out))


def _print(tables: Sequence[Table], form: str, language: Language) -> None:
    if form == "json":
        click.echo(to_json(tables))
    elif form == "csv":
        from spatialcarbon.report.tables import to_csv_bytes

        # No byte-order mark in a pipe: the next program would take it for data.
        printed = to_csv_bytes(stacked(tables)).decode("utf-8-sig").replace("\r\n", "\n")
        click.echo(printed, nl=False)
    else:
        from rich.console import Console

        from spatialcarbon.report.tables import to_terminal

        # Rich knows NO_COLOR and FORCE_COLOR; a pipe has no width, so tables get room.
        console = Console(width=None if sys.stdout.isatty() else 160)
        for table in tables:
            shown = to_terminal(table, language)
            for column in shown.columns:  # a heading is broken sooner than cut short
                column.overflow = "fold"
            console.print(shown)


def stacked(tables: Sequence[Table]) -> Table:
    """Return several tables as one, with a first column that names the table of each row."""
    if len(tables) == 1:
        return tables[0]
    import pandas as pd

    frames = [table.frame.astype(object).assign(table=table.name) for table in tables]
    frame = pd.concat(frames, ignore_index=True)
    frame.insert(0, "table", frame.pop("table"))
    return replace(tables[0], frame=frame, shown=(), shown_rows=None)


def to_json(tables: Sequence[Table]) -> str:
    """Return the rows of a table as JSON, or those of several by name; missing becomes null."""
    rows = {
        table.name: [
            {str(key): _json_value(value) for key, value in row.items()}
            for row in table.frame.to_dict("records")
        ]
        for table in tables
    }
    content = rows if len(tables) > 1 else rows[tables[0].name]
    return json_text(content, indent=1)


def _json_value(value: Any) -> Any:
    if isinstance(value, Text):
        return value.render(chosen_language())
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
