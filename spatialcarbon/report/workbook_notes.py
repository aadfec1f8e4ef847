"""What a workbook says beside its tables: how to read it, remarks, sources, how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.core.references import cite_keys
from spatialcarbon.report.lettering import say

if TYPE_CHECKING:
    from spatialcarbon.report.document import Document


@dataclass(frozen=True, eq=False, kw_only=True)
class Preface:
    """What a workbook says beside its tables.

    Parameters
    ----------
    title : Text or None
        Of the study.
    questions : mapping
        Name of a table → what it answers.
    remarks : sequence of (Text, sequence of str)
        Heading of a section → what a careful reader should know about it.
    sources : sequence of (what, source, caution)
        Where the numbers come from.
    references : sequence of str
        Keys of the literature.
    seed : int or None
        From which all random draws flow.
    versions : mapping
        Program → version.
    """

    title: Text | None = None
    questions: Mapping[str, Text] = field(default_factory=dict)
    remarks: Sequence[tuple[Text, Sequence[str]]] = ()
    sources: Sequence[tuple[str, str, str]] = ()
    references: Sequence[str] = ()
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


HOW_TO_READ = (
    text(
        "Row 1 is the title, row 2 says how to read the table, row 3 has the headings, "
        "row 4 the units of measure; values begin in row 5."
    ),
    text(
        "A column without a unit holds names, codes, years, counts, or numbers without "
        "dimension such as shares and indices."
    ),
    text(
        "Cells hold all digits; fewer are shown. An empty cell is a missing value; "
        "∞ is a number beyond all bounds."
    ),
    text("The arrows on row 4 filter and sort; the row of units stays where it is."),
    text(
        "No cell is a formula. Text that a spreadsheet would run as one is preceded by an "
        "apostrophe (')."
    ),
)


def preface_of(document: Document) -> Preface:
    """Return what the report of a run says, as far as it belongs beside its tables."""
    remarks = [(part.title, part.notes) for part in document.sections if part.notes]
    if document.cautions:
        remarks.append((text("Noticed while reading"), document.cautions))
    return Preface(
        title=Text(document.title),
        questions={
            table.name: part.question for part in document.sections for table in part.tables
        },
        remarks=remarks,
        sources=document.sources,
        references=[key for part in document.sections for key in part.references],
        seed=document.seed,
        versions=document.versions,
    )


def notes_of(preface: Preface, language: Language) -> list[tuple[str, Sequence[str]]]:
    """Return the notes: heading and lines of each part that has any."""
    parts: list[tuple[str, Sequence[str]]] = [
        (
            translate("How to read these sheets", language),
            [line.render(language) for line in HOW_TO_READ],
        )
    ]
    parts += [(say(heading, language), lines) for heading, lines in preface.remarks]
    parts += [
        (
            translate("Sources", language),
            [_source(*entry, language) for entry in preface.sources],
        ),
        (
            translate("References", language),
            [f"{item.text} {item.url}".strip() for item in cite_keys(preface.references)],
        ),
        (translate("How to repeat this", language), _repeat(preface, language)),
    ]
    return [(heading, lines) for heading, lines in parts if lines]


def _source(what: str, source: str, caution: str, language: Language) -> str:
    colon, stop = ("：", "。") if language == "zh" else (": ", ". ")
    said = what if source in ("", what) else what + colon + source
    return said + stop + caution if caution else said


def _repeat(preface: Preface, language: Language) -> list[str]:
    lines = []
    if preface.seed is not None:
        lines.append(
            translate(
                "All random draws flow from the seed {seed}: the same study file and versions "
                "give the same numbers.",
                language,
                seed=preface.seed,
            )
        )
    if preface.versions:
        lines.append(" · ".join(f"{name} {number}" for name, number in preface.versions.items()))
    return lines
