"""Zeros in a decomposition: refused, taken to their limits, or replaced by something small."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.models.drivers.identity_names import kind_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.drivers.identity import Identity, Variable
    from spatialcarbon.models.drivers.lmdi_cube import Cells

    Floats = npt.NDArray[np.float64]
    Places = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

Zeros = Literal["raise", "limit", "small"]
ALWAYS_POSITIVE = ("population", "gdp")


def check_zeros(
    cube: Mapping[Variable, Floats], identity: Identity, zeros: Zeros, where: Cells
) -> int:
    """Return how many cells of the outcome are zero; raise for zeros that have no answer.

    A place without people or without output is never taken; nor is any zero where the
    outcome is not zero, for its ratio to the outcome has no limit. Other zeros are refused
    with ``zeros="raise"``.
    """
    outcome = cube[identity.term]
    for variable, values in cube.items():
        if values.min() > 0:
            continue
        flat = np.flatnonzero(values.ravel() == 0)
        if zeros == "raise":
            raise SchemaError(
                "{name} is zero in {n} cells",
                arrived="{cells}",
                expected="values above zero",
                fix="zeros='limit' takes the limit for a value that vanishes",
                name=str(variable),
                n=len(flat),
                cells=where.named(flat),
            )
        never = kind_of(variable.name) in ALWAYS_POSITIVE and not variable.index
        bad = flat if never and variable != identity.term else flat[outcome.ravel()[flat] > 0]
        if len(bad):
            raise SchemaError(
                "{name} is zero in {n} cells where the identity is not defined by it",
                arrived="{cells}",
                expected="zero only together with {outcome}, and never people or GDP",
                fix="correct the data, or leave these units out",
                name=str(variable),
                n=len(bad),
                cells=where.named(bad),
                outcome=str(identity.term),
            )
    return int(np.count_nonzero(outcome == 0))


def small(cube: Mapping[Variable, Floats], delta: float) -> dict[Variable, Floats]:
    """Return the variables with zeros replaced."""
    return {variable: np.where(values == 0, delta, values) for variable, values in cube.items()}


def limit_effects(
    effects: Floats,
    cube: Mapping[Variable, Floats],
    identity: Identity,
    ends: tuple[Places, Places],
    where: Cells,
) -> None:
    r"""Put the limits in place of the effects where the outcome is zero at an end.

    Notes
    -----
    Let every variable that is zero at that end be :math:`\delta \to 0`. The outcome then goes
    like :math:`\delta` and a factor :math:`x` like :math:`\delta^{e_x}`, with :math:`e_x` the sum
    of the powers of those variables in :math:`x`, and

    .. math:: \Lambda(V_1, V_0)\,\ln\frac{x_1}{x_0} \to e_x\,(V_1 - V_0).

    The :math:`e_x` sum to one. All of the change goes to the one factor that vanishes; a
    factor whose numerator and denominator both vanish (0/0) counts as unchanged. Where the
    outcome is zero at both ends every effect is zero.
    """
    outcome = cube[identity.term]
    levels = [outcome[:, places] for places in ends]
    nothing = [level == 0 for level in levels]
    effects[nothing[0] | nothing[1]] = 0.0
    for one, other, places, sign in (
        (nothing[0], nothing[1], ends[0], 1.0),
        (nothing[1], nothing[0], ends[1], -1.0),
    ):
        here = one & ~other
        if not here.any():
            continue
        orders = _orders(cube, identity, places, here)
        bad = (orders < 0).any(axis=1)
        if bad.any():
            unit, step, category = (part[bad] for part in np.nonzero(here))
            flat = np.ravel_multi_index((unit, places[step], category), where.shape)
            raise SchemaError(
                "a factor is infinite where {outcome} is zero, in {n} cells",
                arrived="{cells}",
                expected="no zero below a fraction without one above it",
                fix="correct the data, or leave these units out",
                outcome=str(identity.term),
                n=len(flat),
                cells=where.named(np.unique(flat)),
            )
        level = levels[1] if sign > 0 else levels[0]
        effects[here] = sign * orders * level[here][:, np.newaxis]


def _orders(
    cube: Mapping[Variable, Floats],
    identity: Identity,
    places: Places,
    here: Flags,
) -> Floats:
    """Return the order at which each factor vanishes, cell × factor."""
    orders = np.zeros((int(here.sum()), len(identity.factors)))
    for at, factor in enumerate(identity.factors):
        for variable, power in factor.powers:
            orders[:, at] += power * (cube[variable][:, places][here] == 0)
    return orders
