"""The one door between a user's labelled data and the numbers a method works on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import AlignmentError, MissingDataError, SchemaError, some
from spatialcarbon.core.language import text

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.language import Text

Missing = Literal["raise", "drop"]

COLUMN = text("the column of values")


def check_unique(labels: pd.Index, name: str | Text) -> None:
    """Raise if a label stands twice, is missing, or is made of several."""
    if isinstance(labels, pd.MultiIndex):
        raise AlignmentError(
            "{name} has labels of {n} levels",
            arrived="{labels}",
            expected="one label per unit",
            fix="data.xs(2017, level='year') for one year",
            name=name,
            n=labels.nlevels,
            labels=some(labels, 2),
        )
    if labels.hasnans:
        raise AlignmentError(
            "{name} has {n} rows without a label",
            fix="drop them: data[data.index.notna()]",
            name=name,
            n=int(np.count_nonzero(labels.isna())),
        )
    if not labels.is_unique:
        repeated = labels[labels.duplicated()].unique()
        raise AlignmentError(
            "{name} has repeated labels",
            arrived="{labels}",
            expected="each unit once",
            fix="aggregate first, for example data.groupby(level=0).sum()",
            name=name,
            labels=some(repeated),
        )


def same_units(labels: pd.Index, units: pd.Index, name: str | Text) -> None:
    """Raise unless ``labels`` are exactly ``units`` in any order."""
    check_unique(labels, name)
    if labels is units or labels.equals(units):
        return
    absent = units.difference(labels, sort=False)
    extra = labels.difference(units, sort=False)
    if len(absent) == 0 and len(extra) == 0:
        return
    if len(absent) == len(units) and {str(x) for x in labels} & {str(x) for x in units}:
        a, b = labels[:1].tolist()[0], units[:1].tolist()[0]
        raise AlignmentError(
            "labels of {name} and of the weights are of different types",
            arrived="{left} such as {a!r}",
            expected="{right} such as {b!r}",
            fix="data.index = data.index.astype({kind!r})",
            name=name,
            left=type(a).__name__,
            a=a,
            right=type(b).__name__,
            b=b,
            kind="int64" if isinstance(b, int) else "str",
        )
    without = "{n_absent} without a value ({absent})"
    unknown = "{n_extra} unknown ({extra})"
    both = "{n_absent} without a value ({absent}); {n_extra} unknown ({extra})"
    raise AlignmentError(
        "{name} does not cover the units of the weights",
        arrived=(both if len(extra) else without) if len(absent) else unknown,
        expected="the same {n} units in any order",
        fix="weights.subset(data.index) for fewer units, data.loc[weights.units] for fewer values",
        name=name,
        n_absent=len(absent),
        absent=some(absent),
        n_extra=len(extra),
        extra=some(extra),
        n=len(units),
    )


def as_numbers(data: pd.Series[Any], name: str | Text) -> pd.Series[float]:
    """Return the series as float64; raise naming the cells that are not numbers."""
    if pd.api.types.is_numeric_dtype(data.dtype) and data.dtype.kind != "c":
        return data.astype("float64")
    numbers = pd.to_numeric(data, errors="coerce")
    # "12" is text too: a column that mixes it with numbers was read wrongly.
    text = pd.Series([isinstance(value, str) for value in data], data.index, dtype=bool)
    bad = data[(text | numbers.isna()) & data.notna()]
    if len(bad) or data.dtype != object:
        shown = bad if len(bad) else data
        raise SchemaError(
            "{name} is not numeric",
            arrived="{cells}",
            fix="read the table with spatialcarbon.read_panel, which understands 1,234 and —",
            name=name,
            cells=some(f"{label}: {value!r}" for label, value in shown.items()),
        )
    return numbers.astype("float64")


def refuse_infinite(numbers: pd.Series[float] | pd.DataFrame, name: str | Text) -> None:
    """Raise naming the units with an infinite value."""
    bad = np.isinf(numbers.to_numpy(dtype=np.float64))
    infinite = numbers.index[np.flatnonzero(bad.any(axis=1) if bad.ndim == 2 else bad)]
    if len(infinite):
        raise MissingDataError(
            "{name} is infinite for {n} units",
            arrived="{labels}",
            fix="look for a division by zero upstream",
            name=name,
            n=len(infinite),
            labels=some(infinite),
        )


def conform(
    values: pd.Series[Any] | pd.DataFrame,
    units: pd.Index,
    *,
    name: str | Text = COLUMN,
    missing: Missing = "raise",
) -> pd.Series[float]:
    """Put labelled values into the order of ``units``, refusing whatever is unclear.

    Parameters
    ----------
    values : Series
        One number per unit, indexed by unit label, in any order.
    units : Index
        The order wanted.
    name : str or Text
        What to call the values in messages.
    missing : {"raise", "drop"}
        Whether NaN is an error or stays, for the caller to drop.

    Raises
    ------
    AlignmentError
        Bare arrays, repeated labels, other labels than ``units``.
    SchemaError
        Text where numbers belong.
    MissingDataError
        NaN with ``missing="raise"``; infinity always.
    """
    if isinstance(values, pd.DataFrame) and values.shape[1] == 1:
        values = values.iloc[:, 0]
    if not isinstance(values, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas Series indexed by unit",
            fix="pd.Series(data, index=weights.units), if the order is known to be the same",
            name=name,
            kind=type(values).__name__,
        )
    same_units(values.index, units, name)
    numbers = as_numbers(values, name)
    if values.index.dtype != units.dtype or not values.index.equals(units):
        numbers = numbers.reindex(units)
    if np.isfinite(numbers.to_numpy()).all():
        return numbers
    refuse_infinite(numbers, name)
    absent = numbers.index[numbers.isna()]
    if len(absent) and missing == "raise":
        raise MissingDataError(
            "{name} is missing for {n} of {total} units",
            arrived="{labels}",
            fix="fill them from a source, or leave these units out with missing='drop'",
            name=name,
            n=len(absent),
            total=len(units),
            labels=some(absent),
        )
    return numbers


def conform_labels(labels: pd.Series[Any], units: pd.Index, *, name: str) -> pd.Series[Any]:
    """Put the group label of each unit into the order of ``units``; empty text becomes missing.

    Raises
    ------
    AlignmentError
        Anything but a Series, repeated labels, other labels than ``units``.
    """
    if not isinstance(labels, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas Series indexed by unit",
            fix="for example units['cluster']",
            name=name,
            kind=type(labels).__name__,
        )
    same_units(labels.index, units, name)
    ordered = labels if labels.index.equals(units) else labels.reindex(units)
    blank = (ordered == "").to_numpy(dtype=bool, na_value=False)
    return ordered.mask(blank) if blank.any() else ordered


def canonical_order(labels: pd.Index) -> npt.NDArray[np.intp]:
    """Return positions that sort the labels, so that results do not hang on the row order."""
    if labels.is_monotonic_increasing:
        return np.arange(len(labels))
    try:
        return np.asarray(labels.argsort(), dtype=np.intp)
    except TypeError:
        return np.asarray(pd.Index([str(x) for x in labels]).argsort(), dtype=np.intp)


def label_digest(labels: pd.Index) -> bytes:
    """Return a content hash of labels in their order; a number and its text are the same label."""
    text = "\n".join(map(str, labels.tolist()))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def checksum(values: pd.Series[float] | pd.DataFrame, labels: bytes | None = None) -> str:
    """Return a short content hash of labelled numbers, the same in any row order.

    Parameters
    ----------
    values : Series or DataFrame
        Indexed by label.
    labels : bytes, optional
        :func:`label_digest` of the index, where it is at hand and in ascending order.
    """
    numbers = values.to_numpy(dtype=np.float64)
    if labels is None:
        order = canonical_order(values.index)
        labels, numbers = label_digest(values.index[order]), numbers[order]
    digest = hashlib.blake2b(labels, digest_size=8)
    digest.update(np.ascontiguousarray(numbers).tobytes())
    return digest.hexdigest()


def require_columns(frame: pd.DataFrame, columns: Sequence[str], name: str | Text) -> None:
    """Raise naming the absent columns and the ones that are there."""
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise SchemaError(
            "{name} lacks the column {absent}",
            arrived="columns {present}",
            name=name,
            absent=some(absent),
            present=some(frame.columns, 12),
        )
