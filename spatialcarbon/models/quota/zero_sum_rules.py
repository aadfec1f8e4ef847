"""Formulas of zero-sum gains: scores, redistribution, and the rules that repeat them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np

from spatialcarbon.core.errors import BalanceError

if TYPE_CHECKING:
    from spatialcarbon.models.quota.dea_technology import Floats

Mode = Literal["one-shot", "iterate"]
Rule = Literal["proportional", "single", "paper004"]

EFFICIENT = 1e-8
"""A unit whose score falls short of one by no more than this is on the frontier."""

BALANCE = 1e-9
"""Part of the total by which a reallocation may miss it."""

CLIPPED_STEPS = 2
"""Steps that study 004's path takes with its clipped score before it projects."""


def of_the_others(values: Floats) -> Floats:
    """Return for each unit the sum over all others, exact where one outweighs the rest.

    Examples
    --------
    >>> import numpy as np
    >>> of_the_others(np.array([1e20, 1.0, 2.0])).tolist()
    [3.0, 1e+20, 1e+20]
    """
    rest: Floats = values.sum() - values
    top = int(values.argmax())
    rest[top] = values[:top].sum() + values[top + 1 :].sum()
    return rest


def constant_of(x: Floats, phi: Floats) -> float:
    """Return C = X / Σφx, by which a frontier is stretched until it holds the total."""
    return float(x.sum() / (phi * x).sum())


def cooperative_score(x: Floats, phi: Floats) -> Floats:
    """Return h = Cφ, the scores at which all units reach the frontier together."""
    return constant_of(x, phi) * phi


def single_score(x: Floats, phi: Floats) -> Floats:
    """Return the score of each unit were it the only one to look for efficiency.

    What it gives up goes to the others in proportion to their inputs, which moves
    the frontier outwards by 1 + u/(X − x) and so spares it part of the cut.
    """
    k = x / of_the_others(x)
    score: Floats = phi * (1.0 + k) / (1.0 + k * phi)
    return score


def clipped_score(x: Floats, phi: Floats) -> Floats:
    """Return study 004's score: the target theorem without the factor h inside its sum."""
    slow = phi < 1.0 - EFFICIENT
    rest = x[~slow].sum()
    a, b = x[slow].sum() / rest, (phi * x)[slow].sum() / rest
    score: Floats = np.clip(phi * (1.0 + a) - b, 0.0, 1.0)
    return score


def redistribute(x: Floats, h: Floats) -> Floats:
    """Return the inputs after each unit gave up x(1 − h), shared among all others by input.

    Examples
    --------
    The first gives up 3 of its 6; of these the second gets 1 and the third 2.

    >>> import numpy as np
    >>> redistribute(np.array([6.0, 1.0, 2.0]), np.array([0.5, 1.0, 1.0])).tolist()
    [3.0, 2.0, 4.0]
    """
    given_up = x * (1.0 - h)
    moved: Floats = x - given_up + x * of_the_others(given_up / of_the_others(x))
    return moved


def project(x: Floats, phi: Floats) -> Floats:
    """Return Cφx, the inputs at which every unit is efficient and the total is unchanged."""
    return cooperative_score(x, phi) * x


def check_balance(before: Floats, after: Floats) -> None:
    """Refuse a reallocation that lost or made some of the total.

    Raises
    ------
    BalanceError
        When the sums differ by more than 1e-9 of the total.
    """
    total, now = float(before.sum()), float(after.sum())
    if not abs(now - total) <= BALANCE * total:
        raise BalanceError(
            "the reallocation changed the total",
            arrived="{now:.12g}",
            expected="{total:.12g}",
            fix="look for inputs that are many orders of magnitude apart",
            now=now,
            total=total,
        )


SCORES: dict[Rule, Callable[[Floats, Floats], Floats]] = {
    "proportional": cooperative_score,
    "single": single_score,
    "paper004": clipped_score,
}


def score_of(rule: Rule, step: int, x: Floats, phi: Floats) -> Floats:
    """Return the score by which a rule takes its step (0 is the first)."""
    if rule == "paper004" and step >= CLIPPED_STEPS:
        return cooperative_score(x, phi)
    return SCORES[rule](x, phi)


def step_of(rule: Rule, step: int, x: Floats, phi: Floats) -> Floats:
    """Return the inputs after a step of a rule."""
    if rule == "proportional" or (rule == "paper004" and step >= CLIPPED_STEPS):
        return project(x, phi)
    return redistribute(x, score_of(rule, step, x, phi))
