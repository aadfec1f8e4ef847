"""What a study will do and write, and about how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.data.schema import year_ranges
from spatialcarbon.studies.rasters import Said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spatialcarbon.studies.analysis import Inputs
    from spatialcarbon.studies.findings import Notebook
    from spatialcarbon.studies.study_file import Step, Study
    from spatialcarbon.studies.toml_lines import TomlLines

SECONDS = 1.7
"""Of one analysis with its figures, tables and layers, 111 cities, two cores (measured)."""

SLOW = {
    "moran": 3.0, "lisa": 2.5, "bivariate": 3.0, "industry": 4.0, "density": 3.0, "indicators": 4.0,
    "sensitivity": 3.0, "judgement": 5.0, "allocation_sensitivity": 6.0, "simulation": 6.0,
    "regression": 4.0, "scenario": 4.0,
}  # fmt: skip
"""Analyses that take longer, by their own measure."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What one analysis will do.

    Parameters
    ----------
    key, method : str
        Prefix of its files, and the method.
    title : Text
        Its heading.
    variables : tuple of str
        What it looks at.
    years : str
        Of which years; empty where the method chooses.
    line : int
        Where it stands in the study file.
    seconds : float
        About how long it takes.
    """

    key: str
    method: str
    title: Text
    variables: tuple[str, ...]
    years: str
    line: int
    seconds: float

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the plan as plain data."""
        return {
            "name": self.key,
            "method": self.method,
            "title": self.title.render(language),
            "variables": list(self.variables),
            "years": self.years,
            "line": self.line,
            "seconds": round(self.seconds),
        }


def planned(
    study: Study, given: Mapping[str, Inputs | None], notes: Notebook, lines: TomlLines
) -> tuple[Planned, ...]:
    """Return the plan of every analysis, and note those that do not fit the data."""
    plan = []
    for at, step in enumerate(study.steps):
        line = lines.find(["analyses", at])
        inputs = given[step.map]
        if inputs is not None:
            _check(at, step, inputs, notes, line)
        years = getattr(step.parameters, "years", None) or ()
        numbers = [year for year in years if isinstance(year, int)]
        large = max(1.0, len(inputs.units) / 120) if inputs is not None else 1.0
        plan.append(
            Planned(
                key=step.key,
                method=step.analysis.name,
                title=Text(step.parameters.title) if step.parameters.title else step.analysis.title,
                variables=tuple(_variables(step)),
                years=year_ranges(numbers) if numbers else "",
                line=line,
                seconds=SLOW.get(step.analysis.name, SECONDS) * large,
            )
        )
    return tuple(plan)


def _check(at: int, step: Step, inputs: Inputs, notes: Notebook, line: int) -> None:
    where = f"analyses[{at + 1}]"
    try:
        problems: Sequence[Text] = step.analysis.check(step.parameters, inputs)
    except SpatialCarbonError as error:
        problems = [Said(error)]
    for problem in problems:
        notes.error("analyses", text("{key}: {problem}", key=where, problem=problem), line)
    if problems:
        return
    wanted = getattr(step.parameters, "years", None) or ()
    for variable in _variables(step):
        if variable not in inputs.panel:
            continue
        held = {year for _, year in inputs.panel.missing(variable)}
        if holes := sorted(held.intersection(year for year in wanted if isinstance(year, int))):
            said = text("{key}: {variable} has gaps in {years}; a run will refuse them",
                        key=where, variable=variable, years=year_ranges(holes))  # fmt: skip
            notes.warning("analyses", said, line)


def _variables(step: Step) -> list[str]:
    named = [*getattr(step.parameters, "VARIABLES", ()), *step.parameters.COLUMNS]
    found: list[str] = []
    for field in dict.fromkeys(["variable", *named]):
        found += step.parameters.variables_in(field)
    return list(dict.fromkeys(found))


def outputs_of(study: Study) -> tuple[str, ...]:
    """Return the files and folders that a run will write."""
    wanted = study.file.outputs
    listed = ["tables/", "manifest.json", "study.toml"]
    if wanted.figures:
        listed.insert(1, "figures/")
    if wanted.workbook:
        listed.insert(0, "tables.xlsx")
    if wanted.geopackage:
        listed[:0] = ["results.gpkg", "project.qgz"]
    if wanted.report:
        listed.insert(0, "report.html")
    if wanted.rasters and study.has_rasters:
        listed.append("rasters/")
    return tuple(listed)


def results_there(target: Path, said: str, notes: Notebook, lines: TomlLines) -> None:
    """Note whether something is already where the results will be."""
    line = lines.find(["outputs", "directory"]) if lines.find(["outputs"]) > 1 else None
    if not target.exists():
        notes.fine("outputs", text("{folder} is free", folder=said))
    elif (target / "manifest.json").is_file():
        notes.warning(
            "outputs",
            text("{folder} holds results already: run "
                 "with --overwrite, or with another --out", folder=said),
            line,
        )  # fmt: skip
    elif target.is_file() or any(target.iterdir()):
        notes.error(
            "outputs",
            text("{folder} holds files that are no results "
                 "of this program: choose another directory", folder=said),
            line,
        )  # fmt: skip
    else:
        notes.fine("outputs", text("{folder} is empty", folder=said))
