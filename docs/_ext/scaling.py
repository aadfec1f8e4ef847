"""How time grows with size, engine by engine, from what ``make bench`` recorded, as SVG."""

from __future__ import annotations

import math
import statistics
from html import escape
from typing import Any

SPACE = "\N{NO-BREAK SPACE}"
ACROSS = 3
WIDE, HIGH = 236, 206
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 40, 34
DECADE = 48.0
"""Length of a power of ten on both axes of all panels: equal slopes look equal."""


def logarithms(engine: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Return the decimal logarithms of sizes and of median times."""
    sizes = [math.log10(size) for size in engine["sizes"]]
    return sizes, [math.log10(statistics.median(row)) for row in engine["seconds"]]


def drawing(engines: dict[str, Any]) -> str:
    """Return a panel for each engine: times at its sizes, the line through them, that of theory."""
    rows = math.ceil(len(engines) / ACROSS)
    parts = [
        f'<svg class="drawing" role="img" viewBox="0 0 {ACROSS * WIDE} {rows * HIGH}" '
        'aria-label="How the time of each computation grows with its size">'
    ]
    for at, engine in enumerate(engines.values()):
        row, column = divmod(at, ACROSS)
        parts += [
            f'<g transform="translate({column * WIDE} {row * HIGH})">',
            *panel(engine),
            "</g>",
        ]
    return "".join([*parts, "</svg>"])


def panel(engine: dict[str, Any]) -> list[str]:
    """Return title, axes, points and lines of one engine."""
    x, y = logarithms(engine)
    middle_x, middle_y = (min(x) + max(x)) / 2, sum(y) / len(y)
    centre = (LEFT + (WIDE - LEFT - RIGHT) / 2, TOP + (HIGH - TOP - BOTTOM) / 2)

    def point(a: float, b: float) -> tuple[float, float]:
        return centre[0] + (a - middle_x) * DECADE, centre[1] - (b - middle_y) * DECADE

    def line(style: str, power: float) -> str:
        (x1, y1), (x2, y2) = (
            point(end, middle_y + power * (end - sum(x) / len(x))) for end in (min(x), max(x))
        )
        return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'

    floor = HIGH - BOTTOM
    parts = [
        f'<text class="title" x="2" y="12">{escape(engine["title"])}</text>',
        f'<text class="said" x="2" y="27">slope {engine["slope"]:.2f}, '
        f"theory {escape(engine['theory'])}</text>",
        f'<line class="rule" x1="{LEFT}" y1="{floor}" x2="{WIDE - RIGHT}" y2="{floor}"/>',
        line("rule one", engine["power"]),
        line("span", engine["slope"]),
    ]
    for a, b in zip(x, y, strict=True):
        cx, cy = point(a, b)
        parts.append(f'<circle class="dot" cx="{cx:.1f}" cy="{cy:.1f}" r="3"/>')
    for at in (0, -1):
        cx, cy = point(x[at], y[at])
        parts.append(
            f'<text class="said" x="{cx:.1f}" y="{floor + 13}" text-anchor="middle">'
            f"{short(engine['sizes'][at])}</text>"
        )
        side, shift = ("start", 6) if at == 0 else ("end", -6)
        taken = clock(statistics.median(engine["seconds"][at]))
        parts.append(
            f'<text class="said" x="{cx + shift:.1f}" y="{cy + (-7 if at else 12):.1f}" '
            f'text-anchor="{side}">{taken}</text>'
        )
    parts.append(
        f'<text class="said" x="{centre[0]:.1f}" y="{floor + 27}" text-anchor="middle">'
        f"{escape(engine['counts'])}</text>"
    )
    return parts


def short(size: int) -> str:
    """Return a size in few signs: ``300k``, ``64M``."""
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if size >= unit:
            return f"{size / unit:.3g}{letter}"
    return str(size)


def clock(seconds: float) -> str:
    """Return a time in two digits: ``12 ms``."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size or unit == "µs":
            return f"{float(f'{seconds / size:.2g}'):g}{SPACE}{unit}"
    raise AssertionError


def table(engines: dict[str, Any]) -> str:
    """Return sizes, times and slopes as Markdown."""
    lines = [
        "| | sizes | | time | slope | interval | theory |",
        "|---|--:|---|--:|--:|--:|---|",
    ]
    for engine in engines.values():
        x, ends = engine["sizes"], (engine["seconds"][0], engine["seconds"][-1])
        first, last = (clock(statistics.median(row)) for row in ends)
        lines.append(
            f"| {engine['title']} | {x[0]:,}–{x[-1]:,} | {engine['counts']} | {first}–{last} "
            f"| {engine['slope']:.2f} | {engine['low']:.2f}–{engine['high']:.2f} "
            f"| {engine['theory']} |"
        )
    return "\n".join(lines)


def section(found: dict[str, Any]) -> str:
    """Return heading, words, figure and table."""
    engines = found["engines"]
    framed = f'<div class="frame">{drawing(engines)}</div>'
    return "\n\n".join(
        [
            "## How time grows with size",
            "Points are medians of three calls, on logarithmic axes that are alike in all panels, "
            "so that equal slopes look equal. The full line is fitted, the broken one has the "
            "slope of theory without logarithms. Where small sizes are mostly a fixed cost of the "
            "call, the fitted slope is the lower. The interval of 95 per cent says how the points "
            "scatter, not how another machine would do.",
            f"```{{raw}} html\n{framed}\n```",
            table(engines),
        ]
    )
