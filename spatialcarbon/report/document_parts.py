"""The parts of the report as the page shows them: numbered figures, tables, works and remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from spatialcarbon.core.references import Reference, cite_keys
from spatialcarbon.report.document_image import Picture, picture
from spatialcarbon.report.document_table import ShownTable, shown_table
from spatialcarbon.report.document_text import citation

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language
    from spatialcarbon.report.canvas import FigureSpec
    from spatialcarbon.report.document import Section


@dataclass(frozen=True, eq=False)
class ShownFigure:
    """A figure with its number and its picture."""

    number: int
    spec: FigureSpec
    picture: Picture


@dataclass(frozen=True, eq=False)
class ShownSection:
    """A section with its number, its figures and its tables.

    Parameters
    ----------
    number : int
    about : Section
    figures : sequence of ShownFigure
    tables : sequence of ShownTable
    cited : str
        Numbers of the works it rests on.
    same_methods_as : int or None
        Number of an earlier section with the same paragraph on methods.
    """

    number: int
    about: Section
    figures: Sequence[ShownFigure]
    tables: Sequence[ShownTable]
    cited: str
    same_methods_as: int | None


@dataclass(frozen=True, eq=False)
class Remark:
    """A remark on some results, and the sections that it concerns."""

    words: str
    sections: Sequence[int]


def shown_sections(
    sections: Sequence[Section], works: Mapping[str, int], language: Language
) -> list[ShownSection]:
    """Which number has everything in the report?

    Parameters
    ----------
    sections : sequence of Section
        In the order of the report.
    works : mapping
        Key of the literature → its number, see :func:`citations`.
    language : {"en", "zh"}
        Language of the tables.

    Returns
    -------
    list of ShownSection
        Figures and tables are counted through the whole report.
    """
    figures, tables = count(1), count(1)
    methods: dict[str, int] = {}
    made = []
    for number, section in enumerate(sections, start=1):
        said = section.methods.render("en")
        first = methods.setdefault(said, number)
        made.append(
            ShownSection(
                number=number,
                about=section,
                figures=[
                    ShownFigure(next(figures), spec, picture(png)) for spec, png in section.figures
                ],
                tables=[shown_table(table, next(tables), language) for table in section.tables],
                cited=citation(works[key] for key in section.references),
                same_methods_as=None if first == number else first,
            )
        )
    return made


def citations(sections: Sequence[Section]) -> tuple[dict[str, int], list[Reference]]:
    """Which works does the report rest on, in the order in which it cites them?

    Parameters
    ----------
    sections : sequence of Section
        In the order of the report.

    Returns
    -------
    dict
        Key → number from 1.
    list of Reference
        The works in the order of their numbers; those of a section among themselves by name.

    Raises
    ------
    OptionError
        For a key that is not in the list of references.
    """
    works: dict[str, Reference] = {}
    for section in sections:
        for work in cite_keys(section.references):
            works.setdefault(work.key, work)
    return {key: at for at, key in enumerate(works, start=1)}, list(works.values())


def remarks(sections: Sequence[Section]) -> list[Remark]:
    """Which remarks do the analyses make, each said once?

    Parameters
    ----------
    sections : sequence of Section
        In the order of the report.

    Returns
    -------
    list of Remark
    """
    found: dict[str, list[int]] = {}
    for number, section in enumerate(sections, start=1):
        for note in section.notes:
            found.setdefault(note, []).append(number)
    return [Remark(words, numbers) for words, numbers in found.items()]
