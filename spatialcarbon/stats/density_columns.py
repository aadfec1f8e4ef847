"""The table of several series, and that of their weights, as they arrive."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spatialcarbon.core.align import as_numbers, check_unique
from spatialcarbon.core.errors import AlignmentError, SchemaError, some
from spatialcarbon.core.language import text


def check_frame(frame: pd.DataFrame) -> None:
    """Raise unless the table has one column per series."""
    if not isinstance(frame, pd.DataFrame) or frame.empty:
        raise SchemaError(
            "frame is a {kind} without series",
            expected="a DataFrame: index unit, one column per year or scenario",
            fix="panel['co2'], or kernel_density(values) for one series",
            kind=type(frame).__name__,
        )
    check_unique(frame.index, text("the table"))
    check_unique(frame.columns, text("the header of the table"))
    if "year" in frame.columns:
        raise SchemaError(
            "frame is tidy: it has a column 'year'",
            expected="index unit, one column per year or scenario",
            fix="frame.pivot(index='adcode', columns='year', values='co2_mt')",
        )


def weight_columns(
    weights: pd.Series[Any] | pd.DataFrame | None, frame: pd.DataFrame
) -> pd.DataFrame | None:
    """Return the weights with the columns of the data, one per series."""
    if weights is None:
        return None
    if isinstance(weights, pd.DataFrame):
        absent = frame.columns.difference(weights.columns, sort=False)
        if len(absent):
            raise AlignmentError(
                "the weights lack the series {absent}",
                expected="the columns of the data, or one Series of weights for all",
                absent=some(absent),
            )
        table = weights[list(frame.columns)]
    elif isinstance(weights, pd.Series):
        table = pd.DataFrame(dict.fromkeys(frame.columns, weights), index=weights.index)
    else:
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a Series on the units of the data, or a DataFrame like the data",
            name=text("the column of weights"),
            kind=type(weights).__name__,
        )
    check_unique(table.index, text("the column of weights"))
    strangers = table.index.symmetric_difference(frame.index)
    if len(strangers):
        raise AlignmentError(
            "data and weights are not about the same units",
            arrived="{n} units are in one of them only: {labels}",
            fix="weights.loc[frame.index]",
            n=len(strangers),
            labels=some(strangers),
        )
    columns = {name: as_numbers(table[name], text("the column of weights")) for name in table}
    return pd.DataFrame(columns)
