"""Ecological compensation: who pays whom for carbon, from emissions, sinks and GDP."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.core.errors import DegenerateResultWarning, OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option, check_positive
from spatialcarbon.models.governance.compensation_account import Balance, keep_books
from spatialcarbon.models.governance.compensation_formulas import (
    BALANCED,
    PAYER,
    RECEIVER,
    Ability,
    Baseline,
    ability_factor,
    coefficients,
    responsibility,
    zone,
)
from spatialcarbon.models.governance.compensation_input import read_places
from spatialcarbon.models.governance.compensation_result import (
    CompensationResult,
    compensation_remarks,
)
from spatialcarbon.models.governance.settlement import Rule, settle

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

Priced = Literal["CO2", "C"]


def compensate(
    places: pd.DataFrame,
    *,
    price: float,
    baseline: Baseline = "corrected",
    a: float = 0.5,
    b: float = 0.5,
    ability: Ability = "none",
    balance: Balance = "receivers",
    ability_bounds: tuple[float, float] = (0.5, 2.0),
    cap: float | None = None,
    fee: float = 0.0,
    reserve: float = 0.0,
    tolerance: float = 1e-9,
    settlement: Rule = "proportional",
    weights: Weights | None = None,
    price_of: Priced = "CO2",
    units: Mapping[str, str] | None = None,
) -> CompensationResult:
    r"""Who should pay whom for carbon, and how much, given emissions, sinks, GDP and a price?

    Use it to compare rules of a horizontal payment between places that share an
    atmosphere and a market. It does not say whether they would sign: a payment that
    leaves somebody worse off than going alone needs the games of :func:`govern`. It
    distributes a bill and abates nothing by itself.

    Parameters
    ----------
    places : DataFrame
        Index unit; columns ``emission`` (above zero) and ``sink`` (zero or more) in t
        CO2, ``gdp`` in CNY (above zero); ``population`` in persons for
        ``ability="income"`` and for amounts per head; ``stage``, a development score
        around zero, for ``ability="stage"``. A sink in carbon must be multiplied by
        44/12 first.
    price : float
        CNY per tonne, zero or more.
    baseline : {"corrected", "emission", "zero"}
        The net emission a place may have without paying: the whole shared out by
        emissions weighed with both coefficients, by emissions alone, or none.
    a, b : float
        Weight of economic contribution and of ecological support in ``"corrected"``,
        zero or more; both zero give ``"emission"``.
    ability : {"none", "income", "stage"}
        Factor on the amounts: none; of payers, GDP per head over that of all places
        within ``ability_bounds``; of everyone, a growth curve of ``stage``.
    balance : {"receivers", "payers", "none"}
        Which side is scaled so that the account closes; ``"none"`` leaves the fund
        with the difference.
    ability_bounds : tuple of float
        Least and largest factor by income.
    cap : float, optional
        Most that a place pays, as a share of its GDP.
    fee, reserve : float
        Shares of all payments that the platform keeps for its work and for later.
    tolerance : float
        Deviations up to this share of a place's own emissions count as balanced.
    settlement : {"proportional", "fewest", "neighbours"}
        How payers and receivers are paired (see :func:`settle`).
    weights : Weights, optional
        Who neighbours whom; needed for ``settlement="neighbours"``.
    price_of : {"CO2", "C"}
        What the price is per tonne of.
    units : mapping, optional
        Unit of measure of columns, such as ``{"emission": "Mt CO2", "gdp": "10^8 CNY"}``;
        the default is ``places.attrs["units"]``, then t CO2, CNY and persons.

    Returns
    -------
    CompensationResult
        ``table`` by unit, ``account`` of the platform, ``settlement``.

    Raises
    ------
    SchemaError
        A column is absent; an emission or a GDP is not above zero; a sink is negative.
    DegenerateDataError
        Sinks outweigh emissions (use ``baseline="zero"``), or no place has a sink
        (use ``b=0``).
    MissingDataError, UnitMismatchError, OptionError, AlignmentError
        Empty values, units of another kind, options out of range, weights of other
        units.
    InfeasibleError
        ``balance="payers"`` with a cap too low for what receivers are due.

    Warns
    -----
    DegenerateResultWarning
        A place without a sink gets a baseline of zero under ``b > 0``.

    Notes
    -----
    .. math::

        N_i = C_i - S_i, \quad
        E_i = \frac{G_i/\sum G}{C_i/\sum C}, \quad
        F_i = \frac{S_i/\sum S}{C_i/\sum C}, \quad
        \psi_i = \frac{C_i E_i^a F_i^b}{\sum_j C_j E_j^a F_j^b}

    .. math:: D_i = N_i - \psi_i \sum N, \qquad M_i = P\,D_i\,r_i

    with :math:`E` the economic contribution (``ecc``), :math:`F` the ecological support
    (``esc``), :math:`r` the ability factor: by income
    :math:`(G_i/p_i)/(\sum G/\sum p)` within its bounds for payers and 1 for
    receivers; by stage :math:`2/(1+e^{-t_i})`. After that payments are cut at the cap,
    and one side is scaled. The coefficients are the usual ones of this literature, not
    the correction of any one city's study.

    References
    ----------
    E, Li and Zhang (2023) for net emission with a corrected threshold; Li, Xia, Dong et
    al. (2023) for payers and receivers of a metropolitan area; study 000 for the platform.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame(
    ...     {
    ...         "emission": [400.0, 350.0, 250.0],
    ...         "sink": [20.0, 60.0, 120.0],
    ...         "gdp": [500.0, 300.0, 200.0],
    ...     },
    ...     index=["A", "B", "C"],
    ... )
    >>> result = compensate(places, price=60)
    >>> result.table[["ecc", "deviation", "amount", "role"]].round(2).values.tolist()[0]
    [1.25, 174.39, 10463.31, 'payer']
    >>> result.account[["paid", "received", "fund_balance"]].round(2).tolist()
    [11311.91, 11311.91, 0.0]
    """
    _check(baseline, ability, balance, settlement, price_of)
    for number, label in ((price, "price"), (a, "a"), (b, "b"), (tolerance, "tolerance")):
        _not_negative(number, label)
    low, high = _bounds(ability_bounds)
    _kept(fee, reserve)
    needed = ["emission", "sink", "gdp"]
    named = isinstance(places, pd.DataFrame) and "population" in places.columns
    needed += ["population"] if ability == "income" or named else []
    needed += ["stage"] if ability == "stage" else []
    table = read_places(places, needed, units)
    coefficient = coefficients(table)
    share = responsibility(table, coefficient, baseline, a, b)
    if baseline == "corrected" and b > 0:
        _warn_without_sink(table)
    threshold = share * coefficient["net"].sum()
    deviation = coefficient["net"] - threshold
    close = deviation.abs() <= tolerance * table["emission"]
    role = np.select([close, deviation > 0], [BALANCED, PAYER], RECEIVER)
    payer = pd.Series(role == PAYER, index=table.index)
    factor = ability_factor(table, payer, ability, (low, high))
    per_tonne = price * (12.0 / 44.0 if price_of == "C" else 1.0)
    books = keep_books(
        per_tonne * deviation.mask(close, 0.0) * factor,
        None if cap is None else check_positive(cap, "cap") * table["gdp"],
        balance=balance,
        fee=fee,
        reserve=reserve,
    )
    population = table.get("population", pd.Series(np.nan, index=table.index))
    described = pd.DataFrame(
        {
            **{column: table[column] for column in ("emission", "sink", "gdp")},
            **{column: coefficient[column] for column in ("net", "ecc", "esc")},
            "zone": zone(coefficient["ecc"], coefficient["esc"]),
            "share": share,
            "baseline": threshold,
            "deviation": deviation,
            "role": role,
            "factor": factor,
            "amount": books.amount,
            "capped": books.capped,
            "gdp_share": books.amount / table["gdp"],
            "per_head": books.amount / population,
        }
    )
    account = books.account
    return CompensationResult(
        method="Ecological compensation",
        table=described,
        account=account,
        settlement=settle(
            books.amount,
            rule=settlement,
            weights=weights,
            platform=float(account[["fee", "reserve", "fund_balance"]].sum()),
        ),
        settings={
            "price": float(price),
            "price_of": price_of,
            "baseline": baseline,
            "a": float(a),
            "b": float(b),
            "ability": ability,
            "ability_bounds": (low, high),
            "balance": balance,
            "cap": cap,
            "fee": float(fee),
            "reserve": float(reserve),
            "tolerance": float(tolerance),
            "settlement": settlement,
            "data": checksum(table[sorted(table.columns)]),
        },
        references=("e2023", "li2023", "study000"),
        remarks=tuple(compensation_remarks(described, books.one_sided, account)),
    )


def _check(baseline: Any, ability: Any, balance: Any, settlement: Any, price_of: Any) -> None:
    check_option(baseline, Baseline, "baseline")
    check_option(ability, Ability, "ability")
    check_option(balance, Balance, "balance")
    check_option(settlement, Rule, "settlement")
    check_option(price_of, Priced, "price_of")


def _not_negative(value: float, label: str) -> float:
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0.0 <= number < float("inf"):
        raise OptionError("{name}={value!r} must be zero or more", name=label, value=value)
    return number


def _bounds(bounds: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(value) for value in bounds)
    except (TypeError, ValueError):
        low, high = float("nan"), float("nan")
    if not 0.0 < low <= high < float("inf"):
        raise OptionError(
            "ability_bounds={value!r} are not a lower and an upper bound",
            expected="two numbers above zero, the lower first",
            fix="ability_bounds=(0.5, 2.0)",
            value=bounds,
        )
    return low, high


def _kept(fee: float, reserve: float) -> None:
    if _not_negative(fee, "fee") + _not_negative(reserve, "reserve") >= 1.0:
        raise OptionError(
            "fee={fee} and reserve={reserve} leave nothing for the receivers",
            expected="shares of the payments with a sum below one",
            fee=fee,
            reserve=reserve,
        )


def _warn_without_sink(table: pd.DataFrame) -> None:
    bare = table.index[table["sink"] == 0]
    if len(bare):
        warnings.warn(
            DegenerateResultWarning(
                text(
                    "{n} places have no sink and get a baseline of zero under b > 0: {labels}",
                    n=len(bare),
                    labels=some(bare),
                )
            ),
            stacklevel=3,
        )
