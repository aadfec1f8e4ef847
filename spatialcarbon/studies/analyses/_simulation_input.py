"""What a study file or a command line says of errors, correlations and targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.models.drivers.rate_errors import pairs_of
from spatialcarbon.models.drivers.rates import RATES


def correlation_of(given: str | Mapping[str, float] | None) -> pd.DataFrame | None:
    """Return a correlation matrix from pairs such as ``chi_alpha = 0.5``; others are zero."""
    if not given:
        return None
    pairs: Mapping[str, Any] = pairs_of(given) if isinstance(given, str) else given
    table = pd.DataFrame(0.0, index=pd.Index(RATES), columns=pd.Index(RATES))
    for name in RATES:
        table.loc[name, name] = 1.0
    for pair, value in pairs.items():
        first, _, second = pair.partition("_")
        number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
        fits = first in RATES and second in RATES and first != second
        if not fits or not -1.0 <= number <= 1.0:
            raise SchemaError(
                "{pair} = {value} is no correlation of two rates",
                expected="two of {rates} with a number from -1 to 1, such as chi_alpha = 0.5",
                pair=pair,
                value=value,
                rates=", ".join(RATES),
            )
        table.loc[first, second] = table.loc[second, first] = float(number)
    return table


def target_of(given: Any) -> float | dict[int, float] | None:
    """Return a target as :func:`simulate` takes it: a number, or numbers by year."""
    if isinstance(given, str) and "=" in given:
        given = pairs_of(given)
    if given is None or not isinstance(given, (str, Mapping)):
        return None if given is None else float(given)
    try:
        if isinstance(given, str):
            return float(given)
        return {int(year): float(value) for year, value in given.items()}
    except ValueError as error:
        raise SchemaError(
            "{given!r} is not a target",
            expected="a level, or levels by year such as 2030=1200",
            given=given,
        ) from error


def sharing_of(given: str | float) -> Any:
    """Return the sharing of errors as a word or a number."""
    try:
        return float(given)
    except ValueError:
        return given
