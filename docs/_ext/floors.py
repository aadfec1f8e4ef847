"""The floors of the package and what imports what, read from the source and drawn as SVG."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "spatialcarbon"
FLOORS = (
    *("core", "data", "geo", "weights", "stats", "models", "replication", "report"),
    *("studies", "cli"),
)
WIDE, HIGH, LEFT, TOP = 60, 40, 136, 64


def floor_of(module: str) -> str:
    """Return the floor of a module, ``spatialcarbon.core.errors``: ``core``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else ""


def files(floor: str) -> list[Path]:
    """Return the modules of a floor."""
    return sorted((PACKAGE / floor).rglob("*.py"))


def purpose(floor: str) -> str:
    """Return what a floor says of itself."""
    words = ast.get_docstring(ast.parse((PACKAGE / floor / "__init__.py").read_text("utf-8")))
    return (words or "").partition("\n")[0].rstrip(".")


@cache
def imports() -> Counter[tuple[str, str]]:
    """Count the imports of each floor from each floor, those for type checkers left out."""
    found: Counter[tuple[str, str]] = Counter()
    for floor in FLOORS:
        for path in files(floor):
            for node in _running(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (other := floor_of(node.module or "")):
                    found[floor, other] += 1
    return found


def _running(tree: ast.AST) -> list[ast.AST]:
    found = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        found.append(node)
        if isinstance(node, ast.stmt | ast.ExceptHandler) and hasattr(node, "body"):
            found += _running(node)  # an import is a statement: expressions hold none
    return found


def drawing() -> str:
    """Return the floors from top to bottom, and beside each a dot for what it imports."""
    counts = imports()
    most = max(counts.values())
    rows = list(reversed(FLOORS))
    width, height = LEFT + WIDE * len(FLOORS), TOP + HIGH * len(rows) + 6
    parts = [
        f'<svg class="drawing" role="img" viewBox="0 0 {width} {height}" '
        'aria-label="Floors of the package and how often each imports each lower one">'
    ]
    parts += [
        f'<text x="{LEFT + WIDE * (at + 0.3):.0f}" y="{TOP - 12}" text-anchor="start" '
        f'transform="rotate(-38 {LEFT + WIDE * (at + 0.3):.0f} {TOP - 12})">{name}</text>'
        for at, name in enumerate(FLOORS)
    ]
    for row, floor in enumerate(rows):
        y = TOP + HIGH * row
        middle = y + HIGH / 2
        parts.append(f'<line class="rule" x1="0" y1="{y}" x2="{width}" y2="{y}"/>')
        parts.append(f'<text class="name" x="2" y="{middle - 2:.0f}">{floor}</text>')
        said = f"{len(files(floor))} modules"
        parts.append(f'<text class="said" x="2" y="{middle + 12:.0f}">{said}</text>')
        for at, other in enumerate(FLOORS):
            count = counts[floor, other]
            x = LEFT + WIDE * (at + 0.3)
            if not count:
                continue
            radius = 3 + 11 * (count / most) ** 0.5
            own = " own" if other == floor else ""
            parts.append(
                f'<circle class="dot{own}" cx="{x:.0f}" cy="{middle:.1f}" r="{radius:.1f}">'
                f"<title>{floor} imports {other}: {count}</title></circle>"
                f'<text class="count" x="{x + radius + 3:.0f}" y="{middle + 4:.0f}">{count}</text>'
            )
    parts.append("</svg>")
    return "".join(parts)


def table() -> str:
    """Return what each floor says of itself, as Markdown."""
    rows = [f"| `{floor}` | {purpose(floor)} |" for floor in reversed(FLOORS)]
    return "\n".join(["| floor | what it is for |", "| --- | --- |", *rows])


def page(_: str) -> str:
    """Return drawing and table as a part of a page."""
    framed = f'<div class="frame">{drawing()}</div>'  # scrolls on a narrow screen
    return f"```{{raw}} html\n{framed}\n```\n\n{table()}"
