"""The table of places of a game: checked, converted, and in the order of the spillover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from spatialcarbon.core.align import check_unique, conform, require_columns
from spatialcarbon.core.errors import AlignmentError, OptionError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.weights.spillover import Spillover, spillover
from spatialcarbon.weights.weights import as_weights

TABLE = text("the table of places")
LICENSED = "licensed_cost"
COLUMNS = {
    "emission": text("emission"),
    "damage": text("damage"),
    "cost": text("cost"),
    LICENSED: text("licensed_cost"),
}
"""What to call the columns in messages."""

MARGINAL, SLOPE = "CNY/t", "CNY/t^2"


def targets(quadratic: bool) -> dict[str, str]:
    """Return the unit that each column is worked with."""
    return {
        "emission": "t CO2",
        "damage": SLOPE if quadratic else MARGINAL,
        "cost": SLOPE,
        LICENSED: SLOPE,
    }


def read_places(
    places: pd.DataFrame, order: pd.Index, quadratic: bool, units: Mapping[str, str] | None
) -> pd.DataFrame:
    """Return the columns of the places in t CO2 and CNY, in the order of ``order``.

    Raises
    ------
    AlignmentError
        No table with labels, or other places than those of the spillover.
    SchemaError
        An absent column, a negative emission or damage, a cost that is not above zero.
    MissingDataError
        Empty or infinite cells.
    UnitMismatchError
        A unit that does not measure what the column is.
    """
    if not isinstance(places, pd.DataFrame):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a DataFrame indexed by place with the columns emission, damage and cost",
            name=TABLE,
            kind=type(places).__name__,
        )
    require_columns(places, ["emission", "damage", "cost"], TABLE)
    check_unique(places.index, TABLE)
    wanted = targets(quadratic)
    given = units if units is not None else places.attrs.get("units")
    columns = [name for name in wanted if name in places.columns]
    table = pd.DataFrame(
        {
            name: conform(places[name], order, name=COLUMNS[name])
            * factor(declared(given, name, wanted[name]), wanted[name])
            for name in columns
        }
    )
    if table.empty:
        raise SchemaError("{name} has no rows", name=TABLE)
    for name in columns:
        least = name in ("emission", "damage")
        bad = table.index[(table[name] < 0) | ((table[name] == 0) & (not least))]
        if len(bad):
            raise SchemaError(
                "{column} is below zero for {labels}"
                if least
                else "{column} is zero or less for {labels}",
                expected="zero or more" if least else "a slope above zero, in CNY per t²",
                column=COLUMNS[name],
                labels=some(bad),
            )
    if not (table["emission"] > 0).any():
        raise SchemaError("no place emits anything", expected="emission in t CO2")
    return table


def declared(units: object, column: str, default: str) -> str:
    """Return the unit that a mapping names for a column."""
    return str(units.get(column, default)) if isinstance(units, Mapping) else default


def factor(source: str, target: str) -> float:
    """Return what turns a value in one unit into another; per t² is known here too.

    Examples
    --------
    >>> factor("10^4 CNY/t^2", "CNY/t^2"), factor("CNY/Mt²", "CNY/t^2")
    (10000.0, 1e-12)
    """
    square = "^2"
    if not target.endswith(square):
        return conversion_factor(source, target)
    # A slope of marginal cost is money per mass and per mass again.
    plain = source.replace("²", square)
    if not plain.endswith(square):
        return conversion_factor(source, target)
    money, _, mass = plain.removesuffix(square).partition("/")
    mass = mass.strip().removeprefix("(").removesuffix(")")
    return conversion_factor(money, "CNY") / conversion_factor(mass, "t") ** 2


def read_spillover(given: Any, share: float | pd.Series[Any] | None) -> Spillover:
    """Return the spillover, worked out from weights where these are given.

    Raises
    ------
    OptionError
        Weights without a share, or a spillover with one.
    """
    ready = isinstance(given, (Spillover, pd.DataFrame))
    if ready and share is not None:
        raise OptionError(
            "a share was given beside a spillover that has its own",
            fix="leave share= out, or give the weights in place of the spillover",
        )
    if isinstance(given, Spillover):
        return given
    if isinstance(given, pd.DataFrame):
        return Spillover.from_matrix(given)
    weights = as_weights(given)
    if share is None:
        raise OptionError(
            "weights say where damage goes, and not how much of it",
            fix="share=0.3, the part of each place's emissions that does damage elsewhere",
        )
    return spillover(weights, share=share)
