"""Formulas as outlines inside the page, drawn by matplotlib: no network, no LaTeX, any theme."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

SIZE = 100.0
INLINE = 12.0
"""Width in em above which a formula inside a sentence may break."""
QUAD = r"\qquad"
LETTERS = FontProperties(math_fontfamily="cm", size=SIZE)
COMMANDS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}


@cache
def svg(latex: str) -> str:
    """Return one line of mathematics as inline SVG in the colour of the text around it."""
    # What LaTeX knows and mathtext calls otherwise.
    plain = " ".join(latex.split()).replace("&", "").replace(r"\tfrac", r"\frac")
    plain = re.sub(r"\\(d?frac)\s*(\\[a-zA-Z]+|\w)\s*", r"\\\1{\2}", plain)
    plain = re.sub(r"\\(d?frac)(\{[^{}]*\})\s*(\\[a-zA-Z]+|\w)", r"\\\1\2{\3}", plain)
    plain = re.sub(r"\\(ge|le)(?![a-zA-Z])", r"\\\1q", plain)
    plain = re.sub(r"\\sqrt\s*(\\[a-zA-Z]+|\w)", r"\\sqrt{\1}", plain)
    plain = re.sub(r"\\[bB]ig[lr]?(?![a-z])", "", plain)
    plain = re.sub(r"\\[lr]Vert", r"\\Vert", plain)
    plain = re.sub(r"\\(text|display)style(?![a-z])", "", plain)
    vertices, codes = text_to_path.get_text_path(LETTERS, f"${plain}$", ismath=True)
    path = Path(vertices, codes)
    box = path.get_extents()
    _, height, depth = text_to_path.get_text_width_height_descent(f"${plain}$", LETTERS, True)
    top, bottom = max(box.y1, height - depth), min(box.y0, -depth)
    drawn = []
    for points, code in path.iter_segments(simplify=False, curves=True):
        if code == Path.CLOSEPOLY:
            drawn.append("Z")
        else:
            drawn.append(COMMANDS[code] + " ".join(f"{value:.1f}" for value in points))
    width = box.x1 + 2
    em = 1.12 / SIZE
    return (
        f'<svg class="formula" role="img" aria-label="{html.escape(latex.strip())}" '
        f'viewBox="0 {-top:.1f} {width:.1f} {top - bottom:.1f}" '
        f'style="width:{width * em:.3f}em;height:{(top - bottom) * em:.3f}em;'
        f'vertical-align:{bottom * em:.3f}em">'
        f'<path transform="scale(1,-1)" fill="currentColor" d="{"".join(drawn)}"/></svg>'
    )


def parts(latex: str, mark: str) -> list[str]:
    r"""Split mathematics before each mark that stands in no braces, brackets or fences.

    Examples
    --------
    >>> parts("a = f(b = c) = 2", "=")
    ['a', '= f(b = c)', '= 2']
    """
    found, start, depth = [], 0, 0
    for token in re.finditer(r"\\left|\\right|\\[a-zA-Z]+|\\.|[{}()\[\]=]", latex):
        word = token[0]
        if word in ("{", "(", "[", r"\left"):
            depth += 1
        elif word in ("}", ")", "]", r"\right"):
            depth -= 1
        elif word == mark and depth == 0 and latex[start : token.start()].strip():
            found.append(latex[start : token.start()].strip())
            start = token.start()
    return [*found, latex[start:].strip()]


def pieces(latex: str, mark: str, *, wider: float = 0.0) -> str:
    """Return a formula that may break at its marks if it is wider than so many em."""
    whole = svg(latex)
    width = re.search(r"width:([\d.]+)em", whole)
    cut = parts(latex, mark)
    if len(cut) == 1 or (width and float(width[1]) <= wider):
        return whole
    plain = (part.removeprefix(r"\qquad").strip() for part in cut)
    drawn = " ".join(
        re.sub(r' role="img" aria-label="[^"]*"', ' aria-hidden="true"', svg(part))
        for part in plain
    )
    said = html.escape(latex.strip())
    return f'<span class="formula-parts" role="img" aria-label="{said}">{drawn}</span>'


def inline(writer: Any, node: nodes.math) -> None:
    """Write a formula inside a sentence; a long one may break before an equals sign."""
    from docutils.nodes import SkipNode  # the tests of formulas do without Sphinx

    writer.body.append(pieces(node.astext(), "=", wider=INLINE))
    raise SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    r"""Write a formula on lines of its own, one for every ``\\\\``; ``\\qquad`` may break."""
    from docutils.nodes import SkipNode

    rows = [row for row in re.split(r"\\\\", node.astext()) if row.strip()]
    large = [" ".join(row.split()).replace(r"\frac", r"\dfrac") for row in rows]
    drawn = "".join(f"<div>{pieces(row, QUAD)}</div>" for row in large)
    writer.body.append(f'<div class="formula-block">{drawn}</div>')
    raise SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer; ``html_math_renderer = "mathtext"`` chooses it."""
    app.add_html_math_renderer("mathtext", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
