"""The one place that sets matplotlib up: fonts, style, and files of the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text as Letters

from spatialcarbon.core.printable import printable
from spatialcarbon.report.fonts.build import FAMILY, FILE_NAME

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language, Text

P = ParamSpec("P")

BUNDLED_FONT = Path(__file__).parent / "fonts" / FILE_NAME
DPI = 150

INK = "#222222"
"""Text and the lines that matter."""

GREY = "#6b6b6b"
"""Secondary text, axes."""

FAINT = "#d9d9d9"
"""Grid lines and frames."""

_STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 9.5,
    "figure.dpi": DPI,
    "figure.facecolor": "white",
    "font.size": 9,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "legend.title_fontsize": 8.5,
    "savefig.dpi": "figure",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    # Ids inside an SVG are random unless they are hashed with a fixed salt.
    "svg.hashsalt": "spatialcarbon",
    "text.color": INK,
    # A dollar sign in a user's label is a dollar sign.
    "text.parse_math": False,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 8.5,
}


@dataclass(frozen=True)
class FigureSpec:
    """A figure that is not drawn yet, with the words that go with it.

    Parameters
    ----------
    name : str
        Stem of the file names.
    title, caption, alt : Text
        Heading; how to read the figure; what it shows, for readers who cannot see it.
    draw : callable
        Takes the language and returns the matplotlib ``Figure``.
    """

    name: str
    title: Text
    caption: Text
    alt: Text
    draw: Callable[[Language], Figure]


def font_family() -> list[str]:
    """Which fonts write a figure, in the order they are asked?

    DejaVu Sans (part of matplotlib) has the Latin letters and signs, the bundled subset
    has the hanzi. The list is the same for both languages, since Chinese place names
    stand in English figures too.

    Examples
    --------
    >>> font_family()
    ['DejaVu Sans', 'SpatialCarbon CJK']
    """
    if all(font.fname != str(BUNDLED_FONT) for font in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(BUNDLED_FONT)
        entry = font_manager.fontManager.ttflist[-1]
        # The file has one weight; listed as bold too, a bold title finds it without complaint.
        font_manager.fontManager.ttflist.append(replace(entry, weight=700))
    return ["DejaVu Sans", FAMILY]


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style inside this block, and leave the user's settings as they were."""
    families = font_family()
    with mpl.rc_context():
        # From the defaults, so that the user's own style cannot change a figure of ours.
        mpl.rcdefaults()
        mpl.rcParams.update({**_STYLE, "font.family": families})
        yield


def in_house_style(function: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a drawing function run in the house style and finish what it drew."""

    @wraps(function)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with house_style():
            figure = function(*args, **kwargs)
            _make_printable(figure)
            # Ticks are made when first drawn; made here, they keep the house fonts.
            figure.draw_without_rendering()
        return figure

    return styled


def _make_printable(figure: Figure) -> None:
    """Let no word on a figure, and no name of a part of it, hold what an SVG file cannot."""
    for part in figure.findobj():
        if isinstance(part, Letters):
            part.set_text(printable(part.get_text()))
        if (name := part.get_gid()) is not None:
            part.set_gid(printable(name))


class NotebookFigure(Figure):
    """A figure that shows itself in a notebook, whether or not pyplot was set up there."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        # As wide as on paper, on a screen of the usual 96 dots an inch.
        return to_png_bytes(self), {"width": round(self.get_figwidth() * 96)}


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure of a size in inches, apart from pyplot and its list of figures."""
    figure = NotebookFigure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def to_png_bytes(fig: Figure, *, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return the figure as a PNG file, the same bytes each time.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        A finished figure.
    metadata : mapping, optional
        Texts to carry in the file, for example ``{"Title": "…"}``.
    """
    buffer = io.BytesIO()
    with house_style():
        # matplotlib would add its version as "Software".
        fig.savefig(buffer, format="png", metadata={"Software": None, **(metadata or {})})
    return buffer.getvalue()


def to_svg_bytes(fig: Figure, *, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return the figure as an SVG file, letters as outlines, the same bytes each time.

    Parameters are those of :func:`to_png_bytes`.
    """
    buffer = io.BytesIO()
    fixed = {"Date": None, "Creator": "spatialcarbon"}
    with house_style():
        fig.savefig(buffer, format="svg", metadata={**fixed, **(metadata or {})})
    # Hundredths of a point are finer than any screen; the rest of the digits doubles the file.
    return re.sub(rb"(?<= d=\")M[^\"]+", _shorten, buffer.getvalue())


def _shorten(path: re.Match[bytes]) -> bytes:
    return re.sub(rb"\d+\.\d{3,}", lambda n: f"{float(n[0]):.2f}".encode(), path[0])
