"""A map to ask: point at a place, choose what is shown and when; it needs no network."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.align import same_units
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Language, Text
from spatialcarbon.report.interactive_pack import packed
from spatialcarbon.report.interactive_shapes import LETTERS, Outlines, outlines
from spatialcarbon.report.layers import Categorised, Graduated
from spatialcarbon.report.templating import rendered, source

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from markupsafe import Markup


@dataclass(frozen=True, eq=False)
class Scatter:
    """What a Moran scatter plot shows.

    Parameters
    ----------
    x, y : Series
        Standardised values, and the means of the neighbours' standardised values, by
        unit; units with NaN in either are not drawn.
    statistic : float
        Moran's I: the slope of the line.
    pvalue : float or None
        Of the global test, where there was one.
    """

    x: pd.Series[float]
    y: pd.Series[float]
    statistic: float
    pvalue: float | None = None


@dataclass(frozen=True, eq=False)
class Detail:
    """A further number that is told of each place.

    Parameters
    ----------
    title : Text
    values : mapping
        Year → Series by unit.
    """

    title: Text
    values: Mapping[int, pd.Series[Any]]


@dataclass(frozen=True, eq=False)
class Theme:
    """Something that the map can show, for one year or several.

    Parameters
    ----------
    title : Text
        What it is, without the year.
    style : Graduated or Categorised
        Classes and colours, the same for all years.
    values : mapping
        Year → Series by unit; 0 stands for no year. Missing values are hatched.
    heading : Text or None
        Under which it stands in the list of themes.
    details : sequence of Detail
        Told of a place beside its value.
    scatters : mapping
        Year → Moran scatter plot.
    """

    title: Text
    style: Graduated | Categorised
    values: Mapping[int, pd.Series[Any]]
    heading: Text | None = None
    details: Sequence[Detail] = ()
    scatters: Mapping[int, Scatter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a theme of nothing, and more kinds than letters."""
        if not self.values:
            raise SchemaError("a theme of the interactive map has no values", fix="leave it out")
        if isinstance(self.style, Categorised) and len(self.style.categories) > len(LETTERS):
            raise OptionError(
                "{n} kinds cannot be told apart on one map",
                expected="at most {most}",
                n=len(self.style.categories),
                most=len(LETTERS),
            )


@dataclass(frozen=True, eq=False)
class InteractiveMap:
    """A map of places that answers questions, as a part of an HTML page.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit, with a coordinate reference system.
    names : mapping
        Unit → what it is called.
    themes : sequence of Theme
        What can be shown; the first one is shown at first.
    groups : Series, optional
        Group of each unit, missing or empty for none: outlined, named, and gone to.
    group_names : mapping
        What to call the groups.
    background : GeoDataFrame, optional
        Areas to draw pale underneath.

    Raises
    ------
    SchemaError
        Without any theme.
    AlignmentError
        When the values of a theme do not cover exactly the units.
    """

    units: gpd.GeoDataFrame
    names: Mapping[Any, str | Text]
    themes: Sequence[Theme]
    groups: pd.Series[Any] | None = None
    group_names: Mapping[Hashable, str | Text] = field(default_factory=dict)
    background: gpd.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        """Refuse themes of other units, or none."""
        if not self.themes:
            raise SchemaError("the interactive map has nothing to show", fix="give it a theme")
        for theme in self.themes:
            for series in theme.values.values():
                same_units(series.index, self.units.index, theme.title)
            if isinstance(theme.style, Graduated):
                _refuse_outside(theme, theme.style)
            else:
                _refuse_strange(theme, theme.style)

    @cached_property
    def outlines(self) -> Outlines:
        """The areas, made once for both languages."""
        return outlines(self.units, groups=self.groups, background=self.background)

    def html(self, language: Language) -> Markup:
        """Return the map as markup: controls, an empty frame, and the data as JSON.

        Parameters
        ----------
        language : {"en", "zh"}
            Of all words.

        Returns
        -------
        Markup
            To stand in a page that also holds :attr:`css` and :attr:`js`.
        """
        from markupsafe import Markup

        page = rendered(
            "map.html.j2",
            t=lambda words: Text(words).render(language),
            data=Markup(packed(self, self.outlines, language)),  # escaped there
            count=len(self.units),
            grouped=bool(self.outlines.groups),
            years=any(len(theme.values) > 1 for theme in self.themes),
            scatters=any(theme.scatters for theme in self.themes),
        )
        return Markup(page)

    @property
    def css(self) -> str:
        """The style rules of the map."""
        return source("map.css")

    @property
    def js(self) -> str:
        """The script of the map: the same for every map, it reads the JSON beside it."""
        return source("map.js")


def _refuse_outside(theme: Theme, style: Graduated) -> None:
    for series in theme.values.values():
        outside = series[(series < style.bounds[0]) | (series > style.bounds[-1])]
        if len(outside):
            raise SchemaError(
                "a theme of the interactive map has values outside its classes",
                arrived="{values}",
                expected="{low} to {high}",
                fix="make the classes from the values of all years",
                values=some(outside),
                low=style.bounds[0],
                high=style.bounds[-1],
            )


def _refuse_strange(theme: Theme, style: Categorised) -> None:
    known = {item.value for item in style.categories}
    for series in theme.values.values():
        strange = [value for value in series.dropna().unique() if value not in known]
        if strange:
            raise SchemaError(
                "a theme of the interactive map has values that no legend explains",
                arrived="{strange}",
                expected="one of {known}",
                strange=some(strange),
                known=some(known),
            )
