"""What goes into an efficiency score: tables of inputs and outputs, checked and aligned."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.align import Missing, canonical_order, check_unique, conform
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    SchemaError,
    WeakDiscriminationWarning,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option

if TYPE_CHECKING:
    from spatialcarbon.models.quota.dea_technology import Floats

Table = pd.DataFrame | pd.Series


@dataclass(frozen=True, eq=False)
class Activities:
    """Inputs and outputs of the same units.

    Parameters
    ----------
    inputs, outputs : DataFrame
        Numbers by unit, in the order of the caller's inputs.
    dropped : tuple
        Units left out for missing values.
    """

    inputs: pd.DataFrame
    outputs: pd.DataFrame
    dropped: tuple[Any, ...] = ()

    @cached_property
    def sorted(self) -> Activities:
        """The same in the order of the labels, so that no answer hangs on the order of rows."""
        order = canonical_order(self.inputs.index)
        return Activities(self.inputs.iloc[order], self.outputs.iloc[order], self.dropped)


def activities(
    inputs: Table, outputs: Table, missing: Missing = "raise", *, frontier: bool = True
) -> Activities:
    """Return aligned tables of inputs above zero and outputs of zero or more.

    Units that do not make the frontier, because others do (``frontier=False``), may
    all be without some output.

    Raises
    ------
    AlignmentError
        Bare arrays, repeated labels, other units in the outputs than in the inputs.
    MissingDataError
        Empty cells with ``missing="raise"``.
    SchemaError
        Inputs of zero or less, negative outputs, a unit without any output, a column
        on both sides, no column at all.
    DegenerateDataError
        No unit, or an output that is zero everywhere.
    """
    check_option(missing, Missing, "missing")
    x, y = _table(inputs, text("inputs")), _table(outputs, text("outputs"))
    both = [column for column in x.columns if column in y.columns]
    if both:
        raise SchemaError(
            "{columns} is an input and an output at once",
            fix="take it out of one side",
            columns=some(both),
        )
    units = x.index
    check_unique(units, text("inputs"))
    x, y = _numbers(x, units, missing), _numbers(y, units, missing)
    gaps = (x.isna().any(axis=1) | y.isna().any(axis=1)).to_numpy()
    dropped = tuple(units[gaps])
    x, y = x[~gaps], y[~gaps]
    if len(x) == 0:
        raise DegenerateDataError("there is no unit to score")
    _refuse_wrong_sign(x, y)
    empty = y.columns[(y == 0).all()]
    if len(empty) and frontier:
        raise DegenerateDataError(
            "the output {columns} is zero for every unit",
            fix="leave it out: it tells no unit from another",
            columns=some(empty),
        )
    return Activities(x, y, dropped)


def _table(data: Table, name: Text) -> pd.DataFrame:
    if isinstance(data, pd.Series):
        data = data.to_frame(name.render("en")[:-1] if data.name is None else data.name)
    if not isinstance(data, pd.DataFrame):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas Series or DataFrame indexed by unit",
            fix="pd.DataFrame(data, index=units, columns=names)",
            name=name,
            kind=type(data).__name__,
        )
    if data.shape[1] == 0:
        raise SchemaError("{name} has no columns", expected="at least one", name=name)
    if not data.columns.is_unique:
        raise SchemaError(
            "{name} has repeated columns",
            arrived="{columns}",
            name=name,
            columns=some(data.columns[data.columns.duplicated()]),
        )
    return data


def _numbers(table: pd.DataFrame, units: pd.Index, missing: Missing) -> pd.DataFrame:
    return pd.DataFrame(
        {
            column: conform(table[column], units, name=str(column), missing=missing)
            for column in table.columns
        },
        index=units,
    )


def _refuse_wrong_sign(x: pd.DataFrame, y: pd.DataFrame) -> None:
    for column, values in x.items():
        bad = values.index[values <= 0]
        if len(bad):
            raise SchemaError(
                "the input {column} is zero or negative for {units}",
                expected="inputs above zero",
                fix="leave these units out, or measure the input on another scale",
                column=column,
                units=some(bad),
            )
    for column, values in y.items():
        bad = values.index[values < 0]
        if len(bad):
            raise SchemaError(
                "the output {column} is negative for {units}",
                expected="outputs of zero or more",
                fix="a bad output, such as emissions, belongs among the inputs",
                column=column,
                units=some(bad),
            )
    idle = y.index[(y == 0).all(axis=1)]
    if len(idle):
        raise SchemaError(
            "all outputs are zero for {units}",
            expected="at least one output above zero for each unit",
            fix="leave these units out",
            units=some(idle),
        )


def discrimination(n: int, m: int, s: int, *, stacklevel: int) -> tuple[Text, ...]:
    """Warn, and return the remark, where there are few units for so many inputs and outputs."""
    needed = max(3 * (m + s), m * s)
    if n >= needed:
        return ()
    remark = text(
        "{n} units are few for {m} inputs and {s} outputs (at least {needed} are advised): "
        "many come out as efficient because they have no one to be compared with",
        n=n,
        m=m,
        s=s,
        needed=needed,
    )
    warnings.warn(WeakDiscriminationWarning(remark), stacklevel=stacklevel + 1)
    return (remark,)


def arrays(table: Activities) -> tuple[Floats, Floats]:
    """Return inputs and outputs as plain arrays."""
    return table.inputs.to_numpy(dtype=float), table.outputs.to_numpy(dtype=float)
