"""Words on figures: said in the reader's language, wrapped to fit, readable on any ground."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import patheffects
from matplotlib.colors import to_hex, to_rgb

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.core.printable import one_line
from spatialcarbon.report.canvas import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text as Letters
    from matplotlib.transforms import Bbox

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NO_LINE_START = "，。、；：！？）》」』”’,.;:!?)"


def say(words: str | Text, language: Language) -> str:
    """Return words in the language; a plain string is looked up in the glossary.

    Examples
    --------
    >>> say("CO2 by city", "en")
    'CO₂ by city'
    """
    said = words.render(language) if isinstance(words, Text) else translate(words, language)
    return said.replace("CO2", "CO₂")


def name_of(label: object, names: Mapping[Any, str | Text] | None, language: Language) -> str:
    """Return what a group is called, on one line: its entry in ``names``, else the label itself."""
    found = (names or {}).get(label)
    return one_line(str(label) if found is None else say(found, language))


def unit_label(unit: str, language: Language) -> str:
    """Write a unit of measure as print does.

    Examples
    --------
    >>> [unit_label(u, "en") for u in ("Mt CO2", "t/km2", "10^4 t")]
    ['Mt CO₂', 't/km²', '10⁴ t']
    """
    written = (
        translate(unit, language).replace("CO2", "CO₂").replace("m2", "m²").replace("m3", "m³")
    )
    head, caret, tail = written.partition("^")
    if not caret:
        return written
    digits = len(tail) - len(tail.lstrip("-0123456789"))
    return head + tail[:digits].translate(_SUPERSCRIPTS) + unit_label(tail[digits:], "en")


def with_unit(words: str | Text, unit: str, language: Language) -> str:
    """Return an axis label: what is shown and in which unit."""
    if not unit:
        return say(words, language)
    quantity, measure = say(words, language), unit_label(unit, language)
    return translate("{quantity} ({measure})", language, quantity=quantity, measure=measure)


def number(value: float, digits: int = 4) -> str:
    """Write a number with a few significant digits, true minus, thousands parted.

    Examples
    --------
    >>> [number(x) for x in (1570.516, 0.22943, -0.5, 25.0, 1234567.0)]
    ['1,571', '0.2294', '−0.5', '25', '1,234,567']
    """
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0) if value else 0
    plain = f"{abs(value):,.{places}f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return ("−" if value < 0 and plain.strip("0.,") else "") + plain


def emphasise(letters: Letters, language: Language) -> None:
    """Make text bold, by a thin outline where the font (the hanzi) has one weight only."""
    if language == "zh":
        colour = str(letters.get_color())
        letters.set_path_effects([patheffects.withStroke(linewidth=0.5, foreground=colour)])
    else:
        letters.set_fontweight("bold")


def readable(colour: str) -> str:
    """Return a colour darkened until words in it stand out from white (contrast 4.5 or more).

    Examples
    --------
    >>> readable("#222222"), readable("#ccbb44")
    ('#222222', '#82772b')
    """
    rgb = np.array(to_rgb(colour))
    while _luminance(rgb) > 0.183:
        rgb = rgb * 0.985
    return to_hex((float(rgb[0]), float(rgb[1]), float(rgb[2])))


def ink_on(colour: str) -> str:
    """Return black or white, whichever is easier to read on a colour.

    Examples
    --------
    >>> ink_on("#ccbb44"), ink_on("#228833")
    ('#222222', 'white')
    """
    return INK if _luminance(np.array(to_rgb(colour))) > 0.213 else "white"


def _luminance(rgb: Any) -> float:
    """Return the relative luminance that the web's contrast rules are written in."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def halo(width: float = 2.0) -> list[patheffects.AbstractPathEffect]:
    """Return the white rim that keeps a word readable over colours and lines."""
    return [patheffects.withStroke(linewidth=width, foreground="white")]


def extent(fig: Figure, letters: Letters) -> Bbox:
    """Return the box that text fills, in pixels."""
    return letters.get_window_extent(fig.canvas.get_renderer())  # type: ignore[attr-defined]


def wrap(fig: Figure, words: str, width: float, **font: Any) -> str:
    """Break words into lines that are at most ``width`` inches wide, between hanzi as well.

    Parameters
    ----------
    fig : Figure
        Measures the text.
    words : str
        What to break.
    width : float
        Inches available.
    **font
        Passed on to ``Figure.text``: ``fontsize``, ``fontweight``.
    """
    probe = fig.text(0, 0, "", **font)
    lines: list[str] = []
    line = ""
    for piece in _pieces(words):
        probe.set_text((line + piece).strip())
        if line and extent(fig, probe).width > width * fig.dpi:
            lines.append(line.strip())
            line = ""
        line += piece
    probe.remove()
    return "\n".join([*lines, line.strip()])


def _pieces(words: str) -> list[str]:
    """Cut words where a line may end."""
    pieces: list[str] = [""]
    for character in words:
        wide = unicodedata.east_asian_width(character) in "WF"
        after_space = pieces[-1].endswith((" ", "–", "—", "-", "/"))
        if (wide or after_space) and pieces[-1] and character not in _NO_LINE_START:
            pieces.append(character)
        elif pieces[-1] and unicodedata.east_asian_width(pieces[-1][-1]) == "W" and not wide:
            glued = character in _NO_LINE_START or character == " "
            pieces[-1:] = [pieces[-1] + character] if glued else [pieces[-1], character]
        else:
            pieces[-1] += character
    return [piece for piece in pieces if piece]
