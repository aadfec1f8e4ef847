"""The report: one HTML file that needs nothing else, in either language."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.core.references import cite_keys
from spatialcarbon.report.canvas import BUNDLED_FONT, FigureSpec

if TYPE_CHECKING:
    from spatialcarbon.report.tables import Table
    from spatialcarbon.weights.weights import Weights

MAX_ROWS = 400
OPEN_ROWS = 40


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
    sections : sequence of Section
    references : sequence of str
        Keys of the literature.
    seed, units : int
        Seed of the run; number of places.
    groups : mapping
        Code → name; ``group_sizes``: code → number of places.
    weights : sequence of WeightsFacts
    sources : sequence of (what, source, caution)
    versions : mapping
    cautions : sequence of str
        What was noticed while reading the data.
    """

    title: str
    authors: Sequence[str]
    sections: Sequence[Section]
    references: Sequence[str]
    seed: int
    units: int
    groups: Mapping[str, Text]
    group_sizes: Mapping[str, int]
    weights: Sequence[WeightsFacts]
    sources: Sequence[tuple[str, str, str]]
    versions: Mapping[str, str]
    cautions: Sequence[str] = field(default_factory=tuple)


def write_document(path: Path, document: Document, language: Language) -> None:
    """Write the report as one self-contained HTML file."""
    path.write_text(render_document(document, language), encoding="utf-8")


def render_document(document: Document, language: Language) -> str:
    """Return the report as HTML text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("spatialcarbon.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def say(words: Text | str, **params: Any) -> str:
        if isinstance(words, Text):
            return pretty(words.render(language))
        return pretty(translate(words, language, **params))

    page = environment.get_template("report.html.j2").render(
        document=document,
        language=language,
        t=say,
        references=cite_keys(document.references),
        picture=lambda data: base64.b64encode(data).decode(),
        pages=lambda table: _page(table, language),
        font="@@FONT@@",
    )
    return page.replace("@@FONT@@", _embedded_font(page))


@dataclass(frozen=True)
class Page:
    """A table as text, ready for the page."""

    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[tuple[str, bool]]]
    hidden: int
    long: bool


def _page(table: Table, language: Language) -> Page:
    frame = table.page()
    columns = list(frame.columns)
    numeric = [frame[column].dtype.kind in "fiu" for column in columns]
    rows = [
        [
            (table.cell(column, value, language), number)
            for column, value, number in zip(columns, row, numeric, strict=True)
        ]
        for row in frame.head(MAX_ROWS).itertuples(index=False, name=None)
    ]
    headings = [(table.heading(c, language), n) for c, n in zip(columns, numeric, strict=True)]
    return Page(headings, rows, max(0, len(frame) - MAX_ROWS), len(frame) > OPEN_ROWS)


def pretty(words: str) -> str:
    """Return words with chemical and metric signs as print has them.

    Examples
    --------
    >>> pretty("5,990 t CO2/km2, 10^4 t")
    '5,990 t CO₂/km², 10⁴ t'
    """
    raised = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    words = re.sub(r"(?<=10)\^(\d+)", lambda match: match[1].translate(raised), words)
    return re.sub(r"\b(k?m)2\b", r"\1²", words).replace("CO2", "CO₂")


def _embedded_font(page: str) -> str:
    """Return the hanzi of a page as a small font, for screens that have none of their own."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    wanted = sorted({ord(ch) for ch in page if ord(ch) > 0x2E7F})
    if not wanted:
        return ""
    options = subset.Options()
    options.flavor = "woff"
    options.recalc_timestamp = False
    options.notdef_outline = True
    font = TTFont(BUNDLED_FONT, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer, reorderTables=True)
    return base64.b64encode(buffer.getvalue()).decode()
