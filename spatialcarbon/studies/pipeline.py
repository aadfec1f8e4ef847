"""Run a study: read it, compute it, write everything it asks for, whole or not at all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.data.catalogue import ILLUSTRATIVE
from spatialcarbon.data.catalogue import tables as shipped_tables
from spatialcarbon.report.canvas import FigureSpec, to_png_bytes, to_svg_bytes
from spatialcarbon.report.document import Document, Section, WeightsFacts, write_document
from spatialcarbon.report.geopackage import write_geopackage
from spatialcarbon.report.qgis_project import write_project
from spatialcarbon.report.tables import Table, to_csv_bytes, write_workbook
from spatialcarbon.studies import provenance
from spatialcarbon.studies.analysis import Done, Inputs
from spatialcarbon.studies.illustrative import figures_of, findings_of, layers_of, tables_of
from spatialcarbon.studies.inputs import build_inputs, is_shipped
from spatialcarbon.studies.maplayers import base_layers, localised
from spatialcarbon.studies.publish import plain_os_errors, whole_folder
from spatialcarbon.studies.rasters import raster_problems
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
        Map, panel, weights, groups.
    results : mapping
        Name of the analysis → what it returned.
    tables : mapping
        File stem → DataFrame, as written to ``tables/*.csv``.
    manifest : mapping
        Versions, checksums, settings, times.
    """

    directory: Path
    study: Study
    inputs: Inputs
    results: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, Any] = field(repr=False)


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
                record = provenance.manifest(
                    study, run.inputs, done, run.checksums, run.times, folder, spoken, target
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
    return _checked_inputs(study)


class _Run:
    """One run: keeps the clock and tells the progress."""

    def __init__(self, study: Study, language: Language, progress: Progress | None) -> None:
        self.study = study
        self.language = language
        self.progress = progress
        self.times: dict[str, float] = {}
        self.total = len(study.steps) + 6 + bool(study.file.rasters)
        self.inputs: Inputs
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
            self.inputs = _checked_inputs(self.study)
            self.checksums = provenance.input_checksums(self.study)
        return [self._analyse(step) for step in self.study.steps]

    def _analyse(self, step: Step) -> Done:
        with self.step(text("Computing: {key}", key=step.key)):
            result = step.analysis.run(step.parameters, self.inputs)
        return Done(key=step.key, parameters=step.parameters, inputs=self.inputs, result=result)

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
            if outputs.workbook:
                write_workbook(folder / "tables.xlsx", every, self.language)
        specs = {item.key: figures_of(step.analysis, item) for step, item in pairs}
        _check_names([spec.name for part in specs.values() for spec in part])
        with self.step(text("Drawing figures")):
            images = self._draw(folder, [spec for part in specs.values() for spec in part])
        with self.step(text("Writing GeoPackage and QGIS project")):
            if outputs.geopackage:
                self._write_maps(folder, pairs)
        if self.study.file.rasters:
            with self.step(text("Writing rasters")):
                if outputs.rasters:
                    for step, item in pairs:
                        step.analysis.files(item, folder, self.language)
        with self.step(text("Writing report")):
            if outputs.report:
                document = self._document(pairs, tables, specs, images)
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

    def _write_maps(self, folder: Path, pairs: Sequence[tuple[Step, Done]]) -> None:
        layers = [layer for step, item in pairs for layer in layers_of(step.analysis, item)]
        # Points, lines and open outlines lie on top, or the areas would hide them.
        layers.sort(key=lambda layer: layer.covers)
        layers = [localised(layer, self.language) for layer in [*layers, *base_layers(self.inputs)]]
        if not layers:
            return
        title = Text(self.study.file.study.title).render(self.language)
        panel = self.inputs.panel.to_frame()
        panel.attrs = {}
        crs = map_crs(self.inputs)
        write_geopackage(
            folder / "results.gpkg",
            layers,
            language=self.language,
            history=[f"spatialcarbon run, seed {self.inputs.seed}", self.study.path.name],
            tables={"panel": panel} if len(panel) else {},
            project_title=title,
            crs=crs,
        )
        write_project(folder / "project.qgz", layers, title=title, language=self.language, crs=crs)

    def _document(
        self,
        pairs: Sequence[tuple[Step, Done]],
        tables: Mapping[str, list[Table]],
        specs: Mapping[str, list[FigureSpec]],
        images: Mapping[str, bytes],
    ) -> Document:
        cautions = [
            *self.inputs.map_notes_in(self.language),
            *self.inputs.panel.notes_in(self.language),
        ]
        sections = [
            Section(
                key=item.key,
                title=self._title(step, item),
                question=step.analysis.question,
                findings=findings_of(step.analysis, item),
                figures=[(spec, images[spec.name]) for spec in specs[item.key]],
                tables=tables[item.key],
                reading=step.analysis.reading,
                methods=step.analysis.methods,
                notes=list(
                    dict.fromkeys(
                        self._with_names(note)
                        for result in item.results()
                        for note in result.notes_in(self.language)
                        if note not in cautions
                    )
                ),
            )
            for step, item in pairs
        ]
        section = self.study.file.study
        return Document(
            title=section.title,
            authors=section.authors,
            sections=sections,
            references=[key for step, _ in pairs for key in step.analysis.references],
            seed=section.seed,
            units=len(self.inputs.units),
            groups={code: self.inputs.group_name(code) for code in self.inputs.groups},
            group_sizes={code: len(index) for code, index in self.inputs.groups.items()},
            weights=[
                WeightsFacts(name, w, [self.inputs.names[unit] for unit in w.isolates])
                for name, w in self.inputs.weights.items()
            ],
            sources=self._sources(),
            versions=provenance.versions(),
            cautions=cautions,
        )

    def _with_names(self, words: str) -> str:
        """Put the name of a place before its code, where a remark gives only the code."""
        names = {str(unit): name for unit, name in self.inputs.names.items()}
        codes = [code for code in names if len(code) > 3 and code in words]
        for code in codes:
            name = names[code].render(self.language)
            if name != code:
                shown = f"{name} {code}".replace("\\", r"\\")
                words = re.sub(rf"(?<!\w){re.escape(code)}(?!\w)", shown, words)
        return words

    def _title(self, step: Step, done: Done) -> Text:
        """Return the heading of a section; a method used twice says on which variable."""
        if done.parameters.title:
            return Text(done.parameters.title)
        title = step.analysis.title
        variable = getattr(done.parameters, "variable", None)
        often = sum(other.analysis is step.analysis for other in self.study.steps) > 1
        if not often or not isinstance(variable, str):
            return title
        named = done.inputs.variable_name(variable)
        return text("{title} ({variable})", title=title, variable=named)

    def _sources(self) -> list[tuple[str, str, str]]:
        """Return (what, source and licence, caution) of map and tables."""
        catalogue = shipped_tables(language=self.language).set_index("name")
        listed = []
        attrs = self.inputs.units.attrs
        if "source" in attrs:
            listed.append((self.study.file.units.source, str(attrs["source"]), ""))
        for table in self.study.file.tables.values():
            if is_shipped(table.source):
                row = catalogue.loc[table.source]
                listed.append(
                    (str(row["title"]), f"{row['source']} ({row['licence']})", str(row["caution"]))
                )
            else:
                listed.append((Path(table.source).name, Path(table.source).name, ""))
        for series in self.inputs.rasters.values():
            named = ", ".join(path.name for path in series.files.values())
            caution = ILLUSTRATIVE.render(self.language) if series.illustrative else ""
            listed.append((series.name, named, caution))
        return listed


def map_crs(inputs: Inputs) -> Any:
    """Return the CRS of the QGIS project: equal-area where the map is in degrees."""
    from spatialcarbon.geo.crs import equal_area_crs, is_geographic

    return equal_area_crs(inputs.units) if is_geographic(inputs.units.crs) else None


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


def _checked_inputs(study: Study) -> Inputs:
    """Return what the analyses work on, or raise all that does not fit, with lines."""
    if problems := raster_problems(study, TomlLines(study.source)):
        raise_problems(study.path, problems)
    inputs = build_inputs(study)
    _check_against_data(study, inputs)
    return inputs


def _check_against_data(study: Study, inputs: Inputs) -> None:
    """Raise all that does not fit between the analyses and the data, with lines."""
    lines = TomlLines(study.source)
    problems = [
        (lines.find(["analyses", at]), f"analyses[{at + 1}]", problem)
        for at, step in enumerate(study.steps)
        for problem in step.analysis.check(step.parameters, inputs)
    ]
    if problems:
        raise_problems(study.path, problems)
