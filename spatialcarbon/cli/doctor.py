"""The command that looks at the computer: what is there, what is missing, what to do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from spatialcarbon.cli.shared import chosen_language, common_options, emit_json, json_option, say
from spatialcarbon.cli.terminal import colours, columns, padded, width_of, wrapped

if TYPE_CHECKING:
    from spatialcarbon.cli.checkup import Finding

STATES = {"ok": "ok", "missing": "missing", "broken": "broken"}
COLOURS = {"ok": "green", "missing": "yellow", "broken": "red"}


@click.command(
    "doctor", help=say("Check this computer: what is there, what is missing, and what to do.")
)
@json_option
@common_options
def doctor_command(as_json: bool) -> int:
    """Look at everything; the status is 1 only where something needed does not work."""
    from spatialcarbon.cli.checkup import findings

    found = []
    for finding in findings():
        found.append(finding)
        if not as_json:
            _show(finding)
    broken = [finding for finding in found if finding.state == "broken"]
    if as_json:
        emit_json({"ok": not broken, "checks": [_plain(finding) for finding in found]})
    else:
        click.echo(_verdict(found, len(broken)))
    return 1 if broken else 0


def _plain(finding: Finding) -> dict[str, str | None]:
    language = chosen_language()
    return {
        "name": finding.name,
        "status": finding.state,
        "detail": finding.detail.render(language),
        "fix": None if finding.fix is None else finding.fix.render(language),
    }


def _show(finding: Finding) -> None:
    """Print one finding when it is made: some take seconds."""
    language, words = chosen_language(), {state: say(word) for state, word in STATES.items()}
    state = padded(words[finding.state], max(map(width_of, words.values())))
    title = padded(finding.title.render(language), 11)
    at = width_of(state) + 15
    detail = wrapped(finding.detail.render(language), columns(), first=" " * at, rest=" " * at)
    coloured = click.style(state, fg=COLOURS[finding.state])
    lines = [f"  {coloured}  {title}{detail[at:]}"]
    if finding.fix is not None:
        fix = say("fix: {text}", text=finding.fix.render(language))
        lines.append(wrapped(fix, columns(), first=" " * at, rest=" " * (at + 2)))
    click.echo("\n".join(lines), color=colours(sys.stdout))


def _verdict(found: Sequence[Finding], broken: int) -> str:
    missing = sum(finding.state == "missing" for finding in found)
    if broken:
        return say("Broken: {n}. Mend that first; everything else can wait.", n=broken)
    if missing:
        return say("All that is needed works; optional things missing: {n}.", n=missing)
    return say("Everything works.")
