"""Compensation in kind: what an amount of money is in technology, jobs, energy or products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.align import checksum, conform
from spatialcarbon.core.errors import AlignmentError, OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_positive
from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    from collections.abc import Hashable

CASH = "cash"


@dataclass(frozen=True, kw_only=True, eq=False)
class NonCashResult(Result):
    """Amounts of money as quantities of something else.

    Parameters
    ----------
    quantities : DataFrame
        Unit × form, in units of each form (``cash`` in CNY); positive is given,
        negative received.
    money : DataFrame
        Unit × form: the CNY that each quantity stands for.
    values : Series
        Index form: CNY per unit of it.
    alternatives : bool
        Whether every form stands for the whole amount, one in place of another.

    Examples
    --------
    Half of 1000 CNY in jobs at 50 CNY each, the rest in cash:

    >>> import pandas as pd
    >>> from spatialcarbon import non_cash_compensation
    >>> found = non_cash_compensation(
    ...     pd.Series({"A": 1000.0, "B": -1000.0}), values={"jobs": 50.0}, shares={"jobs": 0.5}
    ... )
    >>> found.quantities.loc["A"].to_dict(), found.money.loc["B"].to_dict()
    ({'jobs': 10.0, 'cash': 500.0}, {'jobs': -500.0, 'cash': -500.0})
    >>> found.to_frame().to_numpy().tolist()[0]
    ['A', 'jobs', 10.0, 500.0, 50.0]
    """

    quantities: pd.DataFrame
    money: pd.DataFrame
    values: pd.Series[float]
    alternatives: bool

    def to_frame(self) -> pd.DataFrame:
        """Return a row per unit and form: ``unit, form, quantity, money, value``."""
        parts = [
            pd.DataFrame(
                {
                    "unit": self.quantities.index,
                    "form": form,
                    "quantity": self.quantities[form].to_numpy(),
                    "money": self.money[form].to_numpy(),
                    "value": self.values[form],
                }
            )
            for form in self.quantities.columns
        ]
        return pd.concat(parts, ignore_index=True)


def non_cash_compensation(
    amounts: pd.Series[Any],
    *,
    values: Mapping[str, float],
    shares: Mapping[str, float] | None = None,
) -> NonCashResult:
    r"""How many jobs, licences, kilowatt-hours or hectares would settle a compensation?

    Use it to talk about forms other than money. The values are yours: nothing here knows
    what a job or a patent is worth, and the answer is no better than they are.

    Parameters
    ----------
    amounts : Series
        CNY by unit (``CompensationResult.table["amount"]``): positive gives, negative
        receives.
    values : mapping
        Form → CNY that one unit of it counts for, above zero. Usual forms are
        ``technology, jobs, energy, ecological_products``; others may be added.
    shares : mapping, optional
        Form → part of every amount settled in it; what is left of one is ``cash``.
        Left out, each form alone stands for the whole amount.

    Returns
    -------
    NonCashResult
        ``quantities`` and ``money``, unit × form.

    Raises
    ------
    OptionError
        No form; a value that is not above zero; shares of other forms, below zero or
        of a sum above one.
    AlignmentError, MissingDataError
        Amounts without labels, or empty ones.

    Notes
    -----
    .. math:: Q_{if} = \frac{s_f\,M_i}{v_f}

    with amounts :math:`M` in CNY, shares :math:`s` and values :math:`v` in CNY per unit.
    Gifts and receipts of each form balance where the amounts do.

    Examples
    --------
    >>> import pandas as pd
    >>> amounts = pd.Series({"A": 1000.0, "B": -1000.0})
    >>> result = non_cash_compensation(
    ...     amounts, values={"jobs": 50.0, "energy": 0.5}, shares={"jobs": 0.3, "energy": 0.2}
    ... )
    >>> result.quantities.loc["A"].to_dict()
    {'jobs': 6.0, 'energy': 400.0, 'cash': 500.0}
    """
    if not isinstance(amounts, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas Series indexed by unit",
            fix="result.table['amount']",
            name=text("the amounts"),
            kind=type(amounts).__name__,
        )
    money = conform(amounts, amounts.index, name=text("the amounts"))
    if not values or CASH in values:
        raise OptionError(
            "values={value!r} names no form of compensation, or cash, which needs no value",
            expected="a mapping from form to CNY per unit",
            fix="values={{'jobs': 80000.0}}",
            value=dict(values),
        )
    worth: dict[Hashable, float] = {
        form: check_positive(value, form) for form, value in values.items()
    }
    parts = dict.fromkeys(worth, 1.0) if shares is None else _shares(shares, list(worth))
    given = pd.DataFrame({form: money * part for form, part in parts.items()})
    rates = pd.Series({**worth, CASH: 1.0})[list(given.columns)]
    return NonCashResult(
        method="Compensation in kind",
        quantities=given / rates,
        money=given,
        values=rates,
        alternatives=shares is None,
        settings={
            "values": dict(values),
            "shares": None if shares is None else dict(shares),
            "data": checksum(money),
        },
        references=("study000",),
        remarks=(text("the values per unit are the caller's assumptions"),),
    )


def _shares(shares: Mapping[str, float], forms: list[Hashable]) -> dict[Hashable, float]:
    strange = [form for form in shares if form not in forms]
    if strange:
        raise OptionError(
            "shares names {forms}, which has no value",
            expected="one of {known}",
            forms=some(strange),
            known=some(forms, 10),
        )
    parts: dict[Hashable, float] = {form: float(shares.get(str(form), 0.0)) for form in forms}
    total = sum(parts.values())
    if not all(0.0 <= part <= 1.0 for part in parts.values()) or total > 1.0 + 1e-12:
        raise OptionError(
            "the shares are below zero, or sum to more than one",
            arrived="{shares}",
            expected="parts of the whole amount, what is left being cash",
            shares=some(f"{form} = {part:g}" for form, part in parts.items()),
        )
    return {**parts, CASH: max(0.0, 1.0 - total)}
