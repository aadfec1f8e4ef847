"""Map themes of a QGIS project: for every map the layers that make it, to switch to at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from spatialcarbon.report.qgis_layers import layer_id

if TYPE_CHECKING:
    from spatialcarbon.report.ready import ReadyLayer


@dataclass(frozen=True, eq=False)
class Theme:
    """A map: its title, what it shows in a sentence, and its layers, the topmost first."""

    title: str
    abstract: str
    layers: tuple[ReadyLayer, ...]


def themes_of(layers: Sequence[ReadyLayer]) -> list[Theme]:
    """Return a map for every layer that fills areas, and one for a group that has none.

    What hides nothing, such as points and flows, lies on the maps of its group; where there
    is no filled area in a group, on outlines from elsewhere or on paper.
    """
    made: list[Theme] = []
    for group in dict.fromkeys(layer.group for layer in layers):
        members = [layer for layer in layers if layer.group == group]
        open_ones = [layer for layer in members if not layer.covers and layer.visible]
        covering = [layer for layer in members if layer.covers]
        if covering:
            made += [Theme(one.title, one.abstract, (*open_ones, one)) for one in covering]
        elif open_ones:
            title = group or open_ones[0].title
            made.append(Theme(title, open_ones[0].abstract, tuple(open_ones)))
    titles = [theme.title for theme in made]
    return [
        Theme(f"{theme.title} ({theme.layers[-1].name})", theme.abstract, theme.layers)
        if titles.count(theme.title) > 1
        else theme
        for theme in made
    ]


def theme_elements(themes: Sequence[Theme]) -> Element:
    """Return the themes as the project lists them."""
    root = Element("visibility-presets")
    for theme in themes:
        part = SubElement(root, "visibility-preset", name=theme.title)
        for layer in theme.layers:
            SubElement(part, "layer", id=layer_id(layer), visible="1", expanded="1", style="")
    return root
