"""Units of measure that suit the size of the numbers in a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

CARBON = ((1e6, "Mt CO2"), (1e4, "10^4 t CO2"), (1.0, "t CO2"))
MONEY = ((1e8, "10^8 CNY"), (1e4, "10^4 CNY"), (1.0, "CNY"))


def readable_measure(values: Any) -> tuple[float, str]:
    """Return the unit that suits tonnes of CO2, and its size in tonnes.

    Examples
    --------
    >>> readable_measure([2e7, 5e5])
    (1000000.0, 'Mt CO2')
    """
    return _suited(values, CARBON)


def money_measure(values: Any) -> tuple[float, str]:
    """Return the unit that suits amounts of money, and its size in CNY.

    Examples
    --------
    >>> money_measure([3e8, -2e6])
    (100000000.0, '10^8 CNY')
    """
    return _suited(values, MONEY)


def _suited(values: Any, measures: Sequence[tuple[float, str]]) -> tuple[float, str]:
    largest = float(np.nanmax(np.abs(np.asarray(values, dtype=float)), initial=0.0))
    return next((item for item in measures if largest >= item[0]), measures[-1])
