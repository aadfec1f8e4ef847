"""The page of benchmarks, made from what ``make bench`` recorded."""

from __future__ import annotations

import ast
import json
import math
import re
from html import escape
from pathlib import Path
from typing import Any

from scaling import section

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "benchmarks.json"
SCALING = "scaling"
WIDTH, LEFT, ROW, TOP = 736, 404, 36, 26
ENDS = (0.5, 2000.0)
MARKS = (1, 10, 100, 1000)
SPACE = "\N{NO-BREAK SPACE}"


def record() -> dict[str, Any]:
    """Return what was recorded of races, by module of ``tests/bench``."""
    found = json.loads(RECORD.read_text(encoding="utf-8"))
    return {name: part for name, part in found.items() if name != SCALING}


def growth() -> dict[str, Any] | None:
    """Return what was recorded of sizes, if anything."""
    found: dict[str, Any] | None = json.loads(RECORD.read_text(encoding="utf-8")).get(SCALING)
    return found


def topic(module: str) -> str:
    """Return what a module of ``tests/bench`` is about, from the first line of its docstring."""
    source = (ROOT / "tests" / "bench" / f"{module}.py").read_text(encoding="utf-8")
    sentence = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    return re.split(r" beside |, |: ", sentence)[0]


def absent(found: dict[str, Any]) -> list[str]:
    """Return the topics that are measured by ``make bench`` and not in the record."""
    modules = sorted((ROOT / "tests" / "bench").glob("bench_*.py"))
    return [topic(path.stem) for path in modules if path.stem not in found]


def spoken(seconds: float) -> str:
    """Return a time with a unit that fits: ``12.2 ms``."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{float(f'{seconds / size:.3g}'):,g}{SPACE}{unit}"
    return f"{float(f'{seconds / 1e-6:.3g}'):,g}{SPACE}µs"


def times(ratio: float) -> str:
    """Return a ratio with the digits that it has: ``14``, ``1.8``."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def place(ratio: float) -> float:
    """Return where a ratio stands on the axis, which is logarithmic."""
    low, high = map(math.log, ENDS)
    share = (math.log(min(max(ratio, ENDS[0]), ENDS[1])) - low) / (high - low)
    return LEFT + share * (WIDTH - LEFT - 8)


def drawing(found: dict[str, Any]) -> str:
    """Return every race as a point with the range of its pairs, by topic, as SVG."""
    rows: list[tuple[float, str | dict[str, Any]]] = []
    y = float(TOP)
    for module, part in found.items():
        rows.append((y + 20, topic(module)))
        y += 30
        for race in part["races"]:
            rows.append((y + ROW / 2, race))
            y += ROW
    parts = [
        f'<svg class="drawing" role="img" viewBox="0 0 {WIDTH} {y + 4:.0f}" '
        'aria-label="How many times as fast each computation is as its peer">'
    ]
    for mark in MARKS:
        x = place(mark)
        style = "rule one" if mark == 1 else "rule"
        parts.append(f'<line class="{style}" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{y:.1f}"/>')
        parts.append(
            f'<text class="said" x="{x:.1f}" y="14" text-anchor="middle">{mark:,} ×</text>'
        )
    for at, row in rows:
        parts += (
            [f'<text class="name" x="2" y="{at:.1f}">{escape(row)}</text>']
            if isinstance(row, str)
            else drawn(row, at)
        )
    return "".join([*parts, "</svg>"])


def drawn(race: dict[str, Any], y: float) -> list[str]:
    """Return the words, range, point and number of one race."""
    least, most, middle = (place(race[key]) for key in ("least", "most", "ratio"))
    left = most > WIDTH - 44 or race["ratio"] < 1  # or the number would stand on the line at 1
    side, x = ("end", least - 8) if left else ("start", most + 8)
    return [
        f'<text class="title" x="2" y="{y - 2:.1f}">{escape(title(race))}</text>',
        f'<text class="said" x="2" y="{y + 12:.1f}">beside {escape(race["peer"])}</text>',
        f'<line class="span" x1="{least:.1f}" y1="{y:.1f}" x2="{most:.1f}" y2="{y:.1f}"/>',
        f'<circle class="dot" cx="{middle:.1f}" cy="{y:.1f}" r="4.5"/>',
        f'<text class="count" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{side}">'
        f"{times(race['ratio'])}</text>",
    ]


def circumstances(found: dict[str, Any]) -> str:
    """Return when and on what the modules were run, one sentence for each machine."""
    sentences = {}
    for part in found.values():
        machine = part["machine"]
        sentence = (
            f"Measured in {part['when']} on {machine['cores']} cores of {machine['processor']}, "
            f"{machine['system']}, Python {machine['python']}."
        )
        sentences.setdefault(sentence, []).append((part["load"], machine["cores"]))
    said = []
    for sentence, loads in sentences.items():
        # The average of a minute still holds what ended just before; one core of two is free then.
        known = [load for load, cores in loads if load is not None and load > cores / 2]
        if known:
            sentence += (
                f" The machine had other work to do (load {min(known):g} to {max(known):g}): "
                "seconds are too long, ratios less so, and ranges are wide."
            )
        said.append(sentence)
    return "\n\n".join(said)


def table(races: list[dict[str, Any]]) -> str:
    """Return the races of a module as Markdown."""
    rows = [
        f"| {title(race)} | {spoken(race['ours_s'])} | {race['peer']} | {spoken(race['peer_s'])} "
        f"| {times(race['ratio'])}{SPACE}× | {extremes(race)} |"
        for race in races
    ]
    head = ["| | ours | beside | theirs | ratio | range (pairs) |", "|---|--:|---|--:|--:|--:|"]
    return "\n".join([*head, *rows])


def title(race: dict[str, Any]) -> str:
    """Return what was raced, with a sign for times."""
    return str(race["title"]).replace(" x ", " × ")


def extremes(race: dict[str, Any]) -> str:
    """Return the least and the greatest ratio of a pair, and how many pairs there were."""
    if race["pairs"] == 1:
        return "one pair"
    return f"{times(race['least'])}–{times(race['most'])}{SPACE}({race['pairs']})"


def page(_: str) -> str:
    """Return chart, tables and versions."""
    found = record()
    framed = f'<div class="frame">{drawing(found)}</div>'  # scrolls on a narrow screen
    parts = [circumstances(found), f"```{{raw}} html\n{framed}\n```"]
    if left := absent(found):
        topics = ", ".join(f"“{name}”" for name in left)
        parts.append(f"Not in this record, but in `make bench`: {topics}.")
    for module, part in found.items():
        parts += [f"## {topic(module)}", table(part["races"])]
    sizes = growth()
    if sizes is not None:
        parts.append(section(sizes))
    every = [*found.values(), *([sizes] if sizes else [])]
    versions = {name: v for part in every for name, v in part["versions"].items()}
    listed = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
    return "\n\n".join([*parts, "## Versions", f"{listed}."])
