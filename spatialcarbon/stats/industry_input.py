"""What industry clusters are made of: shares that are checked, put in order and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import (
    Missing,
    as_numbers,
    canonical_order,
    check_unique,
    refuse_infinite,
)
from spatialcarbon.core.errors import (
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_fraction, check_option
from spatialcarbon.data.catalogue import ILLUSTRATIVE

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

Scaling = Literal["none", "zscore", "minmax", "clr"]

CLOSURE_TOLERANCE = 0.01
"""How far the shares of a unit may be from summing to one: figures are printed rounded."""


@dataclass(frozen=True, eq=False)
class SharesTable:
    """Shares that were found right.

    Parameters
    ----------
    frame : DataFrame
        Unit × industry in the caller's order, without what was dropped.
    dropped : tuple
        Units left out because a share was missing.
    remarks : tuple of Text
        What a reader must know about the table.
    illustrative : bool
        Whether the numbers are invented.
    """

    frame: pd.DataFrame
    dropped: tuple[Any, ...]
    remarks: tuple[Text, ...]
    illustrative: bool


@dataclass(frozen=True, eq=False)
class Points:
    """Units as points of a space, in an order that hangs on their content alone.

    Parameters
    ----------
    x : array
        Scaled values in that order.
    order : array
        Position of each row of ``x`` in the caller's table.
    rank : array
        Place of each row of ``x`` among the sorted labels.
    base : array
        The shares behind ``x``; where ``clr`` replaced zeros, as replaced.
    remarks : tuple of Text
        What was changed on the way.
    units : Index
        Labels in the caller's order.
    """

    x: Floats
    order: Positions
    rank: Positions
    base: Floats
    units: pd.Index
    remarks: tuple[Text, ...]

    @property
    def distinct(self) -> int:
        """How many different points there are."""
        return len(np.unique(self.x, axis=0))

    def as_series(self, values: npt.NDArray[Any], name: str) -> pd.Series[Any]:
        """Return values of the rows of ``x`` in the order of the caller's table."""
        back = np.empty_like(values)
        back[self.order] = values
        return pd.Series(back, index=self.units, name=name)


def checked_shares(shares: pd.DataFrame, *, closed: bool, missing: Missing) -> SharesTable:
    """Return a table of shares, refusing what K-means would swallow in silence.

    Parameters
    ----------
    shares : DataFrame
        Unit × industry.
    closed : bool
        Whether the shares of each unit must sum to one.
    missing : {"raise", "drop"}
        Whether a missing share is an error or leaves its unit out.
    """
    check_option(missing, Missing, "missing")
    name = text("the table of shares")
    if not isinstance(shares, pd.DataFrame) or shares.shape[1] == 0:
        raise SchemaError(
            "the shares are a {kind} without columns",
            expected="a DataFrame, unit × industry",
            fix="table.set_index('adcode')[['energy', 'heavy', 'light', 'hightech']]",
            kind=type(shares).__name__,
        )
    check_unique(shares.index, name)
    check_unique(shares.columns, text("the header of the table"))
    frame = pd.DataFrame({c: as_numbers(shares[c], str(c)) for c in shares.columns})
    refuse_infinite(frame, name)
    absent = frame.index[frame.isna().any(axis=1).to_numpy()]
    if len(absent) and missing == "raise":
        raise MissingDataError(
            "{name} is missing for {n} of {total} units",
            arrived="{labels}",
            fix="fill them from a source, or leave these units out with missing='drop'",
            name=name,
            n=len(absent),
            total=len(frame),
            labels=some(absent),
        )
    frame = frame.drop(index=absent)
    remarks: list[Text] = []
    if len(absent):
        remarks.append(text("{n} units left out: {labels}", n=len(absent), labels=some(absent)))
    if frame.empty:
        raise DegenerateDataError("no unit has all its shares")
    if closed:
        _check_closed(frame)
    illustrative = bool(shares.attrs.get("illustrative"))
    if illustrative:
        remarks.insert(0, ILLUSTRATIVE)
    return SharesTable(frame, tuple(absent), tuple(remarks), illustrative)


def _check_closed(frame: pd.DataFrame) -> None:
    negative = frame.index[(frame < 0).any(axis=1).to_numpy()]
    if len(negative):
        raise SchemaError(
            "shares are negative for {n} units",
            arrived="{labels}",
            expected="fractions from 0 to 1",
            fix="correct the table; for values that are not shares, closed=False",
            n=len(negative),
            labels=some(negative),
        )
    sums = frame.sum(axis=1)
    off = sums[(sums - 1).abs() > CLOSURE_TOLERANCE]
    if len(off):
        percent = bool(((sums / 100 - 1).abs() <= CLOSURE_TOLERANCE).all())
        amounts = "shares.div(shares.sum(axis=1), axis=0) if they are amounts; else closed=False"
        raise SchemaError(
            "the shares of {n} units do not sum to one",
            arrived="{sums}",
            expected="1 within {tolerance:g}",
            fix="shares / 100" if percent else amounts,
            n=len(off),
            sums=some(f"{unit}: {total:.6g}" for unit, total in off.items()),
            tolerance=CLOSURE_TOLERANCE,
        )


def scaled_points(frame: pd.DataFrame, scaling: Scaling, *, delta: float = 1e-4) -> Points:
    r"""Return units as points for measuring distances.

    Parameters
    ----------
    frame : DataFrame
        Checked shares.
    scaling : {"none", "zscore", "minmax", "clr"}
        Nothing; population standard deviations from the mean; from 0 (least) to
        1 (largest); logarithms relative to the mean logarithm of the unit.
    delta : float
        What ``clr`` puts for a zero before it closes the row again.

    Notes
    -----
    Rows are sorted by their values, so that the same points give the same
    clusters whatever the units are called and in which order they come.
    """
    check_option(scaling, Scaling, "scaling")
    check_fraction(delta, "delta")
    values = frame.to_numpy(dtype=np.float64)
    remarks: list[Text] = []
    if scaling == "clr":
        values, said = _without_zeros(frame, delta)
        remarks += said
        logs = np.log(values)
        x = logs - logs.mean(axis=1, keepdims=True)
    elif scaling == "none":
        x = values
    else:
        x, said = _standardised(frame, scaling)
        remarks += said
    place = np.empty(len(frame), dtype=np.intp)
    place[canonical_order(frame.index)] = np.arange(len(frame))
    order = np.lexsort((place, *x.T[::-1]))
    return Points(
        x=np.ascontiguousarray(x[order]),
        order=order,
        rank=place[order],
        base=values[order],
        units=frame.index,
        remarks=tuple(remarks),
    )


def _standardised(frame: pd.DataFrame, scaling: Scaling) -> tuple[Floats, list[Text]]:
    # A sum over sorted values does not hang on the order of the rows.
    values = frame.to_numpy(dtype=np.float64)
    ranked = np.sort(values, axis=0)
    low, high = ranked[0], ranked[-1]
    if scaling == "zscore":
        middle = ranked.mean(axis=0)
        spread = np.sqrt(((ranked - middle) ** 2).mean(axis=0))
    else:
        middle, spread = low, high - low
    constant = high == low
    x = np.where(constant, 0.0, (values - middle) / np.where(constant, 1.0, spread))
    if not constant.any():
        return x, []
    names = some(frame.columns[constant])
    return x, [
        text(
            "{columns} has the same value everywhere and is set to 0 by the scaling", columns=names
        )
    ]


def _without_zeros(frame: pd.DataFrame, delta: float) -> tuple[Floats, list[Text]]:
    values = frame.to_numpy(dtype=np.float64)
    if (values < 0).any():
        raise OptionError(
            "scaling='clr' takes logarithms, and some values are negative",
            arrived="{labels}",
            expected="shares, or amounts of at least 0",
            fix="scaling='zscore'",
            labels=some(frame.index[np.flatnonzero((values < 0).any(axis=1))]),
        )
    if (values.sum(axis=1) == 0).any():
        raise DegenerateDataError(
            "all shares are zero for {labels}",
            labels=some(frame.index[values.sum(axis=1) == 0]),
        )
    values = values / values.sum(axis=1, keepdims=True)
    zero = values == 0
    if not zero.any():
        return values, []
    filled = np.where(zero, delta, values)
    remark = text(
        "{n} zero shares of {units} units were replaced by {delta:g} and their rows closed again, "
        "since logarithms need shares above zero",
        n=int(zero.sum()),
        units=int(zero.any(axis=1).sum()),
        delta=delta,
    )
    return filled / filled.sum(axis=1, keepdims=True), [remark]


def check_k(k: int, points: Points, name: str = "k") -> int:
    """Return a number of clusters that so many different units can have."""
    number = check_count(k, name, minimum=1)
    if number > points.distinct:
        raise OptionError(
            "{name}={k} types need as many units that differ",
            arrived="{n} units, {distinct} of them different",
            expected="at most {distinct}",
            fix="k={distinct}",
            name=name,
            k=number,
            n=len(points.x),
            distinct=points.distinct,
        )
    return number


def original_units(points: Points, labels: Positions, scaling: Scaling) -> Floats:
    """Return the centre of each cluster as shares, clusters numbered from 0.

    With ``clr`` this is the closed geometric mean, which is what the mean of
    logarithms stands for; otherwise the mean.
    """
    k = int(labels.max()) + 1
    logs = scaling == "clr"
    base = np.log(points.base) if logs else points.base
    centres = np.stack([base[labels == c].mean(axis=0) for c in range(k)])
    if not logs:
        return centres
    raised = np.exp(centres)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
