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
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import click

from spatialcarbon._version import __version__
from spatialcarbon.cli.click_words import translate_click
from spatialcarbon.cli.interrupt import interruptions
from spatialcarbon.cli.shared import chosen_language, say
from spatialcarbon.core.errors import SpatialCarbonError, SpatialCarbonWarning

if TYPE_CHECKING:
    from importlib.abc import InspectLoader

COMMANDS = {
    # command: (module, one line for the list)
    "init": ("study", "Write a commented study file to start from."),
    "check": ("study", "Check a study file and its data without running it."),
    "run": ("study", "Run a study file: tables, figures, maps, report."),
    "verify": ("study", "Repeat the run behind a folder of results and compare."),
    "demo": ("study", "Run the study of the five city clusters that ships."),
    "tables": ("lookup", "List the shipped tables, or print one."),
    "units": ("lookup", "List or export the shipped map units."),
    "weights": ("weights", "Build spatial weights for a map and describe or save them."),
    "landcover": ("landcover", "Measure what land turned into what between rasters."),
    "scenario": ("scenario", "Project emissions under scenarios, and find their peak years."),
    "transfers": ("transfers", "Say whose demand causes whose emissions, from a table."),
}


def one_offs() -> dict[str, str]:
    """Return the registered methods that are commands, with one line each.

    The files are parsed, not imported: listing commands must not load pandas.
    """
    found = {}
    package = import_module("spatialcarbon.studies.analyses")
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        spec = None if name.startswith("_") else find_spec(f"{package.__name__}.{name}")
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

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return [*COMMANDS, *one_offs()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command."""
        if cmd_name in COMMANDS:
            module = import_module(f"spatialcarbon.cli.{COMMANDS[cmd_name][0]}")
            command: click.Command = getattr(module, f"{cmd_name}_command")
            return command
        if cmd_name in one_offs():
            return import_module("spatialcarbon.cli.oneoff").build_command(cmd_name)  # type: ignore[no-any-return]
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        listed = [(name, say(line)) for name, (_, line) in COMMANDS.items()]
        methods = [(name, say(line)) for name, line in one_offs().items()]
        for title, rows in (("Commands", listed), ("Methods", methods)):
            with formatter.section(say(title)):
                formatter.write_dl(rows)


def build() -> click.Group:
    """Return the top-level command in the language of the command line."""
    translate_click()

    @click.group(
        cls=LazyGroup,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help=say("Spatial statistics of carbon in city clusters."),
        epilog=say("Example: spatialcarbon run study.toml --out results"),
    )
    @click.version_option(__version__, prog_name="spatialcarbon")
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
    debug = "--debug" in words
    _prepare_streams()
    try:
        with interruptions(), warnings.catch_warnings():
            # What our own code warns of is for the user; what libraries say, for developers.
            warnings.simplefilter("default" if debug else "ignore")
            warnings.simplefilter("always", SpatialCarbonWarning)
            warnings.showwarning = _remark
            status = build().main(words, prog_name="spatialcarbon", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except SpatialCarbonError as error:
        _complain(say("Error"), error.render(chosen_language()), debug)
        sys.exit(2)
    except click.exceptions.Abort:
        click.echo(say("\nInterrupted. Nothing was changed."), err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo(say("\nInterrupted. Nothing was changed."), err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe left: point standard output away so that the
        # interpreter does not complain while shutting down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        reason = say(
            "This is a fault of the program, not of your input: {kind}: {error}\n"
            "  fix: run it again with --debug and report the traceback",
            kind=type(error).__name__,
            error=error,
        )
        _complain(say("Fault"), reason, debug)
        sys.exit(1)


def _prepare_streams() -> None:
    """Let Chinese through where the system's own encoding could not write it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            piped = not stream.isatty()
            stream.reconfigure(encoding="utf-8" if piped else None, errors="replace")


def _remark(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    if isinstance(message, SpatialCarbonWarning):
        click.echo("  " + message.render(chosen_language()), err=True)
    else:
        click.echo(f"  {category.__name__}: {message}", err=True)


def _complain(title: str, message: str, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    colon = "：" if chosen_language() == "zh" else ": "
    click.echo(click.style(title + colon, fg="red", bold=True) + message, err=True)
