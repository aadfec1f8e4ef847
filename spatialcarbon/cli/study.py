"""Commands about study files: run, verify, demo."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spatialcarbon.cli.complete import study_files
from spatialcarbon.cli.interrupt import raise_if_pressed
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit_json,
    given_words,
    json_option,
    note,
    say,
)
from spatialcarbon.cli.terminal import live, padded
from spatialcarbon.core.printable import printable

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.studies.pipeline import Progress

PATH = click.Path(path_type=Path)


@contextmanager
def progress_display(quiet: bool) -> Iterator[Progress]:
    """Show a progress bar on a terminal; in a pipe, nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    if quiet or not live(sys.stderr):
        yield lambda _what, _done, _total: raise_if_pressed()
        return
    braille = (sys.stderr.encoding or "").lower().startswith("utf")
    columns = (
        SpinnerColumn("dots" if braille else "line"),
        BarColumn(bar_width=28),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)  # not "0/None"

        def update(what: Text, done: int, total: int) -> None:
            raise_if_pressed()
            said = what.render(chosen_language())
            bar.update(task, description=said, completed=done, total=total, visible=True)

        yield update


OUTPUTS = (
    # file or folder of the results: what it is
    ("report.html", "the report: open it in a browser"),
    ("results.gpkg", "styled map layers: open it in QGIS"),
    ("project.qgz", "the same as a QGIS project"),
    ("rasters", "change maps as GeoTIFF, with styles for QGIS"),
    ("tables.xlsx", "all tables as a workbook"),
    ("tables", "all tables as CSV"),
    ("figures", "all figures"),
    ("manifest.json", "versions, checksums, settings"),
)


def _run(
    study: Path, out: Path | None, overwrite: bool, resume: bool, quiet: bool, as_json: bool
) -> None:
    from spatialcarbon.studies.keeping import kept_steps
    from spatialcarbon.studies.pipeline import run_study
    from spatialcarbon.studies.study_file import load_study

    own = load_study(study)
    language = chosen_language() if _language_was_given() else own.file.study.language
    target = out if out is not None else own.locate(own.file.outputs.directory)
    begun = False
    try:
        with progress_display(quiet) as show:

            def progress(what: Text, done: int, total: int) -> None:
                nonlocal begun
                if not begun:
                    # Only now is the folder ours: before, what is kept may be another run's.
                    begun = True
                    _say_what_is_kept(kept_steps(target), resume, quiet)
                show(what, done, total)

            result = run_study(
                study,
                out=out,
                overwrite=overwrite,
                resume=resume,
                language=language,
                progress=progress,
            )
    except BaseException:
        if begun and (steps := kept_steps(target)):
            note(say("Finished analyses are kept ({n}): --resume takes them up.", n=steps))
        raise
    taken = result.manifest["resumed"]
    if as_json:
        emit_json({**_written(result.directory), "resumed": taken})
    elif not quiet:
        click.echo(say("Done: {path}", path=result.directory))
        if resume:
            keys = [step.key for step in result.study.steps]
            _say_what_was_taken_up([key for key in keys if key in taken], keys)
        for name, words in OUTPUTS:
            if (result.directory / name).exists():
                click.echo(f"  {padded(name, 14)} {say(words)}")


def _say_what_was_taken_up(taken: Sequence[str], keys: Sequence[str]) -> None:
    between = "、" if chosen_language() == "zh" else ", "
    anew = [key for key in keys if key not in taken]
    for words, named in (("taken up: {names}", taken), ("computed: {names}", anew)):
        if named:
            click.echo("  " + say(words, names=between.join(named)))


def _say_what_is_kept(steps: int, resume: bool, quiet: bool) -> None:
    """Tell of an earlier run that did not come to its end."""
    if quiet:
        return
    if resume and not steps:
        note(say("No earlier run left anything to take up: everything is computed."))
    elif steps and not resume:
        note(
            say(
                "An earlier run did not come to its end; finished analyses that it left: {n}. "
                "This run starts afresh; to take them up, stop it now and add --resume.",
                n=steps,
            )
        )


def _written(folder: Path) -> dict[str, Any]:
    """Return what a folder of results holds, for another program."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    first = {name: name for name, _ in OUTPUTS if name in names}
    keys = {"report.html": "report", "results.gpkg": "layers", "tables.xlsx": "workbook"}
    named = {key: first.get(name) for name, key in keys.items()}
    return {"folder": str(folder), **named, "files": names}


def _language_was_given() -> bool:
    given = any(word == "--lang" or word.startswith("--lang=") for word in given_words())
    return given or "SPATIALCARBON_LANG" in os.environ


def resume_option(command: Any) -> Any:
    """Add --resume."""
    words = say("Take up finished analyses of an earlier run that did not come to its end.")
    return click.option("--resume", is_flag=True, help=words)(command)


@click.command("run", help=say("Run a study file and write a folder of results."))
@click.argument("study", type=PATH, shell_complete=study_files)
@click.option("--out", type=PATH, help=say("Folder to write; the study file's own by default."))
@click.option("--overwrite", is_flag=True, help=say("Replace earlier results in that folder."))
@resume_option
@click.option("--quiet", is_flag=True, help=say("Print nothing but errors."))
@json_option
@common_options
def run_command(
    study: Path, out: Path | None, overwrite: bool, resume: bool, quiet: bool, as_json: bool
) -> None:
    """Run a study file."""
    _run(study, out, overwrite, resume, quiet, as_json)


@click.command("demo", help=say("Run the study of the five city clusters that ships."))
@click.option("--out", type=PATH, default=Path("demo"), show_default=True, help=say("Folder."))
@click.option("--overwrite", is_flag=True, help=say("Replace earlier results in that folder."))
@resume_option
@click.option("--quiet", is_flag=True, help=say("Print nothing but errors."))
@json_option
@common_options
def demo_command(out: Path, overwrite: bool, resume: bool, quiet: bool, as_json: bool) -> None:
    """Run the shipped study."""
    shipped = files("spatialcarbon.studies") / "demo" / "study.toml"
    if not shipped.is_file():  # a checkout: the study lies beside the package
        folder = Path(str(files("spatialcarbon"))).parent / "analyses" / "02_five_city_clusters"
        shipped = folder / "study.toml"
    with as_file(shipped) as path:
        _run(path, out, overwrite, resume, quiet, as_json)


@click.command("verify", help=say("Repeat the run behind a folder of results and compare."))
@click.argument("folder", type=PATH)
@click.option("--study", type=PATH, help=say("Study file, if it was moved."))
@click.option("--quiet", is_flag=True, help=say("Print nothing but errors."))
@json_option
@common_options
def verify_command(folder: Path, study: Path | None, quiet: bool, as_json: bool) -> int:
    """Repeat a run."""
    from spatialcarbon.studies.verify import verify

    with progress_display(quiet) as progress, tempfile.TemporaryDirectory() as scratch:
        report = verify(folder, study=study, scratch=Path(scratch), progress=progress)
    if as_json:
        emit_json(
            {
                "same": report.same,
                "status": report.status,
                "verdict": report.verdict.render(chosen_language()),
                "outputs": dict(report.outputs),
                "inputs": dict(report.inputs),
                "versions": {name: list(pair) for name, pair in report.versions.items()},
            }
        )
    elif not quiet:
        _print_verification(report)
    return report.status


def _print_verification(report: Any) -> None:
    for name, words in report.lines(chosen_language()):
        click.echo(f"  {padded(printable(name), 44)} {words}")
    click.echo(report.verdict.render(chosen_language()))
