"""A page to draw on, measured in inches: heading above, notes below, axes fitted between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.report.canvas import GREY, new_figure
from spatialcarbon.report.lettering import emphasise, say, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 9.0
"""Inches; a report column of 900 pixels."""

MARGIN = 0.12
_HEADING, _MARK, _SMALL = 12.0, 8.5, 7.5
"""Sizes of letters in points."""

_WARNING = "#9c4a12"
"""Colour of what must not be overlooked."""

_MARKS: ContextVar[tuple[str | Text, ...]] = ContextVar("marks", default=())


@contextmanager
def marked(*words: str | Text) -> Iterator[None]:
    """Write words under the heading of every figure drawn inside this block.

    For what must go wherever the figure goes, such as that its numbers are
    invented: no drawing function has to know of it.

    Parameters
    ----------
    *words : str or Text
        The marks; one that is in force already is not written twice.
    """
    before = _MARKS.get()
    token = _MARKS.set((*before, *(word for word in words if word not in before)))
    try:
        yield
    finally:
        _MARKS.reset(token)


class Sheet:
    """A figure with a heading, a body to fill, and small print.

    Parameters
    ----------
    title : str or Text
        Heading; broken into lines where it is long, left out where it is empty.
    body : float
        Height of the body in inches.
    language : {"en", "zh"}
        Of the heading and the notes.
    source : str or Text
        Where the data come from.
    notes : sequence of str or Text
        Further small print.
    """

    def __init__(
        self,
        title: str | Text,
        body: float,
        language: Language,
        *,
        source: str | Text = "",
        notes: Sequence[str | Text] = (),
    ) -> None:
        self.fig = new_figure(WIDTH, 1.0)
        self.body = body
        self.language = language
        inner = WIDTH - 2 * MARGIN
        weight = {} if language == "zh" else {"fontweight": "bold"}
        heading = say(title, language)
        heading = wrap(self.fig, heading, inner, fontsize=_HEADING, **weight)
        small = [say(note, language) for note in notes]
        if source:
            small.append(translate("Source: {source}", language, source=say(source, language)))
        print_ = "\n".join(wrap(self.fig, line, inner, fontsize=_SMALL) for line in small)
        marks = "\n".join(
            wrap(self.fig, say(mark, language), inner, fontsize=_MARK) for mark in _MARKS.get()
        )
        head = 0.12 + 0.22 * len(heading.splitlines())
        above = head + (0.08 if heading else 0.0) + 0.17 * len(marks.splitlines())
        self.bottom = 0.1 + (0.14 * len(print_.splitlines()) + 0.08 if print_ else 0.0)
        self.height = above + body + self.bottom
        self.fig.set_size_inches(WIDTH, self.height)
        if heading:
            letters = self.fig.text(
                MARGIN / WIDTH, 1 - 0.1 / self.height, heading, va="top", linespacing=1.25,
                fontsize=_HEADING,
            )  # fmt: skip
            emphasise(letters, language)
        if marks:
            self.fig.text(
                MARGIN / WIDTH, 1 - head / self.height, marks, va="top", linespacing=1.3,
                fontsize=_MARK, color=_WARNING, gid="mark",
            )  # fmt: skip
        if print_:
            self.fig.text(
                MARGIN / WIDTH, 0.08 / self.height, print_, va="bottom", linespacing=1.3,
                fontsize=_SMALL, color=GREY,
            )  # fmt: skip

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add axes at a place of the body, all in inches."""
        return self.fig.add_axes(
            (
                left / WIDTH,
                (self.bottom + bottom) / self.height,
                width / WIDTH,
                height / self.height,
            )
        )

    def fit(self, ax: Axes, left: float, bottom: float, width: float, height: float) -> None:
        """Size axes so that they and all that is written around them fill a box of the body."""
        renderer = self.fig.canvas.get_renderer()  # type: ignore[attr-defined]
        dpi = self.fig.dpi
        want = (left, bottom + self.bottom, left + width, bottom + self.bottom + height)
        # Twice, because other ticks may be chosen after the first change of size.
        for _ in range(2):
            full = ax.get_tightbbox(renderer)
            core = ax.get_window_extent(renderer)
            assert full is not None
            x0 = want[0] + (core.x0 - full.x0) / dpi
            y0 = want[1] + (core.y0 - full.y0) / dpi
            x1 = max(want[2] - (full.x1 - core.x1) / dpi, x0 + 0.5)
            y1 = max(want[3] - (full.y1 - core.y1) / dpi, y0 + 0.5)
            ax.set_position(
                (x0 / WIDTH, y0 / self.height, (x1 - x0) / WIDTH, (y1 - y0) / self.height)
            )
