"""Scale: is a unit inefficient because of how it works, or because of its size?"""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt

from spatialcarbon.models.quota.dea_solver import solve
from spatialcarbon.models.quota.dea_technology import (
    Floats,
    Orientation,
    Returns,
    Technology,
)

SAME = 1e-8
"""Two scores closer than this are one: ten times what the certificate allows each."""


def scores_by_returns(
    of: Technology, x: Floats, y: Floats, orientation: Orientation, known: dict[Returns, Floats]
) -> tuple[dict[Returns, Floats], dict[str, int]]:
    """Return scores in (0, 1] under variable, constant and decreasing returns.

    ``known`` holds those at hand; with them comes how many HiGHS had to solve.
    """
    found, handed = dict(known), {}
    for returns in get_args(Returns):
        if returns in found or returns == "increasing":
            continue
        programmes = Technology(of.x, of.y, returns).efficiency(x, y, orientation)
        answer = solve(programmes)
        found[returns] = shares(answer.tau, orientation)
        handed[returns] = answer.handed_over
    return found, handed


def shares(tau: Floats, orientation: Orientation) -> Floats:
    """Return scores on the scale of θ: in output orientation 1/φ."""
    with np.errstate(divide="ignore"):  # out of reach of another group in every output
        return tau if orientation == "input" else 1.0 / -tau


def scale(found: dict[Returns, Floats]) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Return scale efficiency and the returns to scale of each unit.

    Where constant returns give the variable score, size costs nothing; else, where
    forbidding to blow small units up changes nothing, the unit is too large.
    """
    variable, constant = found["variable"], found["constant"]
    with np.errstate(invalid="ignore"):
        ratio = np.minimum(constant / variable, 1.0)
        ratio = np.where(ratio > 1.0 - SAME, 1.0, ratio)
        smaller = np.abs(found["decreasing"] / variable - 1.0) <= SAME
    kinds = np.where(ratio == 1.0, "constant", np.where(smaller, "decreasing", "increasing"))
    kinds = kinds.astype(object)
    kinds[np.isnan(ratio)] = None
    return ratio, kinds
