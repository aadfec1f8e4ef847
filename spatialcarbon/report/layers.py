"""What a map layer says and how it looks, without a word about file formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.report import palettes

if TYPE_CHECKING:
    import geopandas as gpd

Breaks = Literal["natural", "quantile", "zero"]

LISA_TEXTS: Mapping[str, Text] = {
    "High-High": text("High-High"),
    "Low-Low": text("Low-Low"),
    "Low-High": text("Low-High"),
    "High-Low": text("High-Low"),
    "Not significant": text("Not significant"),
    "Isolate": text("Isolate"),
}


def _check_colours(colours: Iterable[str]) -> None:
    for colour in colours:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise OptionError(
                "{colour!r} is not a colour", expected="six hex digits: #d7191c", colour=colour
            )


def _check_classes(bounds: tuple[float, ...], symbols: tuple[Any, ...], name: Text) -> None:
    rising = all(a < b for a, b in pairwise(bounds))
    if len(bounds) == 2:  # One class may hold a single number.
        rising = bounds[0] <= bounds[1]
    if len(bounds) < 2 or not rising or not np.isfinite(bounds).all():
        raise OptionError(
            "the bounds of the classes are not in rising order",
            arrived="{bounds}",
            expected="at least two finite numbers, each above the one before",
            bounds=bounds,
        )
    if len(symbols) != len(bounds) - 1:
        raise OptionError(
            "{n} classes need as many {name}",
            arrived="{count}",
            n=len(bounds) - 1,
            name=name,
            count=len(symbols),
        )


@dataclass(frozen=True)
class Category:
    """One value of a field, its text in the legend and its colour.

    Parameters
    ----------
    value : str, int, float or bool
        As it stands in the table.
    label : Text
        What the legend says.
    colour : str
        ``"#rrggbb"``.
    """

    value: str | int | float | bool
    label: Text
    colour: str


@dataclass(frozen=True)
class Categorised:
    """One colour for each value of a field.

    Parameters
    ----------
    field : str
        Column of the layer's frame. Every value in it must have its category; missing
        values get a grey "no data" of their own.
    categories : tuple of Category
        In the order of the legend.
    outline : str
        Colour of the outline.
    outline_only : bool
        Whether areas are left open, their outlines in the colours of the categories.
    """

    field: str
    categories: tuple[Category, ...]
    outline: str = palettes.OUTLINE
    outline_only: bool = False

    def __post_init__(self) -> None:
        """Refuse repeated values and what is not a colour."""
        _check_colours([*(item.colour for item in self.categories), self.outline])
        values = [item.value for item in self.categories]
        repeated = [value for i, value in enumerate(values) if value in values[:i]]
        if repeated:
            raise OptionError("the category {value!r} is given twice", value=repeated[0])


@dataclass(frozen=True)
class Graduated:
    """One colour for each class of a number.

    Parameters
    ----------
    field : str
        Column of the layer's frame. Missing values get a grey "no data" of their own.
    bounds : tuple of float
        Rising, one more than colours; they must hold every value. A class holds
        ``lower < value <= upper``, the first one its lower bound as well.
    colours : tuple of str
        ``"#rrggbb"``, one for each class.
    unit : str
        Unit of measure, said once in the legend (at its first class).
    label_format : str
        Text of a class, from ``{lower}`` and ``{upper}``.
    outline : str
        Colour of the outline.
    """

    field: str
    bounds: tuple[float, ...]
    colours: tuple[str, ...]
    unit: str = ""
    label_format: str = "{lower} – {upper}"
    outline: str = palettes.OUTLINE

    def __post_init__(self) -> None:
        """Refuse bounds out of order and what is not a colour."""
        _check_classes(self.bounds, self.colours, text("colours"))
        _check_colours([*self.colours, self.outline])


@dataclass(frozen=True)
class Single:
    """One look for all features.

    Parameters
    ----------
    colour : str
        ``"#rrggbb"``, of the fill, or of the outline when there is no fill.
    outline_only : bool
        Whether areas are left open, so that layers below show through.
    """

    colour: str
    outline_only: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not a colour."""
        _check_colours([self.colour])


@dataclass(frozen=True)
class Lines:
    """Lines of one colour, of one width or as wide as a number says (links and flows).

    Parameters
    ----------
    colour : str
        ``"#rrggbb"``.
    field : str or None
        Column whose classes set the width; ``None`` for one width.
    bounds : tuple of float
        As in :class:`Graduated`; empty without a field.
    widths : tuple of float
        Millimetres, one for each class; a single one without a field.
    unit, label_format : str
        As in :class:`Graduated`.
    """

    colour: str
    field: str | None = None
    bounds: tuple[float, ...] = ()
    widths: tuple[float, ...] = (0.3,)
    unit: str = ""
    label_format: str = "{lower} – {upper}"

    def __post_init__(self) -> None:
        """Refuse bounds out of order, another number of widths, and what is not a colour."""
        _check_colours([self.colour])
        if self.field is not None:
            _check_classes(self.bounds, self.widths, text("widths"))
        elif len(self.widths) != 1:
            raise OptionError("lines without a field have one width", arrived="{n}", n=self.widths)


Style = Categorised | Graduated | Single | Lines


@dataclass(frozen=True, eq=False)
class Layer:
    """A map layer: a table with geometry, its words, and its look.

    Parameters
    ----------
    name : str
        Short and plain; becomes the name of the table.
    title, abstract : Text
        Heading of the layer, and what it shows in a sentence or two.
    frame : GeoDataFrame
        The index holds the labels of the units, the columns their attributes. All
        geometries are areas, or all lines, or all points; the frame has a CRS.
    aliases : mapping of str to Text
        Readable names of columns (the index by its name).
    style : Style
        How features are drawn.
    label_field : str or None
        Column written on the map.
    visible : bool
        Whether the project shows the layer at first.
    group : Text or None
        Heading in the layer tree under which it stands.
    values : mapping of str to (mapping of str to Text)
        Column of codes → what each code means. Forms and tables then show the words.
    """

    name: str
    title: Text
    abstract: Text
    frame: gpd.GeoDataFrame
    aliases: Mapping[str, Text] = field(default_factory=dict)
    style: Style = Single("#d9d9d9")
    label_field: str | None = None
    visible: bool = True
    group: Text | None = None
    values: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)

    @property
    def covers(self) -> bool:
        """Whether the layer hides what lies below it: areas that are filled."""
        areas = bool(self.frame.geom_type.isin(["Polygon", "MultiPolygon"]).any())
        return areas and not getattr(self.style, "outline_only", False)


def lisa_style(column: str) -> Categorised:
    """Which colours does a local Moran map have?

    Parameters
    ----------
    column : str
        Column with the labels of :func:`spatialcarbon.local_moran`.

    Examples
    --------
    >>> [item.value for item in lisa_style("label").categories][:2]
    ['High-High', 'Low-Low']
    """
    return Categorised(
        column,
        tuple(
            Category(value, LISA_TEXTS[value], colour)
            for value, colour in palettes.LISA_COLOURS.items()
        ),
    )


def group_style(column: str, labels: Mapping[str, Text]) -> Categorised:
    """Which colours do groups have?

    Parameters
    ----------
    column : str
        Column with the group of each unit.
    labels : mapping of str to Text
        Text of each group in the order of the legend; city clusters have fixed colours.

    Examples
    --------
    >>> group_style("cluster", {"PRD": text("Pearl River Delta")}).categories[0].colour
    '#228833'
    """
    colours = palettes.qualitative_colours(labels)
    return Categorised(
        column,
        tuple(Category(value, label, colours[value]) for value, label in labels.items()),
        outline="#ffffff",  # grey would drown in the stronger of these colours
    )


def graduated_style(
    column: str, values: Iterable[float], *, k: int = 5, unit: str = "", breaks: Breaks = "natural"
) -> Graduated:
    """Which classes and colours suit a number?

    Parameters
    ----------
    column : str
        Column with the numbers.
    values : iterable of float
        What the classes must hold: the column itself, or several years of it when maps
        are to be compared. NaN is left out.
    k : int
        Number of classes.
    unit : str
        Unit of measure for the legend.
    breaks : {"natural", "quantile", "zero"}
        Classes alike inside, of equal count, or equal steps around zero. The last one
        has blue below zero and red above, the others run from yellow to dark red.

    Examples
    --------
    >>> graduated_style("co2_mt", [1, 2, 3, 10, 11, 12, 50], k=3, unit="Mt CO2").bounds
    (1.0, 6.0, 30.0, 50.0)
    """
    check_option(breaks, Breaks, "breaks")
    rules = {
        "natural": palettes.natural_breaks,
        "quantile": palettes.quantile_breaks,
        "zero": palettes.zero_centred_breaks,
    }
    bounds = rules[breaks](values, k)
    ramp = palettes.diverging_colours if breaks == "zero" else palettes.sequential_colours
    return Graduated(column, bounds, ramp(len(bounds) - 1), unit)
