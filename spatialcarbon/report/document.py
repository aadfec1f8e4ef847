"""The report: one HTML file that needs nothing else, in either language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.document_font import embedded_font
from spatialcarbon.report.document_parts import citations, remarks, shown_sections
from spatialcarbon.report.document_text import joined, typeset
from spatialcarbon.report.templating import rendered, source

if TYPE_CHECKING:
    from spatialcarbon.report.canvas import FigureSpec
    from spatialcarbon.report.document_summary import Summary
    from spatialcarbon.report.tables import Table
    from spatialcarbon.weights.weights import Weights


class InteractivePart(Protocol):
    """What the page needs of its interactive map."""

    @property
    def css(self) -> str:
        """Style rules."""

    @property
    def js(self) -> str:
        """The script, without tags and without data of the user."""

    def html(self, language: Language) -> Any:
        """Return the markup, with what users named already escaped."""


@dataclass(frozen=True, eq=False)
class Section:
    """What one analysis contributes to the report.

    Parameters
    ----------
    key : str
        Anchor.
    title, question, reading, methods : Text
        Heading; what it answers; how to read it; how it was computed.
    findings : sequence of Text
        Sentences made from the results.
    figures : sequence of (FigureSpec, bytes)
        Figures with their PNG.
    tables : sequence of Table
    notes : sequence of str
        Isolates, bridges, units left out, too few permutations.
    references : sequence of str
        Keys of the literature.
    settings : sequence of (name, value)
        As in the study file.
    illustrative : bool
        Whether it was made from invented numbers.
    """

    key: str
    title: Text
    question: Text
    findings: Sequence[Text]
    figures: Sequence[tuple[FigureSpec, bytes]]
    tables: Sequence[Table]
    reading: Text
    methods: Text
    notes: Sequence[str]
    references: Sequence[str] = ()
    settings: Sequence[tuple[str, str]] = ()
    illustrative: bool = False


@dataclass(frozen=True, eq=False)
class WeightsFacts:
    """Spatial weights, with names for the places that have no neighbours."""

    name: str
    weights: Weights
    isolates: Sequence[Text]


@dataclass(frozen=True, eq=False)
class Document:
    """A whole report.

    Parameters
    ----------
    title : str
    authors : sequence of str
    summary : Summary
        What was studied and what came out, in sentences.
    sections : sequence of Section
    seed, units : int
        Seed of the run; number of places.
    groups : mapping
        Code → name; ``group_sizes``: code → number of places.
    weights : sequence of WeightsFacts
    sources : sequence of (what, source, caution)
    versions : mapping
    cautions : sequence of str
        What was noticed while reading the data.
    interactive : InteractivePart or None
        The interactive map.
    """

    title: str
    authors: Sequence[str]
    summary: Summary
    sections: Sequence[Section]
    seed: int
    units: int
    groups: Mapping[str, Text]
    group_sizes: Mapping[str, int]
    weights: Sequence[WeightsFacts]
    sources: Sequence[tuple[str, str, str]]
    versions: Mapping[str, str]
    cautions: Sequence[str] = field(default_factory=tuple)
    interactive: InteractivePart | None = None


def write_document(path: Path, document: Document, language: Language) -> None:
    """Write the report as one self-contained HTML file."""
    path.write_text(render_document(document, language), encoding="utf-8", newline="\n")


def render_document(document: Document, language: Language) -> str:
    """What is the report, as the text of one HTML page?

    Parameters
    ----------
    document : Document
        What the run found.
    language : {"en", "zh"}
        Language of every sentence.

    Returns
    -------
    str
        A page that loads nothing from elsewhere; the same document gives the same text.
    """

    def say(words: Text | str, **params: Any) -> str:
        if isinstance(words, Text):
            return typeset(words.render(language), language)
        return typeset(translate(words, language, **params), language)

    scripts = [source("report.js")]
    if document.interactive is not None:
        scripts.append(document.interactive.js)
    numbers, works = citations(document.sections)
    page = rendered(
        "report.html.j2",
        document=document,
        language=language,
        t=say,
        joined=lambda words: joined(words, language),
        sections=shown_sections(document.sections, numbers, language),
        numbers={section.key: at for at, section in enumerate(document.sections, start=1)},
        remarks=remarks(document.sections),
        works=works,
        styles=source("report.css"),
        scripts=scripts,
        hashes=[_fingerprint(script) for script in scripts],
        font="@@FONT@@",
    )
    # The first one is that of the style sheet: all that users named comes after it.
    return page.replace("@@FONT@@", embedded_font(page), 1)


def _fingerprint(script: str) -> str:
    """Return what lets a browser run this script and no other."""
    import base64
    import hashlib

    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
