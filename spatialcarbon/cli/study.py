"""Commands about study files: run, verify, demo."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
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
    say,
)
from spatialcarbon.cli.terminal import live, padded

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
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(what: Text, done: int, total: int) -> None:
            raise_if_pressed()
            bar.update(
                task, description=what.render(chosen_language()), completed=done, total=total
            )

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


def _run(study: Path, out: Path | None, overwrite: bool, quiet: bool, as_json: bool) -> None:
    from spatialcarbon.studies.pipeline import run_study
    from spatialcarbon.studies.study_file import load_study

    own = load_study(study).file.study.language
    language = chosen_language() if _language_was_given() else own
    with progress_display(quiet) as progress:
        result = run_study(
            study, out=out, overwrite=overwrite, language=language, progress=progress
        )
    if as_json:
        emit_json(_written(result.directory))
    elif not quiet:
        click.echo(say("Done: {path}", path=result.directory))
        for name, words in OUTPUTS:
            if (result.directory / name).exists():
                click.echo(f"  {padded(name, 14)} {say(words)}")


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


@click.command("run", help=say("Run a study file and write a folder of results."))
@click.argument("study", type=PATH, shell_complete=study_files)
@click.option("--out", type=PATH, help=say("Folder to write; the study file's own by default."))
@click.option("--overwrite", is_flag=True, help=say("Replace earlier results in that folder."))
@click.option("--quiet", is_flag=True, help=say("Print nothing but errors."))
@json_option
@common_options
def run_command(study: Path, out: Path | None, overwrite: bool, quiet: bool, as_json: bool) -> None:
    """Run a study file."""
    _run(study, out, overwrite, quiet, as_json)


@click.command("demo", help=say("Run the study of the five city clusters that ships."))
@click.option("--out", type=PATH, default=Path("demo"), show_default=True, help=say("Folder."))
@click.option("--overwrite", is_flag=True, help=say("Replace earlier results in that folder."))
@click.option("--quiet", is_flag=True, help=say("Print nothing but errors."))
@json_option
@common_options
def demo_command(out: Path, overwrite: bool, quiet: bool, as_json: bool) -> None:
    """Run the shipped study."""
    shipped = files("spatialcarbon.studies") / "demo" / "study.toml"
    if not shipped.is_file():  # a checkout: the study lies beside the package
        folder = Path(str(files("spatialcarbon"))).parent / "analyses" / "02_five_city_clusters"
        shipped = folder / "study.toml"
    with as_file(shipped) as path:
        _run(path, out, overwrite, quiet, as_json)


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
        click.echo(f"  {padded(name, 44)} {words}")
    click.echo(report.verdict.render(chosen_language()))
