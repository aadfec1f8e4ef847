"""How results show themselves in a notebook: a card that suits a light and a dark page."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from html import escape as escaped
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Language, Text, detect_language, translate
from spatialcarbon.core.printable import printable
from spatialcarbon.core.references import cite_keys

if TYPE_CHECKING:
    import pandas as pd

ROWS, COLUMNS, LONGEST = 10, 14, 160
# Colours are those of the page around: lines are a grey that shows on white and on black.
_LINE = "1px solid rgba(128,128,128,.45)"
_BOX = f"border:{_LINE};border-radius:6px;padding:.7em 1em;margin:.3em 0;max-width:72em"
_SOFT = "opacity:.75;font-size:.86em"
_CELL = "padding:.2em .7em"
_STEPS = (1e15, 1e-4)


def escape(words: str) -> str:
    """Return words as a part of a page: nothing in them is a tag, nothing rules the page."""
    return escaped(printable(words))


def card(
    title: str | Text,
    *,
    facts: Mapping[str, Any] | None = None,
    frame: pd.DataFrame | None = None,
    measures: Mapping[str, str] | None = None,
    remarks: Sequence[Text] = (),
    references: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> str:
    """Return a card as HTML: what was computed, key numbers, a table, remarks, how to cite.

    Parameters
    ----------
    title : str or Text
        The method, in English, or what the object is.
    facts : mapping, optional
        Name → key number.
    frame : DataFrame, optional
        Table, of which the first rows are shown and the others counted.
    measures : mapping, optional
        Name of a fact or a column → unit of measure.
    remarks : sequence of Text
        What a careful reader should know.
    references : sequence of str
        Keys of the literature.
    settings : mapping, optional
        What repeats the call; folded away, the seed in sight.

    Returns
    -------
    str
        HTML without scripts; every value is escaped. Words are in the language
        of the environment (``SPATIALCARBON_LANG``).
    """
    language = detect_language()
    units = dict(measures or {})
    words = title.render(language) if isinstance(title, Text) else translate(title, language)
    parts = [
        f'<p style="margin:0 0 .5em;font-weight:600;font-size:1.1em">{escape(words)}</p>',
        _facts(facts or {}, units, language),
        _table(frame, units, language) if frame is not None and len(frame.columns) else "",
        _remarks(remarks, language),
        _references(references, language),
        _settings(settings or {}, language),
    ]
    tag = "zh-CN" if language == "zh" else "en"
    return f'<div class="spatialcarbon" lang="{tag}" style="{_BOX}">{"".join(parts)}</div>'


def shown(value: Any, language: Language) -> str:
    """Return a value as a card shows it, not yet escaped.

    Examples
    --------
    >>> [shown(v, "en") for v in (0.2294321, 1570.516, -0.5, 2017, None, float("nan"))]
    ['0.22943', '1,570.5', '−0.5', '2017', '–', '–']
    """
    if isinstance(value, Text):
        said = value.render(language)
    elif isinstance(value, bool) or type(value).__name__ == "bool":  # numpy has one of its own
        said = str(value)
    elif isinstance(value, numbers.Integral):
        # Years and codes of places stand without thousands.
        said = f"{int(value):,}" if abs(int(value)) >= 1_000_000 else str(value)
    elif isinstance(value, numbers.Real):
        return _number(float(value))
    elif value is None or type(value).__name__ in ("NAType", "NaTType"):
        return "–"
    elif isinstance(value, Mapping):
        said = ", ".join(f"{key}: {shown(item, language)}" for key, item in value.items())
    elif isinstance(value, (list, tuple, set, frozenset)):
        listed = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        said = ", ".join(shown(item, language) for item in listed)
    else:
        said = str(value)
    said = said.replace("-", "−") if isinstance(value, numbers.Integral) else said
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def _number(value: float) -> str:
    """Write a number with five significant digits, true minus, thousands parted."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value and not _STEPS[1] <= abs(value) < _STEPS[0]:
        return f"{value:.4g}".replace("-", "−")
    places = min(max(4 - math.floor(math.log10(abs(value))), 0), 8) if value else 0
    plain = f"{value:,.{places}f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace("-", "−")


def _facts(facts: Mapping[str, Any], units: Mapping[str, str], language: Language) -> str:
    cells = []
    for name, value in facts.items():
        unit = units.get(name, "")
        measure = f' <span style="{_SOFT}">{escape(unit_shown(unit, language))}</span>'
        cells.append(
            f'<div><dt style="{_SOFT};font-weight:400">{escape(name)}</dt>'
            '<dd style="margin:0;font-variant-numeric:tabular-nums">'
            f"{escape(shown(value, language))}{measure if unit not in ('', '1') else ''}</dd></div>"
        )
    if not cells:
        return ""
    box = "display:flex;flex-wrap:wrap;gap:.35em 1.8em;margin:0 0 .6em"
    return f'<dl style="{box}">{"".join(cells)}</dl>'


def unit_shown(unit: str, language: Language) -> str:
    """Write a unit of measure for a card.

    Examples
    --------
    >>> unit_shown("Mt CO2", "en"), unit_shown("km2", "en")
    ('Mt CO₂', 'km²')
    """
    said = translate(unit, language)
    for plain, printed in (
        ("CO2", "CO₂"),
        ("m2", "m²"),
        ("m3", "m³"),
        ("10^4", "10⁴"),
        ("10^8", "10⁸"),
    ):
        said = said.replace(plain, printed)
    return said


def _table(frame: pd.DataFrame, units: Mapping[str, str], language: Language) -> str:
    measures = {**frame.attrs.get("units", {}), **units}
    kept = frame.iloc[:ROWS, :COLUMNS]
    right = [kind.kind in "iuf" for kind in kept.dtypes]
    head = "".join(
        _cell("th", _heading(str(name), measures.get(str(name)), language), side, ' scope="col"')
        for name, side in zip(kept.columns, right, strict=True)
    )
    body = "".join(
        f"<tr>{_row(row, right, language)}</tr>" for row in kept.itertuples(index=False, name=None)
    )
    rows, columns = len(frame) - len(kept), len(frame.columns) - len(kept.columns)
    more = []
    if rows > 0:
        more.append(translate("… and {n} more rows", language, n=f"{rows:,}"))
    if columns > 0:
        names = ", ".join(str(name) for name in frame.columns[COLUMNS:])
        more.append(translate("more columns: {names}", language, names=names))
    note = f'<p style="margin:.3em 0 0;{_SOFT}">{escape(" · ".join(more))}</p>' if more else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div style="overflow-x:auto;margin:0 0 .5em">{table}{note}</div>'


def _row(values: Iterable[Any], right: Sequence[bool], language: Language) -> str:
    return "".join(
        _cell("td", escape(shown(value, language)), side)
        for value, side in zip(values, right, strict=True)
    )


def _heading(name: str, unit: str | None, language: Language) -> str:
    if unit in (None, "", "1"):
        return escape(name)
    said = escape(unit_shown(str(unit), language))
    return f'{escape(name)}<br><span style="font-weight:400;{_SOFT}">{said}</span>'


def _cell(tag: str, inner: str, right: bool, more: str = "") -> str:
    style = f"{_CELL};text-align:{'right' if right else 'left'};vertical-align:top"
    return f'<{tag}{more} style="{style}">{inner}</{tag}>'


def _remarks(remarks: Iterable[Text], language: Language) -> str:
    items = "".join(f"<li>{escape(remark.render(language))}</li>" for remark in remarks)
    return f'<ul style="margin:.3em 0;padding-left:1.3em">{items}</ul>' if items else ""


def _references(keys: Sequence[str], language: Language) -> str:
    items = [
        escape(item.text) + (f' <a href="{escape(item.url)}">doi</a>' if item.url else "")
        for item in cite_keys(keys)
    ]
    return _folded(translate("How to cite", language), items) if items else ""


def _settings(settings: Mapping[str, Any], language: Language) -> str:
    if not settings:
        return ""
    title = translate("Settings", language)
    seed = settings.get("seed")
    if seed is not None:
        title += " · " + translate("seed {seed}", language, seed=seed)
    items = [
        f"<code>{escape(str(name))}</code> = {escape(shown(value, language))}"
        for name, value in settings.items()
    ]
    return _folded(title, items)


def _folded(title: str, items: Sequence[str]) -> str:
    listed = "".join(f"<li>{item}</li>" for item in items)
    return (
        f'<details style="margin:.2em 0"><summary style="cursor:pointer;{_SOFT}">{escape(title)}'
        f'</summary><ul style="margin:.2em 0;padding-left:1.3em;{_SOFT}">{listed}</ul></details>'
    )
