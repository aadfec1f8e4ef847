"""The states of decoupling: Tapio's eight, and those of the decoupling effort."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from spatialcarbon.core.language import Text, text

TAPIO_BOUNDS = (0.8, 1.2)
"""Elasticities from the one to the other, both included, count as coupling."""

UNDEFINED = "undefined"

DECOUPLING_STATES: Mapping[str, Text] = MappingProxyType(
    {
        "strong decoupling": text("strong decoupling"),
        "weak decoupling": text("weak decoupling"),
        "expansive coupling": text("expansive coupling"),
        "expansive negative decoupling": text("expansive negative decoupling"),
        "recessive decoupling": text("recessive decoupling"),
        "recessive coupling": text("recessive coupling"),
        "weak negative decoupling": text("weak negative decoupling"),
        "strong negative decoupling": text("strong negative decoupling"),
        UNDEFINED: text("undefined"),
    }
)
"""Tapio's eight states from the best to the worst for each direction of the driver."""

EFFORT_STATES: Mapping[str, Text] = MappingProxyType(
    {
        "strong effort": text("strong effort"),
        "weak effort": text("weak effort"),
        "no effort": text("no effort"),
        UNDEFINED: text("undefined"),
    }
)
"""States of the decoupling effort."""

_TIE = 1e-12


def tapio_states(elasticity: Any, driver_change: Any, bounds: tuple[float, float]) -> Any:
    """Return the state of each elasticity.

    Parameters
    ----------
    elasticity, driver_change : array of float
        NaN is "undefined".
    bounds : (float, float)
        Of coupling.

    Examples
    --------
    >>> tapio_states([0.5, -0.2, 0.5], [1.0, 1.0, -1.0], (0.8, 1.2)).tolist()
    ['weak decoupling', 'strong decoupling', 'weak negative decoupling']
    """
    e, change = np.asarray(elasticity, dtype=float), np.asarray(driver_change, dtype=float)
    slack = _TIE * np.maximum(1.0, np.abs(np.nan_to_num(e)))
    falls = e < 0
    slow = ~falls & (e < bounds[0] - slack)
    fast = e > bounds[1] + slack
    grows, shrinks = change > 0, change < 0
    coupled = ~falls & ~slow & ~fast
    rules = {
        "strong decoupling": grows & falls,
        "weak decoupling": grows & slow,
        "expansive coupling": grows & coupled,
        "expansive negative decoupling": grows & fast,
        "recessive decoupling": shrinks & fast,
        "recessive coupling": shrinks & coupled,
        "weak negative decoupling": shrinks & slow,
        "strong negative decoupling": shrinks & falls,
    }
    states = np.full(e.shape, UNDEFINED, dtype=object)
    for state, where in rules.items():
        states[where & ~np.isnan(e)] = state
    return states


def effort_states(index: Any) -> Any:
    """Return the state of each effort index: 1 or more is strong, above 0 weak, else none.

    Examples
    --------
    >>> effort_states([1.3, 0.4, -0.1, float("nan")]).tolist()
    ['strong effort', 'weak effort', 'no effort', 'undefined']
    """
    d = np.asarray(index, dtype=float)
    slack = _TIE * np.maximum(1.0, np.abs(np.nan_to_num(d)))
    states = np.full(d.shape, UNDEFINED, dtype=object)
    states[d <= slack] = "no effort"
    states[d > slack] = "weak effort"
    states[d >= 1 - slack] = "strong effort"
    return states
