"""The command that reads land-cover rasters, and invents some to try it with."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spatialcarbon.cli.complete import maps_or_files, schemes
from spatialcarbon.cli.interrupt import raise_if_pressed
from spatialcarbon.cli.options import map_options
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit,
    emit_json,
    note,
    output_options,
    say,
)
from spatialcarbon.cli.terminal import live
from spatialcarbon.core.errors import OptionError

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.studies.analysis import Done

PATH = click.Path(path_type=Path)


@contextmanager
def cell_progress() -> Iterator[Callable[[int, int], None]]:
    """Show how many cells are counted, how many a second, and the time left; in a pipe, nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    if not live(sys.stderr):
        yield lambda _done, _total: raise_if_pressed()
        return
    columns = (
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def update(done: int, total: int) -> None:
            raise_if_pressed()
            speed = bar.tasks[0].speed
            rate = say("{n:,.1f} million cells/s", n=speed / 1e6) if speed else ""
            bar.update(task, completed=done, total=total, rate=rate)

        yield update


@contextmanager
def cluster(scheduler: str | None) -> Iterator[Any]:
    """Connect to a dask.distributed cluster for the time of the block; to none without one."""
    if scheduler is None:
        yield None
        return
    from spatialcarbon.models.land.blocks import dask_client

    with dask_client(scheduler) as client:
        yield client


@click.command(
    "landcover",
    help=say("Measure what land turned into what between rasters of two or more years."),
)
@click.argument("rasters", nargs=-1, type=PATH)
@click.option(
    "--scheme",
    metavar=say("SCHEME"),
    shell_complete=schemes,
    help=say("What codes mean: common, GlobeLand30, CLCD, CNLUCC, WorldCover, IGBP or a CSV."),
)
@click.option(
    "--years",
    metavar=say("YEARS"),
    help=say("Years of the rasters, such as 2000,2020; else from file names."),
)
@click.option(
    "--groups", metavar=say("GROUPS"), help=say("Groups: cluster codes, or a column of the map.")
)
@click.option(
    "--exact", is_flag=True, help=say("Share cells on a border by area, not by their centre.")
)
@click.option(
    "--scheduler", help=say("Count on a dask.distributed cluster, such as tcp://host:8786.")
)
@click.option(
    "--checkpoint", type=PATH, help=say("File of finished blocks: an interrupted run goes on.")
)
@click.option(
    "--skip-damaged", is_flag=True, help=say("Leave out blocks that cannot be read; list them.")
)
@click.option(
    "--synthetic",
    type=PATH,
    help=say("Write invented rasters and a study file into this folder, to try with."),
)
@click.option(
    "--cell",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    help=say("Side of a cell of invented rasters in metres."),
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=20240501,
    show_default=True,
    help=say("Seed of invented rasters."),
)
@output_options
@common_options
def landcover_command(
    rasters: tuple[Path, ...],
    scheme: str | None,
    years: str | None,
    groups: str | None,
    exact: bool,
    scheduler: str | None,
    checkpoint: Path | None,
    skip_damaged: bool,
    synthetic: Path | None,
    cell: float,
    seed: int,
    units: str | None,
    key: str | None,
    layer: str | None,
    crs: str | None,
    clusters: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Count, or invent."""
    map_ = {"source": units, "key": key, "layer": layer, "crs": crs, "clusters": clusters}
    if synthetic is not None:
        if rasters:
            raise click.UsageError(say("--synthetic takes no rasters: it writes some"))
        _invent(synthetic, map_, _given_years(years) or (2000, 2010, 2020), cell, seed)
        if form == "json":
            emit_json({"written": [str(synthetic)], "study": str(synthetic / "study.toml")})
        return
    if len(rasters) < 2:
        raise click.UsageError(say("name two rasters or more, the earliest first"))
    if scheme is None:
        raise click.UsageError(say("--scheme says what the codes mean, such as --scheme CLCD"))
    with cell_progress() as progress, cluster(scheduler) as client:
        engine = {
            "progress": progress,
            "client": client,
            "checkpoint": checkpoint,
            "skip_damaged": skip_damaged,
        }
        done = _counted(rasters, _years_of(rasters, years), scheme, map_, groups, exact, engine)
    _show(done, form, out)


landcover_command.params = [
    *landcover_command.params[:1],
    *(option for option in map_options() if option.name != "units"),
    *landcover_command.params[1:],
]
landcover_command.params.insert(
    1,
    click.Option(
        ["--units"],
        metavar=say("MAP"),
        shell_complete=maps_or_files,
        help=say("Map: cities, provinces or a file; the whole raster if left out."),
    ),
)


def _given_years(years: str | None) -> list[int] | None:
    if years is None:
        return None
    parts = [part.strip() for part in years.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise OptionError(
            "--years {years!r} is not a list of years", fix="--years 2000,2020", years=years
        )
    return [int(part) for part in parts]


def _years_of(rasters: Sequence[Path], years: str | None) -> list[int]:
    """Return the years of the rasters, which must rise."""
    found = _named_years(rasters, _given_years(years))
    if any(later <= earlier for earlier, later in pairwise(found)):
        raise OptionError(
            "the years do not rise",
            arrived="{years}",
            expected="the earliest raster first",
            fix="put the rasters into the order of {rising}",
            years=", ".join(map(str, found)),
            rising=", ".join(map(str, sorted(found))),
        )
    return found


def _named_years(rasters: Sequence[Path], given: list[int] | None) -> list[int]:
    """Return the years given, or those in the names of the files."""
    if given is not None:
        if len(given) != len(rasters):
            raise OptionError(
                "{years} years for {rasters} rasters",
                expected="one year per raster",
                years=len(given),
                rasters=len(rasters),
            )
        return given
    found = [re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", path.stem) for path in rasters]
    unclear = [path.name for path, named in zip(rasters, found, strict=True) if len(named) != 1]
    if unclear:
        raise OptionError(
            "the year of {names} cannot be told from the name",
            fix="--years 2000,2020, one for each raster",
            names=", ".join(unclear[:5]),
        )
    return [int(named[0]) for named in found]


def _map(map_: Mapping[str, str | None]) -> gpd.GeoDataFrame | None:
    from spatialcarbon.cli.sources import named_map

    source = map_["source"] or ("cities" if map_["clusters"] else None)
    if source is None:
        return None
    return named_map(source, map_["key"], map_["layer"], map_["crs"], map_["clusters"])


def _counted(
    rasters: Sequence[Path],
    years: Sequence[int],
    scheme: str,
    map_: Mapping[str, str | None],
    groups: str | None,
    exact: bool,
    engine: Mapping[str, Any],
) -> Done:
    """Return the analysis of the registry, run on these rasters."""
    from spatialcarbon.cli.sources import group_map
    from spatialcarbon.core.language import text
    from spatialcarbon.data.panel import Panel
    from spatialcarbon.studies.analysis import Done, Inputs, get_analysis
    from spatialcarbon.studies.inputs import SHIPPED_MAPS, cluster_names, unit_names
    from spatialcarbon.studies.rasters import RasterSeries, footprint, scheme_of
    from spatialcarbon.weights.backbone import Backbone

    units = _map(map_)
    shipped = (map_["source"] or "cities") in SHIPPED_MAPS
    members = group_map(groups, units, shipped=shipped) if units is not None else {}
    if units is None:
        units = footprint(rasters[0])
        names = {unit: text("Whole raster") for unit in units.index}
    else:
        names = dict(unit_names(units, None))
    files = dict(zip(years, rasters, strict=True))
    inputs = Inputs(
        units=units,
        names=names,
        panel=Panel(units=units.index, years=(), frames={}, measures={}),
        backbone=Backbone(units),
        weights={},
        groups=members,
        group_names=cluster_names(members),
        seed=0,
        rasters={"rasters": RasterSeries("rasters", files, scheme_of(scheme), options=engine)},
    )
    analysis = get_analysis("landcover")
    settings = {"raster": "rasters", "years": list(years), "exact": exact}
    parameters = analysis.parameters.model_validate(settings)
    result = analysis.run(parameters, inputs)
    return Done(key="landcover", parameters=parameters, inputs=inputs, result=result)


def _show(done: Done, form: str, out: Path | None) -> None:
    from spatialcarbon.studies.analysis import get_analysis
    from spatialcarbon.studies.illustrative import findings_of, tables_of, uses_illustrative

    analysis, language = get_analysis("landcover"), chosen_language()
    kind = "" if out is None else out.suffix.lower()
    if out is not None and kind == ".gpkg":
        from spatialcarbon.cli.oneoff import write_layers

        write_layers(analysis, done, out)
    elif out is not None and kind in (".tif", ".tiff"):
        _write_raster(done, out)
    else:
        emit(tables_of(analysis, done), form, out)
    # The first finding says so where numbers are invented: that goes with every output.
    findings = findings_of(analysis, done)
    whole = form == "table"
    for finding in findings if whole else findings[: uses_illustrative(done)]:
        note("  " + finding.render(language))
    remarks = [said for item in done.results() for said in item.notes_in(language)]
    for remark in dict.fromkeys([*done.inputs.map_notes_in(language), *remarks]):
        note("  " + remark)


def _write_raster(done: Done, out: Path) -> None:
    from spatialcarbon.studies.analyses._landcover_maps import write_change
    from spatialcarbon.studies.publish import write_files

    write_files(out, lambda folder: write_change(done, folder / out.name, chosen_language()))
    for path in (out, out.with_suffix(".qml")):
        note(say("written: {path}", path=path))


def _invent(
    folder: Path, map_: Mapping[str, str | None], years: Sequence[int], cell: float, seed: int
) -> None:
    """Write rasters and a study file that reads them."""
    from importlib.resources import files

    from spatialcarbon.models.land.synthetic import write_synthetic_land_cover
    from spatialcarbon.studies.publish import OutputError, whole_folder

    given = {**map_, "clusters": map_["clusters"] or ("PRD" if map_["source"] is None else None)}
    units = _map(given)
    assert units is not None
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError("{path} exists already", fix="--synthetic another-folder", path=folder)
    with whole_folder(folder) as draft:
        written = write_synthetic_land_cover(draft, units, years=years, cell=cell, seed=seed)
        template = files("spatialcarbon.studies") / "templates"
        source = (template / f"landcover.{chosen_language()}.toml").read_text(encoding="utf-8")
        named = "\n".join(f"{year} = {json.dumps(path.name)}" for year, path in written.items())
        source = source.replace("@UNITS@", _units_section(given)).replace("@FILES@", named)
        (draft / "study.toml").write_text(source, encoding="utf-8")
    note(say("Invented land cover, to try with: it describes no place."))
    note(say("written: {path}", path=folder))
    note(say("next: spatialcarbon run {path}", path=folder / "study.toml"))


def _units_section(map_: Mapping[str, str | None]) -> str:
    """Return the lines of the study file that name the map."""
    from spatialcarbon.cli.sources import group_codes
    from spatialcarbon.studies.inputs import SHIPPED_MAPS

    source = map_["source"] or "cities"
    own = source not in SHIPPED_MAPS
    values: dict[str, Any] = {
        "source": str(Path(source).resolve()) if own else source,
        "key": map_["key"],
        "layer": map_["layer"],
        "crs": map_["crs"],
    }
    codes = group_codes(map_["clusters"])
    values["groups"] = [codes] if isinstance(codes, str) and codes != "plan" else codes
    lines = (
        f"{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, value in values.items()
        if value is not None
    )
    return "\n".join(lines)
