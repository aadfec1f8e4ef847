"""Run a study: read it, compute it, write everything it asks for, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.report.canvas import FigureSpec, to_png_bytes, to_svg_bytes
from spatialcarbon.report.cog import write_cogs
from spatialcarbon.report.document import write_document
from spatialcarbon.report.exports import write_exports
from spatialcarbon.report.tables import Table, to_csv_bytes
from spatialcarbon.report.workbook import write_workbook
from spatialcarbon.report.workbook_notes import preface_of
from spatialcarbon.studies import provenance
from spatialcarbon.studies.analysis import Done, Inputs
from spatialcarbon.studies.illustrative import figures_of, tables_of
from spatialcarbon.studies.inputs import build_inputs
from spatialcarbon.studies.mapfiles import map_layers, write_maps
from spatialcarbon.studies.publish import plain_os_errors, whole_folder
from spatialcarbon.studies.rasters import raster_problems
from spatialcarbon.studies.reporting import make_document
from spatialcarbon.studies.study_card import study_card
from spatialcarbon.studies.study_file import Step, Study, load_study, raise_problems
from spatialcarbon.studies.toml_lines import TomlLines

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[Text, int, int], None]
"""Called with what is being done, and how many of how many steps are behind."""


@dataclass(frozen=True, eq=False)
class StudyResult:
    """What a run of a study computed and wrote.

    Parameters
    ----------
    directory : Path
        Folder with all outputs.
    study : Study
        The study file.
    inputs : Inputs
        Map, panel, weights, groups; where the study has several maps, those of the first.
    results : mapping
        Name of the analysis → what it returned.
    tables : mapping
        File stem → DataFrame, as written to ``tables/*.csv``.
    manifest : mapping
        Versions, checksums, settings, times.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> study = '''
    ... [study]
    ... title = "Centre of emissions"
    ... [units]
    ... source = "cities"
    ... groups = ["PRD"]
    ... [tables.emissions]
    ... source = "city_co2"
    ... [tables.emissions.variables]
    ... co2 = { column = "co2_mt", measure = "Mt CO2" }
    ... [[analyses]]
    ... method = "centre"
    ... variable = "co2"
    ... [outputs]
    ... figures = []
    ... geopackage = false
    ... workbook = false
    ... report = false
    ... '''
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "study.toml"
    ...     _ = path.write_text(study, encoding="utf-8")
    ...     done = run_study(path)
    >>> list(done.results), list(done.tables), done.study.file.study.title
    (['centre'], ['centre'], 'Centre of emissions')
    >>> done.results["centre"].to_frame().columns.tolist()[:3]
    ['group', 'year', 'n']
    >>> len(done.inputs.units)
    9
    """

    directory: Path
    study: Study
    inputs: Inputs
    results: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any] = field(repr=False)

    def _repr_html_(self) -> str:
        return study_card(self)


def run_study(
    path: str | Path,
    *,
    out: str | Path | None = None,
    language: Language | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> StudyResult:
    """What does a whole study say, from its file to tables, figures, maps and report?

    Parameters
    ----------
    path : path
        Study file (TOML).
    out : path, optional
        Folder to write; the default is what the study file says, ``results``
        beside it.
    language : {"en", "zh"}, optional
        Language of the outputs; the default is that of the study file.
    overwrite : bool
        Replace earlier results in that folder. They stay in place until the
        new ones are complete.
    progress : callable, optional
        Called as ``progress(text, done, total)`` before each step.

    Returns
    -------
    StudyResult

    Raises
    ------
    StudyFileError
        All mistakes of the study file at once, with their lines.
    OutputError
        The results cannot be written there; an earlier result is not touched.
    SpatialCarbonError
        Whatever the data or a method refuses.

    Notes
    -----
    The same inputs, seed and versions give the same bytes in ``tables/`` and
    ``results.gpkg``. ``spatialcarbon verify`` checks that.

    Examples
    --------
    A study of one analysis, without figures, map and report:

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> study = '''
    ... [study]
    ... title = "Centre of emissions"
    ... [units]
    ... source = "cities"
    ... groups = ["PRD"]
    ... [tables.emissions]
    ... source = "city_co2"
    ... [tables.emissions.variables]
    ... co2 = { column = "co2_mt", measure = "Mt CO2" }
    ... [[analyses]]
    ... method = "centre"
    ... variable = "co2"
    ... [outputs]
    ... figures = []
    ... geopackage = false
    ... workbook = false
    ... report = false
    ... '''
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "study.toml"
    ...     _ = path.write_text(study, encoding="utf-8")
    ...     done = run_study(path)
    ...     sorted(file.name for file in (done.directory / "tables").iterdir())
    ['centre.csv']
    >>> type(done.results["centre"]).__name__
    'CentreResult'
    """
    study = load_study(path)
    if language is not None:
        check_option(language, Language, "language")
    spoken: Language = language or study.file.study.language
    target = Path(out) if out is not None else study.locate(study.file.outputs.directory)
    with whole_folder(target, overwrite=overwrite) as folder:
        run = _Run(study, spoken, progress)
        done = run.compute()
        with plain_os_errors(target):
            tables = run.write(folder, done)
            with run.step(text("Recording provenance")):
                maps = list(run.maps.values())
                record = provenance.manifest(
                    study, maps, done, run.checksums, run.times, folder, spoken, target
                )
                provenance.write_manifest(folder / provenance.MANIFEST, record)
    return StudyResult(
        directory=target,
        study=study,
        inputs=run.inputs,
        results={item.key: item.result for item in done},
        tables={table.name: table.frame for table in tables},
        manifest=record,
    )


def check_study(path: str | Path) -> Inputs:
    """Read a study file and its data and check that they fit, without computing anything.

    Raises
    ------
    SpatialCarbonError
        The first thing that is wrong with the data, or all mistakes of the file.
    """
    study = load_study(path)
    return _checked_inputs(study)[""]


class _Run:
    """One run: keeps the clock and tells the progress."""

    def __init__(self, study: Study, language: Language, progress: Progress | None) -> None:
        self.study = study
        self.language = language
        self.progress = progress
        self.times: dict[str, float] = {}
        self.total = len(study.steps) + 6 + bool(study.has_rasters)
        self.maps: Mapping[str, Inputs]
        self.checksums: Mapping[str, str]

    @contextmanager
    def step(self, what: Text) -> Iterator[None]:
        if self.progress is not None:
            self.progress(what, len(self.times), self.total)
        start = time.perf_counter()
        yield
        self.times[what.render("en")] = time.perf_counter() - start

    def compute(self) -> list[Done]:
        with self.step(text("Reading map, tables and weights")):
            self.maps = _checked_inputs(self.study)
            self.checksums = provenance.input_checksums(self.study)
        return [self._analyse(step) for step in self.study.steps]

    def _analyse(self, step: Step) -> Done:
        inputs = self.maps[step.map]
        with self.step(text("Computing: {key}", key=step.key)):
            result = step.analysis.run(step.parameters, inputs)
        return Done(key=step.key, parameters=step.parameters, inputs=inputs, result=result)

    @property
    def inputs(self) -> Inputs:
        """Those of the first map."""
        return self.maps[""]

    def write(self, folder: Path, done: Sequence[Done]) -> list[Table]:
        outputs = self.study.file.outputs
        pairs = list(zip(self.study.steps, done, strict=True))
        tables = {item.key: tables_of(step.analysis, item) for step, item in pairs}
        every = [table for part in tables.values() for table in part]
        _check_names([table.name for table in every])
        with self.step(text("Writing tables")):
            (folder / "tables").mkdir()
            for table in every:
                (folder / "tables" / f"{table.name}.csv").write_bytes(to_csv_bytes(table))
        specs = {item.key: figures_of(step.analysis, item) for step, item in pairs}
        _check_names([spec.name for part in specs.values() for spec in part])
        with self.step(text("Drawing figures")):
            images = self._draw(folder, [spec for part in specs.values() for spec in part])
        with self.step(text("Writing GeoPackage and QGIS project")):
            if outputs.geopackage:
                write_maps(folder, self.study, self.inputs, pairs, self.language)
            if outputs.exports:
                layers = map_layers(self.inputs, pairs, self.language)
                write_exports(folder, layers, outputs.exports, language=self.language)
        if self.study.has_rasters:
            with self.step(text("Writing rasters")):
                if outputs.rasters:
                    for step, item in pairs:
                        step.analysis.files(item, folder, self.language)
                    if "cog" in outputs.exports:
                        write_cogs(folder)
        with self.step(text("Writing report")):
            if outputs.report or outputs.workbook:
                document = make_document(
                    self.study,
                    self.inputs,
                    pairs,
                    tables=tables,
                    figures=specs,
                    images=images,
                    language=self.language,
                )
                if outputs.workbook:
                    preface = preface_of(document)
                    write_workbook(folder / "tables.xlsx", every, self.language, preface)
                if outputs.report:
                    write_document(folder / "report.html", document, self.language)
            (folder / "study.toml").write_text(self.study.source, encoding="utf-8")
        return every

    def _draw(self, folder: Path, specs: Sequence[FigureSpec]) -> dict[str, bytes]:
        kinds = self.study.file.outputs.figures
        images: dict[str, bytes] = {}
        if not kinds and not self.study.file.outputs.report:
            return images
        if kinds:
            (folder / "figures").mkdir()
        for spec in specs:
            figure = spec.draw(self.language)
            images[spec.name] = to_png_bytes(figure)
            if "png" in kinds:
                (folder / "figures" / f"{spec.name}.png").write_bytes(images[spec.name])
            if "svg" in kinds:
                (folder / "figures" / f"{spec.name}.svg").write_bytes(to_svg_bytes(figure))
        return images


def _check_names(names: Sequence[str]) -> None:
    """Raise if two tables or figures would be the same file, on Windows as well."""
    folded = [name.lower() for name in names]
    twice = [name for name in names if folded.count(name.lower()) > 1]
    if twice:
        raise SchemaError(
            "two analyses would both write {name}",
            fix='give one of them another name: name = "…" under [[analyses]]',
            name=twice[0],
        )


def _checked_inputs(study: Study) -> dict[str, Inputs]:
    """Return what the analyses of each map work on, or raise all that does not fit."""
    if problems := raster_problems(study, TomlLines(study.source)):
        raise_problems(study.path, problems)
    maps = {name: build_inputs(study, name) for name in study.maps}
    _check_against_data(study, maps)
    return maps


def _check_against_data(study: Study, maps: Mapping[str, Inputs]) -> None:
    """Raise all that does not fit between the analyses and the data, with lines."""
    lines = TomlLines(study.source)
    problems = [
        (lines.find(["analyses", at]), f"analyses[{at + 1}]", problem)
        for at, step in enumerate(study.steps)
        for problem in step.analysis.check(step.parameters, maps[step.map])
    ]
    if problems:
        raise_problems(study.path, problems)
