"""Coefficients, zones, baselines and ability factors of an ecological compensation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.core.language import Text, text

Baseline = Literal["zero", "emission", "corrected"]
Ability = Literal["none", "income", "stage"]

PAYER, RECEIVER, BALANCED = "payer", "receiver", "balanced"
ROLES: Mapping[str, Text] = {
    PAYER: text("payer"),
    RECEIVER: text("receiver"),
    BALANCED: text("balanced"),
}
"""Who stands on which side; a balanced place pays and receives nothing."""

MAINTENANCE, DEVELOPMENT, SINK, OPTIMISATION, UNDEFINED = (
    "low-carbon maintenance",
    "economic development",
    "carbon-sink development",
    "high-carbon optimisation",
    "undefined",
)
ZONES: Mapping[str, Text] = {
    MAINTENANCE: text("low-carbon maintenance"),
    DEVELOPMENT: text("economic development"),
    SINK: text("carbon-sink development"),
    OPTIMISATION: text("high-carbon optimisation"),
    UNDEFINED: text("not defined"),
}
"""The four zones, from both coefficients at one or more to both below one."""


def coefficients(places: pd.DataFrame) -> pd.DataFrame:
    """Return net emission, economic contribution and ecological support of each place.

    The support coefficient is NaN where no place has a sink.
    """
    emission, sink, gdp = (places[column] for column in ("emission", "sink", "gdp"))
    share = emission / emission.sum()
    whole = sink.sum()
    return pd.DataFrame(
        {
            "net": emission - sink,
            "ecc": gdp / gdp.sum() / share,
            "esc": sink / (whole if whole > 0 else np.nan) / share,
        }
    )


def zone(ecc: pd.Series[float], esc: pd.Series[float]) -> pd.Series[str]:
    """Return the zone of each place; equal to one, to a relative 1e-12, counts as at least one."""
    rich, green = ecc >= 1 - 1e-12, esc >= 1 - 1e-12
    names = np.select(
        [esc.isna(), rich & green, rich, green],
        [UNDEFINED, MAINTENANCE, DEVELOPMENT, SINK],
        OPTIMISATION,
    )
    return pd.Series(names, index=ecc.index, name="zone")


def responsibility(
    places: pd.DataFrame, coefficient: pd.DataFrame, baseline: Baseline, a: float, b: float
) -> pd.Series[float]:
    """Return the share of the whole net emission that each place may have without paying.

    Zero for ``baseline="zero"``; else shares of sum one.

    Raises
    ------
    DegenerateDataError
        When the area takes up as much as it emits, or no place has a sink to be weighed.
    """
    if baseline == "zero":
        return pd.Series(0.0, index=places.index)
    whole = float(coefficient["net"].sum())
    if whole <= 1e-12 * float(places["emission"].sum()):
        raise DegenerateDataError(
            "all places together take up as much as they emit, so there is nothing to share out",
            arrived="net emissions of {whole:.6g} t CO2",
            expected="emissions above the sinks, for the baselines emission and corrected",
            fix="baseline='zero'",
            whole=whole,
        )
    weight = places["emission"].copy()
    if baseline == "corrected":
        if b > 0 and not places["sink"].sum() > 0:
            raise DegenerateDataError(
                "no place has a sink, so the ecological support coefficient is not defined",
                expected="a sink above zero somewhere",
                fix="b=0 leaves ecological support out",
            )
        weight = weight * coefficient["ecc"] ** a
        if b > 0:  # 0 to the power of 0 is one: without b the support has no say, not even as NaN
            weight = weight * coefficient["esc"] ** b
    return weight / weight.sum()


def ability_factor(
    places: pd.DataFrame, payer: pd.Series[bool], ability: Ability, bounds: tuple[float, float]
) -> pd.Series[float]:
    """Return the factor on each place's amount: 1, by income of payers, or by stage."""
    if ability == "none":
        return pd.Series(1.0, index=places.index)
    if ability == "stage":
        grown: pd.Series[float] = 2.0 / (1.0 + np.exp(-places["stage"]))
        return grown
    mean = places["gdp"].sum() / places["population"].sum()
    income = (places["gdp"] / places["population"] / mean).clip(*bounds)
    return income.where(payer, 1.0)
