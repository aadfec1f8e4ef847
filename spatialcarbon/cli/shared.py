"""What all commands share: language, messages, output formats."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from spatialcarbon.core.language import Language, Text, detect_language, translate

if TYPE_CHECKING:
    from spatialcarbon.report.tables import Table

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("table", "csv", "json")


def chosen_language(arguments: Sequence[str] | None = None) -> Language:
    """Return the language of the command line: ``--lang``, else the environment's."""
    listed = list(sys.argv[1:] if arguments is None else arguments)
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


def output_options(command: F) -> F:
    """Add ``--format`` and ``--out``."""
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
    """Print a remark to standard error, where it does not disturb results in a pipe."""
    words = message.render(chosen_language()) if isinstance(message, Text) else message
    click.echo(words, err=True)


def emit(tables: Sequence[Table], form: str, out: Path | None) -> None:
    """Print tables, or write them to a file.

    Several tables are one after the other on a terminal, an object of lists as
    JSON, and stacked under a column ``table`` as CSV: nothing is left out, and
    what is printed can be read back as one piece.
    """
    from spatialcarbon.report.tables import to_csv_bytes, write_workbook
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
            say("--out must end in .csv, .json or .xlsx, not {kind!r}", kind=kind)
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

        console = Console(width=None if sys.stdout.isatty() else 160)
        for table in tables:
            console.print(to_terminal(table, language))


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
    return json.dumps(content, ensure_ascii=False, indent=1)


def _json_value(value: Any) -> Any:
    if isinstance(value, Text):
        return value.render(chosen_language())
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
