"""The page that shows a global Moran's I. Knows no QGIS but its language."""

from __future__ import annotations

from html import escape
from typing import Any

from .words import language, said

STYLE = """
body { font-family: "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  max-width: 42em; margin: 1.5em; color: #222; line-height: 1.5; }
h1 { font-size: 1.25em; } table { border-collapse: collapse; margin: 1em 0; }
th, td { padding: .3em .9em; border-bottom: 1px solid #ccc; }
th { text-align: left; font-weight: normal; }
td { text-align: right; font-variant-numeric: tabular-nums; }
p { margin: .6em 0; }
"""


def number(value: Any, digits: int = 4) -> str:
    """Return a number as it is printed, with a true minus sign; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.{digits}f}".replace("-", "−")


def pvalue(value: float | None) -> str:
    """Return a p-value; one too small for its digits says so."""
    if value is None:
        return "–"
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def moran_page(title: str, row: dict[str, Any], remarks: str) -> str:
    """Return the page: what was asked, the numbers, what the command remarked."""
    drawn = row["permutations"] or 0
    lines = [
        (said("Moran's I"), number(row["statistic"])),
        (said("Expectation E[I]"), number(row["expected"])),
        (said("z-score (randomisation)"), number(row["z_randomization"], 2)),
        (said("p-value (randomisation)"), pvalue(row["pvalue_randomization"])),
        (said("Places"), number(row["n"])),
    ]
    if drawn:
        label = said("p-value ({n} permutations)", n=f"{drawn:,}")
        lines.insert(2, (label, pvalue(row["pvalue_permutation"])))
    cells = "\n".join(
        f'<tr><th scope="row">{escape(words, quote=False)}</th><td>{escape(value)}</td></tr>'
        for words, value in lines
    )
    said_too = "\n".join(f"<p>{escape(line, quote=False)}</p>" for line in remarks.splitlines())
    heading = escape(said("Global Moran's I of {field}", field=title), quote=False)
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        f"<title>{heading}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{heading}</h1>\n<table>{cells}</table>\n{said_too}\n</body></html>\n"
    )
