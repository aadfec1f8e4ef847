"""An interactive map as a page of its own, from a table of values."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from spatialcarbon.core.align import check_unique, same_units
from spatialcarbon.core.language import Language, Text
from spatialcarbon.core.options import check_option
from spatialcarbon.report.document_font import embedded_font
from spatialcarbon.report.document_text import pretty
from spatialcarbon.report.interactive import InteractiveMap, Theme
from spatialcarbon.report.layers import Breaks, graduated_style

if TYPE_CHECKING:
    import geopandas as gpd

_PAGE = Markup(
    '<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<title>{title}</title>\n<style>\n@font-face {{ font-family: "Map Hanzi"; '
    'src: url(data:font/woff;base64,@@FONT@@) format("woff"); }}\n'
    "body {{ margin: 0 auto; max-width: 76rem; padding: 0 1rem 2rem; font: 16px/1.6 system-ui, "
    '"Segoe UI", Arial, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Map Hanzi", '
    "sans-serif; }}\nh1 {{ font-size: 1.5rem; margin: 1.2rem 0 .2rem; }}\n"
    "table {{ border-collapse: collapse; width: 100%; }}\n"
    "th, td {{ padding: .25rem .6rem; border-bottom: 1px solid #d9e2ec; text-align: left; }}\n"
    ".n {{ text-align: right; }}\n{css}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    "{map}</main>\n<script>{js}</script>\n</body>\n</html>\n"
)


def write_map(
    path: str | os.PathLike[str],
    units: gpd.GeoDataFrame,
    values: pd.Series[Any] | pd.DataFrame,
    *,
    title: str | Text,
    unit: str,
    names: Mapping[Any, str | Text] | None = None,
    breaks: Breaks = "natural",
    k: int = 6,
    groups: pd.Series[Any] | None = None,
    group_names: Mapping[Hashable, str | Text] | None = None,
    background: gpd.GeoDataFrame | None = None,
    language: Language = "en",
) -> None:
    """Write a map that anybody can ask in a browser: how much is where, and since when?

    Parameters
    ----------
    path : path-like
        The HTML file to write. It needs nothing else, no network either.
    units : GeoDataFrame
        Polygons indexed by unit, with a coordinate reference system.
    values : Series or DataFrame
        One number per unit, by unit in any order; or one column per year. NaN is
        hatched as "no data".
    title : str or Text
        What the numbers are.
    unit : str
        Their unit of measure.
    names : mapping, optional
        Unit → what it is called; by default ``name_en`` or ``name_zh`` of ``units``
        after the language, or the label.
    breaks : {"natural", "quantile", "zero"}
        Classes, the same for all years: natural breaks, quantiles, or around zero.
    k : int
        Number of classes.
    groups : Series, optional
        Group of each unit, missing for none: outlined and named.
    group_names : mapping, optional
        What to call the groups.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.
    language : {"en", "zh"}
        Of all words.

    Raises
    ------
    AlignmentError
        When values or groups do not cover exactly the units.
    CRSMismatchError
        When the units have no coordinate reference system.
    DegenerateDataError
        Without any value.
    """
    check_option(language, Language, "language")
    table = values.to_frame(0) if isinstance(values, pd.Series) else values
    check_unique(table.index, "values")
    same_units(table.index, units.index, "values")
    said = title if isinstance(title, Text) else Text(title)
    style = graduated_style(
        "value", table.to_numpy(dtype=float).ravel(), k=k, unit=unit, breaks=breaks
    )
    theme = Theme(said, style, {int(str(year)): table[year] for year in table.columns})
    column = f"name_{language}"
    if names is None:
        names = dict(units[column]) if column in units else {u: str(u) for u in units.index}
    shown = InteractiveMap(
        units=units,
        names=names,
        themes=[theme],
        groups=groups,
        group_names=group_names or {},
        background=background,
    )
    page = _PAGE.format(
        lang="zh-CN" if language == "zh" else "en",
        title=pretty(said.render(language)),
        css=Markup(shown.css),
        js=Markup(shown.js),
        map=shown.html(language),
    )
    whole = page.replace("@@FONT@@", embedded_font(page))
    Path(path).write_text(whole, encoding="utf-8", newline="\n")
