"""The command that prints what a shell needs to complete lines of this program."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from spatialcarbon.cli.examples import PROGRAM, VARIABLE
from spatialcarbon.cli.shared import common_options, say

SHELLS = tuple(
    shell
    for shell in ("bash", "zsh", "fish", "powershell")
    if get_completion_class(shell) is not None
)


@click.command(
    "completion",
    help=say("Print the script that lets a shell complete lines of this program."),
)
@click.argument("shell", type=click.Choice(SHELLS))
@common_options
def completion_command(shell: str) -> None:
    """Print the script; the shell runs it, or reads it from a file."""
    kind = get_completion_class(shell)
    assert kind is not None
    asker = kind(click.Command(PROGRAM), {}, PROGRAM, VARIABLE)
    # Not asker.source(), which for bash starts a process to ask for its version.
    click.echo(asker.source_template % asker.source_vars(), nl=False)
