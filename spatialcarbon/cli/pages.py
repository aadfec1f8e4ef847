"""The help of a command as one page: purpose, examples, options by subject, how to read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import click

from spatialcarbon.cli.examples import PROGRAM, examples_of
from spatialcarbon.cli.shared import chosen_language, say
from spatialcarbon.cli.terminal import columns, padded, width_of, wrapped

DOCUMENTATION = "docs/howto/command_line.md"
LEFT = 30
"""Columns for the names of options, at most."""

SUBJECTS = {
    # heading: options that belong under it, by their names in Python
    "Map": ("units", "key", "layer", "crs", "clusters"),
    "Table": (
        *("table", "table_key", "column", "measure", "year", "level", "groups"),
        *("sheet", "header", "skip", "dissolved", "covered"),
    ),
    "Weights": ("weights", "transform"),
    "Output": ("out", "form", "as_json", "overwrite", "quiet"),
    "General": ("seed", "lang", "debug", "version", "help"),
}


STATUSES = (
    ("0", "Done."),
    ("1", "A fault of the program, or a check that failed."),
    ("2", "Wrong input or use; nothing was written."),
    ("130", "Interrupted with Ctrl-C; nothing was changed."),
)

Summary = tuple[str, list[tuple[str, str]]]
"""A question, and the commands that answer it, each with one line."""

# fmt: off
PLACEHOLDERS = (
    "STUDY", "FOLDER", "NAME", "RASTERS", "TABLE", "TABLES", "FILES",
    "CODES", "YEARS", "NAME=HEADER", "NAME=UNIT",
)
# fmt: on
"""What stands for a value where its command has not said it in the reader's language."""


class MethodCommand(click.Command):
    """The command of a registered method.

    Parameters
    ----------
    own : str
        Words of an example line on a map and a table of the user's own.
    reading : str
        How to read what the command prints.
    columns : sequence of str
        Names of options that name columns.
    """

    def __init__(
        self,
        name: str,
        *,
        own: str,
        reading: str,
        columns: Sequence[str],
        callback: object,
        help: str,
        params: list[click.Parameter],
    ) -> None:
        super().__init__(name, callback=callback, help=help, params=params)  # type: ignore[arg-type]
        self.own = own
        self.reading = reading
        self.columns = tuple(columns)


class PageContext(click.Context):
    """A context whose help is a page of ours."""

    def get_help(self) -> str:
        """Return the page; a group makes its own, for it knows its commands."""
        grouped = isinstance(self.command, click.Group)
        return self.command.get_help(self) if grouped else page(self)


def page(context: click.Context, summaries: Sequence[Summary] = ()) -> str:
    """Return the help of a command, or of the program with its commands by question."""
    command = context.command
    parts = [say("Usage: ") + usage(context), *_prose(command.help or "")]
    own = command.own if isinstance(command, MethodCommand) else None
    lines = examples_of(command.name or "", own)
    parts += [_titled(title, rows(listed)) for title, listed in summaries]
    if lines:
        parts.append(_titled(say("Examples"), _examples(lines)))
    parts += _options(context)
    if isinstance(command, MethodCommand):
        parts.append(_titled(say("How to read it"), [_indented(command.reading)]))
    parts += _prose(command.epilog or "")
    if summaries:
        parts.append(
            _titled(say("Exit status"), rows([(number, say(words)) for number, words in STATUSES]))
        )
    parts.append(_footer(command))
    return "\n\n".join(part.rstrip() for part in parts)


def usage(context: click.Context) -> str:
    """Return how the command is called, in one line."""
    words = [context.command_path]
    if isinstance(context.command, click.Group):
        words.append(say("COMMAND"))
    for parameter in context.command.params:
        if isinstance(parameter, click.Argument):
            shown = _metavar(parameter)
            shown = f"{shown} …" if parameter.nargs != 1 else shown
            words.append(shown if parameter.required else f"[{shown}]")
    return " ".join([*words, say("[OPTIONS]")])


def _footer(command: click.Command) -> str:
    if isinstance(command, click.Group):
        told = say(
            "Options, examples and how to read a result: {program} COMMAND --help. More: {page}.",
            program=PROGRAM,
            page=DOCUMENTATION,
        )
    else:
        told = say(
            "All commands and exit statuses: {program} --help. More: {page}.",
            program=PROGRAM,
            page=DOCUMENTATION,
        )
    if isinstance(command, MethodCommand):
        step = say('In a study file: method = "{name}".', name=command.name)
        told = step + ("" if chosen_language() == "zh" else " ") + told
    return wrapped(told, columns())


def _titled(title: str, lines: Iterable[str]) -> str:
    heading = title if title.endswith(("?", "？")) else say("{title}:", title=title)
    return "\n".join([click.style(heading, bold=True), *lines])


def _indented(words: str, indent: str = "  ") -> str:
    return wrapped(words, columns(), first=indent, rest=indent)


def _prose(words: str) -> list[str]:
    """Return the paragraphs of a text; one that click was told to leave alone keeps its lines."""
    parts = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\x08)", words.strip()):
        if paragraph.startswith("\x08"):
            parts.append("\n".join("  " + line for line in paragraph.splitlines()[1:]))
        elif paragraph.strip():
            parts.append(_indented(" ".join(paragraph.split())))
    return parts


def _examples(lines: Sequence[tuple[str, str]]) -> list[str]:
    shown = []
    for caption, line in lines:
        shown.append("  " + click.style(f"# {caption}", dim=True))
        shown.append(_continued(line))
    return shown


def _continued(line: str) -> str:
    """Return a command line over several lines, each but the last with a backslash."""
    parts = re.findall(r'--[\w-]+(?: (?!--)(?:"[^"]*"|\S+))?|"[^"]*"|\S+', line)
    lines = [""]
    for part in parts:
        if lines[-1] and width_of(f"{lines[-1]} {part}") > columns() - 8:
            lines.append("")
        lines[-1] = f"{lines[-1]} {part}".strip()
    return " \\\n".join(("  " if at == 0 else "      ") + part for at, part in enumerate(lines))


def _options(context: click.Context) -> list[str]:
    """Return the options, under a heading for each subject."""
    command = context.command
    own = command.columns if isinstance(command, MethodCommand) else ()
    listed = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    placed: dict[str, list[click.Option]] = {say("Options"): []}
    names: dict[str, str] = {}
    for title, members in SUBJECTS.items():
        heading = say(title)
        names |= dict.fromkeys(members, heading)
        placed[heading] = []
    names |= dict.fromkeys(own, say("Table"))
    if not own and "table" not in {option.name for option in listed}:
        # A command without a table of its own has few options: only what all have is set apart.
        every = {*SUBJECTS["Output"], *SUBJECTS["General"]}
        names = {name: heading for name, heading in names.items() if name in every}
    for option in listed:
        if not option.hidden:
            name = "help" if "--help" in option.opts else option.name or ""
            placed[names.get(name, say("Options"))].append(option)
    order = [say("Map"), say("Table"), say("Weights"), say("Options"), say("Output")]
    order.append(say("General"))
    records = {
        heading: [_record(option, context) for option in placed[heading]]
        for heading in order
        if placed[heading]
    }
    at = _left(name for pairs in records.values() for name, _ in pairs)
    return [_titled(heading, rows(pairs, at)) for heading, pairs in records.items()]


def _left(names: Iterable[str]) -> int:
    """Return where the right column begins: beside the longest name that is not too long."""
    return max((width_of(name) for name in names if width_of(name) <= LEFT - 4), default=0) + 4


def rows(pairs: Sequence[tuple[str, str]], at: int | None = None) -> list[str]:
    """Return pairs in two columns; what is too long for the left one stands above its right."""
    at = _left(name for name, _ in pairs) if at is None else at
    lines = []
    for name, words in pairs:
        lead = padded(f"  {name}", at)
        if not words or width_of(name) + 4 > at:
            lines.append(f"  {name}")
            lead = " " * at
        if words:
            lines.append(wrapped(words, columns(), first=lead, rest=" " * at))
    return lines


def _record(option: click.Option, context: click.Context) -> tuple[str, str]:
    """Return the names of an option with what it takes, and what it is for."""
    record = option.get_help_record(context)
    names = ", ".join(sorted(option.opts, key=len))
    if option.secondary_opts:
        names = f"{names} / {', '.join(option.secondary_opts)}"
    if not option.is_flag and not option.count:
        names = f"{names} {_metavar(option)}"
    return names, _explained(record[1] if record else "")


def _explained(words: str) -> str:
    """Return what an option is for, with the default and the range that click adds behind it."""
    said, bracket, extra = words.rpartition("[")
    if not bracket or not words.endswith("]"):
        return words
    mark = "；" if chosen_language() == "zh" else "; "
    return say("{words} [{extra}]", words=said.rstrip(), extra=extra[:-1].replace("; ", mark))


def _metavar(parameter: click.Parameter) -> str:
    """Return what stands for a value, in the reader's language."""
    if isinstance(parameter.type, click.Choice):
        return "|".join(map(str, parameter.type.choices))
    named = parameter.metavar
    if isinstance(parameter, click.Argument):
        named = named or (parameter.name or "").upper()
    if named:
        return {name: say(name) for name in PLACEHOLDERS}.get(named, named)
    kind = parameter.type
    if isinstance(kind, click.Path):
        return say("FILE") if not kind.dir_okay else say("PATH")
    if kind.name.startswith("integer"):
        return "N"
    if kind.name.startswith("float"):
        return say("NUMBER")
    return say("TEXT")
