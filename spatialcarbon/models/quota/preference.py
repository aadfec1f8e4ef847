"""Leaning towards some criteria: preference weights from the weights of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.options import check_option

if TYPE_CHECKING:
    import pandas as pd

Rule = Literal["paper", "renormalise"]


def preference_weights(
    weights: pd.Series[float],
    preferred: Sequence[str],
    *,
    preference: float = 1.5,
    rule: Rule = "paper",
) -> pd.Series[float]:
    r"""What are the weights, if some criteria are to count more?

    Parameters
    ----------
    weights : Series
        Weight of each criterion, of sum one.
    preferred : sequence of str
        The criteria that are to count more.
    preference : float
        λ, one or more; 1 changes nothing.
    rule : {"paper", "renormalise"}
        Preferred weights times λ and the others scaled to what is left (what study
        004's tables contain), or all weights times λ or 1 and divided by their sum
        (what its text says).

    Returns
    -------
    Series
        Weights of sum one.

    Raises
    ------
    OptionError
        A λ below one; preferred criteria that are unknown or none; under
        ``"paper"``, a λ that leaves less than nothing for the others.

    Notes
    -----
    With :math:`w_F = \sum_{j \in F} w_j`, rule ``"paper"``:

    .. math:: \theta_j = \lambda w_j \;\; (j \in F), \qquad
              \theta_j = w_j \frac{1 - \lambda w_F}{1 - w_F} \;\; (j \notin F)

    and rule ``"renormalise"``: :math:`\theta_j = \lambda_j w_j / \sum_l \lambda_l w_l`
    with :math:`\lambda_j = \lambda` in :math:`F` and 1 elsewhere.

    References
    ----------
    Study 004, Table 4.

    Examples
    --------
    >>> import pandas as pd
    >>> given = pd.Series({"population": 0.2, "gdp": 0.8})
    >>> preference_weights(given, ["population"], preference=2).tolist()
    [0.4, 0.6]
    >>> text_rule = preference_weights(given, ["population"], preference=2, rule="renormalise")
    >>> text_rule.round(4).tolist()
    [0.3333, 0.6667]
    """
    check_option(rule, Rule, "rule")
    strength = _strength(preference)
    inside = weights.index.isin(list(preferred))
    absent = [name for name in preferred if name not in weights.index]
    if absent or not inside.any():
        raise OptionError(
            "the preferred criteria {names} are not among those that are weighted",
            expected="one of {known}",
            names=some(absent or preferred) or "()",
            known=", ".join(map(str, weights.index)),
        )
    if rule == "renormalise":
        raised: pd.Series[Any] = weights * np.where(inside, strength, 1.0)
        return (raised / raised.sum()).rename("weight")
    whole = float(weights[inside].sum())
    if strength * whole > 1 + 1e-12:
        raise OptionError(
            "preference={value:g} times the weight {whole:.4f} of {names} exceeds one",
            expected="at most {most:.4f}",
            fix="a smaller preference, or rule='renormalise'",
            value=strength,
            whole=whole,
            names=some(weights.index[inside]),
            most=1 / whole,
        )
    left = max(0.0, 1 - strength * whole)
    rest = 1 - whole
    scale = np.where(inside, strength, left / rest if rest > 0 else 0.0)
    return (weights * scale).rename("weight")


def _strength(preference: float) -> float:
    if isinstance(preference, bool) or not 1 <= float(preference) < float("inf"):
        raise OptionError(
            "preference={value!r} must be one or more",
            fix="to lean the other way, prefer the other criteria",
            value=preference,
        )
    return float(preference)
