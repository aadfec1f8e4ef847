"""What an interactive map knows, as JSON that is safe inside a page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Language, translate
from spatialcarbon.report.document_text import pretty, typeset
from spatialcarbon.report.interactive_shapes import LETTERS, Outlines
from spatialcarbon.report.layers import Graduated
from spatialcarbon.report.lettering import name_of, unit_label
from spatialcarbon.report.palettes import classify, number_label, qualitative_colours

if TYPE_CHECKING:
    from spatialcarbon.report.interactive import InteractiveMap, Scatter, Theme

NOTHING = "."
"""In place of a class: there is no value."""

_WORDS = (
    "no data",
    "Group",
    "Name",
    "Value",
    "Play the years",
    "Stop",
    "Whole map",
    "High-High",
    "Low-Low",
    "Low-High",
    "High-Low",
    "Let go of {name}",
    "No place of this name",
    "Own value, standardised (z)",
    "Mean of the neighbours (Wz)",
    "Moran's I = {value}",
    "Moran's I = {value} (p = {p})",
    "Moran's I = {value} (p < {p})",
)


def packed(shown: InteractiveMap, shapes: Outlines, language: Language) -> str:
    """Return everything that the script reads, as JSON without any sign of markup.

    Parameters
    ----------
    shown : InteractiveMap
        The map.
    shapes : Outlines
        Its areas.
    language : {"en", "zh"}
        Of all words.
    """
    index = shown.units.index
    codes = list(shapes.groups)
    colours = qualitative_colours(codes)
    place_groups = _group_numbers(shown, codes)
    content = {
        "language": "zh-CN" if language == "zh" else "en",
        "words": {key: translate(key, language) for key in _WORDS},
        "width": shapes.width,
        "height": shapes.height,
        "km": shapes.km,
        "arcs": shapes.arcs,
        "land": shapes.land,
        "names": [name_of(unit, shown.names, language) for unit in index],
        "group": place_groups,
        "rings": [list(rings) for rings in shapes.rings],
        "centres": [list(point) for point in shapes.centres],
        "groups": [
            {
                "name": name_of(code, shown.group_names, language),
                "colour": colours[code],
                "arcs": list(shapes.groups[code]),
            }
            for code in codes
        ],
        "themes": [_theme(theme, index, language) for theme in shown.themes],
    }
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Inside a script element, a tag or a comment could begin in any name; two line
    # separators are allowed in JSON but not in older scripts.
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


def _set(words: str, language: Language) -> str:
    """Return words as print has them; in English a list of choices breaks where it likes."""
    return typeset(words, language) if language == "zh" else pretty(words)


def _group_numbers(shown: InteractiveMap, codes: Sequence[Any]) -> list[int]:
    if shown.groups is None:
        return []
    number = {code: at for at, code in enumerate(codes)}
    return [number.get(code, -1) for code in shown.groups.reindex(shown.units.index)]


def _theme(theme: Theme, index: pd.Index, language: Language) -> dict[str, Any]:
    style = theme.style
    years = sorted(theme.values)
    columns = {year: theme.values[year].reindex(index) for year in years}
    made: dict[str, Any] = {
        "title": _set(theme.title.render(language), language),
        "heading": "" if theme.heading is None else _set(theme.heading.render(language), language),
        "years": years,
        "classes": [_classes(columns[year], theme) for year in years],
        "details": [
            {
                "title": _set(detail.title.render(language), language),
                "values": [_numbers(detail.values[year].reindex(index)) for year in years],
            }
            for detail in theme.details
        ],
        "scatters": [_scatter(theme.scatters.get(year), index) for year in years],
    }
    if isinstance(style, Graduated):
        labels = [
            style.label_format.format(lower=number_label(lower), upper=number_label(upper))
            for lower, upper in zip(style.bounds, style.bounds[1:], strict=False)
        ]
        made["unit"] = "" if style.unit == "1" else _set(unit_label(style.unit, language), language)
        made["legend"] = [list(pair) for pair in zip(style.colours, labels, strict=True)]
        made["values"] = [_numbers(columns[year]) for year in years]
    else:
        made["unit"] = ""
        made["legend"] = [
            [item.colour, _set(item.label.render(language), language)] for item in style.categories
        ]
    return made


def _classes(column: pd.Series[Any], theme: Theme) -> str:
    """Return one letter for the class of each place, decided here on the exact numbers."""
    style = theme.style
    if isinstance(style, Graduated):
        at: Iterable[int] = classify(column.to_numpy(dtype=float), style.bounds).tolist()
    else:
        number: Mapping[Any, int] = {c.value: i for i, c in enumerate(style.categories)}
        at = [-1 if pd.isna(value) else number[value] for value in column]
    return "".join(NOTHING if i < 0 else LETTERS[i] for i in at)


def _numbers(column: pd.Series[Any]) -> list[float | int | None]:
    return [_number(float(value)) for value in column.to_numpy(dtype=float)]


def _number(value: float, digits: int = 4) -> float | int | None:
    """Return a number as it will be shown: four digits, all of those before the point.

    Examples
    --------
    >>> [_number(x) for x in (1570.516, 0.229431, 25.0, float("nan"))]
    [1571, 0.2294, 25, None]
    """
    if not math.isfinite(value):
        return None
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0) if value else 0
    rounded = round(value, places)
    return int(rounded) if rounded == int(rounded) else rounded


def _scatter(scatter: Scatter | None, index: pd.Index) -> dict[str, Any] | None:
    """Return thousandths of standard deviations, with null for places that are not drawn."""
    if scatter is None:
        return None
    both = pd.DataFrame({"x": scatter.x, "y": scatter.y}).reindex(index)
    both[both.isna().any(axis=1)] = float("nan")
    packed = {
        str(axis): [None if math.isnan(z) else round(1000 * z) for z in both[axis].tolist()]
        for axis in both
    }
    return {**packed, "i": _number(scatter.statistic), "p": _pvalue(scatter.pvalue)}


def _pvalue(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.2g}")
