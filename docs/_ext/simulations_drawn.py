"""Pictures of simulations: dots about what was stated, and power curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

WIDTH, LEFT, LINE, TOP = 736, 356, 22, 28
PANEL, TALL, COLUMNS = 352, 196, 2
DASHES = ("", "6 4", "2 3")


@dataclass
class Row:
    """A measure with its share in every truth: (share, error, truth, whether it is off)."""

    title: str
    nominal: float
    dots: list[tuple[float, float, str, bool]] = field(default_factory=list)


def text(x: float, y: float, kind: str, said: str, anchor: str = "start") -> str:
    """Return a text."""
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'
    )


def plain(title: str) -> str:
    """Return a title without the marks of code."""
    return title.replace("`", "")


def dots(groups: list[tuple[str, list[Row]]], ends: tuple[float, float], label: str) -> str:
    """Return a row for each measure, its band of chance, and a dot for each truth."""
    low, high = ends

    def place(share: float) -> float:
        inside = min(max(share, low), high)
        return LEFT + (inside - low) / (high - low) * (WIDTH - LEFT - 14)

    parts, y = [], float(TOP)
    for name, rows in groups:
        parts.append(text(2, y + 18, "name", name))
        y += 26
        for row in rows:
            middle = y + LINE / 2
            band = 3 * max(error for _, error, _, _ in row.dots)
            start, stop = place(row.nominal - band), place(row.nominal + band)
            parts += [
                text(2, middle + 4, "title", plain(row.title)),
                f'<rect x="{start:.1f}" y="{middle - 7:.1f}" width="{stop - start:.1f}" '
                'height="14" rx="3" fill="var(--color-brand-primary)" opacity="0.16"/>',
                f'<line class="rule one" x1="{place(row.nominal):.1f}" y1="{middle - 8:.1f}" '
                f'x2="{place(row.nominal):.1f}" y2="{middle + 8:.1f}"/>',
            ]
            for share, _, truth, off in row.dots:
                paint = "var(--color-brand-primary)" if off else "var(--color-background-primary)"
                parts.append(
                    f'<circle cx="{place(share):.1f}" cy="{middle:.1f}" r="4" fill="{paint}" '
                    'stroke="var(--color-brand-primary)" stroke-width="1.5">'
                    f"<title>{escape(truth)}: {100 * share:.1f} %</title></circle>"
                )
            y += LINE
    steps = round((high - low) / 0.05 if high - low < 0.5 else (high - low) / 0.1)
    axis = []
    for step in range(steps + 1):
        share = low + (high - low) * step / steps
        axis.append(
            f'<line class="rule" x1="{place(share):.1f}" y1="{TOP}" x2="{place(share):.1f}" '
            f'y2="{y:.1f}"/>'
        )
        beyond = "≥ " if step == steps and high < 1 else "≤ " if step == 0 and low > 0 else ""
        said = f"{beyond}{100 * share:.0f} %"
        axis.append(text(place(share), 16, "said", said, "end" if step == steps else "middle"))
    head = f'<svg class="drawing" role="img" viewBox="0 0 {WIDTH} {y + 4:.0f}"'
    return "".join([f'{head} aria-label="{escape(label)}">', *axis, *parts, "</svg>"])


def curves(panels: list[tuple[str, list[tuple[str, list[tuple[float, float]]]]]]) -> str:
    """Return a small picture for each curve: strength across, share found upwards."""
    parts = []
    for number, (name, lines) in enumerate(panels):
        left = (number % COLUMNS) * (WIDTH - PANEL) + 40.0
        top = (number // COLUMNS) * (TALL + 44.0) + 30.0
        right, bottom = left + PANEL - 52, top + TALL - 24
        points = [point for _, line in lines for point in line]
        first, last = min(x for x, _ in points), max(x for x, _ in points)

        def across(x: float, a: tuple[float, ...] = (left, right, first, last)) -> float:
            return a[0] + (x - a[2]) / (a[3] - a[2]) * (a[1] - a[0])

        def upward(share: float, a: tuple[float, ...] = (top, bottom)) -> float:
            return a[1] - share * (a[1] - a[0])

        parts.append(text(left, top - 12, "name", name))
        for share in (0.0, 0.5, 1.0):
            parts += [
                f'<line class="rule" x1="{left:.1f}" y1="{upward(share):.1f}" x2="{right:.1f}" '
                f'y2="{upward(share):.1f}"/>',
                text(left - 5, upward(share) + 4, "said", f"{100 * share:.0f} %", "end"),
            ]
        parts.append(
            f'<line class="rule one" x1="{left:.1f}" y1="{upward(0.05):.1f}" x2="{right:.1f}" '
            f'y2="{upward(0.05):.1f}"/>'
        )
        for x in sorted({x for x, _ in points}):
            parts.append(text(across(x), bottom + 16, "said", f"{x:g}", "middle"))
        # The legend stands where the curves do not: low on the right, unless they stay low.
        low = max(share for x, share in points if x == last) < 0.7
        for at, (title, line) in enumerate(lines):
            path = " ".join(f"{across(x):.1f},{upward(share):.1f}" for x, share in line)
            stroke = (
                'fill="none" stroke="var(--color-brand-primary)" stroke-width="2" '
                f'stroke-dasharray="{DASHES[at % len(DASHES)]}"'
            )
            y = top + 16 + 16 * at if low else bottom - 12 - 16 * (len(lines) - 1 - at)
            parts += [
                f'<polyline points="{path}" {stroke}/>',
                f'<line x1="{right - 24:.1f}" y1="{y - 4:.1f}" x2="{right:.1f}" y2="{y - 4:.1f}" '
                f"{stroke}/>",
                text(right - 30, y, "said", plain(title), "end"),
            ]
    height = -(-len(panels) // COLUMNS) * (TALL + 44) + 10
    head = f'<svg class="drawing" role="img" viewBox="0 0 {WIDTH} {height}"'
    label = "How often each test finds a pattern of some strength"
    return "".join([f'{head} aria-label="{label}">', *parts, "</svg>"])
