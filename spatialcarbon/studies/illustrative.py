"""Invented numbers say so wherever they go: figures, tables, layers and sections of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import text
from spatialcarbon.data.catalogue import ILLUSTRATIVE, entries
from spatialcarbon.report.sheet import marked

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language, Text
    from spatialcarbon.report.canvas import FigureSpec
    from spatialcarbon.report.layers import Layer
    from spatialcarbon.report.tables import Table
    from spatialcarbon.studies.analysis import Analysis, Done
    from spatialcarbon.studies.schema import StudyFile


def is_illustrative(source: str) -> bool:
    """Return whether a shipped table of this name holds invented numbers."""
    return source in entries() and entries()[source].illustrative


def illustrative_variables(file: StudyFile, invented: frozenset[str]) -> frozenset[str]:
    """Return the variables of a study that come from invented numbers, ratios among them.

    Parameters
    ----------
    file : StudyFile
        The study.
    invented : frozenset of str
        Variables known to be invented that come from no table.
    """
    found = set(invented) | {
        variable
        for table in file.tables.values()
        if is_illustrative(table.source)
        for variable in table.variables
    }
    for name, ratio in file.ratios.items():
        if {ratio.numerator, ratio.denominator} & found:
            found.add(name)
    return frozenset(found)


def uses_illustrative(done: Done) -> bool:
    """Return whether an analysis was made from invented numbers: a variable, table or raster."""
    if getattr(done.parameters, "assumed", False):
        return True
    if hasattr(done.parameters, "raster") and done.inputs.rasters:
        return done.inputs.raster_named(done.parameters.raster).illustrative
    # Values only: a field may be called like a variable that it does not use.
    given = done.parameters.model_dump(exclude={"name", "title"})
    named = set(_strings(list(given.values())))
    named.update(*(done.parameters.variables_in(field) for field in done.parameters.COLUMNS))
    return bool(named & done.inputs.illustrative) or any(map(is_illustrative, named))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from (*_strings(key), *_strings(item))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _strings(item)


def tables_of(analysis: Analysis, done: Done) -> list[Table]:
    """Return the tables of an analysis; made from invented numbers, their headings say so."""
    made = list(analysis.tables(done))
    if not uses_illustrative(done):
        return made
    return [
        replace(table, title=text("{title} (illustrative data)", title=table.title))
        for table in made
    ]


def layers_of(analysis: Analysis, done: Done) -> list[Layer]:
    """Return the map layers of an analysis; made from invented numbers, their titles say so."""
    made = list(analysis.layers(done))
    if not uses_illustrative(done):
        return made
    return [
        replace(layer, title=text("{title} (illustrative data)", title=layer.title))
        for layer in made
    ]


def figures_of(analysis: Analysis, done: Done) -> list[FigureSpec]:
    """Return the figures of an analysis; made from invented numbers, all of them are marked."""
    made = list(analysis.figures(done))
    return [_marked(spec) for spec in made] if uses_illustrative(done) else made


def _marked(spec: FigureSpec) -> FigureSpec:
    def draw(language: Language) -> Any:
        with marked(ILLUSTRATIVE):
            return spec.draw(language)

    return replace(spec, title=text("{title} (illustrative data)", title=spec.title), draw=draw)


def findings_of(analysis: Analysis, done: Done) -> list[Text]:
    """Return the findings of an analysis; made from invented numbers, each of them says so."""
    made = list(analysis.text(done))
    if not uses_illustrative(done):
        return made
    return [text("On illustrative data: {finding}", finding=finding) for finding in made]
