"""check: everything that can be said of a study before it runs, on one page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spatialcarbon.cli.complete import study_files
from spatialcarbon.cli.shared import chosen_language, common_options, emit_json, json_option, say
from spatialcarbon.cli.terminal import padded, width_of, wrapped

if TYPE_CHECKING:
    from rich.console import Console

    from spatialcarbon.core.language import Language
    from spatialcarbon.studies.checkup import Checkup
    from spatialcarbon.studies.findings import Finding


MAX_FINE = 16
"""How many things in order a page names; rows of totals alone can be dozens."""


@click.command("check", help=say("Check a study file and its data without running it."))
@click.argument("study", type=click.Path(path_type=Path), shell_complete=study_files)
@json_option
@common_options
def check_command(study: Path, as_json: bool) -> int:
    """Look through a study."""
    from spatialcarbon.studies.checkup import check_up

    found = check_up(study)
    if as_json:
        emit_json(found.to_dict(chosen_language()))
    else:
        from rich.console import Console

        width = None if sys.stdout.isatty() else 100
        show(
            found, study, Console(width=width, highlight=False, soft_wrap=False), chosen_language()
        )
    return 0 if found.can_run else 2


def show(found: Checkup, path: Path, console: Console, language: Language) -> None:
    """Print the page: mistakes first, then what is worth a look, then what is in order."""
    errors, warnings, fine = (found.of(level) for level in ("error", "warning", "fine"))
    _verdict(found, path, console)
    for title, listed, colour, mark in (
        (say("Mistakes to correct: {n}", n=len(errors)), errors, "red", "✗"),
        (say("Worth a look: {n}", n=len(warnings)), warnings, "yellow", "!"),
        (say("In order"), fine, "green", "✓"),
    ):
        if listed:
            console.print(f"\n[bold {colour}]{title}[/]")
            _findings(listed, mark, colour, console, language)
    if found.plan:
        _plan(found, console, language)


def _verdict(found: Checkup, path: Path, console: Console) -> None:
    from rich.text import Text

    if found.can_run:
        words = say(
            "{path} is in order: {n} units, {groups} groups, variables {variables}",
            path=path,
            n=found.facts["n"],
            groups=found.facts["groups"],
            variables=found.facts["variables"],
        )
        console.print(Text(words, style="bold green"), soft_wrap=not console.is_terminal)
    else:
        words = say("{path} cannot run yet", path=path)
        console.print(Text(words, style="bold red"))


def _findings(
    listed: list[Finding], mark: str, colour: str, console: Console, language: Language
) -> None:
    from rich.text import Text

    from spatialcarbon.studies.findings import TOPICS

    hidden = len(listed) - MAX_FINE if listed[0].level == "fine" else 0
    if hidden > 1:
        listed = [*listed[: MAX_FINE // 2], *listed[-MAX_FINE // 2 :]]
    topics = [TOPICS[part.topic].render(language) for part in listed]
    wide = max(width_of(topic) for topic in topics) + 2
    before = ""
    for topic, part in zip(topics, listed, strict=True):
        room = max(console.width - wide - 3, 30)
        paragraphs = part.render(language).split("\n")
        body = "\n".join(
            wrapped(words.strip(), room, first=indent, rest=indent)
            for words in paragraphs
            for indent in (words[: len(words) - len(words.lstrip())],)
        ).replace("\n", "\n" + " " * (wide + 3))
        line = Text()
        line.append(f" {mark} ", style=colour)
        line.append(padded("" if topic == before else topic, wide), style="dim")
        line.append(body)
        console.print(line, soft_wrap=True)
        before = topic
    if hidden > 1:
        console.print(Text(f"   {say('… and {n} more: --json lists them', n=hidden)}", style="dim"))


def _plan(found: Checkup, console: Console, language: Language) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if not found.can_run:
        return
    console.print()
    console.print(
        Text(say("What a run will do, in about {n} s", n=_rounded(found.seconds)), style="bold")
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for heading in (say("Analysis"), say("Question"), say("Variables"), say("Years")):
        table.add_column(heading, overflow="fold")
    for part in found.plan:
        cells = (
            part.key,
            part.title.render(language),
            ", ".join(part.variables),
            part.years or "–",
        )
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    folder = found.directory.name if found.directory else ""
    console.print(
        Text(say("It writes into {folder}: {files}", folder=folder, files=", ".join(found.outputs)))
    )


def _rounded(seconds: float) -> int:
    """Return an estimate as one would say it: to 5 s, above a minute to 30 s."""
    step = 5 if seconds < 60 else 30
    return max(step, round(seconds / step) * step)
