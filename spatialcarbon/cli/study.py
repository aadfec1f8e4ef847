"""Commands about study files: init, check, run, verify, demo."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spatialcarbon.cli.interrupt import raise_if_pressed
from spatialcarbon.cli.shared import chosen_language, common_options, note, say

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.studies.pipeline import Progress

PATH = click.Path(path_type=Path)


@contextmanager
def progress_display(quiet: bool) -> Iterator[Progress]:
    """Show a progress bar on a terminal; in a pipe, nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _what, _done, _total: raise_if_pressed()
        return
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=28),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def update(what: Text, done: int, total: int) -> None:
            raise_if_pressed()
            bar.update(
                task, description=what.render(chosen_language()), completed=done, total=total
            )

        yield update


def _run(study: Path, out: Path | None, overwrite: bool, quiet: bool) -> None:
    from spatialcarbon.studies.pipeline import run_study
    from spatialcarbon.studies.study_file import load_study

    own = load_study(study).file.study.language
    language = chosen_language() if _language_was_given() else own
    with progress_display(quiet) as progress:
        result = run_study(
            study, out=out, overwrite=overwrite, language=language, progress=progress
        )
    if quiet:
        return
    click.echo(say("Done: {path}", path=result.directory))
    for name, words in (
        ("report.html", "the report: open it in a browser"),
        ("results.gpkg", "styled map layers: open it in QGIS"),
        ("project.qgz", "the same as a QGIS project"),
        ("rasters", "change maps as GeoTIFF, with styles for QGIS"),
        ("tables.xlsx", "all tables as a workbook"),
        ("tables", "all tables as CSV"),
        ("figures", "all figures as PNG and SVG"),
        ("manifest.json", "versions, checksums, settings"),
    ):
        if (result.directory / name).exists():
            click.echo(f"  {name:<14} {say(words)}")


def _language_was_given() -> bool:
    import os
    import sys

    given = any(word == "--lang" or word.startswith("--lang=") for word in sys.argv)
    return given or "SPATIALCARBON_LANG" in os.environ


@click.command("run", help=say("Run a study file and write a folder of results."))
@click.argument("study", type=PATH)
@click.option("--out", type=PATH, help=say("Folder to write; the study file's own by default."))
@click.option("--overwrite", is_flag=True, help=say("Replace earlier results in that folder."))
@click.option("--quiet", is_flag=True, help=say("Print nothing but errors."))
@common_options
def run_command(study: Path, out: Path | None, overwrite: bool, quiet: bool) -> None:
    """Run a study file."""
    _run(study, out, overwrite, quiet)


@click.command("demo", help=say("Run the study of the five city clusters that ships."))
@click.option("--out", type=PATH, default=Path("demo"), show_default=True, help=say("Folder."))
@click.option("--overwrite", is_flag=True, help=say("Replace earlier results in that folder."))
@click.option("--quiet", is_flag=True, help=say("Print nothing but errors."))
@common_options
def demo_command(out: Path, overwrite: bool, quiet: bool) -> None:
    """Run the shipped study."""
    shipped = files("spatialcarbon.studies") / "demo" / "study.toml"
    if not shipped.is_file():  # a checkout: the study lies beside the package
        folder = Path(str(files("spatialcarbon"))).parent / "analyses" / "02_five_city_clusters"
        shipped = folder / "study.toml"
    with as_file(shipped) as path:
        _run(path, out, overwrite, quiet)


@click.command("check", help=say("Check a study file and its data without running it."))
@click.argument("study", type=PATH)
@common_options
def check_command(study: Path) -> None:
    """Validate a study file."""
    from spatialcarbon.studies.pipeline import check_study

    inputs = check_study(study)
    panel = inputs.panel
    click.echo(
        say(
            "{path} is in order: {n} units, {groups} groups, variables {variables}",
            path=study,
            n=len(inputs.units),
            groups=len(inputs.groups),
            variables=", ".join(panel.variables) or "–",
        )
    )
    for name, weights in inputs.weights.items():
        click.echo(f"  {name}: {weights!r}")
    for name, series in inputs.rasters.items():
        click.echo(f"  {name}: {', '.join(map(str, series.years))} ({series.scheme})")
    for remark in panel.notes_in(chosen_language()):
        click.echo(f"  {remark}")


@click.command("init", help=say("Write a commented study file to start from."))
@click.option("--out", type=PATH, default=Path("study.toml"), show_default=True, help=say("File."))
@click.option("--schema", type=PATH, help=say("Also write a JSON Schema for editors."))
@click.option("--overwrite", is_flag=True, help=say("Replace an existing file."))
@common_options
def init_command(out: Path, schema: Path | None, overwrite: bool) -> None:
    """Write a template."""
    from spatialcarbon.studies.publish import OutputError, plain_os_errors
    from spatialcarbon.studies.study_file import json_schema

    language = chosen_language()
    template = files("spatialcarbon.studies") / "templates" / f"study.{language}.toml"
    written = {out: template.read_text(encoding="utf-8")}
    if schema is not None:
        written[schema] = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
    for path in written:
        if path.exists() and not overwrite:
            raise OutputError(
                "{path} exists already", fix="--overwrite, or --out another", path=path
            )
    for path, content in written.items():
        with plain_os_errors(path):
            path.write_text(content, encoding="utf-8")
        note(say("written: {path}", path=path))


@click.command("verify", help=say("Repeat the run behind a folder of results and compare."))
@click.argument("folder", type=PATH)
@click.option("--study", type=PATH, help=say("Study file, if it was moved."))
@click.option("--quiet", is_flag=True, help=say("Print nothing but errors."))
@common_options
def verify_command(folder: Path, study: Path | None, quiet: bool) -> int:
    """Repeat a run."""
    from spatialcarbon.studies.verify import verify

    with progress_display(quiet) as progress, tempfile.TemporaryDirectory() as scratch:
        report = verify(folder, study=study, scratch=Path(scratch), progress=progress)
    if not quiet:
        _print_verification(report)
    return report.status


def _print_verification(report: Any) -> None:
    for name, words in report.lines(chosen_language()):
        click.echo(f"  {name:<44} {words}")
    click.echo(report.verdict.render(chosen_language()))
