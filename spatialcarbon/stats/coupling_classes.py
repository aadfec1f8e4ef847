"""Classes of coordination: their bounds, and their names in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option

Scheme = Literal["six", "ten"]

TOLERANCE = 1e-12

SCHEMES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "six": MappingProxyType(
            {
                "severe imbalance": 0.0,
                "imbalance": 0.2,
                "near imbalance": 0.4,
                "bare coordination": 0.5,
                "moderate coordination": 0.6,
                "good coordination": 0.8,
            }
        ),
        "ten": MappingProxyType(
            {
                "extreme imbalance": 0.0,
                "severe imbalance": 0.1,
                "moderate imbalance": 0.2,
                "mild imbalance": 0.3,
                "near imbalance": 0.4,
                "bare coordination": 0.5,
                "primary coordination": 0.6,
                "intermediate coordination": 0.7,
                "good coordination": 0.8,
                "quality coordination": 0.9,
            }
        ),
    }
)
"""Class → its inclusive lower bound of D: six, and the ten often printed."""

CLASS_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "extreme imbalance": text("extreme imbalance"),
        "severe imbalance": text("severe imbalance"),
        "moderate imbalance": text("moderate imbalance"),
        "mild imbalance": text("mild imbalance"),
        "imbalance": text("imbalance"),
        "near imbalance": text("near imbalance"),
        "bare coordination": text("bare coordination"),
        "primary coordination": text("primary coordination"),
        "moderate coordination": text("moderate coordination"),
        "intermediate coordination": text("intermediate coordination"),
        "good coordination": text("good coordination"),
        "quality coordination": text("quality coordination"),
    }
)
"""The classes in words, in either language."""


def class_bounds(classes: Scheme | Mapping[str, float]) -> dict[str, float]:
    """Return class → inclusive lower bound, of a named scheme or checked as given."""
    if not isinstance(classes, Mapping):
        return dict(SCHEMES[check_option(classes, Scheme, "classes")])
    bounds = {str(name): float(bound) for name, bound in classes.items()}
    values = list(bounds.values())
    if not values or values[0] != 0 or values[-1] > 1 or any(a >= b for a, b in pairwise(values)):
        raise OptionError(
            "the lower bounds of the classes are not in rising order from 0",
            arrived="{bounds}",
            expected="for example low = 0, middle = 0.4, high = 0.7",
            bounds=some(f"{name} = {bound:g}" for name, bound in bounds.items()),
        )
    return bounds


def classified(degrees: pd.Series[float], bounds: Mapping[str, float]) -> pd.Series[Any]:
    """Return the class of each degree; a degree on a bound is in the class above it."""
    edges = np.array(list(bounds.values())) - TOLERANCE
    places = np.searchsorted(edges, degrees.to_numpy(dtype=np.float64), side="right") - 1
    names = list(bounds)
    return pd.Series([names[place] for place in places], degrees.index, dtype=object)
