"""Run a study: read it, compute it, write everything it asks for, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import MemoryShortageError, SchemaError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.report.cog import write_cogs
from spatialcarbon.report.document import write_document
from spatialcarbon.report.exports import write_exports
from spatialcarbon.report.tables import Table, to_csv_bytes
from spatialcarbon.report.workbook import write_workbook
from spatialcarbon.report.workbook_notes import preface_of
from spatialcarbon.studies import provenance
from spatialcarbon.studies.analysis import Done, Inputs
from spatialcarbon.studies.drawing import draw_figures
from spatialcarbon.studies.illustrative import figures_of, tables_of
from spatialcarbon.studies.inputs import build_inputs
from spatialcarbon.studies.keeping import Keeper, shared_by, step_file
from spatialcarbon.studies.mapfiles import map_layers, write_maps
from spatialcarbon.studies.publish import plain_os_errors, whole_folder
from spatialcarbon.studies.rasters import raster_problems
from spatialcarbon.studies.reporting import make_document
from spatialcarbon.studies.study_card import study_card
from spatialcarbon.studies.study_file import Step, Study, load_study, raise_problems
from spatialcarbon.studies.toml_lines import TomlLines
from spatialcarbon.studies.watching import Watch
from spatialcarbon.studies.working import KEPT

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.report.canvas import FigureSpec

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
        Versions, checksums, settings, times; under ``resumed`` the analyses and figures
        that were taken up from an earlier run.

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
    resume: bool = False,
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
    resume : bool
        Take up finished analyses and figures of an earlier run into the same folder that
        did not come to its end, where their inputs, settings and all versions are
        unchanged. Without it everything is computed.
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
        The results cannot be written there, or another run is at work there; an earlier
        result is not touched.
    ChangedInputError
        A file was changed while it was being used.
    MemoryShortageError
        The memory of the machine is used up.
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
        keeper = Keeper(folder.parent / KEPT, resume)
        run = _Run(study, spoken, progress, keeper)
        done = run.compute()
        with plain_os_errors(target):
            tables = run.write(folder, done)
            with run.step(text("Recording provenance")):
                run.watch.check()
                maps = list(run.maps.values())
                sums, taken = run.watch.checksums, keeper.taken
                record = provenance.manifest(
                    study, maps, done, sums, run.times, folder, spoken, target, taken
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
    """One run: keeps the clock, tells the progress, and keeps what it has finished."""

    def __init__(
        self, study: Study, language: Language, progress: Progress | None, keeper: Keeper
    ) -> None:
        self.study = study
        self.language = language
        self.progress = progress
        self.keeper = keeper
        self.watch = Watch(study)
        self.times: dict[str, float] = {}
        self.total = len(study.steps) + 6 + bool(study.has_rasters)
        self.maps: Mapping[str, Inputs]
        self.entries: Mapping[str, str]

    @contextmanager
    def step(self, what: Text) -> Iterator[None]:
        start = time.perf_counter()
        try:
            if self.progress is not None:
                self.progress(what, len(self.times), self.total)
            yield
        except MemoryError as error:
            raise MemoryShortageError.while_doing(what, error) from error
        # A clock that is set back must not make a step end before it began.
        self.times[what.render("en")] = max(time.perf_counter() - start, 0.0)

    def compute(self) -> list[Done]:
        with self.step(text("Reading map, tables and weights")):
            self.maps = _checked_inputs(self.study)
            self.watch.note()
        sums = self.watch.checksums
        self.entries = {step.key: step_file(self.study, step, sums) for step in self.study.steps}
        self.keeper.forget_others(self.entries.values())
        return [self._analyse(step) for step in self.study.steps]

    def _analyse(self, step: Step) -> Done:
        inputs = self.maps[step.map]
        entry, shared = self.entries[step.key], shared_by(inputs)
        found = self.keeper.take(step.key, entry, shared)
        if found is not None:
            with self.step(text("Taking up: {key}", key=step.key)):
                result = found.value
        else:
            with self.step(text("Computing: {key}", key=step.key)):
                result = step.analysis.run(step.parameters, inputs)
                if self.watch.unchanged():
                    self.keeper.keep(entry, result, shared)
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
            images = self._draw(folder, specs)
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

    def _draw(self, folder: Path, specs: Mapping[str, Sequence[FigureSpec]]) -> dict[str, bytes]:
        outputs = self.study.file.outputs
        if not outputs.figures and not outputs.report:
            return {}
        shown = {self.entries[key]: part for key, part in specs.items()}
        return draw_figures(folder, shown, outputs.figures, self.language, self.keeper)


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
