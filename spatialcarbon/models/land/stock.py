"""Carbon stock: what the land holds in its pools, how that changed, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from spatialcarbon.core.align import Missing, as_numbers, check_unique, checksum, same_units
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option, check_positive
from spatialcarbon.core.results import Result
from spatialcarbon.core.units import CO2_PER_C
from spatialcarbon.models.land.sink_areas import HA_PER_KM2, area_table

POOLS = ("above", "below", "soil", "dead")
"""Carbon in living matter above and below the ground, in the soil, in dead matter."""

PriceOf = Literal["CO2", "C"]
_TABLE = text("the table of pools")


@dataclass(frozen=True, kw_only=True, eq=False)
class StockResult(Result):
    """Carbon that the land holds, in t C (not CO2).

    Parameters
    ----------
    stock : DataFrame
        Unit × class in t C, in the (first) year.
    by_pool : DataFrame
        Unit × pool (``above, below, soil, dead``) in t C, in the (first) year.
    total : Series
        Sum by unit, t C, in the (first) year.
    second_stock : DataFrame or None
        Unit × class in t C in the second year.
    change : Series or None
        Second less first year, by unit, t C; below zero where carbon was lost.
    value : Series or None
        Discounted value of the change, by unit, in the money of the price.
    dropped : tuple
        Units left out for missing areas.

    Examples
    --------
    Ten km² are 1,000 ha; pools of 50 t C per hectare above and 70 in the soil:

    >>> import pandas as pd
    >>> pools = pd.DataFrame({"above": [50.0], "below": 0.0, "soil": 70.0, "dead": 0.0}, ["forest"])
    >>> found = carbon_stock(pd.DataFrame({"forest": [10.0]}, index=["A"]), pools=pools)
    >>> found.by_pool.loc["A"].to_dict()
    {'above': 50000.0, 'below': 0.0, 'soil': 70000.0, 'dead': 0.0}
    >>> float(found.total["A"]), float(found.total_co2["A"].round(3))
    (120000.0, 440000.0)
    >>> found.to_frame()[["unit", "total", "change"]].values.tolist()
    [['A', 120000.0, nan]]
    """

    stock: pd.DataFrame
    by_pool: pd.DataFrame
    total: pd.Series[float]
    second_stock: pd.DataFrame | None = None
    change: pd.Series[float] | None = None
    value: pd.Series[float] | None = None
    dropped: tuple[Any, ...] = ()

    @property
    def total_co2(self) -> pd.Series[float]:
        """The stock as the CO2 that would hold its carbon (× 44/12), t CO2 by unit."""
        return (self.total * float(CO2_PER_C)).rename("total_co2")

    def to_frame(self) -> pd.DataFrame:
        """Return a row per unit: the pools, total, second total, change and value."""
        frame = self.by_pool.assign(total=self.total)
        for name, column in (
            ("second_total", None if self.second_stock is None else self.second_stock.sum(axis=1)),
            ("change", self.change),
            ("value", self.value),
        ):
            frame[name] = float("nan") if column is None else column
        return frame.rename_axis("unit").reset_index()


def carbon_stock(
    areas: pd.DataFrame | pd.Series[Any],
    *,
    pools: pd.DataFrame,
    second: pd.DataFrame | pd.Series[Any] | None = None,
    years: tuple[int, int] | None = None,
    price: float | None = None,
    price_of: PriceOf = "CO2",
    discount: float = 0.0,
    price_change: float = 0.0,
    missing: Missing = "raise",
    units: str | None = None,
) -> StockResult:
    r"""How much carbon does the land hold, and how did that change between two maps?

    Use it for what is stored at a time and lost when land is built over; the
    arithmetic is that of InVEST's carbon model. Not for yearly uptake
    (:func:`carbon_sink`): a stock does not grow while the map stays the same.

    Parameters
    ----------
    areas : DataFrame or Series
        Unit × class in km², as for :func:`carbon_sink`.
    pools : DataFrame
        Class × (``above, below, soil, dead``) in t C per hectare, zero or more.
    second : DataFrame or Series, optional
        Areas of the same units in a later year.
    years : (int, int), optional
        The two years; needed for a value.
    price : float, optional
        Price of a tonne, in any money, above zero; gives ``value``.
    price_of : {"CO2", "C"}
        Whether the price is that of a tonne of CO2 or of carbon (InVEST's).
    discount, price_change : float
        Percent a year: discount of the future; InVEST's change of the price.
    missing : {"raise", "drop"}
        A unit with an empty cell: refused, or left out as a whole.
    units : str, optional
        Unit of the areas; the default is their ``attrs["units"]``, then km².

    Returns
    -------
    StockResult
        In t C.

    Raises
    ------
    SchemaError
        A class without pools, a pool that is absent or negative.
    OptionError
        A price without a second map and its years, years in the wrong order.

    Notes
    -----
    .. math:: K_r = \sum_c 100\,A_{rc} \sum_p \rho_{cp}, \qquad
              V_r = p\,\frac{K_{r,b} - K_{r,a}}{n}
              \sum_{t=0}^{n-1} \frac{1}{(1 + d/100)^t\,(1 + g/100)^t}

    with :math:`n = b - a` years, price :math:`p` (× 44/12 when it is of CO2),
    discount :math:`d` and price change :math:`g`, as in InVEST: the change is
    spread evenly over the years, and a positive :math:`g` lowers the value, since
    InVEST reads it as a second discount. Nothing is said about the time a
    forest needs to fill its pools.

    References
    ----------
    Natural Capital Project, InVEST: Carbon Storage and Sequestration.

    Examples
    --------
    >>> import pandas as pd
    >>> pools = pd.DataFrame(
    ...     {"above": [40.0, 2.0], "below": [10.0, 0.0], "soil": [90.0, 60.0], "dead": [5.0, 0.0]},
    ...     index=["forest", "built"],
    ... )
    >>> a = pd.DataFrame({"forest": [10.0], "built": [0.0]}, index=["A"])
    >>> b = pd.DataFrame({"forest": [9.0], "built": [1.0]}, index=["A"])
    >>> result = carbon_stock(a, pools=pools, second=b)
    >>> float(result.total["A"]), float(result.change["A"])
    (145000.0, -8300.0)
    """
    check_option(price_of, PriceOf, "price_of")
    first, dropped = area_table(areas, units=units, missing=missing)
    table = _pools(pools)
    stock = _held(first, table)
    later: pd.DataFrame | None = None
    change: pd.Series[float] | None = None
    if second is not None:
        second_areas, gone = area_table(
            second, units=units, missing=missing, what=text("the second table of areas")
        )
        kept = [unit for unit in first.index if unit not in set(gone)]
        both = second_areas[~second_areas.index.isin(dropped)]
        same_units(both.index, pd.Index(kept), text("the second table of areas"))
        dropped = tuple(dict.fromkeys([*dropped, *gone]))
        first, stock = first.loc[kept], stock.loc[kept]
        later = _held(both.loc[kept], table)
        change = (later.sum(axis=1) - stock.sum(axis=1)).rename("change")
    by_pool = pd.DataFrame({p: _pool(first, table, p) for p in POOLS})
    return StockResult(
        method="Carbon stock",
        stock=stock,
        by_pool=by_pool,
        total=stock.sum(axis=1).rename("total"),
        second_stock=later,
        change=change,
        value=_value(change, years, price, price_of, discount, price_change),
        dropped=dropped,
        settings={
            "pools_t_c_per_ha": table.to_dict(),
            "years": years,
            "price": price,
            "price_of": price_of,
            "discount": discount,
            "price_change": price_change,
            "data": checksum(first[sorted(first.columns)]),
        },
        references=("invest",),
        remarks=(text("left out for empty cells: {units}", units=some(dropped)),)
        if dropped
        else (),
    )


def _pools(pools: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(pools, pd.DataFrame):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas DataFrame of class × (above, below, soil, dead), t C per hectare",
            name=_TABLE,
            kind=type(pools).__name__,
        )
    frame = pools.set_index("class") if "class" in pools.columns else pools
    check_unique(frame.index, _TABLE)
    absent = [pool for pool in POOLS if pool not in frame.columns]
    if absent:
        raise SchemaError(
            "the table of pools lacks {absent}",
            arrived="columns {present}",
            expected="above, below, soil and dead, in t C per hectare",
            fix="write 0 for a pool that is left out on purpose",
            absent=some(absent),
            present=some(frame.columns),
        )
    table = pd.DataFrame({pool: as_numbers(frame[pool], _TABLE) for pool in POOLS})
    wrong = table.index[~(table >= 0).all(axis=1) | ~(table < float("inf")).all(axis=1)]
    if len(wrong):
        raise MissingDataError(
            "the pools of {classes} are negative, missing or infinite",
            expected="t C per hectare, zero or more",
            classes=some(wrong),
        )
    return table


def _held(areas: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    covered = (areas > 0).any()
    absent = [c for c in areas.columns if covered[c] and c not in pools.index]
    if absent:
        raise SchemaError(
            "the table of pools has no row for {classes}",
            arrived="classes {given}",
            expected="classes {known}",
            classes=some(absent),
            given=some(areas.columns, 12),
            known=some(pools.index, 12),
        )
    density = pools.sum(axis=1).reindex(areas.columns).fillna(0.0)
    return areas * density * HA_PER_KM2


def _pool(areas: pd.DataFrame, pools: pd.DataFrame, pool: str) -> pd.Series[float]:
    density = pools[pool].reindex(areas.columns).fillna(0.0)
    return (areas * density * HA_PER_KM2).sum(axis=1)


def _value(
    change: pd.Series[float] | None,
    years: tuple[int, int] | None,
    price: float | None,
    price_of: PriceOf,
    discount: float,
    price_change: float,
) -> pd.Series[float] | None:
    if years is not None and not years[0] < years[1]:
        raise OptionError(
            "years={years!r} are not in order", expected="(earlier, later)", years=years
        )
    if price is None:
        return None
    if change is None or years is None:
        raise OptionError(
            "a price needs a second map and the two years",
            fix="carbon_stock(a, pools=..., second=b, years=(2005, 2020), price=60)",
        )
    per_carbon = check_positive(price, "price") * (float(CO2_PER_C) if price_of == "CO2" else 1.0)
    for name, rate in (("discount", discount), ("price_change", price_change)):
        if not -100 < rate < float("inf"):
            raise OptionError(
                "{name}={value!r} must be a rate in percent, above −100", name=name, value=rate
            )
    n = years[1] - years[0]
    factor = 1 / ((1 + discount / 100) * (1 + price_change / 100))
    spread = sum(factor**t for t in range(n)) / n
    return (change * per_carbon * spread).rename("value")
