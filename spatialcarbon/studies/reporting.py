"""What a run hands to its report: sections, summary, sources, remarks with names of places."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.data.catalogue import ILLUSTRATIVE
from spatialcarbon.data.catalogue import tables as shipped_tables
from spatialcarbon.report.document import Document, Section, WeightsFacts
from spatialcarbon.studies import provenance
from spatialcarbon.studies.illustrative import findings_of, uses_illustrative
from spatialcarbon.studies.inputs import is_shipped
from spatialcarbon.studies.maps import maps_of, own_name
from spatialcarbon.studies.report_map import report_map
from spatialcarbon.studies.report_map_size import openable
from spatialcarbon.studies.summary import summarise

if TYPE_CHECKING:
    from spatialcarbon.report.canvas import FigureSpec
    from spatialcarbon.report.tables import Table
    from spatialcarbon.studies.analysis import Done, Inputs
    from spatialcarbon.studies.study_file import Step, Study


def make_document(
    study: Study,
    inputs: Inputs,
    pairs: Sequence[tuple[Step, Done]],
    *,
    tables: Mapping[str, Sequence[Table]],
    figures: Mapping[str, Sequence[FigureSpec]],
    images: Mapping[str, bytes],
    language: Language,
) -> Document:
    """What does the report of a run hold?

    Parameters
    ----------
    study : Study
        The study file.
    inputs : Inputs
        Map, panel, weights, groups.
    pairs : sequence of (Step, Done)
        What was run, in order.
    tables, figures : mapping
        Key of the analysis → what it made.
    images : mapping
        Name of a figure → its PNG; figures that were not drawn are left out.
    language : {"en", "zh"}
        Language of remarks, which come as plain text.

    Returns
    -------
    Document
    """
    maps = maps_of(inputs, pairs)
    cautions = [
        note
        for part in maps
        for note in (*part.map_notes_in(language), *part.panel.notes_in(language))
    ]
    sections = [
        Section(
            key=done.key,
            title=_title(study, step, done),
            question=step.analysis.question,
            findings=findings_of(step.analysis, done),
            figures=[
                (spec, images[spec.name]) for spec in figures[done.key] if spec.name in images
            ],
            tables=tables[done.key],
            reading=step.analysis.reading,
            methods=step.analysis.methods,
            notes=_notes(done, cautions, language),
            references=step.analysis.references,
            settings=_settings(done),
            illustrative=uses_illustrative(done),
        )
        for step, done in pairs
    ]
    about = study.file.study
    shown = report_map(inputs, pairs, [section.title for section in sections])
    if shown is not None:
        shown, left_out = openable(shown)
        cautions += [words.render(language) for words in left_out]
    return Document(
        title=about.title,
        authors=about.authors,
        summary=summarise(inputs, pairs, sections),
        sections=sections,
        seed=about.seed,
        units=len(inputs.units),
        groups={code: inputs.group_name(code) for code in inputs.groups},
        group_sizes={code: len(index) for code, index in inputs.groups.items()},
        weights=[
            WeightsFacts(own_name(part, name), w, [part.names[unit] for unit in w.isolates])
            for part in maps
            for name, w in part.weights.items()
        ],
        sources=sources_of(study, maps, language),
        versions=provenance.versions(),
        cautions=cautions,
        interactive=shown,
    )


def _notes(done: Done, cautions: Sequence[str], language: Language) -> list[str]:
    """Return what the results of an analysis remark, beyond what was said of the data."""
    remarks = [
        _with_names(done.inputs, note, language)
        for result in done.results()
        for note in result.notes_in(language)
        if note not in cautions
    ]
    return list(dict.fromkeys(remarks))


def _with_names(inputs: Inputs, words: str, language: Language) -> str:
    """Put the name of a place before its code, where a remark gives only the code."""
    names = {str(unit): name for unit, name in inputs.names.items()}
    codes = [code for code in names if len(code) > 3 and code in words]
    for code in codes:
        name = names[code].render(language)
        if name != code:
            shown = f"{name} {code}".replace("\\", r"\\")
            words = re.sub(rf"(?<!\w){re.escape(code)}(?!\w)", shown, words)
    return words


def _title(study: Study, step: Step, done: Done) -> Text:
    """Return the heading of a section; a method used twice says on which variable."""
    if done.parameters.title:
        return Text(done.parameters.title)
    title = step.analysis.title
    variable = getattr(done.parameters, "variable", None)
    often = sum(other.analysis is step.analysis for other in study.steps) > 1
    if not often or not isinstance(variable, str):
        return title
    named = done.inputs.variable_name(variable)
    return text("{title} ({variable})", title=title, variable=named)


def _settings(done: Done) -> list[tuple[str, str]]:
    """Return the settings of an analysis as the study file would hold them, defaults included.

    What the file leaves open, such as the number of permutations, is as the result records it.
    """
    given: dict[str, Any] = done.parameters.model_dump(mode="json", exclude={"name", "title"})
    recorded: dict[str, Any] = {}
    for result in done.results():
        recorded = {**result.settings, **recorded}
    chosen = {name: recorded.get(name) if value is None else value for name, value in given.items()}
    return [
        (name, json.dumps(value, ensure_ascii=False))
        for name, value in chosen.items()
        if isinstance(value, (bool, int, float, str, list, dict)) and value not in ("", [], {})
    ]


def sources_of(
    study: Study, maps: Sequence[Inputs], language: Language
) -> list[tuple[str, str, str]]:
    """Return (what, source and licence, caution) of all maps and tables, each once."""
    found = [entry for part in maps for entry in _sources_at(study.at(part.map), part, language)]
    return list(dict.fromkeys(found))


def _sources_at(study: Study, inputs: Inputs, language: Language) -> list[tuple[str, str, str]]:
    catalogue = shipped_tables(language=language).set_index("name")
    listed = []
    attrs = inputs.units.attrs
    if "source" in attrs:
        listed.append((study.file.units.source, str(attrs["source"]), ""))
    for table in study.file.tables.values():
        if is_shipped(table.source):
            row = catalogue.loc[table.source]
            listed.append(
                (str(row["title"]), f"{row['source']} ({row['licence']})", str(row["caution"]))
            )
        else:
            listed.append((Path(table.source).name, Path(table.source).name, ""))
    for series in inputs.rasters.values():
        named = ", ".join(path.name for path in series.files.values())
        caution = ILLUSTRATIVE.render(language) if series.illustrative else ""
        listed.append((series.name, named, caution))
    return listed
