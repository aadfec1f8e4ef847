"""Decoupling effort: how much of what the economy adds do the other factors take back?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.options import suggestion
from spatialcarbon.models.drivers.decoupling_states import effort_states

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.lmdi_result import DecompositionResult

METHOD = "decoupling effort"
STATIONARY = 1e-12


def decoupling_effort(
    result: DecompositionResult, *, activity: str | Iterable[str]
) -> pd.DataFrame:
    r"""How much of the emissions that activity adds is taken back by all other factors?

    Use it beside :func:`spatialcarbon.decoupling`, on the effects of
    :func:`spatialcarbon.decompose`: an elasticity says that growth and emissions part,
    the effort says whether what the other factors save outweighs what activity adds.
    Do not use it where activity shrinks: there is then nothing to take back.

    Parameters
    ----------
    result : DecompositionResult
        Effects of factors by unit and stage.
    activity : str or iterable of str
        The factor, or factors together, that stand for activity: of
        population × GDP per head × CO2 per GDP the first two, whose product is GDP.

    Returns
    -------
    DataFrame
        One row per unit and stage, in the order of the result: ``unit, start, end,
        activity, others`` (sums of effects, in the unit of measure of the result),
        ``effort`` (D, a number) and ``state``: "strong effort" (D of 1 or more: emissions
        do not grow), "weak effort" (between 0 and 1), "no effort" (0 or less: the other
        factors add to emissions too), or "undefined" with NaN where the effect of activity
        is not above zero. ``attrs`` holds method, settings and references.

    Raises
    ------
    OptionError
        A factor the result does not have, none, or all of them.

    Notes
    -----
    .. math::

        D = -\frac{\sum_{x \neq a} \Delta C_x}{\Delta C_a}

    D is at least 1 exactly when the outcome does not grow, since
    :math:`\Delta C = \Delta C_a (1 - D)`.

    References
    ----------
    Diakoulaki, D., & Mandaraka, M. (2007). Energy Economics 29: 636–664.

    Examples
    --------
    >>> import spatialcarbon as sc
    >>> panel = pd.DataFrame(
    ...     {"city": ["A", "A"], "year": [2010, 2015], "co2": [100, 104], "gdp": [50, 55]}
    ... )
    >>> effects = sc.decompose(panel, identity="co2 = gdp * (co2/gdp)", unit="city", year="year")
    >>> found = decoupling_effort(effects, activity="gdp")
    >>> float(found.loc[0, "effort"].round(3)), found.loc[0, "state"]
    (0.588, 'weak effort')
    """
    chosen = _activity(activity, list(result.factors))
    found = effort_table(result.effects, chosen)
    found.attrs = {
        "method": METHOD,
        "settings": {"activity": chosen, "decomposition": dict(result.settings)},
        "references": ("diakoulaki2007",),
    }
    return found


def effort_table(effects: pd.DataFrame, activity: list[str]) -> pd.DataFrame:
    """Return activity, others, effort and state from a table of effects.

    Parameters
    ----------
    effects : DataFrame
        ``unit`` or ``group, start, end, factor, effect``.
    activity : list of str
        Factors of the table that stand for activity.
    """
    keys = ["group" if "group" in effects else "unit", "start", "end"]
    part = effects["factor"].isin(activity)
    # Sums of each side by row of the result: the order of units and stages stays.
    sums = pd.DataFrame(
        {
            "activity": effects["effect"].where(part, 0.0),
            "others": effects["effect"].where(~part, 0.0),
        }
    )
    found = pd.concat([effects[keys], sums], axis=1).groupby(keys, sort=False).sum().reset_index()
    found["effort"] = _index(found["activity"].to_numpy(), found["others"].to_numpy())
    found["state"] = effort_states(found["effort"])
    return found


def _index(activity: Any, others: Any) -> Any:
    added = activity > STATIONARY * (np.abs(activity) + np.abs(others))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(added, -others / activity + 0.0, np.nan)


def _activity(activity: str | Iterable[str], factors: list[str]) -> list[str]:
    wanted = [activity] if isinstance(activity, str) else list(activity)
    for name in wanted:
        if name not in factors:
            raise OptionError(
                "activity={name!r} is not a factor of this decomposition",
                expected="one or more of {known}",
                fix="{close}",
                name=name,
                known=", ".join(factors),
                close=suggestion(str(name), factors),
            )
    if not wanted or set(wanted) == set(factors):
        raise OptionError(
            "activity must name some of the factors and leave some",
            arrived="{names}",
            expected="one or more of {known}, not all",
            names=some(wanted) or "[]",
            known=", ".join(factors),
        )
    return wanted
