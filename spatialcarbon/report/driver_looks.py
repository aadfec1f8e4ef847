"""What all figures of drivers share: one colour per factor and per state of decoupling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle
from types import MappingProxyType

from matplotlib.colors import to_hex, to_rgb

from spatialcarbon.report.palettes import QUALITATIVE

FACTOR_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "population": "#4477aa",
        "affluence": "#ee6677",
        "structure": "#ccbb44",
        "intensity": "#228833",
        "energy_intensity": "#66ccee",
        "carbon_content": "#aa3377",
        "mix": "#ee8866",
        "gdp": "#77aadd",
    }
)
"""Customary factors have fixed colours (Paul Tol's bright scheme)."""

OUTCOME_COLOUR = "#444444"
"""Of the outcome itself: levels, net change."""

STATE_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "strong decoupling": "#2166ac",
        "weak decoupling": "#8fc1dd",
        "expansive coupling": "#f5e6a3",
        "expansive negative decoupling": "#d6604d",
        "recessive decoupling": "#2a8b82",
        "recessive coupling": "#d9b365",
        "weak negative decoupling": "#c2a5cf",
        "strong negative decoupling": "#762a83",
        "undefined": "#8c8c8c",
    }
)
"""Blue where the outcome breaks away downwards, red and purple where it outruns its driver."""

EFFORT_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "strong effort": "#2166ac",
        "weak effort": "#8fc1dd",
        "no effort": "#d6604d",
        "undefined": "#8c8c8c",
    }
)
"""In keeping with the states of the elasticity."""

_PALE = 0.4
"""How much of its colour a factor keeps where it lowers the outcome."""


def factor_colours(factors: Iterable[str]) -> dict[str, str]:
    """Return the colour of each factor: its fixed one, else the next that is free.

    Parameters
    ----------
    factors : iterable of str
        Keys of factors, in the order of the identity.

    Examples
    --------
    >>> factor_colours(["affluence", "energy/gdp"])
    {'affluence': '#ee6677', 'energy/gdp': '#4477aa'}
    """
    names = list(dict.fromkeys(factors))
    taken = {FACTOR_COLOURS[name] for name in names if name in FACTOR_COLOURS}
    free = cycle([colour for colour in QUALITATIVE if colour not in taken] or QUALITATIVE)
    return {name: FACTOR_COLOURS.get(name) or next(free) for name in names}


def driver_colours(factors: Iterable[str]) -> dict[str, str]:
    """Return the colour of each factor where it raises the outcome, and where it lowers it.

    Parameters
    ----------
    factors : iterable of str
        Keys of factors; those of the result are ``"key raises"``, ``"key lowers"`` and ``"none"``.

    Examples
    --------
    >>> driver_colours(["population"])
    {'population raises': '#4477aa', 'population lowers': '#b4c9dd', 'none': '#8c8c8c'}
    """
    colours: dict[str, str] = {}
    for key, colour in factor_colours(factors).items():
        red, green, blue = (1 - _PALE + _PALE * part for part in to_rgb(colour))
        colours |= {f"{key} raises": colour, f"{key} lowers": to_hex((red, green, blue))}
    return colours | {"none": "#8c8c8c"}
