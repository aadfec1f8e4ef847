"""Entry point: finds the command, and turns errors into sentences and exit statuses.

0 done, 1 a fault of ours, 2 wrong input or use, 130 interrupted.
"""

from __future__ import annotations

import ast
import io
import os
import pkgutil
import sys
import traceback
import warnings
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import click

from spatialcarbon._version import __version__
from spatialcarbon.cli.click_words import translate_click
from spatialcarbon.cli.examples import PROGRAM, VARIABLE
from spatialcarbon.cli.interrupt import interruptions
from spatialcarbon.cli.pages import PageContext, Summary, page
from spatialcarbon.cli.sections import grouped, meant
from spatialcarbon.cli.shared import chosen_language, command_line, fitted, note, say
from spatialcarbon.cli.terminal import colours
from spatialcarbon.core.errors import (
    MemoryShortageError,
    OptionError,
    SpatialCarbonError,
    SpatialCarbonWarning,
)
from spatialcarbon.core.language import Text

if TYPE_CHECKING:
    from importlib.abc import InspectLoader

COMMANDS = {
    # command: (module, one line for the list)
    "init": ("init", "Write a commented study file to start from."),
    "check": ("check", "Check a study file and its data without running it."),
    "run": ("study", "Run a study file: tables, figures, maps, report."),
    "verify": ("study", "Repeat the run behind a folder of results and compare."),
    "demo": ("study", "Run the study of the five city clusters that ships."),
    "tables": ("lookup", "List the shipped tables, or print one."),
    "units": ("lookup", "List or export the shipped map units."),
    "weights": ("weights", "Build spatial weights for a map and describe or save them."),
    "landcover": ("landcover", "Measure what land turned into what between rasters."),
    "scenario": ("scenario", "Project emissions under scenarios, and find their peak years."),
    "transfers": ("transfers", "Say whose demand causes whose emissions, from a table."),
    "qgis": ("qgis", "Put the algorithms for QGIS into its profile, or take them out."),
    "doctor": ("doctor", "Check this computer: versions, extras, fonts, GDAL, QGIS, speed."),
    "completion": ("completion", "Let the shell complete commands, options, tables and columns."),
    "cite": ("cite", "Say what to cite: the package, or all that a folder of results rests on."),
    "replicate": ("replicate", "Set every printed number of the five studies beside ours."),
}


def one_offs() -> dict[str, str]:
    """Return the registered methods that are commands, with one line each.

    The files are parsed, not imported: listing commands must not load pandas.
    """
    package = import_module("spatialcarbon.studies.analyses")
    return _one_offs_in(package.__name__, tuple(package.__path__))


@cache
def _one_offs_in(package: str, folders: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(folders)):
        spec = None if name.startswith("_") else find_spec(f"{package}.{name}")
        if spec is None:
            continue
        tree = ast.parse(cast("InspectLoader", spec.loader).get_source(spec.name) or "")
        flags = {
            node.targets[0].id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        }
        if flags.get("ONE_OFF", True):
            found[name] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    context_class = PageContext

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return [*COMMANDS, *one_offs()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command, whose help is a page."""
        command: click.Command
        if cmd_name in COMMANDS:
            module = import_module(f"spatialcarbon.cli.{COMMANDS[cmd_name][0]}")
            command = getattr(module, f"{cmd_name}_command")
        elif cmd_name in one_offs():
            command = import_module("spatialcarbon.cli.oneoff").build_command(cmd_name)
        else:
            return None
        command.context_class = PageContext
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a line; for one that is not there, name those meant."""
        name = args[0]
        if name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        close = " · ".join(f"{PROGRAM} {found}" for found in meant(name, self.list_commands(ctx)))
        raise OptionError(
            "there is no command {name!r}",
            fix="{close}" if close else "{program} --help lists all of them",
            name=name,
            close=close,
            program=PROGRAM,
        )

    def get_help(self, ctx: click.Context) -> str:
        """Return the page of the program."""
        return page(ctx, self.summaries())

    def summaries(self) -> list[Summary]:
        """Return every command with one line, under the questions, without importing any."""
        lines = {name: say(line) for name, (_, line) in COMMANDS.items()}
        lines |= {name: say(line) for name, line in one_offs().items()}
        return [(title, [(name, lines[name]) for name in names]) for title, names in grouped(lines)]


def build() -> click.Group:
    """Return the top-level command in the language of the command line."""
    translate_click()

    @click.group(
        cls=LazyGroup,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=say("Spatial statistics of carbon in city clusters."),
    )
    @click.version_option(__version__, prog_name=PROGRAM)
    @click.option(
        "--lang", type=click.Choice(["en", "zh"]), expose_value=False, help=say("Language.")
    )
    @click.option(
        "--debug", is_flag=True, expose_value=False, help=say("Show the traceback of an error.")
    )
    def command() -> None:
        pass

    return command


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    words = sys.argv[1:] if arguments is None else arguments
    _prepare_streams()
    with command_line(words):
        sys.exit(_status(words or ["--help"]))


def _status(words: list[str]) -> int:
    """Run the command and return its exit status, once everything has been said."""
    debug = "--debug" in words
    try:
        with interruptions(), warnings.catch_warnings():
            # What our own code warns of is for the user; what libraries say, for developers.
            warnings.simplefilter("default" if debug else "ignore")
            warnings.simplefilter("always", SpatialCarbonWarning)
            warnings.showwarning = _remark
            status = _run(words)
            # A reader that left is noticed here, not while the interpreter shuts down.
            sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except SpatialCarbonError as error:
        _complain(say("Error"), error.render(chosen_language()), debug)
        return 2
    except click.ClickException as error:
        _complain(say("Error"), _misused(error), debug)
        return 2
    except MemoryError as error:
        short = MemoryShortageError.while_doing(Text(PROGRAM), error)
        _complain(say("Error"), short.render(chosen_language()), debug)
        return 2
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo(say("\nInterrupted. Nothing was changed."), err=True)
        return 130
    except BrokenPipeError:
        # The reader of a pipe left: point standard output away so that the
        # interpreter does not complain while shutting down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        reason = say(
            "This is a fault of the program, not of your input: {kind}: {error}\n"
            "  fix: run it again with --debug and report the traceback",
            kind=type(error).__name__,
            error=error,
        )
        _complain(say("Fault"), reason, debug)
        return 1


def _run(words: list[str]) -> object:
    """Run the command in a context of our own: click's would take a closed pipe for a fault."""
    group = build()
    if VARIABLE in os.environ:  # a shell asks what may follow; answering ends the process
        group.main(words, prog_name=PROGRAM, complete_var=VARIABLE)
    try:
        with group.make_context(PROGRAM, list(words)) as context:
            return group.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code


def _misused(error: click.ClickException) -> str:
    """Return what click complains of, in the form of our own errors."""
    lines = [error.format_message()]
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        lines.append("  " + say("fix: {text}", text=f"{context.command_path} --help"))
    return "\n".join(lines)


def _prepare_streams() -> None:
    """Let Chinese through where the system's own encoding could not write it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            piped = not stream.isatty()
            stream.reconfigure(encoding="utf-8" if piped else None, errors="replace")


def _remark(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    if isinstance(message, SpatialCarbonWarning):
        note("  " + message.render(chosen_language()))
    else:
        note(f"  {category.__name__}: {message}")


def _complain(title: str, message: str, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    colon = "：" if chosen_language() == "zh" else ": "
    said = fitted(title + colon + message)
    styled = click.style(title + colon, fg="red", bold=True) + said[len(title + colon) :]
    click.echo(styled, err=True, color=colours(sys.stderr))
