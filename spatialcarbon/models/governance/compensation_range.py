"""How far a compensation hangs on the price, on the account of sinks, and on the baseline."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum, conform
from spatialcarbon.core.errors import (
    DegenerateDataError,
    DegenerateResultWarning,
    OptionError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.compensation import compensate
from spatialcarbon.models.governance.compensation_formulas import Baseline

if TYPE_CHECKING:
    from spatialcarbon.models.governance.compensation_account import Balance
    from spatialcarbon.models.governance.compensation_formulas import Ability

DEPENDS = "depends"
"""The role of a place that pays under some assumptions and receives under others."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CompensationRangeResult(Result):
    """Amounts and roles over prices, sink accounts and baselines.

    Parameters
    ----------
    table : DataFrame
        Index unit; ``low`` and ``high`` (CNY, the least and the largest amount), ``role``:
        that of every case, or ``"depends"``; ``payer_cases`` and ``receiver_cases``.
    cases : DataFrame
        A row per baseline, sink account and price: ``baseline, sinks, price, paid,
        payers, receivers, status`` (``"ok"`` or ``"undefined"``).
    amounts : DataFrame
        Tidy: ``unit, baseline, sinks, price, amount, role``, the defined cases only.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> places = pd.DataFrame(
    ...     {
    ...         "emission": [400.0, 350.0, 250.0],
    ...         "sink": [20.0, 60.0, 120.0],
    ...         "gdp": [500.0, 300.0, 200.0],
    ...     },
    ...     index=["A", "B", "C"],
    ... )
    >>> found = sc.compensation_range(places, prices=[30, 60])
    >>> found.table[["low", "high"]].round(1).loc["A"].tolist()
    [5231.7, 10463.3]
    >>> found.cases[["price", "payers", "receivers", "status"]].to_numpy().tolist()
    [[30.0, 2, 1, 'ok'], [60.0, 2, 1, 'ok']]
    >>> found.to_frame()[["unit", "role", "payer_cases"]].to_numpy().tolist()
    [['A', 'payer', 2], ['B', 'payer', 2], ['C', 'receiver', 0]]
    """

    table: pd.DataFrame
    cases: pd.DataFrame
    amounts: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the unit as a column."""
        return self.table.rename_axis("unit").reset_index()


def compensation_range(
    places: pd.DataFrame,
    *,
    prices: Iterable[float],
    sinks: Mapping[str, float | pd.Series[Any]] | None = None,
    baselines: Iterable[Baseline] = ("corrected",),
    a: float = 0.5,
    b: float = 0.5,
    ability: Ability = "none",
    balance: Balance = "receivers",
    ability_bounds: tuple[float, float] = (0.5, 2.0),
    cap: float | None = None,
    fee: float = 0.0,
    reserve: float = 0.0,
    units: Mapping[str, str] | None = None,
) -> CompensationRangeResult:
    r"""Which places pay, and which receive, whatever the price and whoever counted the sinks?

    Use it before quoting one number: sinks differ between sources by a factor of six,
    prices between markets by one of ten. Not a confidence interval: the cases are
    assumptions, not draws.

    Parameters
    ----------
    places : DataFrame
        As for :func:`compensate`.
    prices : iterable of float
        CNY per t CO2.
    sinks : mapping, optional
        Name → a factor on the column ``sink`` (44/12 if it may be tonnes of carbon), or
        a Series of sinks in the unit of that column. The default is the column as it is.
    baselines : iterable of {"corrected", "emission", "zero"}
        Which ones to try.
    a, b, ability, balance, ability_bounds, cap, fee, reserve, units
        As for :func:`compensate`.

    Returns
    -------
    CompensationRangeResult

    Raises
    ------
    OptionError
        No price, no sink account or no baseline.
    DegenerateDataError
        When no case is defined.

    Notes
    -----
    .. math:: M_i^{\min} = \min_{P,S,N^*} M_i, \qquad M_i^{\max} = \max_{P,S,N^*} M_i

    over every combination. Without a cap amounts are linear in the price, and the role of
    a place does not hang on it.

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
    >>> result = compensation_range(places, prices=[30, 60], baselines=["corrected", "zero"])
    >>> result.table["role"].tolist()
    ['payer', 'payer', 'depends']
    """
    tried = list(dict.fromkeys(float(price) for price in prices))
    rules = [check_option(rule, Baseline, "baselines") for rule in dict.fromkeys(baselines)]
    accounts = {"as given": 1.0} if sinks is None else dict(sinks)
    for values, label in ((tried, "prices"), (rules, "baselines"), (list(accounts), "sinks")):
        if not values:
            raise OptionError("{name} is empty", expected="at least one", name=label)
    cases, amounts, units_of = [], [], pd.Index([])
    for rule in rules:
        for name, account in accounts.items():
            table = _with_sinks(places, account, name)
            for price in tried:
                case: dict[str, Any] = {"baseline": rule, "sinks": name, "price": price}
                try:
                    with warnings.catch_warnings():
                        # Said once as a remark rather than once per case.
                        warnings.simplefilter("ignore", DegenerateResultWarning)
                        found = compensate(
                            table, price=price, baseline=rule, a=a, b=b, ability=ability,
                            balance=balance, ability_bounds=ability_bounds, cap=cap,
                            fee=fee, reserve=reserve, units=units,
                        ).table  # fmt: skip
                except DegenerateDataError:
                    nothing = {"paid": np.nan, "payers": 0, "receivers": 0, "status": "undefined"}
                    cases.append({**case, **nothing})
                    continue
                counts = found["role"].value_counts()
                cases.append(
                    {
                        **case,
                        "paid": found["amount"].clip(lower=0).sum(),
                        "payers": int(counts.get("payer", 0)),
                        "receivers": int(counts.get("receiver", 0)),
                        "status": "ok",
                    }
                )
                units_of = found.index
                part = found[["amount", "role"]].rename_axis("unit").reset_index()
                amounts.append(part.assign(**case))
    if not amounts:
        raise DegenerateDataError(
            "no case is defined: the sinks outweigh the emissions, or there are none",
            expected="emissions above the sinks in some case",
            fix="baselines=['zero']",
        )
    tidy = pd.concat(amounts, ignore_index=True)
    tidy = tidy[["unit", "baseline", "sinks", "price", "amount", "role"]]
    listed = pd.DataFrame(cases)
    return CompensationRangeResult(
        method="Range of an ecological compensation",
        table=_ranges(tidy).loc[units_of],
        cases=listed,
        amounts=tidy,
        settings={
            "prices": tried,
            "sinks": {k: "given" if isinstance(v, pd.Series) else v for k, v in accounts.items()},
            "baselines": rules,
            "a": float(a),
            "b": float(b),
            "ability": ability,
            "balance": balance,
            "cap": cap,
            "fee": float(fee),
            "reserve": float(reserve),
            "data": checksum(tidy.pivot_table(index="unit", values="amount", sort=False)),
        },
        references=("e2023", "li2023"),
        remarks=tuple(_remarks(listed)),
    )


def _with_sinks(places: pd.DataFrame, account: float | pd.Series[Any], name: str) -> pd.DataFrame:
    if not isinstance(places, pd.DataFrame) or "sink" not in places.columns:
        return places  # compensate says what is wrong with it
    if isinstance(account, pd.Series):
        own = conform(account, places.index, name=text("the sinks {name}", name=name))
    else:
        own = places["sink"] * float(account)
    made = places.assign(sink=own)
    made.attrs = dict(places.attrs)
    return made


def _ranges(tidy: pd.DataFrame) -> pd.DataFrame:
    grouped = tidy.groupby("unit", sort=False)
    kinds = grouped["role"].nunique()
    return pd.DataFrame(
        {
            "low": grouped["amount"].min(),
            "high": grouped["amount"].max(),
            "role": grouped["role"].first().where(kinds == 1, DEPENDS),
            "payer_cases": tidy["role"].eq("payer").groupby(tidy["unit"], sort=False).sum(),
            "receiver_cases": tidy["role"].eq("receiver").groupby(tidy["unit"], sort=False).sum(),
        }
    )


def _remarks(cases: pd.DataFrame) -> list[Text]:
    undefined = cases[cases["status"] != "ok"]
    if undefined.empty:
        return []
    names = (f"{row.baseline}, {row.sinks}" for row in undefined.itertuples())
    return [
        text(
            "cases without an answer, since sinks outweigh emissions or are absent: {cases}",
            cases=some(dict.fromkeys(names)),
        )
    ]
