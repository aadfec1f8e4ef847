"""Settings that several analyses read alike: units of variables, pairs of names and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import parse_unit

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Inputs


def measure_problem(inputs: Inputs, name: str, dimension: str, wanted: Text) -> list[Text]:
    """Return what is wrong with the unit of a variable, if anything."""
    measure = inputs.measure(name)
    unit = parse_unit(measure) if measure else None
    if unit is not None and unit.dimension == dimension and unit.substance != "C":
        return []
    return [
        text(
            "{variable} is in {measure}, which is not {wanted}",
            variable=name,
            measure=measure or "?",
            wanted=wanted,
        )
    ]


def as_pairs(value: object) -> object:
    """Return a table of the study file as the line of pairs that it stands for."""
    if isinstance(value, Mapping):
        return ",".join(f"{key}={number}" for key, number in value.items())
    return value
