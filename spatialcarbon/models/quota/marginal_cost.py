"""Cost curves: what the next tonne costs each unit, and how much it cuts at a price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatialcarbon.core.align import as_numbers, conform, require_columns
from spatialcarbon.core.errors import MissingDataError, OptionError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_positive
from spatialcarbon.models.quota.criteria import match_units
from spatialcarbon.models.quota.links import part_of

Floats = npt.NDArray[np.float64]

COST, EXPONENT = "cost", "exponent"
STEPS = ("unit", "amount", "price")
"""Columns of curves in steps: so much can be cut at a price per tonne."""


def cost_curves(
    prices: pd.Series[Any],
    emissions: pd.Series[Any],
    *,
    at: float = 0.5,
    exponent: float = 2.0,
) -> pd.DataFrame:
    r"""Which cost curve passes through a price that is known at one depth of cut?

    Use it where studies report what the last tonne costs when a place cuts, say, half.
    The shape between nothing and that point, and beyond it, is an assumption.

    Parameters
    ----------
    prices : Series
        Marginal cost by unit, money per mass, above zero.
    emissions : Series
        What each unit emits, zero or more.
    at : float
        Depth at which the price holds, as a part of emissions, above 0 and up to 1.
    exponent : float
        Power of the total cost, above 1; 2 is a marginal cost that rises along a line.

    Returns
    -------
    DataFrame
        Columns ``cost`` and ``exponent`` of :math:`c\,a^k`, for :func:`trade_allowances`.
        A unit that emits nothing has no curve: its cost is infinite.

    Raises
    ------
    OptionError
        A depth outside 0 to 1, an exponent of 1 or less.
    SchemaError
        Prices that are not above zero, emissions below zero.

    Notes
    -----
    .. math:: C_i'(a) = p_i \left(\frac{a}{\alpha e_i}\right)^{k - 1}, \qquad
              c_i = \frac{p_i}{k\,(\alpha e_i)^{k - 1}}

    Examples
    --------
    Half of 80 t at 200 a tonne: the slope is 200/40 = 5, the cost 2.5 a².

    >>> cost_curves(pd.Series({"a": 200.0}), pd.Series({"a": 80.0}))["cost"].tolist()
    [2.5]
    """
    depth = part_of(at, "at")
    power = check_positive(exponent, "exponent")
    if not power > 1 or depth == 0:
        raise OptionError(
            "a cost curve needs an exponent above 1 and a depth above 0",
            arrived="exponent={power:g}, at={depth:g}",
            power=power,
            depth=depth,
        )
    emitted = as_numbers(emissions, text("the emissions"))
    if isinstance(prices, pd.Series):
        match_units(prices.index, emitted.index, text("the prices"), text("the cuts"))
    price = conform(prices, emitted.index, name=text("the prices"))
    _all_above(price, text("the prices"), zero=False)
    _all_above(emitted, text("the emissions"), zero=True)
    with np.errstate(divide="ignore"):
        cost = price / (power * (depth * emitted) ** (power - 1))
    return pd.DataFrame({COST: cost, EXPONENT: power})


@dataclass(frozen=True, eq=False)
class Curves:
    """Cost curves of all units on one order of labels, and the most that each can cut.

    Parameters
    ----------
    units : Index
        The units.
    limits : array
        Most that each can cut, infinite for none.
    cost, exponent : array or None
        Of :math:`c a^k`, unless there are steps.
    steps : DataFrame or None
        Columns ``unit`` (position), ``amount``, ``price``, ``start`` (what the unit cuts
        before this step), by rising price; amounts end at the limits.
    """

    units: pd.Index
    limits: Floats
    cost: Floats | None
    exponent: Floats | None
    steps: pd.DataFrame | None

    def supply(self, price: float) -> Floats:
        """Return what each unit cuts when a tonne fetches a price (steps at that price whole)."""
        if self.steps is not None:
            bought = self.steps[self.steps["price"] <= price]
            return _summed(bought["unit"], bought["amount"], len(self.units))
        assert self.cost is not None
        assert self.exponent is not None
        wanted = (price / (self.cost * self.exponent)) ** (1 / (self.exponent - 1))
        return np.minimum(wanted, self.limits)

    def marginal(self, cuts: Floats) -> Floats:
        """Return what the last tonne costs each unit."""
        if self.steps is not None:
            reached = self.steps[self.steps["start"] < cuts[self.steps["unit"]] * (1 - 1e-12)]
            last = reached.groupby("unit")["price"].max()
            return last.reindex(range(len(self.units)), fill_value=0.0).to_numpy(dtype=np.float64)
        assert self.cost is not None
        assert self.exponent is not None
        cost = np.where(self.limits > 0, self.cost, 0.0)
        return cost * self.exponent * cuts ** (self.exponent - 1)

    def total(self, cuts: Floats) -> Floats:
        """Return what cuts cost each unit."""
        if self.steps is not None:
            steps = self.steps
            taken = np.clip(cuts[steps["unit"]] - steps["start"], 0.0, steps["amount"])
            return _summed(steps["unit"], taken * steps["price"], len(self.units))
        assert self.cost is not None
        assert self.exponent is not None
        return np.where(self.limits > 0, self.cost, 0.0) * cuts**self.exponent

    def of(self, rows: npt.NDArray[np.bool_]) -> Curves:
        """Return the curves of some units."""
        steps = self.steps
        if steps is not None:
            steps = steps[rows[steps["unit"]]].copy()
            steps["unit"] = (np.cumsum(rows) - 1)[steps["unit"]]
        return Curves(
            self.units[rows],
            self.limits[rows],
            None if self.cost is None else self.cost[rows],
            None if self.exponent is None else self.exponent[rows],
            steps,
        )


def read_curves(costs: Any, units: pd.Index, limits: pd.Series[float] | None) -> Curves:
    """Return cost curves of units, from any of the three forms that they may have.

    Parameters
    ----------
    costs : Series or DataFrame
        Slopes of the marginal cost; ``cost`` and ``exponent`` by unit; or steps ``unit, amount,
        price``.
    units : Index
        The units.
    limits : Series or None
        Most that each can cut.

    Raises
    ------
    SchemaError
        Costs in no known form, or not above zero; an exponent of 1 or less.
    """
    most = np.full(len(units), np.inf) if limits is None else np.asarray(limits, dtype=np.float64)
    if isinstance(costs, pd.DataFrame) and set(STEPS) <= set(costs.columns):
        return _steps(costs, units, most)
    name = text("the costs")
    if isinstance(costs, pd.DataFrame):
        require_columns(costs, [COST], name)
        match_units(costs.index, units, name, text("the cuts"))
        factor = as_numbers(costs[COST], name).reindex(units)
        given = costs[EXPONENT] if EXPONENT in costs else pd.Series(2.0, index=costs.index)
        power = conform(given, units, name=text("the exponents"))
        wrong = power.index[power <= 1]
        if len(wrong):
            raise SchemaError(
                "exponents of cost are not above 1 for {units}",
                fix="a cost that does not rise faster and faster has steps: unit, amount, price",
                units=some(wrong),
            )
    elif isinstance(costs, pd.Series):
        match_units(costs.index, units, name, text("the cuts"))
        factor = as_numbers(costs, name).reindex(units) / 2
        power = pd.Series(2.0, index=units)
    else:
        raise SchemaError(
            "the costs are a {kind}",
            expected="a Series of slopes, or a DataFrame with cost and exponent, or with steps",
            kind=type(costs).__name__,
        )
    none = (most == 0) & (factor == np.inf).to_numpy()
    _all_above(factor.where(~none, 1.0), name, zero=False)
    return Curves(
        units, most, np.asarray(factor, dtype=np.float64), np.asarray(power, dtype=np.float64), None
    )


def _steps(table: pd.DataFrame, units: pd.Index, most: Floats) -> Curves:
    place = pd.Series(range(len(units)), index=units)
    strange = table.loc[~table["unit"].isin(units), "unit"].unique()
    absent = units.difference(pd.Index(table["unit"]), sort=False)
    if len(strange) or len(absent):
        raise SchemaError(
            "the steps of cost are not those of the units",
            arrived="{n_absent} without steps ({absent}); {n_extra} unknown ({extra})",
            n_absent=len(absent),
            absent=some(absent) or "–",
            n_extra=len(strange),
            extra=some(strange) or "–",
        )
    at = table["unit"].map(place).to_numpy()
    amount = as_numbers(table["amount"], text("the amounts of steps")).to_numpy()
    price = as_numbers(table["price"], text("the prices of steps")).to_numpy()
    for values, name, zero in (
        (amount, text("the amounts of steps"), True),
        (price, text("the prices of steps"), True),
    ):
        _all_above(pd.Series(values, index=table["unit"]), name, zero=zero)
    frame = pd.DataFrame({"unit": at, "amount": amount, "price": price})
    frame = frame.sort_values(["price", "unit"], kind="stable").reset_index(drop=True)
    before = frame.groupby("unit")["amount"].cumsum() - frame["amount"]
    room = np.maximum(most[frame["unit"]] - before, 0.0)
    frame["amount"] = np.minimum(frame["amount"], room)
    frame["start"] = np.minimum(before, most[frame["unit"]])
    reach = _summed(frame["unit"], frame["amount"], len(units))
    return Curves(units, np.minimum(most, reach), None, None, frame[frame["amount"] > 0])


def _summed(places: pd.Series[int], amounts: pd.Series[float], n: int) -> Floats:
    return np.bincount(places, amounts, n).astype(np.float64)


def _all_above(values: pd.Series[float], name: Text, *, zero: bool) -> None:
    missing = values.index[~np.isfinite(values)]
    if len(missing):
        raise MissingDataError(
            "{name} are missing or infinite for {units}", name=name, units=some(missing)
        )
    wrong = values.index[(values < 0) if zero else (values <= 0)]
    if len(wrong):
        raise SchemaError(
            "{name} are below zero for {units}"
            if zero
            else "{name} are not above zero for {units}",
            name=name,
            units=some(wrong),
        )
