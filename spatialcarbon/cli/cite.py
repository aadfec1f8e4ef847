"""The command that says what to cite."""

from __future__ import annotations

from pathlib import Path

import click

from spatialcarbon.cli.shared import chosen_language, common_options, note, say

FORMATS = ("bibtex", "csl-json", "text", "methods")


@click.command(
    "cite",
    help=say("Say what to cite: the package, or all that a folder of results rests on."),
)
@click.argument("what", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="bibtex",
    show_default=True,
    help=say("BibTeX, CSL-JSON, a list of references, or a paragraph on methods."),
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help=say("Write to a file instead.")
)
@common_options
def cite_command(what: str | None, form: str, out: Path | None) -> None:
    """Print citations."""
    from spatialcarbon.core.results import Result
    from spatialcarbon.studies.citing import cite
    from spatialcarbon.studies.publish import write_file

    language = chosen_language()
    subject: object = Result(method="") if what is None else what
    said = cite(subject, format=form, language=language) + "\n"  # type: ignore[arg-type]
    if out is None:
        click.echo(said, nl=False)
        return
    write_file(out, lambda path: path.write_text(said, encoding="utf-8"))
    note(say("written: {path}", path=out))
